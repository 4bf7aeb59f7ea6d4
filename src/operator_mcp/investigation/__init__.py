"""From rows to evidence: the run as a tree, the hop where it began, what failures look like."""

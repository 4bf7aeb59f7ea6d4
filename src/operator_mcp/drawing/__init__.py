"""A run drawn for a person: which hops to show, the tree at a terminal, and the same as one HTML page."""

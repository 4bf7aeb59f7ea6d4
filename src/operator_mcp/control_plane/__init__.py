"""The AgentField control plane as a client sees it: one typed door, statuses, wire shapes, errors read."""

"""The embedded fleet: a small control plane with recorded failures, and a sample repository."""

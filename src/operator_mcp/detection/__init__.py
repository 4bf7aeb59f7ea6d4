"""Learning that something failed."""

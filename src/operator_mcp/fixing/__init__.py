"""From a diagnosed cause to bytes a human can approve: isolated clone, patch, the server's own checks, merge."""

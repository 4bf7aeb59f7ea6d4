"""What memory says, in words and lines, and its copy in the control plane."""

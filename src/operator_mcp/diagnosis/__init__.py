"""Why a hop failed: the classes, the readers of evidence, the check of quotes, and the caller's proposal."""

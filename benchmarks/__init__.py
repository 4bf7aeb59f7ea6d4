"""Benchmarks: what the operator is measured with. Nothing in `src/` imports from here."""

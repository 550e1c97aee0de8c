"""Benchmarks: `python -m bench NAME [--quick]` from the root. Never imported by the package."""

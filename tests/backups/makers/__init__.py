"""Backups with known content, made by the programs that make them in hospitals: for tests (small) and for `python -m bench backups`."""

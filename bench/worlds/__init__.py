"""Worlds: cities by different hands, each held out in turn. `python -m bench worlds` tells what the list is worth in each."""

from bench.worlds.report import main

__all__ = ["main"]

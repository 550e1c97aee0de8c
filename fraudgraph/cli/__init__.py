"""The command `fraudgraph`: a file per group of commands, one function per command, no logic.

Results go to stdout, everything said on the way to stderr. Exit codes are those of `fraudgraph.errors`.
"""

from fraudgraph.cli.entry import main

__all__ = ["main"]

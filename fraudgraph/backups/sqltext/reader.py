"""Dumps in SQL text: opened as they are, or as a copy in UTF-8 where they came in UTF-16."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fraudgraph.backups.form import ReaderOptions
from fraudgraph.backups.sqltext.dump import SqlDump
from fraudgraph.backups.unpacking import in_utf8
from fraudgraph.progress import Progress

__all__ = ["open_database"]


def open_database(paths: Sequence[Path], options: ReaderOptions, progress: Progress) -> SqlDump:
    """Open a dump."""
    return SqlDump(in_utf8(paths[0], options.scratch), progress, name=paths[0].name)

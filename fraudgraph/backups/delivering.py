"""A backup among delivered files: its tables as Parquet files, for the readers that take those."""

from __future__ import annotations

from pathlib import Path

from fraudgraph.backups.opening import backup_kind, open_backup
from fraudgraph.backups.writing import write_tables
from fraudgraph.progress import NullProgress, Progress

__all__ = ["as_tables", "is_backup"]

_TAKEN_ELSEWHERE = frozenset(("", "gzip", "bzip2", "xz", "tar", "dbf"))
"""Kinds that the readers of delivered files take themselves, or that say nothing about what is inside."""


def is_backup(path: Path) -> bool:
    """Whether a delivered file is a database's backup, or of a kind that is refused with a sentence of its own."""
    return backup_kind(path) not in _TAKEN_ELSEWHERE


def as_tables(
    path: Path, scratch: Path, *, parts: Path | None = None, progress: Progress | None = None
) -> list[Path]:
    """One Parquet file a table that has rows, in a folder of its own below `scratch`, in the order of their names.

    Parameters
    ----------
    path : Path
        The backup.
    scratch : Path
        An existing folder; whoever made it removes it.

    Raises
    ------
    SourceError
        If the backup is damaged or of a kind that is refused.
    """
    listener = progress or NullProgress()
    out = scratch / f"tables-{sum(1 for _ in scratch.iterdir()):04d}"
    with open_backup([path], scratch=scratch, parts=parts, progress=listener) as opened:
        reports = write_tables(opened, out, tables=None, progress=listener)
    return [out / report.file for report in reports if report.file is not None and report.rows_read]

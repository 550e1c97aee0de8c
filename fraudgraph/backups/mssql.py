"""SQL Server's data files and backups: the reader that stands alone, in the form of this room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa

from fraudgraph.backups.form import Column, Losses, ReaderOptions, Remark
from fraudgraph.progress import Progress

__all__ = ["open_database"]

_KINDS = {"sqlserver-mdf": "SQL Server data file", "sqlserver-bak": "SQL Server backup"}


def open_database(paths: Sequence[Path], options: ReaderOptions, progress: Progress) -> _Database:  # noqa: ARG001  # the protocol
    """Open an `.mdf` with its `.ndf` files, or all stripes of a backup."""
    return _Database(import_module("fraudgraph.backups.sqlserver").open_database(list(paths)))


class _Table:
    def __init__(self, inner: Any) -> None:
        self.schema: str = inner.schema
        self.name: str = inner.name
        self.row_count: int | None = inner.row_count
        self.columns = tuple(
            Column(name=one.name, type=one.declared, code_page=one.code_page or None) for one in inner.columns
        )
        self.losses = Losses()
        self._inner = inner

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, in the order of their pages."""
        self.losses = Losses()
        yield from self._inner.batches()
        for note in self._inner.notes():
            self.losses.add(note.en, example=note.zh)
        for column, note in self._inner.skipped:
            self.losses.add(note.en, column, example=note.zh)


class _Database:
    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.kind = _KINDS.get(inner.kind, inner.kind)
        self.version = str(inner.version)
        self.made_at = inner.made_at
        self.warnings = [Remark(one.en, one.zh) for one in inner.warnings]
        self.warnings += [
            Remark(f"{one.name}: {one.note.en}", f"{one.name}：{one.note.zh}") for one in inner.skipped
        ]
        self.skipped = {"table that can't be read": len(inner.skipped)} if inner.skipped else {}
        self._tables = [_Table(one) for one in inner.tables()]

    def tables(self) -> Sequence[_Table]:
        """Tables that can be read."""
        return self._tables

    def close(self) -> None:
        """Let go of the files."""
        self._inner.close()

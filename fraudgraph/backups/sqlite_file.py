"""SQLite: opened by its own library in a child process, on a copy, with nothing of its schema trusted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from fraudgraph.backups.confined import Cell
from fraudgraph.backups.form import Column, Losses, ReaderOptions, Remark
from fraudgraph.backups.isolated import IsolatedDatabase
from fraudgraph.errors import SourceError
from fraudgraph.progress import Progress

__all__ = ["open_database", "open_inside"]

_ROWS = 10_000
_KINDS = {"integer": pa.int64(), "real": pa.float64(), "text": pa.string(), "blob": pa.binary()}
_BESIDE = ("-wal", "-journal")


def open_database(paths: Sequence[Path], options: ReaderOptions, progress: Progress) -> IsolatedDatabase:
    """Open a copy of the file, with the write-ahead log or journal that lies beside it."""
    path, cell = paths[0], Cell(options.scratch, "sqlite")
    progress.stage(f"Copying {path.name}", f"复制 {path.name}")
    copy = cell.take_in(path, "database")
    for ending in _BESIDE:
        if (log := path.with_name(path.name + ending)).is_file():
            cell.take_in(log, f"database{ending}")
    return IsolatedDatabase(cell, "fraudgraph.backups.sqlite_file", [copy], title=path.name)


def open_inside(files: Sequence[Path], folder: Path) -> _Database:  # noqa: ARG001  # the protocol
    """In the child: open the copy.

    Raises
    ------
    SourceError
        If SQLite says that it is no database or damaged.
    """
    return _Database(files[0])


def _said(problem: sqlite3.Error) -> SourceError:
    return SourceError(
        f"The SQLite file is damaged or encrypted ({problem}). Ask for it again, or for a dump (.dump).",
        f"SQLite 文件已损坏或已加密（{problem}）。请重新获取，或改提供 .dump 转储。",
    )


def _text(raw: bytes) -> str:
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", errors="replace")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class _Table:
    schema = ""

    def __init__(self, database: _Database, name: str) -> None:
        self.name = name
        self.losses = Losses()
        self._connection = database.connection
        declared = self._connection.execute(f"PRAGMA table_info({_quoted(name)})").fetchall()
        self.columns = tuple(
            Column(name=one[1], type=one[2].lower() or "any", code_page=database.encoding) for one in declared
        )

    @property
    def row_count(self) -> int:
        """By SQLite's own count(*)."""
        count: int = self._connection.execute(f"SELECT count(*) FROM {_quoted(self.name)}").fetchone()[0]
        return count

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows; each column has the one type that its values have, else text."""
        kinds = [self._kind(column.name) for column in self.columns]
        schema = pa.schema([pa.field(one.name, kind) for one, kind in zip(self.columns, kinds, strict=True)])
        names = ", ".join(_quoted(one.name) for one in self.columns)
        try:
            rows = self._connection.execute(f"SELECT {names} FROM {_quoted(self.name)}")
            while block := rows.fetchmany(_ROWS):
                columns = zip(*block, strict=True)
                yield pa.record_batch(
                    [self._array(values, field) for values, field in zip(columns, schema, strict=True)],
                    schema=schema,
                )
        except sqlite3.Error as problem:
            raise _said(problem) from None

    def _kind(self, name: str) -> pa.DataType:
        found = self._connection.execute(f"SELECT DISTINCT typeof({_quoted(name)}) FROM {_quoted(self.name)}")
        kinds = {row[0] for row in found} - {"null"}
        if kinds == {"integer", "real"}:
            return pa.float64()
        return _KINDS[kinds.pop()] if len(kinds) == 1 else pa.string()

    def _array(self, values: Sequence[Any], field: pa.Field) -> pa.Array:
        if pa.types.is_string(field.type):
            return pa.array([self._as_text(one, field.name) for one in values], pa.string())
        return pa.array(
            [float(one) if one is not None and pa.types.is_floating(field.type) else one for one in values],
            field.type,
        )

    def _as_text(self, value: Any, column: str) -> str | None:
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bytes):
            self.losses.add("bytes among texts, written in hexadecimal", column)
            return value.hex()
        return repr(value)


class _Database:
    kind = "SQLite database"
    made_at = None

    def __init__(self, file: Path) -> None:
        try:
            self.connection = sqlite3.connect(file)
            self.connection.text_factory = _text
            for setting in ("trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0"):
                self.connection.execute(f"PRAGMA {setting}")
            self.encoding: str = self.connection.execute("PRAGMA encoding").fetchone()[0]
            found = self.connection.execute(
                "SELECT type, name, sql FROM sqlite_schema ORDER BY name"
            ).fetchall()
            self.connection.execute("PRAGMA query_only=ON")
        except sqlite3.Error as problem:
            raise _said(problem) from None
        head = file.open("rb").read(100)
        number = int.from_bytes(head[96:100], "big")
        self.version = f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}" if number else ""
        self.warnings: list[Remark] = []
        self.skipped: dict[str, int] = {}
        names = []
        for kind, name, sql in found:
            virtual = (sql or "").upper().lstrip().startswith("CREATE VIRTUAL")
            if kind == "table" and not virtual and not name.startswith("sqlite_"):
                names.append(name)
            elif kind in ("view", "trigger") or virtual:
                word = "virtual table" if virtual else kind
                self.skipped[word] = self.skipped.get(word, 0) + 1
        self._tables = [_Table(self, name) for name in names]

    def tables(self) -> Sequence[_Table]:
        """Base tables only: no view, no virtual table."""
        return self._tables

    def close(self) -> None:
        """Close the copy."""
        self.connection.close()

"""A dump in SQL text as a database: one walk finds its tables, a second reads the rows of each."""

from __future__ import annotations

import mmap
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from fraudgraph.backups.form import Column, Losses, Remark
from fraudgraph.backups.sqltext.copy_lines import copy_batches
from fraudgraph.backups.sqltext.ddl import read_create
from fraudgraph.backups.sqltext.dialect import Dialect, codec_of
from fraudgraph.backups.sqltext.rows import RowReader
from fraudgraph.backups.sqltext.scripts import ScriptWalker
from fraudgraph.backups.sqltext.walking import Copy, Create, Insert, Walker
from fraudgraph.progress import Progress

__all__ = ["SqlDump", "looks_like_dump"]

_HEAD = 1 << 16
_MEGABYTE = 1 << 20
_SIGNS: tuple[tuple[str, str, bytes], ...] = (
    ("postgres", "PostgreSQL dump", rb"-- PostgreSQL database (?:cluster )?dump"),
    ("mysql", "MariaDB dump", rb"-- MariaDB dump"),
    ("mysql", "MySQL dump", rb"-- MySQL dump|-- mysqldump"),
    ("mysql", "phpMyAdmin dump", rb"-- phpMyAdmin SQL Dump"),
    ("mysql", "HeidiSQL dump", rb"-- HeidiSQL|-- Host:.*\n-- Server.*(?:MySQL|MariaDB)"),
    ("mysql", "Navicat dump", rb"Navicat[^\n]*\n(?:[^\n]*\n){0,12}?[^\n]*Source Server Type\s*:\s*(?:MySQL|MariaDB)"),
    ("postgres", "Navicat dump", rb"Navicat[^\n]*\n(?:[^\n]*\n){0,12}?[^\n]*Source Server Type\s*:\s*PostgreSQL"),
    ("mssql", "SQL Server script", rb"SET ANSI_NULLS ON|\n\s*GO\s*\r?\n|\[dbo\]\.|SET IDENTITY_INSERT|set quoted_identifier on"),
    ("postgres", "PostgreSQL script", rb"\nCOPY [^\n]+ FROM stdin;|SET standard_conforming_strings"),
    ("mysql", "MySQL script", rb"(?:INSERT INTO|CREATE TABLE(?: IF NOT EXISTS)?|INSERT IGNORE INTO|REPLACE INTO) `|ENGINE\s*=\s*(?:InnoDB|MyISAM)"),
    ("postgres", "SQL script", rb"(?:^|\n)\s*INSERT\s+INTO\s+[\w.\"]+\s*(?:\([^)]*\)\s*)?VALUES\s*\("),
)  # fmt: skip
_VERSION = re.compile(rb"-- Server version[ \t:]+([^\r\n]+)|-- Dumped from database version ([^\r\n]+)|-- (?:Server version|\xe6\x9c\x8d\xe5\x8a\xa1\xe5\x99\xa8\xe7\x89\x88\xe6\x9c\xac)\s*[:\xef\xbc\x9a]+\s*([^\r\n]+)|-- Server Version:\s*([^\r\n]+)|Source Server Version\s*:\s*([^\r\n]+)")  # fmt: skip
_COMPLETED = re.compile(rb"-- Dump completed(?: on (\d{4}-\d\d-\d\d\s+\d{1,2}:\d\d:\d\d))?")
_MADE = re.compile(rb"-- Started on (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)|(?:Date|Generation Time|\xe7\x94\x9f\xe6\x88\x90\xe6\x97\xa5\xe6\x9c\x9f)\s*[:\xef\xbc\x9a]+\s*(\d[^\r\n]+|\w{3} \d\d, \d{4}[^\r\n]+)")  # fmt: skip
_FORMS = ("%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%b %d, %Y at %I:%M %p", "%Y-%m-%d %H:%M")
_FIRST_CHARSET = re.compile(rb"SET\s+NAMES\s+['\"]?(\w+)|SET client_encoding = '([\w-]+)'", re.I)


def looks_like_dump(head: bytes) -> bool:
    """Whether the first bytes of a text are SQL that puts rows into tables."""
    return _sign(head) is not None


def _sign(head: bytes) -> tuple[str, str] | None:
    for maker, kind, sign in _SIGNS:
        if re.search(sign, head, re.I if maker == "mssql" or kind == "SQL script" else 0):
            return maker, kind
    return None


class DumpTable:
    """A table whose rows lie in the dump as INSERT or COPY."""

    def __init__(self, dump: SqlDump, schema: str, name: str) -> None:
        self.schema = schema
        self.name = name
        self.columns: tuple[Column, ...] = ()
        self.row_count: int | None = None
        self.losses = Losses()
        self.runs: list[tuple[int, int, Dialect, bool]] = []
        self._dump = dump

    def add(self, event: Insert | Copy) -> None:
        """Rows of this table lie there; statements that follow one another become one run."""
        is_copy = isinstance(event, Copy)
        if self.runs and self._dump.latest is self and self.runs[-1][2] == event.dialect and not is_copy and not self.runs[-1][3]:  # fmt: skip
            start = self.runs[-1][0]
            self.runs[-1] = (start, event.end, event.dialect, is_copy)
        else:
            self.runs.append((event.begin, event.end, event.dialect, is_copy))
        self._dump.latest = self

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The table's rows, in the dump's order."""
        self.losses = Losses()
        text = self._dump.text
        for start, end, dialect, is_copy in self.runs:
            if is_copy:
                stop = text.find(b"\n", end) + 1 or len(text)
                copies = (
                    one
                    for one in Walker(text, dialect, start=start, end=stop).events()
                    if isinstance(one, Copy)
                )
                batches = copy_batches(text, copies, self.columns, self.losses)
            else:
                events = self._dump.walker(dialect, start, end).events()
                inserts = (one for one in events if isinstance(one, Insert))
                batches = RowReader(text, self.columns, self.losses).batches(inserts)
            for batch in batches:
                self._dump.let_go()
                yield batch


class SqlDump:
    """A dump of MySQL, MariaDB, PostgreSQL or SQL Server in SQL text.

    Parameters
    ----------
    path : Path
        The text, unpacked.
    progress : Progress
        Told megabyte by megabyte.
    """

    def __init__(self, path: Path, progress: Progress, name: str = "") -> None:
        self._file = path.open("rb")
        self.text = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        head = self.text[:_HEAD]
        sign = _sign(head)
        self._maker, self.kind = sign if sign is not None else ("postgres", "SQL script")
        self.version = _first(_VERSION.search(head))
        self.made_at = self._when(head)
        self.warnings: list[Remark] = []
        self.skipped: Counter[str] = Counter()
        self.latest: DumpTable | None = None
        self._tables: dict[tuple[str, str], DumpTable] = {}
        self._look_through(progress, name or path.name, head)

    def tables(self) -> Sequence[DumpTable]:
        """Tables that the dump makes or fills, by schema and name."""
        return [self._tables[key] for key in sorted(self._tables)]

    def close(self) -> None:
        """Let go of the file."""
        if not self.text.closed:
            self.text.close()
            self._file.close()

    def let_go(self) -> None:
        """Pages that were read need not stay in memory: it is flat, however long the dump."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self.text.madvise(mmap.MADV_DONTNEED)

    def walker(self, dialect: Dialect, start: int = 0, end: int | None = None) -> Walker:
        """A walker that fits this dump."""
        kind = ScriptWalker if self._maker == "mssql" else Walker
        return kind(self.text, dialect, start=start, end=end)

    def _look_through(self, progress: Progress, name: str, head: bytes) -> None:
        said = _first(_FIRST_CHARSET.search(head))
        codec = codec_of(said) if said else None
        maker = self._maker
        dialect = Dialect(maker, backslash=maker == "mysql", codec=codec or _codec_by_bytes(head))  # type: ignore[arg-type]
        walker = self.walker(dialect)
        progress.stage(
            f"Looking through {name} (MB)", f"查看 {name}（MB）", total=len(self.text) // _MEGABYTE
        )
        told = 0
        for event in walker.events():
            if isinstance(event, Create):
                self._create(event)
            else:
                self._table(event.table, event.schema, event).add(event)
            if (come := walker.at // _MEGABYTE) > told:
                progress.advance(come - told)
                self.let_go()
                told = come
        self.skipped.update(walker.skipped)
        self._warn_if_broken(walker, head)

    def _create(self, event: Create) -> None:
        self.latest = None
        found = read_create(bytes(self.text[event.start : event.end]), event.dialect)
        if found is not None:
            table = self._table(found[0], event.schema, None)
            table.columns = found[1] or table.columns

    def _table(self, name: tuple[str, ...], schema: str, event: Insert | Copy | None) -> DumpTable:
        own = name[-1] if name else ""
        if self._maker == "mssql":
            schema = "dbo"
        key = (name[-2] if len(name) > 1 else schema, own)
        if key not in self._tables:
            self._tables[key] = DumpTable(self, *key)
        table = self._tables[key]
        if event is not None and not table.columns:
            names = event.columns or tuple(f"column{i + 1}" for i in range(self._width(event)))
            table.columns = tuple(
                Column(name=one, type="text", code_page=event.dialect.codec) for one in names
            )
        return table

    def _width(self, event: Insert | Copy) -> int:
        """How many values the first row has, where nothing names the columns."""
        if isinstance(event, Copy):
            stop = self.text.find(b"\n", event.start)
            return bytes(self.text[event.start : stop]).count(b"\t") + 1
        from fraudgraph.backups.sqltext.patterns import patterns_for  # noqa: PLC0415

        cell, at, width = patterns_for(event.dialect).cell, event.start + 1, 0
        while (found := cell.match(self.text, at, event.end)) is not None:
            width, at = width + 1, found.end()
            if found[2] == b")":
                break
        return max(width, 1)

    def _when(self, head: bytes) -> datetime | None:
        tail = self.text[-300:]
        ended = _COMPLETED.search(tail)
        said = (ended[1].decode() if ended is not None and ended[1] else "") or _first(_MADE.search(head)) or _first(_MADE.search(self.text[-2000:]))  # fmt: skip
        for form in _FORMS:
            try:
                return datetime.strptime(" ".join(said.split()), form)
            except ValueError:
                continue
        return None

    def _warn_if_broken(self, walker: Walker, head: bytes) -> None:
        whole = _COMPLETED.search(self.text[-300:]) or not re.search(rb"-- (?:MySQL|MariaDB) dump", head)
        compact = b"/*!40101 SET" not in head
        if walker.broken_at is not None or not (whole or compact):
            place = f"{walker.broken_at:,}" if walker.broken_at is not None else f"{len(self.text):,}"
            self.warnings.append(
                Remark(
                    f"The dump is broken off or damaged (byte {place}): its last rows may be missing. Ask for a new one.",
                    f"该转储文件不完整或已损坏（字节 {place}）：末尾数据可能缺失。请重新导出。",
                )
            )


def _first(found: re.Match[bytes] | None) -> str:
    if found is None:
        return ""
    return next((group for group in found.groups() if group), b"").decode("utf-8", errors="replace").strip()


def _codec_by_bytes(head: bytes) -> str:
    """Where the dump does not say: UTF-8 if its first bytes are, else the Chinese code page."""
    cut = head.rpartition(b"\n")[0] or head
    try:
        cut.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"

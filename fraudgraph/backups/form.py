"""What every reader gives: a database with its kind and its tables, a table as Arrow batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import pyarrow as pa

__all__ = ["Column", "Database", "Losses", "ReaderOptions", "Remark", "Table"]


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence for the reader of a report, in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column as the source declares it. `code_page` is how its text was written, None where it holds no text."""

    name: str
    type: str
    code_page: str | None = None


@dataclass(slots=True)
class Losses:
    """Values and rows of one table that could not be taken over as they were; each kind counted, with one example."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, kind: str, column: str = "", count: int = 1, example: str = "") -> None:
        """So many values (of a column) or rows were lost in this way."""
        if count:
            self.counts[(kind, column)] += count
            self.examples.setdefault((kind, column), example[:80])

    def listed(self) -> list[dict[str, object]]:
        """For the manifest, in a fixed order."""
        return [
            {"kind": kind, "column": column, "count": count, "example": self.examples[(kind, column)]}
            for (kind, column), count in sorted(self.counts.items())
        ]


class Table(Protocol):
    """One base table of a backup."""

    @property
    def schema(self) -> str:
        """The schema or database that it lies in; empty where the kind knows none."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def columns(self) -> Sequence[Column]:
        """Its columns, in the source's order."""

    @property
    def row_count(self) -> int | None:
        """The source's own count of rows, None where it keeps none."""

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Its rows, in the order they lie in. May be called again."""


class Database(Protocol):
    """An opened backup. `close` removes what was made beside it."""

    @property
    def kind(self) -> str:
        """What made it, in a few words: `MySQL dump`, `PostgreSQL archive`, `dBase table` …"""

    @property
    def version(self) -> str:
        """The version of the program or of the file's form, as it says itself; empty where it says nothing."""

    @property
    def made_at(self) -> datetime | None:
        """When it was made, if it says so."""

    @property
    def warnings(self) -> Sequence[Remark]:
        """What its reader should know before trusting it."""

    @property
    def skipped(self) -> Mapping[str, int]:
        """Objects and commands that are not rows of base tables: counted, never carried out."""

    def tables(self) -> Sequence[Table]:
        """Its base tables, in a fixed order."""

    def close(self) -> None:
        """Removes copies and ends helpers. May be called more than once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderOptions:
    """What a reader is given besides the files.

    Parameters
    ----------
    scratch : Path
        A folder of its own for copies and for what is unpacked; removed by whoever made it.
    parts : Path or None
        Where fetched engines and converters lie; None for this user's cache.
    """

    scratch: Path
    parts: Path | None = None

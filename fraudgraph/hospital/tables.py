"""The tables that a visit keeps: their columns, types and the headers that mean them (`tables.toml`)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fraudgraph.store import quoted

__all__ = ["TYPES", "SiteColumn", "SiteTable", "create_sql", "site_tables"]

TYPES = {
    "V": "VARCHAR",
    "T": "TIMESTAMP",
    "D": "DATE",
    "Q": "DECIMAL(16,4)",
    "Y": "DECIMAL(16,2)",
    "B": "BOOLEAN",
}
"""The letters of `tables.toml`."""


@dataclass(frozen=True, slots=True)
class SiteColumn:
    """One column. `required`: a row without it is set aside; `headers`: what means it, likeliest first."""

    name: str
    type: str
    required: bool
    title_zh: str
    title_en: str
    headers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SiteTable:
    """One table of a visit. `side` is hospital or settlement; `money` the column whose yuan are balanced."""

    name: str
    title_zh: str
    title_en: str
    side: str
    hints: tuple[str, ...]
    money: str | None
    columns: tuple[SiteColumn, ...]

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that a row can't stand without."""
        return tuple(column.name for column in self.columns if column.required)


@cache
def site_tables() -> dict[str, SiteTable]:
    """All tables by name, in the order of the file."""
    told = tomllib.loads((Path(__file__).parent / "tables.toml").read_text(encoding="utf-8"))
    return {
        name: SiteTable(
            name=name,
            title_zh=one["title_zh"],
            title_en=one["title_en"],
            side=one["side"],
            hints=tuple(one["hints"].split()),
            money=one.get("money"),
            columns=tuple(_column(line) for line in one["columns"].strip().splitlines()),
        )
        for name, one in told.items()
    }


def _column(line: str) -> SiteColumn:
    what, title_zh, title_en, headers = (part.strip() for part in line.split("|"))
    name, letter, *star = what.split()
    known = tuple(dict.fromkeys((*headers.split(), title_zh, name)))
    return SiteColumn(name, TYPES[letter], bool(star), title_zh, title_en, known)


def create_sql(table: SiteTable) -> str:
    """CREATE TABLE; `row_id` numbers a table's rows, `source_file` and `source_row` say where each came from."""
    columns = ", ".join(f"{quoted(column.name)} {column.type}" for column in table.columns)
    return (
        f"CREATE TABLE IF NOT EXISTS {table.name} (row_id BIGINT, place_id VARCHAR, source_file VARCHAR, "
        f"source_row BIGINT, {columns})"
    )

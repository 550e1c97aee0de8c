"""Delivered sheets become typed landing tables, one per sheet, beside the store in a scratch database.

Nothing is dropped here: a row that has a fault carries its number. Values that could not be read stay NULL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from fraudgraph.claims.columns.matching import TableMapping, normalised
from fraudgraph.claims.formats.sheets import Sheet, damaged_parquet, stage_rows
from fraudgraph.claims.schema.landing_form import landing_columns
from fraudgraph.claims.typing.row_sql import Fault, TypedSelect, typed_select
from fraudgraph.store import Store, storage_problem

__all__ = ["Landing", "faults_of", "land"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """A sheet after typing: its rows in `table`, and what the fault numbers mean."""

    sheet: Sheet
    mapping: TableMapping
    table: str
    faults: tuple[Fault, ...]
    rows: int
    lined: bool = False
    """Whether each row carries its line already (rows that were kept); else its place in the table tells."""
    delivery_no: int = 0
    """Which delivery brought it; a later one has a greater number."""

    @property
    def void_numbers(self) -> list[int]:
        """Fault numbers of rows that the supplier marked as not valid."""
        return [fault.number for fault in self.faults if fault.code == "E_VOID"]

    def line(self, alias: str = "") -> str:
        """SQL for a row's line in the delivered sheet."""
        dot = f"{alias}." if alias else ""
        return f"{dot}line" if self.lined else f"coalesce({dot}line, {dot}rowid + {self.sheet.first_line})"


def land(store: Store, sheet: Sheet, mapping: TableMapping, settled_headers: Sequence[str] = ()) -> Landing:
    """Type a sheet's rows into its landing table.

    Parameters
    ----------
    settled_headers : sequence of str
        Headers of the settlement tables, which encounters needn't repeat in `extra`.
    """
    table = f"scratch.landing_{sheet.number}"
    if sheet.relation is None or (
        sheet.text is not None and not _land_fast(store, sheet, mapping, table, settled_headers)
    ):
        stage_rows(store, sheet)
    elif sheet.text is not None:
        return _landing(store, sheet, mapping, table, settled_headers)
    _create(store, mapping, table)
    select = _select(sheet, mapping, settled_headers)
    try:
        store.run(f"INSERT INTO {table} {select.sql}")
    except duckdb.Error as problem:
        if sheet.source.format != "parquet" or _is_storage(store, problem):
            raise
        raise damaged_parquet(sheet.source, problem) from None
    return _landing(store, sheet, mapping, table, settled_headers)


def _land_fast(
    store: Store, sheet: Sheet, mapping: TableMapping, table: str, settled_headers: Sequence[str]
) -> bool:
    """Let DuckDB read a csv in order, so that the row's place gives its line; False if the file is not regular.

    Regular means: every physical line is one record. Order is kept for this one statement.
    """
    assert sheet.text is not None  # only called for csv
    _create(store, mapping, table)
    store.run("SET preserve_insertion_order = true")
    try:
        store.run(f"INSERT INTO {table} {_select(sheet, mapping, settled_headers).sql}")
    except duckdb.Error as problem:
        if _is_storage(store, problem):
            raise
        return False
    finally:
        store.run("SET preserve_insertion_order = false")
    return int(store.one(f"SELECT count(*) FROM {table}")[0]) + sheet.text.header_lines == sheet.text.lines


def _is_storage(store: Store, problem: duckdb.Error) -> bool:
    """Whether memory or our own disk gave out, which says nothing about the file."""
    gave_out = isinstance(problem, duckdb.OutOfMemoryException)
    return gave_out or storage_problem(problem, store.folder) is not None


def _create(store: Store, mapping: TableMapping, table: str) -> None:
    columns = ", ".join(
        f"{name} {type_}" for name, type_ in landing_columns(mapping.kind.name, mapping.kind.fields)
    )
    store.run(f"CREATE OR REPLACE TABLE {table} ({columns})")


def _select(sheet: Sheet, mapping: TableMapping, settled_headers: Sequence[str]) -> TypedSelect:
    return typed_select(
        mapping,
        sheet.headers,
        sheet.types,
        sheet.relation or "",
        odd_spaces=sheet.odd_spaces,
        not_in_extra=frozenset(normalised(header) for header in settled_headers),
    )


def _landing(
    store: Store, sheet: Sheet, mapping: TableMapping, table: str, settled_headers: Sequence[str]
) -> Landing:
    rows = int(store.one(f"SELECT count(*) FROM {table}")[0])
    faults = faults_of(sheet, mapping, settled_headers)
    return Landing(sheet=sheet, mapping=mapping, table=table, faults=faults, rows=rows)


def faults_of(sheet: Sheet, mapping: TableMapping, settled_headers: Sequence[str] = ()) -> tuple[Fault, ...]:
    """What the fault numbers of a sheet's rows mean."""
    return _select(sheet, mapping, settled_headers).faults

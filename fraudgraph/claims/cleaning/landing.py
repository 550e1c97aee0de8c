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
from fraudgraph.claims.typing.column_forms import ColumnForms, Told, as_is
from fraudgraph.claims.typing.column_sql import ValueReader
from fraudgraph.claims.typing.form_survey import survey, undecided_sql
from fraudgraph.claims.typing.row_sql import Fault, TypedSelect, typed_select
from fraudgraph.settings import SourceSettings
from fraudgraph.store import Store, storage_problem

__all__ = ["Landing", "faults_of", "land"]

_HEAD_ROWS = 2_000
"""So many rows tell whether a table has to be looked through before it is typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """A sheet after typing: its rows in `table`, and what the fault numbers mean."""

    sheet: Sheet
    mapping: TableMapping
    table: str
    faults: tuple[Fault, ...]
    rows: int
    told: tuple[Told, ...] = ()
    """What a person should know about how its columns were read."""
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


def land(
    store: Store, sheet: Sheet, mapping: TableMapping, settings: SourceSettings, settled_headers: Sequence[str] = ()
) -> Landing:  # fmt: skip
    """Type a sheet's rows into its landing table.

    Most tables hold only values that read the same whatever their columns are: those are typed in one go. Where one does
    not, all values are looked through first, so that each column is read in one way.

    Parameters
    ----------
    settings : SourceSettings
        The source's zone, and what to take where the values of a column leave its reading open.
    settled_headers : sequence of str
        Headers of the settlement tables, which encounters needn't repeat in `extra`.

    Raises
    ------
    SourceError
        If a column that rows can't do without has two readings and nothing decides between them.
    """
    table = f"scratch.landing_{sheet.number}"
    forms = as_is(settings)
    if sheet.relation is None:
        stage_rows(store, sheet)
    if _head_is_plain(store, sheet, mapping, forms):
        _fill(store, sheet, mapping, table, forms, settled_headers)
        if not store.one(f"SELECT count(*) FROM {table} WHERE mended < 0")[0]:
            return _landing(store, sheet, mapping, table, forms, settled_headers)
    forms = _decided(store, sheet, mapping, forms)
    _fill(store, sheet, mapping, table, forms, settled_headers)
    return _landing(store, sheet, mapping, table, forms, settled_headers)


def _head_is_plain(store: Store, sheet: Sheet, mapping: TableMapping, forms: ColumnForms) -> bool:
    """Whether the first rows hold nothing that waits for its column to be decided."""
    reader = _reader(sheet, mapping, forms)
    head = f"(SELECT * FROM ({sheet.relation}) LIMIT {_HEAD_ROWS})"
    asked = f"SELECT coalesce(sum({undecided_sql(reader)}), 0) FROM ({reader.cleaned(head)})"
    try:
        return int(store.one(asked)[0]) == 0
    except duckdb.Error as problem:
        if sheet.text is None or _is_storage(store, problem):
            raise _explained(sheet, problem) from None
        return True  # not regular: whoever lands it reads it with care


def _decided(store: Store, sheet: Sheet, mapping: TableMapping, forms: ColumnForms) -> ColumnForms:
    """The forms of a sheet's columns, from all its rows."""

    def look() -> ColumnForms:
        reader = _reader(sheet, mapping, forms)
        return survey(store, reader, sheet.relation or "", sheet.title, sheet.day_zero)

    try:
        return look()
    except duckdb.Error as problem:
        if sheet.text is None or sheet.staged or _is_storage(store, problem):
            raise _explained(sheet, problem) from None
    stage_rows(store, sheet)
    return look()


def _reader(sheet: Sheet, mapping: TableMapping, forms: ColumnForms) -> ValueReader:
    return ValueReader(mapping, sheet.headers, sheet.types, sheet.odd_spaces, forms)


def _fill(
    store: Store, sheet: Sheet, mapping: TableMapping, table: str, forms: ColumnForms, settled_headers: Sequence[str]
) -> None:  # fmt: skip
    """Type a sheet's rows in these forms."""
    if sheet.text is not None and not sheet.staged:
        if _fill_fast(store, sheet, mapping, table, forms, settled_headers):
            return
        stage_rows(store, sheet)
    _create(store, mapping, table)
    try:
        store.run(f"INSERT INTO {table} {_select(sheet, mapping, forms, settled_headers).sql}")
    except duckdb.Error as problem:
        if _is_storage(store, problem):
            raise
        raise _explained(sheet, problem) from None


def _explained(sheet: Sheet, problem: duckdb.Error) -> Exception:
    """A Parquet file that breaks off says so in a sentence of ours."""
    return damaged_parquet(sheet.source, problem) if sheet.source.format == "parquet" else problem


def _fill_fast(
    store: Store, sheet: Sheet, mapping: TableMapping, table: str, forms: ColumnForms, settled_headers: Sequence[str]
) -> bool:  # fmt: skip
    """Let DuckDB read a csv in order, so that the row's place gives its line; False if the file is not regular.

    Regular means: every physical line is one record. Order is kept for this one statement.
    """
    assert sheet.text is not None  # only called for csv
    _create(store, mapping, table)
    store.run("SET preserve_insertion_order = true")
    try:
        store.run(f"INSERT INTO {table} {_select(sheet, mapping, forms, settled_headers).sql}")
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


def _select(
    sheet: Sheet, mapping: TableMapping, forms: ColumnForms, settled_headers: Sequence[str]
) -> TypedSelect:
    return typed_select(
        mapping,
        sheet.headers,
        sheet.types,
        sheet.relation or "",
        forms=forms,
        odd_spaces=sheet.odd_spaces,
        not_in_extra=frozenset(normalised(header) for header in settled_headers),
    )


def _landing(
    store: Store, sheet: Sheet, mapping: TableMapping, table: str, forms: ColumnForms, settled_headers: Sequence[str]
) -> Landing:  # fmt: skip
    rows = int(store.one(f"SELECT count(*) FROM {table}")[0])
    faults = faults_of(sheet, mapping, forms.settings, settled_headers)
    return Landing(sheet=sheet, mapping=mapping, table=table, faults=faults, rows=rows, told=forms.told)


def faults_of(
    sheet: Sheet, mapping: TableMapping, settings: SourceSettings, settled_headers: Sequence[str] = ()
) -> tuple[Fault, ...]:
    """What the fault numbers of a sheet's rows mean."""
    return _select(sheet, mapping, as_is(settings), settled_headers).faults

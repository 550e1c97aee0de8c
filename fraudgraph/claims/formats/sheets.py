"""Delivered files opened as sheets: a name, headers, and SQL that gives their rows as c0, c1, …

A new format needs one function here that yields sheets; everything behind it stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from fraudgraph.claims.columns.headers import rule_headers, tables_in
from fraudgraph.claims.columns.mapping import TableRule
from fraudgraph.claims.formats.batches import grid_batches, row_batches, stage_schema
from fraudgraph.claims.formats.dbf_files import dbf_batches, open_dbf
from fraudgraph.claims.formats.encodings import DAMAGED, Utf8Text, as_utf8
from fraudgraph.claims.formats.fixed_width import fixed_batches, fixed_encoding
from fraudgraph.claims.formats.html_tables import HtmlRows
from fraudgraph.claims.formats.json_files import stage_json
from fraudgraph.claims.formats.kept_lines import KeptLines
from fraudgraph.claims.formats.malformed_text import careful_rows
from fraudgraph.claims.formats.source_file import SourceFile
from fraudgraph.claims.formats.text_files import TextFile, open_text
from fraudgraph.claims.formats.workbooks import workbook_tables
from fraudgraph.claims.typing.value_sql import literal
from fraudgraph.errors import SourceError
from fraudgraph.store import Store, quoted, storage_problem

__all__ = ["Sheet", "damaged_parquet", "open_sheets", "stage_rows"]

_MAX_LINE_BYTES = 16 << 20


@dataclass(slots=True, kw_only=True)
class Sheet:
    """One delivered table, before anyone knows what it is.

    `relation` is SQL that gives its rows; a sheet without one has to be staged first (`stage_rows`), from `text`, the
    UTF-8 file behind a csv, or from `batches`, its rows as Arrow batches. `day_zero` is the day that its workbook counts from. One whose rows were `kept` is closed until
    `reopen`; `restage`: it was staged.
    """

    source: SourceFile
    number: int
    name: str | None
    headers: tuple[str, ...]
    types: tuple[str, ...] = ()
    encoding: str | None = None
    relation: str | None = None
    text: TextFile | None = None
    batches: Callable[[], Iterator[pa.RecordBatch]] | None = None
    staged: bool = False
    first_line: int = 2
    odd_spaces: bool = False
    day_zero: str = "1899-12-30"
    kept: KeptLines | None = None
    reopen: Callable[[], Sheet] | None = None
    restage: bool = False

    def __post_init__(self) -> None:
        self.types = self.types or ("VARCHAR",) * len(self.headers)

    @property
    def title(self) -> str:
        """File name, with the sheet's name where a file has several."""
        return self.source.name if self.name is None else f"{self.source.name}[{self.name}]"

    @property
    def stage(self) -> str:
        """The name of the staging table, for sheets that need one."""
        return f"scratch.stage_{self.number}"


def open_sheets(
    store: Store, source: SourceFile, scratch: Path, first_number: int, rules: Sequence[TableRule] = ()
) -> list[Sheet]:
    """The tables inside a file; an empty list if it holds none.

    Parameters
    ----------
    scratch : Path
        A folder for copies in UTF-8.
    first_number : int
        The number of the first sheet; further ones follow.
    rules : sequence of TableRule
        The operator's rules: the names that they use, and layouts of fixed-width text.

    Raises
    ------
    SourceError
        If the file is damaged.
    """
    more = rule_headers(rules)
    if source.size == 0 or source.format in ("unknown", "zip", "packed"):
        return []
    if source.format == "workbook":
        return _workbook(store, source, first_number, more)
    if source.format == "parquet":
        return [_parquet(store, source, first_number)]
    if source.format == "dbf":
        return [_dbf(source, first_number)]
    for rule in rules:
        if rule.layout and rule.means(source.name):
            return [_fixed(source, first_number, rule)]
    return _of_text(store, source, scratch / f"text_{first_number}.csv", first_number, more)


def _of_text(
    store: Store, source: SourceFile, copy: Path, first_number: int, more: frozenset[str]
) -> list[Sheet]:
    text = as_utf8(source, copy)
    if text is None:
        return []
    if source.format == "html":
        return _html(source, text, copy.with_name(f"{copy.name}.rows"), first_number, more)
    if source.format == "json":
        sheet = Sheet(source=source, number=first_number, name=None, headers=(), encoding=text.encoding)
        names = stage_json(store, source, text, sheet.stage, copy)
        if names is not None:
            sheet.headers, sheet.types = names, ("VARCHAR",) * len(names)
            sheet.staged, sheet.odd_spaces, sheet.first_line = True, True, 1
            sheet.relation = _staged_relation(sheet)
            return [sheet]
    tables = open_text(text, copy, more)
    return [_csv(source, one, first_number + i, len(tables)) for i, one in enumerate(tables)]


def _csv(source: SourceFile, text: TextFile, number: int, of: int) -> Sheet:
    """DuckDB reads the file itself, in strict mode: what it refuses is read again with care (`stage_rows`)."""
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(text.headers)))
    fault = "CAST(NULL AS VARCHAR)"
    if text.damaged:
        joined = ", ".join(f"c{i}" for i in range(len(text.headers)))
        fault = f"CASE WHEN contains(concat_ws('', {joined}), {literal(DAMAGED)}) THEN 'E_ENCODING' END"
    relation = (
        f"SELECT CAST(NULL AS BIGINT) AS _line, {fault} AS _fault, * FROM read_csv({literal(str(text.path))}, "
        f"auto_detect=false, header=false, skip={text.header_lines}, delim={literal(text.delimiter)}, quote='\"', escape='\"', "
        f"strict_mode=true, null_padding=false, max_line_size={_MAX_LINE_BYTES}, columns={{{columns}}})"
    )
    return Sheet(
        source=source,
        number=number,
        name=None if of == 1 else str(text.offset + 1),
        headers=text.headers,
        encoding=text.encoding,
        relation=relation,
        text=text,
        first_line=text.offset + text.header_lines + 1,
        odd_spaces=text.odd_spaces,
    )


def _parquet(store: Store, source: SourceFile, number: int) -> Sheet:
    path = literal(str(source.path))
    try:
        described = store.rows(f"DESCRIBE SELECT * FROM read_parquet({path})")
        store.rows(f"SELECT count(*) FROM read_parquet({path})")
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as problem:
        raise storage_problem(problem, store.folder) or damaged_parquet(source, problem) from None
    headers = tuple(str(row[0]) for row in described)
    columns = ", ".join(f"{quoted(header)} AS c{i}" for i, header in enumerate(headers))
    relation = (
        f"SELECT file_row_number + 1 AS _line, CAST(NULL AS VARCHAR) AS _fault, {columns} "
        f"FROM read_parquet({path}, file_row_number=true)"
    )
    types = tuple(str(row[1]) for row in described)
    return Sheet(
        source=source, number=number, name=None, headers=headers, types=types, relation=relation, first_line=1
    )


def damaged_parquet(source: SourceFile, problem: duckdb.Error) -> SourceError:
    """A Parquet file that breaks off or holds nonsense."""
    first = str(problem).splitlines()[0]
    return SourceError(
        f"{source.name} is a Parquet file that is damaged or broken off ({first}). Ask the supplier to send it again.",
        f"{source.name} 是已损坏或不完整的 Parquet 文件（{first}）。请让提供方重新发送。",
    )


def _workbook(store: Store, source: SourceFile, first_number: int, more: frozenset[str]) -> list[Sheet]:
    """Each table goes into its staging table at once, so that a sheet is parsed once and only one lies in memory."""
    sheets: list[Sheet] = []
    for found in workbook_tables(source, more):
        sheet = Sheet(
            source=source,
            number=first_number + len(sheets),
            name=found.name,
            headers=found.table.names,
            batches=lambda found=found: grid_batches(found.rows, len(found.table.names)),  # type: ignore[misc]
            first_line=found.table.first_line,
            day_zero=found.day_zero,
        )
        stage_rows(store, sheet)
        sheet.batches = None
        sheets.append(sheet)
    return sheets


def _html(
    source: SourceFile, text: Utf8Text, copy: Path, first_number: int, more: frozenset[str]
) -> list[Sheet]:
    rows = HtmlRows(text.path, copy)
    found = list(tables_in(rows.between(), more))
    return [
        Sheet(
            source=source,
            number=first_number + i,
            name=None if len(found) == 1 else str(i + 1),
            headers=table.names,
            encoding=text.encoding,
            batches=lambda table=table: grid_batches(  # type: ignore[misc]
                rows.between(table.first_line, table.last_line, filled=True), len(table.names)
            ),
            first_line=table.first_line,
            odd_spaces=True,
        )
        for i, table in enumerate(found)
    ]


def _dbf(source: SourceFile, number: int) -> Sheet:
    table = open_dbf(source)
    return Sheet(
        source=source,
        number=number,
        name=None,
        headers=table.headers,
        encoding=table.encoding,
        batches=lambda: dbf_batches(source, table),
        first_line=1,
    )


def _fixed(source: SourceFile, number: int, rule: TableRule) -> Sheet:
    encoding = fixed_encoding(source)
    return Sheet(
        source=source,
        number=number,
        name=None,
        headers=tuple(rule.layout),
        encoding=encoding,
        batches=lambda: fixed_batches(source, rule, encoding),
        first_line=rule.skip + 1,
    )


def stage_rows(store: Store, sheet: Sheet) -> None:
    """Put a sheet's rows, read through Python, into its staging table and point its relation there."""
    if sheet.staged:
        return
    batches = _text_batches(sheet) if sheet.batches is None else sheet.batches()
    reader = pa.RecordBatchReader.from_batches(stage_schema(len(sheet.headers)), batches)
    store.con.register("_incoming_rows", reader)
    try:
        store.run(f"CREATE OR REPLACE TABLE {sheet.stage} AS SELECT * FROM _incoming_rows")
    finally:
        store.con.unregister("_incoming_rows")
    sheet.staged, sheet.odd_spaces = True, True
    sheet.relation = _staged_relation(sheet)


def _staged_relation(sheet: Sheet) -> str:
    names = ", ".join(f"c{i}" for i in range(len(sheet.headers)))
    return f"SELECT _line, _fault, {names} FROM {sheet.stage}"


def _text_batches(sheet: Sheet) -> Iterator[pa.RecordBatch]:
    assert sheet.text is not None  # only called for csv
    rows = (
        (row.line, row.fault, row.raw if row.fault else None, *row.values) for row in careful_rows(sheet.text)
    )
    return row_batches(rows, len(sheet.headers))

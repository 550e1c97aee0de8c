"""Delivered files opened as sheets: a name, headers, and SQL that gives their rows as c0, c1, …

A new format needs one function here that yields sheets; everything behind it stays as it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from fraudgraph.claims.careful import careful_rows
from fraudgraph.claims.sources import SourceFile
from fraudgraph.claims.text_files import TextFile, open_text
from fraudgraph.claims.value_sql import literal
from fraudgraph.errors import SourceError
from fraudgraph.store import Store, quoted

__all__ = ["Sheet", "damaged_parquet", "open_sheets", "raw_lines", "stage_rows"]

_BATCH_ROWS = 20_000
_MAX_LINE_BYTES = 16 << 20


@dataclass(slots=True, kw_only=True)
class Sheet:
    """One delivered table, before anyone knows what it is.

    `relation` is SQL that gives its rows; a sheet without one has to be staged through Python first (`stage_rows`),
    from `text`, the UTF-8 file behind a csv, or from `cells`, the rows of a workbook behind the header.
    """

    source: SourceFile
    number: int
    name: str | None
    headers: tuple[str, ...]
    types: tuple[str, ...]
    encoding: str | None = None
    relation: str | None = None
    text: TextFile | None = None
    cells: Iterator[list[Any]] | None = None
    staged: bool = False
    first_line: int = 2
    odd_spaces: bool = False

    @property
    def title(self) -> str:
        """File name, with the sheet's name where a workbook has several."""
        return self.source.name if self.name is None else f"{self.source.name}[{self.name}]"

    @property
    def stage(self) -> str:
        """The name of the staging table, for sheets that need one."""
        return f"scratch.stage_{self.number}"


def open_sheets(store: Store, source: SourceFile, scratch: Path, first_number: int) -> list[Sheet]:
    """The tables inside a file; an empty list if it holds none.

    Raises
    ------
    SourceError
        If the file is damaged.
    """
    if source.size == 0 or source.format == "unknown":
        return []
    if source.format == "parquet":
        return [_parquet(store, source, first_number)]
    if source.format == "workbook":
        return _workbook(source, first_number)
    text = open_text(source, scratch / f"text_{first_number}.csv")
    return [] if text is None else [_csv(source, text, first_number)]


def _csv(source: SourceFile, text: TextFile, number: int) -> Sheet:
    """DuckDB reads the file itself, in strict mode: what it refuses is read again with care (`stage_rows`)."""
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(text.headers)))
    relation = None
    if not text.damaged:
        relation = (
            f"SELECT CAST(NULL AS BIGINT) AS _line, CAST(NULL AS VARCHAR) AS _fault, * FROM read_csv({literal(str(text.path))}, "
            f"auto_detect=false, header=false, skip=1, delim={literal(text.delimiter)}, quote='\"', escape='\"', "
            f"strict_mode=true, null_padding=false, max_line_size={_MAX_LINE_BYTES}, columns={{{columns}}})"
        )
    return Sheet(
        source=source,
        number=number,
        name=None,
        headers=text.headers,
        types=("VARCHAR",) * len(text.headers),
        encoding=text.encoding,
        relation=relation,
        text=text,
        odd_spaces=text.odd_spaces,
    )


def _parquet(store: Store, source: SourceFile, number: int) -> Sheet:
    path = literal(str(source.path))
    try:
        described = store.rows(f"DESCRIBE SELECT * FROM read_parquet({path})")
        store.rows(f"SELECT count(*) FROM read_parquet({path})")
    except duckdb.Error as problem:
        raise damaged_parquet(source, problem) from None
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
        f"{source.name} 是已损坏或不完整的 Parquet 文件({first})。请让提供方重新发送。",
    )


def _workbook(source: SourceFile, first_number: int) -> list[Sheet]:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415  # only workbooks need it

    sheets: list[Sheet] = []
    try:
        book = CalamineWorkbook.from_path(str(source.path))
        for name in book.sheet_names:
            rows = enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), start=1)
            top = next(
                ((line, row) for line, row in rows if any(cell not in ("", None) for cell in row)), None
            )
            if top is None:
                continue
            headers = tuple(_cell_text(cell) or "" for cell in top[1])
            sheets.append(
                Sheet(
                    source=source,
                    number=first_number + len(sheets),
                    name=name,
                    headers=headers,
                    types=("VARCHAR",) * len(headers),
                    cells=(row for _, row in rows),
                    first_line=top[0] + 1,
                    odd_spaces=True,
                )
            )
    except Exception as problem:  # calamine raises several unrelated classes for damaged files
        raise SourceError(
            f"{source.name} can't be read as a workbook: {problem}. Open and save it again in a spreadsheet program, or ask the supplier for csv.",
            f"{source.name} 不能作为工作簿读取:{problem}。请用表格软件重新保存,或让提供方改用 csv。",
        ) from None
    return sheets


def stage_rows(store: Store, sheet: Sheet) -> None:
    """Put a sheet's rows, read through Python, into its staging table and point its relation there."""
    width = len(sheet.headers)
    names = [f"c{i}" for i in range(width)]
    schema = pa.schema(
        [("_line", pa.int64()), ("_fault", pa.string()), ("_raw", pa.string())]
        + [(n, pa.string()) for n in names]
    )
    rows = _text_rows(sheet) if sheet.text is not None else _cell_rows(sheet)
    reader = pa.RecordBatchReader.from_batches(schema, _batches(rows, schema))
    store.con.register("_incoming_rows", reader)
    try:
        store.run(f"CREATE OR REPLACE TABLE {sheet.stage} AS SELECT * FROM _incoming_rows")
    finally:
        store.con.unregister("_incoming_rows")
    sheet.cells, sheet.staged, sheet.odd_spaces = None, True, True
    sheet.relation = f"SELECT _line, _fault, {', '.join(names)} FROM {sheet.stage}"


def _batches(rows: Iterator[tuple[Any, ...]], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    while batch := list(islice(rows, _BATCH_ROWS)):
        columns = zip(*batch, strict=True)
        yield pa.record_batch(
            [pa.array(column, type=part.type) for column, part in zip(columns, schema, strict=True)],
            schema=schema,
        )


def _text_rows(sheet: Sheet) -> Iterator[tuple[Any, ...]]:
    assert sheet.text is not None  # only called for csv
    for row in careful_rows(sheet.text):
        yield (row.line, row.fault, row.raw if row.fault else None, *row.values)


def _cell_rows(sheet: Sheet) -> Iterator[tuple[Any, ...]]:
    width = len(sheet.headers)
    for line, cells in enumerate(sheet.cells or (), start=sheet.first_line):
        values = [_cell_text(cell) for cell in cells[:width]]
        if any(value is not None for value in values):
            yield (line, None, None, *values, *[None] * (width - len(values)))


def _cell_text(cell: Any) -> str | None:
    """A cell as the text a person sees; whole numbers without a decimal point."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, (dt.date, dt.time, Decimal)):
        return str(cell)
    return str(cell)


def raw_lines(store: Store, sheet: Sheet, lines: pa.Table) -> dict[int, str]:
    """The delivered rows behind line numbers, for the reject list (`lines` has one column, `line`).

    Rows of a workbook or Parquet file come as their values, joined by commas.
    """
    if sheet.text is not None and not sheet.staged:
        wanted = set(lines.column("line").to_pylist())
        with sheet.text.path.open(encoding="utf-8-sig", newline="\n") as file:
            numbered = enumerate(islice(file, max(wanted)), start=1)
            return {number: line.rstrip("\r\n") for number, line in numbered if number in wanted}
    values = ", ".join(f"coalesce(CAST(c{i} AS VARCHAR), '')" for i in range(len(sheet.headers)))
    joined = f"concat_ws(',', {values})"
    rows = (
        f"SELECT _line, coalesce(_raw, {joined}) FROM {sheet.stage}"
        if sheet.staged
        else f"SELECT _line, {joined} FROM ({sheet.relation})"
    )
    store.con.register("_wanted_lines", lines)
    try:
        found = store.rows(f"{rows} WHERE _line IN (SELECT line FROM _wanted_lines)")
    finally:
        store.con.unregister("_wanted_lines")
    return {int(line): text for line, text in found}

"""Rows read through Python as Arrow batches of text, on their way into a staging table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import pyarrow as pa

__all__ = ["BATCH_ROWS", "cell_value_text", "grid_batches", "row_batches", "stage_schema"]

BATCH_ROWS = 20_000
_WHOLE = 10**15
"""Spreadsheets keep 15 digits; a whole number beyond has lost its last ones."""


def stage_schema(width: int) -> pa.Schema:
    """Line, fault and raw text of a row, then its values c0, c1, …"""
    return pa.schema(
        [("_line", pa.int64()), ("_fault", pa.string()), ("_raw", pa.string())]
        + [(f"c{i}", pa.string()) for i in range(width)]
    )


def row_batches(rows: Iterable[tuple[Any, ...]], width: int) -> Iterator[pa.RecordBatch]:
    """Rows (line, fault, raw, values…) as batches."""
    schema, waiting = stage_schema(width), iter(rows)
    while batch := list(islice(waiting, BATCH_ROWS)):
        columns = zip(*batch, strict=True)
        yield pa.record_batch(
            [pa.array(column, type=part.type) for column, part in zip(columns, schema, strict=True)],
            schema=schema,
        )


def grid_batches(rows: Iterable[tuple[int, Sequence[Any]]], width: int) -> Iterator[pa.RecordBatch]:
    """A grid's rows (line, cells) as batches of the text that a person sees; empty rows are left out."""
    schema, waiting = stage_schema(width), iter(rows)
    gap = [None] * width
    while batch := list(islice(waiting, BATCH_ROWS)):
        lines, cells = [], []
        for line, row in batch:
            if any(row) or any(cell is not None and cell != "" for cell in row):
                lines.append(line)
                cells.append(row[:width] if len(row) >= width else [*row, *gap[len(row) :]])
        if not lines:
            continue
        nothing = pa.nulls(len(lines), pa.string())
        columns = [pa.array(_texts(column), type=pa.string()) for column in zip(*cells, strict=True)]
        yield pa.record_batch([pa.array(lines, pa.int64()), nothing, nothing, *columns], schema=schema)


def _texts(column: tuple[Any, ...]) -> Sequence[str | None]:
    """A column's cells as text; nothing to do where all are."""
    kinds = set(map(type, column))
    if kinds <= {str, type(None)}:
        return column
    return [cell_value_text(cell) for cell in column]


def cell_value_text(cell: Any) -> str | None:
    """A cell as text; whole numbers without a decimal point, those that lost digits in a form that says so."""
    text: str | None = str(cell)
    if cell is None or cell == "":
        text = None
    elif isinstance(cell, bool):
        text = "1" if cell else "0"
    elif isinstance(cell, (int, float)) and abs(cell) >= _WHOLE:
        text = f"{cell:.16e}"
    elif isinstance(cell, float):
        text = str(int(cell)) if cell.is_integer() else repr(cell)
    elif isinstance(cell, dt.datetime):
        text = cell.isoformat(sep=" ")
    elif isinstance(cell, dt.timedelta):
        text = _length_text(cell)
    return text


def _length_text(length: dt.timedelta) -> str:
    """A time of day that a spreadsheet keeps as a length."""
    seconds = round(length.total_seconds())
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"

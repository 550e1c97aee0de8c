"""Rows of one table in a dump, as Arrow batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from mmap import mmap

import numpy as np
import pyarrow as pa

from fraudgraph.backups.form import Column, Losses
from fraudgraph.backups.sqltext.dialect import Dialect
from fraudgraph.backups.sqltext.literals import BITS, HEX, QUOTED, UNKNOWN, Cells, OddRowsError, cut_rows
from fraudgraph.backups.sqltext.odd_rows import plain_rows
from fraudgraph.backups.sqltext.walking import Insert
from fraudgraph.backups.typed import arrow_type, is_binary, typed

__all__ = ["RowReader", "schema_of"]

_BLOCK = 4 << 20
_LARGEST_ROW = 1 << 30


def schema_of(columns: Sequence[Column]) -> pa.Schema:
    """The Arrow schema of a table's columns. A name that comes twice is numbered."""
    seen: dict[str, int] = {}
    fields = []
    for column in columns:
        seen[column.name] = seen.get(column.name, 0) + 1
        name = column.name if seen[column.name] == 1 else f"{column.name}_{seen[column.name]}"
        fields.append(pa.field(name, arrow_type(column.type)))
    return pa.schema(fields)


@dataclass(frozen=True, slots=True)
class _Form:
    """What stays the same over a run of statements: their columns and how they are written."""

    columns: tuple[str, ...] | None
    dialect: Dialect


class RowReader:
    """Turns the INSERT statements of one table into batches.

    Parameters
    ----------
    text : mmap or bytes
        The dump.
    columns : sequence of Column
        The table's columns.
    losses : Losses
        Told what could not be taken over.
    """

    def __init__(self, text: mmap | bytes, columns: Sequence[Column], losses: Losses) -> None:
        self._text = text
        self._columns = columns
        self._schema = schema_of(columns)
        self._losses = losses
        self._place = {column.name: i for i, column in reversed(list(enumerate(columns)))}
        self._folded = {column.name.lower(): i for i, column in reversed(list(enumerate(columns)))}

    def batches(self, inserts: Iterator[Insert]) -> Iterator[pa.RecordBatch]:
        """Small statements are joined to blocks, large ones are cut into them."""
        waiting: list[bytes] = []
        size, form = 0, None
        for one in inserts:
            here = _Form(one.columns, one.dialect)
            if waiting and (here != form or size >= _BLOCK):
                yield from self._joined(waiting, form)
                waiting, size = [], 0
            form = here
            if one.between or one.end - one.start > _BLOCK:
                if waiting:
                    yield from self._joined(waiting, form)
                    waiting, size = [], 0
                yield from self._large(one, form)
            else:
                waiting.append(bytes(self._text[one.start : one.end]))
                size += one.end - one.start
        if waiting:
            yield from self._joined(waiting, form)

    def _joined(self, bodies: list[bytes], form: _Form | None) -> Iterator[pa.RecordBatch]:
        assert form is not None
        bodies = [body.rstrip(b"; \r\n\t") for body in bodies]
        width = len(form.columns or self._columns)
        try:
            cells = cut_rows(b",".join(bodies), form.dialect, width)
            if any(body[-1:] != b")" for body in bodies):
                raise OddRowsError
        except OddRowsError:
            for body in bodies:
                cells, taken = self._odd(body, form, width)
                self._tail(body[taken:])
                if len(cells.starts):
                    yield self._batch(cells, form)
            return
        if len(cells.starts):
            yield self._batch(cells, form)

    def _large(self, one: Insert, form: _Form) -> Iterator[pa.RecordBatch]:
        start, width, size = one.start, len(form.columns or self._columns), _BLOCK
        while start < one.end:
            block = bytes(self._text[start : min(start + size, one.end)])
            if one.between and block.startswith(one.between):
                start += len(one.between)
                continue
            try:
                cells = cut_rows(block, form.dialect, width, one.between)
                consumed = cells.consumed
            except OddRowsError:
                cells, consumed = self._odd(block, form, width, one.between)
            if consumed == 0:
                if start + size >= one.end or size > _LARGEST_ROW:
                    self._tail(block)
                    return
                size *= 2
                continue
            if len(cells.starts):
                yield self._batch(cells, form)
            start, size = start + consumed, _BLOCK

    def _odd(self, block: bytes, form: _Form, width: int, between: bytes = b"") -> tuple[Cells, int]:
        kept: list[bytes] = []
        taken = 0
        while True:
            rows, further = plain_rows(block[taken:], form.dialect, width, self._losses)
            kept += [rows] if rows else []
            taken += further
            if not further or not between or not block.startswith(between, taken):
                break
            taken += len(between)
        try:
            return cut_rows(b",".join(kept), form.dialect, width), taken
        except OddRowsError:
            self._losses.add("rows that could not be told apart", example=repr(block[:60]))
            return cut_rows(b"", form.dialect, width), taken

    def _tail(self, rest: bytes) -> None:
        rest = rest.strip(b"; \r\n\t,")
        if rest and not rest.upper().startswith((b"ON ", b"AS ", b"RETURNING")):
            self._losses.add("text that is no row", example=repr(rest[:60]))

    def _batch(self, cells: Cells, form: _Form) -> pa.RecordBatch:
        count = len(cells.starts)
        arrays: list[pa.Array | None] = [None] * len(self._columns)
        names = form.columns or tuple(column.name for column in self._columns)
        for i, name in enumerate(names):
            place = i if form.columns is None else self._place.get(name, self._folded.get(name.lower(), -1))
            if place < 0:
                self._losses.add("column that the table does not declare", name, count)
                continue
            arrays[place] = self._column(cells, i, place, form.dialect)
        for place, made in enumerate(arrays):
            if made is None:
                arrays[place] = pa.nulls(count, self._schema.field(place).type)
                self._losses.add("value that the dump leaves out", self._columns[place].name, count)
        return pa.record_batch(arrays, schema=self._schema)

    def _column(self, cells: Cells, index: int, place: int, dialect: Dialect) -> pa.Array:
        column, kind = self._columns[place], self._schema.field(place).type
        kinds = cells.kinds[:, index]
        unknown = int((kinds == UNKNOWN).sum())
        if unknown:
            row = int(np.flatnonzero(kinds == UNKNOWN)[0])
            bad = cells.data[cells.starts[row, index] : cells.ends[row, index]].tobytes()[:60]
            self._losses.add(
                "expression, not a literal", column.name, unknown, bad.decode("utf-8", errors="replace")
            )
        raw = cells.column(index)
        if ((kinds == HEX) | (kinds == BITS)).any() or (
            column.type.startswith("bit") and dialect.maker == "mysql"
        ):
            raw = _unhexed(raw, kinds, column.type)
        elif dialect.maker == "postgres" and is_binary(column.type):
            raw = _bytea(raw)
        return typed(raw, kind, codec=dialect.codec, losses=self._losses, column=column.name)


def _unhexed(raw: pa.Array, kinds: np.ndarray, declared: str) -> pa.Array:
    """Hexadecimal and bit literals as the bytes that they mean; as a number where the column holds numbers."""
    numbers = (
        not is_binary(declared) and not pa.types.is_string(arrow_type(declared))
    ) or declared.startswith("bit")
    values: list[bytes | None] = []
    for value, kind in zip(raw.to_pylist(), kinds.tolist(), strict=True):
        if value is None or kind not in (HEX, BITS):
            raw_bit = value is not None and kind == QUOTED and declared.startswith("bit")
            values.append(str(int.from_bytes(value, "big")).encode() if raw_bit else value)
        elif kind == BITS:
            whole = int(value or b"0", 2)
            values.append(
                str(whole).encode() if numbers else whole.to_bytes(max(1, (len(value) + 7) // 8), "big")
            )
        else:
            made = bytes.fromhex(("0" * (len(value) % 2)) + value.decode("ascii"))
            values.append(str(int.from_bytes(made, "big")).encode() if numbers else made)
    return pa.array(values, pa.binary())


def _bytea(raw: pa.Array) -> pa.Array:
    return pa.array(
        [
            None if one is None else bytes.fromhex(one[2:].decode("ascii")) if one.startswith(b"\\x") else one
            for one in raw.to_pylist()
        ],
        pa.binary(),
    )

"""Reads the pages of one table, block by block, into Arrow batches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudgraph.backups.sqlserver.arrays import booleans
from fraudgraph.backups.sqlserver.catalog import Catalog, Rowset
from fraudgraph.backups.sqlserver.compressed import CompressedRows, find_compressed
from fraudgraph.backups.sqlserver.faults import Losses, LostValueError
from fraudgraph.backups.sqlserver.lobs import Lobs
from fraudgraph.backups.sqlserver.pages import bad_sums
from fraudgraph.backups.sqlserver.records import Cells, Rows, Slots, find_rows, find_slots, gather
from fraudgraph.backups.sqlserver.sparse import from_vector
from fraudgraph.backups.sqlserver.types import Column, storage_width
from fraudgraph.backups.sqlserver.values import Raw, padded, to_arrow

__all__ = ["Reader"]

CHUNK_PAGES = 128
CHUNK_COMPRESSED = 32
ROWS_COMPRESSED = 4096
"""A page's dictionary can make much of little: so many rows at a time keep memory within bounds."""
BATCH_BYTES = 32 * 1024 * 1024
"""Values from off the row are gathered up to this much before a batch is handed on."""

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Reader:
    """Reads one table's pages; losses are counted in what it is given."""

    def __init__(
        self,
        columns: list[Column],
        catalog: Catalog,
        name: str,
        defaults: dict[tuple[int, int], bytes],
        losses: Losses,
    ) -> None:
        self.columns, self.catalog, self.name, self.defaults = columns, catalog, name, defaults
        self.losses = losses
        self.store = catalog.store
        self.lobs = Lobs(self.store)
        self.arrow = pa.schema([pa.field(column.name, column.arrow) for column in columns])
        self.rowset = 0

    @staticmethod
    def step(rowset: Rowset) -> int:
        """How many pages to take at a time."""
        return CHUNK_COMPRESSED if rowset.compression else CHUNK_PAGES

    def pages(self, rowset: Rowset) -> list[tuple[int, Ints]]:
        """Pages of a partition by file."""
        if rowset.first_iam == (0, 0):
            return []
        seen: set[int] = set()
        out = []
        for file, ids in self.catalog.allocation.pages(rowset.first_iam, self.losses):
            fresh = ids[[page not in seen for page in ids.tolist()]] if len(ids) < 9 else ids
            seen.update(fresh.tolist() if len(ids) < 9 else [])
            out.append((file, fresh))
        return out

    def chunk(self, rowset: Rowset, file: int, ids: Ints) -> Iterator[pa.RecordBatch]:
        """The rows of some pages."""
        block, there = self.store.block(file, ids)
        if not there.all():
            self.losses.add("page_missing", f"page {file}:{int(ids[~there][0])}", int((~there).sum()))
        ids = ids[there]
        kinds = block[:, 1]
        strange = ~np.isin(kinds, (1, 2, 10))
        if strange.any():
            self.losses.add("page_kind", f"page {file}:{int(ids[strange][0])}", int(strange.sum()))
        block, ids = block[kinds == 1], ids[kinds == 1]
        if not len(ids):
            return
        names = [f"page {file}:{page}" for page in ids.tolist()]
        wrong = np.flatnonzero(bad_sums(block))
        if len(wrong):
            self.losses.add("page_sum", names[int(wrong[0])], len(wrong))
        slots = find_slots(block, names, self.losses)
        rows = find_rows(slots, names, self.losses)
        if len(rows):
            yield from self._emit(
                [self._fixed_var(rows, rowset, column) for column in self.columns], len(rows)
            )
        packed = self._packed(rowset, slots, block, names)
        for low in range(0, len(packed) if packed is not None else 0, ROWS_COMPRESSED):
            assert packed is not None
            part = packed.keep(slice(low, low + ROWS_COMPRESSED))
            yield from self._emit(
                [self._compressed(part, rowset, column) for column in self.columns], len(part)
            )

    def _packed(
        self, rowset: Rowset, slots: Slots, block: npt.NDArray[np.uint8], names: list[str]
    ) -> CompressedRows | None:
        if rowset.compression:
            return find_compressed(slots, block, names, self.losses)
        stray = np.flatnonzero(slots.flat[slots.start] & 1)
        if len(stray):
            self.losses.add("record", names[int(slots.page[stray[0]])], len(stray))
        return None

    def _fixed_var(self, rows: Rows, rowset: Rowset, column: Column) -> Raw:
        piece = rowset.columns.get(column.number)
        if piece is None:
            return _nothing(len(rows))
        if piece.sparse:
            return self._sparse(rows, column)
        nulls = rows.null(piece.null_bit)
        width = storage_width(column.kind)
        if piece.offset >= 0:
            if not width:
                return _nothing(len(rows))
            matrix, short = rows.fixed(piece.offset, width)
            raw = Raw(nulls | short, matrix, bit=piece.bit)
        else:
            start, length, pointer = rows.variable(piece.ordinal)
            start, length = np.where(nulls, 0, start), np.where(nulls, 0, length)
            cells = gather(rows.flat, start, length, nulls)
            cells.complex = pointer if pointer.any() else None
            raw = Raw(nulls, cells=cells, compressed=column.kind.xtype in (106, 108))
        return self._default(raw, rows.absent(piece.null_bit), rowset, column)

    def _sparse(self, rows: Rows, column: Column) -> Raw:
        """A sparse column, from the vector at the end of each record (u16 5, u16 n, n numbers, n ends, bytes)."""
        out: list[bytes | None] = []
        last = np.maximum(rows.variables - 1, 0)
        for row in range(len(rows)):
            start, length, pointer = rows.keep(slice(row, row + 1)).variable(int(last[row]))
            raw = rows.flat[int(start[0]) : int(start[0] + length[0])].tobytes() if pointer[0] else b""
            out.append(from_vector(raw, column.number))
        cells = Cells.of(out)
        width = storage_width(column.kind)
        matrix = (
            padded(cells, width, right=False) if width and column.kind.xtype not in (173, 175, 239) else None
        )
        return Raw(cells.nulls, matrix, None if matrix is not None else cells)

    def _compressed(self, rows: CompressedRows, rowset: Rowset, column: Column) -> Raw:
        piece = rowset.columns.get(column.number)
        if piece is None:
            return _nothing(len(rows))
        cells = rows.cells(piece.null_bit)
        raw = Raw(cells.nulls, cells=cells, compressed=True)
        return self._default(raw, rows.absent(piece.null_bit), rowset, column)

    def _default(self, raw: Raw, absent: Bools, rowset: Rowset, column: Column) -> Raw:
        """Mark the rows whose value only the catalogue holds: the default of a column added later."""
        if absent.any() and (rowset.rowset, column.number) in self.defaults:
            raw.absent = absent
            self.rowset = rowset.rowset
        return raw

    def _filled(self, array: pa.Array, raw: Raw, column: Column) -> pa.Array:
        value = self.defaults.get((self.rowset, column.number))
        if raw.absent is None or value is None:
            return array
        cells = Cells.of([value])
        width = storage_width(column.kind)
        one = Raw(
            np.zeros(1, bool), padded(cells, width, right=False) if width else None, None if width else cells
        )
        default = to_arrow(one, column.kind, self.losses, f"{self.name}.{column.name}")
        mask = booleans(raw.absent, np.zeros(len(raw.absent), bool))
        return pc.if_else(mask, default[0], array)

    def _emit(self, raws: list[Raw], count: int) -> Iterator[pa.RecordBatch]:
        pending = [k for k, raw in enumerate(raws) if raw.cells is not None and raw.cells.complex is not None]
        if not pending:
            yield self._batch(raws)
            return
        flags = {k: _flags(raws[k]).tolist() for k in pending}
        values = {k: _items(raws[k]) for k in pending}
        low = size = 0
        for row in range(count):
            for k in pending:
                if flags[k][row]:
                    values[k][row] = self._follow(values[k][row], self.columns[k])
                size += len(values[k][row] or b"")
            if size > BATCH_BYTES:
                yield self._joined(raws, values, low, row + 1)
                low, size = row + 1, 0
        if low < count:
            yield self._joined(raws, values, low, count)

    def _joined(
        self, raws: list[Raw], values: dict[int, list[bytes | None]], low: int, high: int
    ) -> pa.RecordBatch:
        part = []
        for k, raw in enumerate(raws):
            if k not in values:
                part.append(raw.part(low, high))
                continue
            cells = Cells.of(values[k][low:high])
            values[k][low:high] = [None] * (high - low)
            absent = None if raw.absent is None else raw.absent[low:high]
            part.append(Raw(cells.nulls, cells=cells, compressed=raw.compressed, absent=absent))
        return self._batch(part)

    def _follow(self, raw: bytes | None, column: Column) -> bytes | None:
        if raw is None:
            return None
        damaged = self.store.damaged
        try:
            return self.lobs.follow(raw)
        except LostValueError as lost:
            self.losses.add("value", f"{self.name}.{column.name}, {lost}")
            return None
        finally:
            self.losses.add("page_sum", f"large values of {column.name}", self.store.damaged - damaged)

    def _batch(self, raws: list[Raw]) -> pa.RecordBatch:
        arrays = []
        for raw, column, kind in zip(raws, self.columns, self.arrow.types, strict=True):
            where = f"{self.name}.{column.name}"
            array = self._filled(to_arrow(raw, column.kind, self.losses, where), raw, column)
            arrays.append(array if array.type == kind else array.cast(kind))
        return pa.RecordBatch.from_arrays(arrays, schema=self.arrow)


def _nothing(count: int) -> Raw:
    nulls = np.ones(count, bool)
    return Raw(nulls, cells=Cells(np.zeros(0, np.uint8), np.zeros(count + 1, np.int64), nulls))


def _flags(raw: Raw) -> Bools:
    assert raw.cells is not None and raw.cells.complex is not None
    return raw.cells.complex


def _items(raw: Raw) -> list[bytes | None]:
    assert raw.cells is not None
    return raw.cells.items()

"""Tables: their columns, and their rows as Arrow batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudgraph.backups.sqlserver.catalog import Catalog, Rowset, Slice
from fraudgraph.backups.sqlserver.compressed import CompressedRows, find_compressed
from fraudgraph.backups.sqlserver.faults import Losses, LostValueError, Note
from fraudgraph.backups.sqlserver.lobs import Lobs
from fraudgraph.backups.sqlserver.pages import PAGE, bad_sums
from fraudgraph.backups.sqlserver.records import Cells, Rows, Slots, find_rows, find_slots, gather
from fraudgraph.backups.sqlserver.types import LEGACY_LOB, ColumnType, arrow_type, storage_width
from fraudgraph.backups.sqlserver.values import Raw, padded, to_arrow

__all__ = ["Column", "Progress", "Table"]

CHUNK_PAGES = 128
CHUNK_COMPRESSED = 16
ROWS_COMPRESSED = 4096
"""A page's dictionary can make much of little: so many rows at a time keep memory within bounds."""
BATCH_BYTES = 32 * 1024 * 1024
"""Values from off the row are gathered up to this much before a batch is handed on."""

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Progress = Callable[[int, int], None]
"""Called with bytes of pages read and bytes of pages there are."""


@dataclass(slots=True)
class Column:
    """A column as the report names it.

    `declared` is the type as written in SQL; `collation` its number, `code_page` the codec of its bytes
    (empty for other types), `note` what a reader should know of it.
    """

    name: str
    number: int
    declared: str
    kind: ColumnType
    nullable: bool
    collation: int = 0
    code_page: str = ""
    note: Note | None = None

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type."""
        return arrow_type(self.kind)


@dataclass(slots=True)
class Table:
    """One table: reading its batches fills in `rows_read` and `losses`.

    Parameters
    ----------
    row_count : int
        Rows by the file's own count (`rcrows` of `sysrowsets`, over all partitions).
    skipped : list of (column, Note)
        Columns that are not read, each with the reason.
    """

    schema: str
    name: str
    columns: list[Column]
    row_count: int
    catalog: Catalog
    rowsets: list[Rowset]
    skipped: list[tuple[str, Note]] = field(default_factory=list)
    defaults: dict[tuple[int, int], bytes] = field(default_factory=dict)
    losses: Losses = field(default_factory=Losses)
    rows_read: int = 0

    @property
    def full_name(self) -> str:
        """Schema and name."""
        return f"{self.schema}.{self.name}"

    @property
    def arrow_schema(self) -> pa.Schema:
        """The schema of all batches."""
        return pa.schema([pa.field(column.name, column.arrow) for column in self.columns])

    def batches(self, progress: Progress | None = None) -> Iterator[pa.RecordBatch]:
        """The rows, in the order of their pages; what can't be read is counted in `losses`.

        Parameters
        ----------
        progress : callable, optional
            Called after each block with bytes read and bytes to read.
        """
        self.losses, self.rows_read = Losses(), 0
        reader = _Reader(self)
        plan = [(rowset, file, ids) for rowset in self.rowsets for file, ids in reader.pages(rowset)]
        total = sum(len(ids) for _, _, ids in plan) * PAGE
        done = 0
        for rowset, file, ids in plan:
            step = CHUNK_COMPRESSED if rowset.compression else CHUNK_PAGES
            for low in range(0, len(ids), step):
                for batch in reader.chunk(rowset, file, ids[low : low + step]):
                    self.rows_read += batch.num_rows
                    yield batch
                done += len(ids[low : low + step]) * PAGE
                if progress is not None:
                    progress(done, total)

    def notes(self) -> list[Note]:
        """Losses met while reading, and a difference between rows read and the file's own count."""
        said = self.losses.notes()
        if self.rows_read != self.row_count:
            said.append(
                Note(
                    f"{self.rows_read} rows were read, the file's own count says {self.row_count}.",
                    f"读出 {self.rows_read} 行，文件自身计数为 {self.row_count} 行。",
                )
            )
        return said


class _Reader:
    """Reads one table's pages."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.losses = table.losses
        self.store = table.catalog.store
        self.lobs = Lobs(self.store)
        self.arrow = table.arrow_schema

    def pages(self, rowset: Rowset) -> list[tuple[int, Ints]]:
        """Pages of a partition by file."""
        if rowset.first_iam == (0, 0):
            return []
        seen: set[int] = set()
        out = []
        for file, ids in self.table.catalog.allocation.pages(rowset.first_iam, self.losses):
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
            yield from self._emit([self._fixed_var(rows, rowset, column) for column in self.table.columns], len(rows))
        packed = self._packed(rowset, slots, block, names)
        for low in range(0, len(packed) if packed is not None else 0, ROWS_COMPRESSED):
            assert packed is not None
            part = packed.keep(slice(low, low + ROWS_COMPRESSED))
            yield from self._emit([self._compressed(part, rowset, column) for column in self.table.columns], len(part))

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
            out.append(_from_vector(raw, column.number))
        cells = Cells.of(out)
        width = storage_width(column.kind)
        matrix = padded(cells, width, right=False) if width and column.kind.xtype not in (173, 175, 239) else None
        return Raw(cells.nulls, matrix, None if matrix is not None else cells)

    def _compressed(self, rows: CompressedRows, rowset: Rowset, column: Column) -> Raw:
        piece = rowset.columns.get(column.number)
        if piece is None:
            return _nothing(len(rows))
        cells = rows.cells(piece.null_bit)
        raw = Raw(cells.nulls, cells=cells, compressed=True)
        return self._default(raw, rows.absent(piece.null_bit), rowset, column)

    def _default(self, raw: Raw, absent: Bools, rowset: Rowset, column: Column) -> Raw:
        """Columns added later with a default that only the catalogue holds."""
        value = self.table.defaults.get((rowset.rowset, column.number))
        if value is None or not absent.any():
            return raw
        nulls = raw.nulls & ~absent
        if raw.matrix is not None:
            width = raw.matrix.shape[1]
            matrix = raw.matrix.copy()
            matrix[absent] = np.frombuffer((value + bytes(width))[:width], np.uint8)
            return Raw(nulls, matrix, bit=0 if column.kind.xtype == 104 else raw.bit)
        if raw.compressed or raw.cells is None:
            self.losses.add("value", f"{self.table.full_name}.{column.name}", int(absent.sum()))
            return raw
        values = raw.cells.items()
        for row in np.flatnonzero(absent).tolist():
            values[row] = value
        cells = Cells.of(values)
        cells.complex = raw.cells.complex
        return Raw(cells.nulls, cells=cells)

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
                    values[k][row] = self._follow(values[k][row], self.table.columns[k])
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
            part.append(Raw(cells.nulls, cells=cells, compressed=raw.compressed))
        return self._batch(part)

    def _follow(self, raw: bytes | None, column: Column) -> bytes | None:
        if raw is None:
            return None
        try:
            return self.lobs.text(raw) if column.kind.xtype in LEGACY_LOB else self.lobs.inline(raw)
        except LostValueError as lost:
            self.losses.add("value", f"{self.table.full_name}.{column.name}, {lost}")
            return None

    def _batch(self, raws: list[Raw]) -> pa.RecordBatch:
        arrays = []
        for raw, column, kind in zip(raws, self.table.columns, self.arrow.types, strict=True):
            where = f"{self.table.full_name}.{column.name}"
            array = to_arrow(raw, column.kind, self.losses, where)
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


def _from_vector(raw: bytes, number: int) -> bytes | None:
    """One column's value in a sparse vector; None if it is not in it."""
    if len(raw) < 4 or raw[:2] != b"\x05\x00":
        return None
    count = int.from_bytes(raw[2:4], "little")
    if 4 + 4 * count > len(raw):
        return None
    numbers = np.frombuffer(raw, "<u2", count, 4)
    ends = np.frombuffer(raw, "<u2", count, 4 + 2 * count).astype(np.int64)
    found = np.flatnonzero(numbers == number)
    if not len(found) or not count:
        return None
    first = 4 + 4 * count
    shift = 0 if int(ends[-1]) + first > len(raw) else first  # ends count from the vector's start or its bytes'
    at = int(found[0])
    low = first if at == 0 else int(ends[at - 1]) + shift
    return raw[low : int(ends[at]) + shift]


def slice_of(rowset: Rowset, column: int) -> Slice | None:
    """Where a column lies in a partition."""
    return rowset.columns.get(column)

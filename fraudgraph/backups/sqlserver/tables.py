"""Tables: their columns, and their rows as Arrow batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from fraudgraph.backups.sqlserver.catalog import Catalog, Rowset
from fraudgraph.backups.sqlserver.faults import Losses, Note
from fraudgraph.backups.sqlserver.pages import PAGE
from fraudgraph.backups.sqlserver.reading import Reader
from fraudgraph.backups.sqlserver.types import Column

__all__ = ["Progress", "Table"]

Progress = Callable[[int, int], None]
"""Called with bytes of pages read and bytes of pages there are."""


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
        reader = Reader(self.columns, self.catalog, self.full_name, self.defaults, self.losses)
        plan = [(rowset, file, ids) for rowset in self.rowsets for file, ids in reader.pages(rowset)]
        total = sum(len(ids) for _, _, ids in plan) * PAGE
        done = 0
        for rowset, file, ids in plan:
            step = reader.step(rowset)
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

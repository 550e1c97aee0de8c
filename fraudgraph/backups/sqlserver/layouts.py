"""Layouts of the catalogue's own tables, and what a reader makes of their rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fraudgraph.backups.sqlserver.records import Rows, gather

__all__ = [
    "KNOWN", "SYSALLOCUNITS", "SYSCOLPARS", "SYSROWSETS", "SYSSCHOBJS", "VARIABLE", "WIDTHS", "Layout", "Slice", "SystemTable",
    "column_numbers", "column_texts", "slices",
]  # fmt: skip

Ints = npt.NDArray[np.int64]
Layout = dict[str, tuple[int, int]]
"""Offset and width of fixed columns."""

SYSALLOCUNITS: Layout = {
    "auid": (0, 8), "type": (8, 1), "ownerid": (9, 8), "iam_page": (35, 4), "iam_file": (39, 2),
}  # fmt: skip
SYSROWSETS: Layout = {
    "rowsetid": (0, 8), "ownertype": (8, 1), "idmajor": (9, 4), "idminor": (13, 4), "numpart": (17, 4),
    "status": (21, 4), "rcrows": (27, 8), "cmprlevel": (35, 1),
}  # fmt: skip
SYSSCHOBJS: Layout = {"id": (0, 4), "nsid": (4, 4), "status": (9, 4), "type": (13, 2)}
SYSCOLPARS: Layout = {
    "id": (0, 4), "number": (4, 2), "colid": (6, 4), "xtype": (10, 1), "utype": (11, 4), "length": (15, 2),
    "prec": (17, 1), "scale": (18, 1), "collationid": (19, 4), "status": (23, 4),
}  # fmt: skip
KNOWN: dict[int, tuple[Layout, dict[str, int]]] = {
    3: (
        {"rsid": (0, 8), "rscolid": (8, 4), "hbcolid": (12, 4), "ti": (24, 4), "ordkey": (32, 2), "status": (36, 4),
         "offset": (40, 4), "nullbit": (44, 4), "bitpos": (48, 2)},
        {},
    ),
    24: ({"dbfragid": (0, 4), "fileid": (4, 4), "grpid": (8, 4), "status": (12, 4), "filetype": (16, 1)},
         {"lname": 0, "pname": 1}),
    64: ({"class": (0, 1), "id": (1, 4)}, {"name": 0}),
}  # fmt: skip
"""Layouts of 2008 to 2022, for files whose `syscolpars` doesn't describe the catalogue's own tables."""

WIDTHS = {48: 1, 52: 2, 56: 4, 127: 8, 61: 8, 36: 16, 104: 1}
VARIABLE = {165, 167, 231, 98}


@dataclass(slots=True)
class SystemTable:
    """A base table of the catalogue, as columns."""

    numbers: dict[str, Ints]
    texts: list[str]

    def __len__(self) -> int:
        return len(next(iter(self.numbers.values())))


@dataclass(slots=True)
class Slice:
    """Where one column lies in the records of a rowset.

    `offset` counts from the record's start for fixed columns; variable ones have −1 and an `ordinal`; `hobt` is the
    column's number in the heap or tree.
    `null_bit` counts from 1; it is also the column's place in a compressed record.
    """

    null_bit: int
    offset: int
    ordinal: int
    bit: int
    sparse: bool
    hobt: int = 0


def column_numbers(rows: Rows, layout: Layout) -> dict[str, Ints]:
    """Fixed columns of catalogue rows as integers."""
    out = {}
    for name, (offset, width) in layout.items():
        raw, short = rows.fixed(4 + offset, width)
        kind = {1: "u1", 2: "<i2", 4: "<i4", 8: "<i8"}[width]
        values = np.ascontiguousarray(raw).view(kind).ravel().astype(np.int64)
        values[short] = 0
        out[name] = values
    return out


def column_texts(rows: Rows, ordinal: int) -> list[str]:
    """A variable column of catalogue rows as texts."""
    start, length, _ = rows.variable(ordinal)
    cells = gather(rows.flat, start, length, np.zeros(len(rows), bool))
    return [(raw or b"").decode("utf-16-le", "replace") for raw in cells.items()]


def slices(numbers: dict[str, Ints]) -> dict[int, dict[int, Slice]]:
    """Slices by rowset and column; dropped and internal columns (flags in the number) are left out."""
    out: dict[int, dict[int, Slice]] = {}
    offset = numbers["offset"] & 0xFFFF
    offset = np.where(offset >= 0x8000, offset - 0x10000, offset)
    columns = zip(
        numbers["rsid"].tolist(), numbers["rscolid"].tolist(), offset.tolist(),
        (numbers["nullbit"] & 0xFFFF).tolist(), (numbers["bitpos"] & 0xFF).tolist(),
        numbers["status"].tolist(), numbers["hbcolid"].tolist(), strict=True,
    )  # fmt: skip
    for rowset, column, at, null_bit, bit, status, hobt in columns:
        if not 0 < column < 0x10000 or status & 2:
            continue
        sparse = bool(status & 0x100)
        piece = Slice(null_bit, at if at >= 0 else -1, -at - 1 if at < 0 else -1, bit, sparse, hobt)
        out.setdefault(rowset, {})[column] = piece
    return out

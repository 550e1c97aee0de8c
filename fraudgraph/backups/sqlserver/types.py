"""SQL Server's types by number, and what they become in Arrow."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from fraudgraph.backups.sqlserver.collation import CodePage
from fraudgraph.backups.sqlserver.faults import Note

__all__ = [
    "NAMES",
    "Column",
    "ColumnType",
    "arrow_type",
    "is_text",
    "storage_width",
]

NAMES = {
    34: "image", 35: "text", 36: "uniqueidentifier", 40: "date", 41: "time", 42: "datetime2", 43: "datetimeoffset",
    48: "tinyint", 52: "smallint", 56: "int", 58: "smalldatetime", 59: "real", 60: "money", 61: "datetime",
    62: "float", 98: "sql_variant", 99: "ntext", 104: "bit", 106: "decimal", 108: "numeric", 122: "smallmoney",
    127: "bigint", 165: "varbinary", 167: "varchar", 173: "binary", 175: "char", 189: "rowversion", 231: "nvarchar",
    239: "nchar", 240: "clr", 241: "xml",
}  # fmt: skip
PLAIN = {
    34: pa.binary(), 36: pa.string(), 40: pa.date32(), 43: pa.string(), 48: pa.uint8(), 52: pa.int16(),
    56: pa.int32(), 58: pa.timestamp("s"), 59: pa.float32(), 60: pa.decimal128(19, 4), 61: pa.timestamp("ms"),
    62: pa.float64(), 98: pa.string(), 104: pa.bool_(), 122: pa.decimal128(10, 4), 127: pa.int64(),
    165: pa.binary(), 173: pa.binary(), 189: pa.binary(), 240: pa.binary(), 41: pa.time64("us"), 42: pa.timestamp("us"),
}  # fmt: skip
WIDTHS = {
    36: 16, 40: 3, 48: 1, 52: 2, 56: 4, 58: 4, 59: 4, 60: 8, 61: 8, 62: 8, 104: 1, 122: 4, 127: 8, 189: 8,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A column's type: number, length in bytes (−1: max), precision, scale, code page of its bytes."""

    xtype: int
    length: int
    precision: int
    scale: int
    page: CodePage


def arrow_type(kind: ColumnType) -> pa.DataType:
    """What a type becomes in Arrow."""
    if kind.xtype in (106, 108):
        return pa.decimal128(max(1, min(38, kind.precision)), min(kind.scale, 38))
    return PLAIN.get(kind.xtype, pa.string())


def storage_width(kind: ColumnType) -> int:
    """Bytes of a type with a fixed place in the record; 0 if it has none."""
    if kind.xtype in (106, 108):
        return 5 if kind.precision <= 9 else 9 if kind.precision <= 19 else 13 if kind.precision <= 28 else 17
    if kind.xtype in (41, 42, 43):
        time = 3 if kind.scale <= 2 else 4 if kind.scale <= 4 else 5
        return time + {41: 0, 42: 3, 43: 5}[kind.xtype]
    if kind.xtype in (173, 175, 239):
        return max(kind.length, 0)
    return WIDTHS.get(kind.xtype, 0)


def is_text(xtype: int) -> bool:
    """Whether the bytes are in a code page."""
    return xtype in (35, 167, 175)


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

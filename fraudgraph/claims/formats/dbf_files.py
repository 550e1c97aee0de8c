"""dBase, FoxPro and Clipper tables (.dbf), read in blocks of records. Memo columns lie in another file and are left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudgraph.claims.formats.batches import stage_schema
from fraudgraph.claims.formats.byte_columns import ByteColumn, cut_columns
from fraudgraph.claims.formats.encodings import chinese_encoding
from fraudgraph.claims.formats.source_file import SourceFile
from fraudgraph.errors import SourceError

__all__ = ["DbfFile", "dbf_batches", "open_dbf"]

_RECORDS = 20_000
_FIELD_BYTES = 32
_CODE_PAGES = {0x4D: "gb18030", 0x7A: "gb18030", 0x4F: "cp950", 0x78: "cp950"}
_SAMPLE_BYTES = 1 << 20
_TEXT_TYPES = "CNFDL"
_BINARY_WIDTHS = {"I": 4, "T": 8, "Y": 8, "B": 8}
_JULIAN_1970 = 2_440_588


@dataclass(frozen=True, slots=True, kw_only=True)
class DbfFile:
    """A table's form: where records begin, how long they are, and its columns. `types` holds a letter a column."""

    start: int
    record: int
    rows: int
    encoding: str
    columns: tuple[ByteColumn, ...]
    types: str

    @property
    def kept(self) -> tuple[int, ...]:
        """Positions of the columns that lie in the table itself."""
        return tuple(
            i
            for i, (letter, column) in enumerate(zip(self.types, self.columns, strict=True))
            if letter in _TEXT_TYPES or _BINARY_WIDTHS.get(letter) == column.width
        )

    @property
    def headers(self) -> tuple[str, ...]:
        """Names of the columns that are kept."""
        return tuple(self.columns[i].name for i in self.kept)


def open_dbf(source: SourceFile) -> DbfFile:
    """Read a table's header.

    Raises
    ------
    SourceError
        If the header is damaged or the file ends before its last record.
    """
    with source.path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    said = int.from_bytes(head[4:8], "little")
    start, record = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
    columns: list[ByteColumn] = []
    types, offset = "", 1
    names = []
    for at in range(_FIELD_BYTES, start - 1, _FIELD_BYTES):
        field = head[at : at + _FIELD_BYTES]
        if field[:1] in (b"\x0d", b"\x00", b""):
            break
        width = field[16] + (field[17] << 8 if field[11:12] == b"C" else 0)
        names.append(field[:11].split(b"\x00")[0])
        columns.append(ByteColumn("", offset, width))
        types += chr(field[11]).upper()
        offset += width
    there = (source.size - start) // record if record else 0
    if offset > record or not columns or there < said:
        raise SourceError(
            f"{source.name} is a dBase table that is damaged or broken off: its header promises {said} records of {record} bytes, {max(there, 0)} are there. Ask the supplier to send it again.",
            f"{source.name} 是已损坏或不完整的 dbf 表：文件头标明 {said} 条、每条 {record} 字节，实有 {max(there, 0)} 条。请让提供方重新发送。",
        )
    encoding = _encoding(head, start)
    named = tuple(
        ByteColumn(name.decode(encoding, errors="replace").strip(), column.offset, column.width)
        for name, column in zip(names, columns, strict=True)
    )
    return DbfFile(start=start, record=record, rows=said, encoding=encoding, columns=named, types=types)


def _encoding(head: bytes, start: int) -> str:
    """What the table says; many programs say nothing or wrong: then what its own bytes look like."""
    said = _CODE_PAGES.get(head[29])
    if said is not None:
        return said
    body = head[_FIELD_BYTES:start] + head[start:].rpartition(b" ")[0]
    if body.isascii():
        return "gb18030"
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return chinese_encoding(body)
    return "utf-8"


def dbf_batches(source: SourceFile, table: DbfFile) -> Iterator[pa.RecordBatch]:
    """The records as batches of text. A record that is marked as deleted comes with the fault E_VOID."""
    kept = table.kept
    schema = stage_schema(len(kept))
    with source.path.open("rb") as file:
        file.seek(table.start)
        for first in range(0, table.rows, _RECORDS):
            count = min(_RECORDS, table.rows - first)
            block = np.frombuffer(file.read(count * table.record), dtype=np.uint8).reshape(
                count, table.record
            )
            columns: list[pa.Array] = []
            damaged = np.zeros(count, dtype=bool)
            for i in kept:
                if table.types[i] in _BINARY_WIDTHS:
                    columns.append(_binary(block, table.columns[i], table.types[i]))
                    continue
                (texts,), bad = cut_columns(block, [table.columns[i]], table.encoding)
                columns.append(texts)
                damaged |= bad
            deleted = block[:, 0] == ord("*")
            fault = [
                "E_VOID" if gone else "E_ENCODING" if bad else None
                for gone, bad in zip(deleted.tolist(), damaged.tolist(), strict=True)
            ]
            lines = pa.array(np.arange(first + 1, first + count + 1))
            yield pa.record_batch(
                [lines, pa.array(fault, pa.string()), pa.nulls(count, pa.string()), *columns], schema=schema
            )


def _binary(block: np.ndarray, column: ByteColumn, letter: str) -> pa.Array:
    part = np.ascontiguousarray(block[:, column.offset : column.offset + column.width])
    if letter == "I":
        return pa.array(part.view("<i4").ravel()).cast(pa.string())
    if letter == "Y":
        whole = part.view("<i8").ravel()
        return pa.array([f"{value / 10000:.4f}" for value in whole.tolist()])
    if letter == "B":
        return pa.array([repr(value) for value in part.view("<f8").ravel().tolist()])
    days, milliseconds = part.view("<i4").reshape(-1, 2).T
    moment = (days.astype("int64") - _JULIAN_1970) * 86_400_000 + milliseconds
    stamps = pa.array(moment, type=pa.timestamp("ms"), mask=days == 0)
    return pc.strftime(stamps, format="%Y-%m-%d %H:%M:%S") if len(stamps) else stamps.cast(pa.string())

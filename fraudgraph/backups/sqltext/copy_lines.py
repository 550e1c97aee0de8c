"""Lines of PostgreSQL's COPY: tab-separated, `\\N` for null, backslash escapes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from mmap import mmap

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from fraudgraph.backups.form import Column, Losses
from fraudgraph.backups.sqltext.rows import schema_of
from fraudgraph.backups.sqltext.walking import Copy
from fraudgraph.backups.typed import is_binary, typed

__all__ = ["copy_batches"]

_BLOCK = 8 << 20
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|x[0-9A-Fa-f]{1,2}|.)", re.S)
_MEANT = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def copy_batches(
    text: mmap | bytes, pieces: Iterator[Copy], columns: Sequence[Column], losses: Losses
) -> Iterator[pa.RecordBatch]:
    """The lines of one table as batches."""
    schema = schema_of(columns)
    places = {column.name: i for i, column in enumerate(columns)}
    for piece in pieces:
        names = piece.columns or tuple(column.name for column in columns)
        for lines in _blocks(text, piece.start, piece.end):
            raw = _cells(lines, piece.dialect.codec, len(names), losses)
            arrays: list[pa.Array] = [pa.nulls(len(raw[0]) if raw else 0, field.type) for field in schema]
            for name, cells in zip(names, raw, strict=True):
                place = places.get(name)
                if place is None:
                    losses.add("column that the table does not declare", name, len(cells))
                    continue
                arrays[place] = _column(cells, columns[place], schema.field(place).type, losses)
            yield pa.record_batch(arrays, schema=schema)


def _blocks(text: mmap | bytes, start: int, end: int) -> Iterator[bytes]:
    while start < end:
        size = _BLOCK
        stop = end
        while start + size < end:
            found = text.rfind(b"\n", start, start + size)
            if found >= 0:
                stop = found + 1
                break
            size *= 2
        yield bytes(text[start:stop])
        start = stop


def _cells(lines: bytes, codec: str, width: int, losses: Losses) -> list[pa.Array]:
    """Each column's bytes in UTF-8, escapes still in them. A line with another count of values is left out."""
    if codec != "utf-8":
        try:
            lines = lines.decode(codec).encode()
        except UnicodeDecodeError:
            losses.add("bytes outside the code page")
            lines = lines.decode(codec, errors="replace").encode()

    def wrong(row: pcsv.InvalidRow) -> str:
        losses.add(
            f"row of {row.actual_columns} values, {row.expected_columns} expected",
            example=(row.text or "")[:60],
        )
        return "skip"

    names = [f"c{i}" for i in range(width)]
    table = pcsv.read_csv(
        io.BytesIO(lines),
        read_options=pcsv.ReadOptions(column_names=names, use_threads=False, block_size=max(len(lines), 1) + 1),
        parse_options=pcsv.ParseOptions(
            delimiter="\t", quote_char=False, double_quote=False, escape_char=False, newlines_in_values=False, ignore_empty_lines=False, invalid_row_handler=wrong
        ),
        convert_options=pcsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.binary()), null_values=["\\N"], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )  # fmt: skip
    return [
        column.combine_chunks() if column.num_chunks != 1 else column.chunk(0) for column in table.columns
    ]


def _column(cells: pa.Array, column: Column, kind: pa.DataType, losses: Losses) -> pa.Array:
    if is_binary(column.type):
        return pa.array([None if one is None else _bytes_of(one) for one in cells.to_pylist()], pa.binary())
    escaped = pc.match_substring(cells, b"\\")
    if pc.any(escaped).as_py():
        values = [None if one is None else _plain(one) if b"\\" in one else one for one in cells.to_pylist()]
        cells = pa.array(values, pa.binary())
    return typed(cells, kind, codec="utf-8", losses=losses, column=column.name)


def _bytes_of(value: bytes) -> bytes:
    plain = _plain(value)
    if plain.startswith(b"\\x"):
        return bytes.fromhex(plain[2:].decode("ascii"))
    return _plain(plain)


def _plain(value: bytes) -> bytes:
    return _ESCAPE.sub(_meant, value)


def _meant(found: re.Match[bytes]) -> bytes:
    code = found[1]
    if code[:1] == b"x" and len(code) > 1:
        return bytes([int(code[1:], 16)])
    if code[:1] in b"01234567":
        return bytes([int(code, 8) & 255])
    return _MEANT.get(code, code)

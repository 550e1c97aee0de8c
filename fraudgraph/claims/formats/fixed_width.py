"""Fixed-width text: columns cut by bytes, as the specifications of old systems count them. The widths come from the mapping file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from fraudgraph.claims.columns.mapping import TableRule
from fraudgraph.claims.formats.batches import stage_schema
from fraudgraph.claims.formats.byte_columns import ByteColumn, cut_columns
from fraudgraph.claims.formats.encodings import chinese_encoding
from fraudgraph.claims.formats.opening import delivered_bytes
from fraudgraph.claims.formats.source_file import SourceFile

__all__ = ["fixed_batches", "fixed_encoding"]

_BLOCK = 4 << 20


def fixed_encoding(source: SourceFile) -> str:
    """UTF-8 if the head of the file is, else the Chinese encoding that it looks like."""
    with delivered_bytes(source) as file:
        head = file.read(_BLOCK).rpartition(b"\n")[0]
    try:
        head.decode("utf-8")
    except UnicodeDecodeError:
        return chinese_encoding(head)
    return "gb18030" if head.isascii() else "utf-8"


def fixed_batches(source: SourceFile, rule: TableRule, encoding: str) -> Iterator[pa.RecordBatch]:
    """The lines of a file as batches of text.

    A line that goes on behind the last column gets a fault; so does a shorter one, unless the file leaves the blanks
    at the ends of lines out.
    """
    columns, width = _places(rule)
    number, exact = 0, True
    for lines in _blocks(source):
        first, number = number + 1, number + len(lines)
        numbered = [(at, line) for at, line in enumerate(lines, first) if line.strip() and at > rule.skip]
        if not numbered:
            continue
        lengths = np.array([len(line) for _, line in numbered])
        if first == 1:
            exact = bool((lengths == width).mean() > 0.5)
        padded = b"".join(line[:width].ljust(width) for _, line in numbered)
        records = np.frombuffer(padded, dtype=np.uint8).reshape(len(numbered), width)
        texts, damaged = cut_columns(records, columns, encoding)
        longer = np.array([len(line.rstrip()) > width for _, line in numbered])
        wrong = longer | (lengths < width if exact else np.zeros(len(lengths), dtype=bool))
        fault = [
            "E_COLUMNS" if cut else "E_ENCODING" if bad else None
            for cut, bad in zip(wrong.tolist(), damaged.tolist(), strict=True)
        ]
        raw = [
            line.decode(encoding, errors="replace") if wrong_there else None
            for (_, line), wrong_there in zip(numbered, fault, strict=True)
        ]
        heads = [
            pa.array([at for at, _ in numbered], pa.int64()),
            pa.array(fault, pa.string()),
            pa.array(raw, pa.string()),
        ]
        yield pa.record_batch([*heads, *texts], schema=stage_schema(len(columns)))


def _places(rule: TableRule) -> tuple[list[ByteColumn], int]:
    """Where each column of the layout lies, and how long a line is."""
    columns, offset = [], 0
    for name, width in rule.layout.items():
        columns.append(ByteColumn(name, offset, width))
        offset += width
    return columns, offset


def _blocks(source: SourceFile) -> Iterator[list[bytes]]:
    """The lines of a file, some thousands at a time, without their line ends."""
    rest = b""
    with delivered_bytes(source) as file:
        while block := file.read(_BLOCK):
            if not rest and block.startswith(b"\xef\xbb\xbf"):
                block = block[3:]
            lines = (rest + block).split(b"\n")
            rest = lines.pop()
            yield [line.removesuffix(b"\r") for line in lines]
    if rest.rstrip(b"\x1a"):
        yield [rest.removesuffix(b"\r")]

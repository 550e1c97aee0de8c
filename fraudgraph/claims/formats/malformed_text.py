"""Text files that DuckDB's reader would refuse, read line by line so that only the lines at fault are set aside."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fraudgraph.claims.formats.text_files import DAMAGED, HEAD_BYTES, TextFile

__all__ = ["CarefulRow", "careful_rows"]

_MAX_RECORD_LINES = 1000


@dataclass(frozen=True, slots=True)
class CarefulRow:
    """One row read with care: its line, its values, and what is wrong with it."""

    line: int
    values: tuple[str | None, ...]
    fault: str | None
    raw: str


def careful_rows(text: TextFile) -> Iterator[CarefulRow]:
    """Each row of a file that DuckDB would refuse, faulty ones with their fault; the header is left out."""
    shape = _Shape(text.delimiter, len(text.headers))
    pending: list[str] = []
    start = 0
    for number, line in _lines(text.path):
        if pending:
            pending.append(line)
            if not shape.ends_open(line, inside=True):
                yield from _joined(text.offset + start, pending, shape)
                pending = []
            elif len(pending) > _MAX_RECORD_LINES:
                yield from _unclosed(text.offset + start, pending, shape)
                pending = []
        elif number <= text.header_lines or not line.strip("\r\n"):
            continue
        elif shape.ends_open(line):
            pending, start = [line], number
        else:
            yield shape.row(text.offset + number, line)
    if pending:
        yield from _unclosed(text.offset + start, pending, shape)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Physical lines with their numbers. A lone carriage return ends a line only where there is no line feed at all."""
    with path.open("rb") as file:
        newline = "\n" if b"\n" in file.read(HEAD_BYTES) else "\r"
    with path.open(encoding="utf-8-sig", newline=newline) as file:
        yield from enumerate(file, start=1)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a row of this file looks like."""

    delimiter: str
    width: int

    def ends_open(self, line: str, *, inside: bool = False) -> bool:
        """Whether a line ends inside a quoted value. Only a quote at the start of a value opens one."""
        if not inside and line.count('"') % 2 == 0:
            return False
        at_start = not inside
        position = 0
        while position < len(line):
            char = line[position]
            if inside:
                if char == '"':
                    if line[position + 1 : position + 2] == '"':
                        position += 1
                    else:
                        inside = False
            elif char == '"' and at_start:
                inside, at_start = True, False
            else:
                at_start = char == self.delimiter or (at_start and char == " ")
            position += 1
        return inside

    def row(self, number: int, record: str) -> CarefulRow:
        """One record as a row; too many or too few values are its fault, empty ones behind the last are not."""
        raw = record.rstrip("\r\n")
        values = self.values(raw)
        if values is None:
            return CarefulRow(number, (None,) * self.width, "E_QUOTE", raw.replace(DAMAGED, "\ufffd"))
        if len(values) > self.width and not any(values[self.width :]):
            values = values[: self.width]
        fault = "E_ENCODING" if DAMAGED in raw else "E_COLUMNS" if len(values) != self.width else None
        padded = tuple(value or None for value in values[: self.width]) + (None,) * (self.width - len(values))
        return CarefulRow(number, padded, fault, raw.replace(DAMAGED, "\ufffd"))

    def values(self, raw: str) -> list[str] | None:
        """The values of a record; None if its quotes make no sense."""
        if '"' not in raw:
            return raw.split(self.delimiter)
        try:
            return next(csv.reader(io.StringIO(raw, newline=""), delimiter=self.delimiter), None)
        except csv.Error:
            return None


def _joined(start: int, lines: list[str], shape: _Shape) -> Iterator[CarefulRow]:
    """Lines that one quoted value ties together; if that makes no row, the quote was a stray one."""
    row = shape.row(start, "".join(lines))
    if row.fault in ("E_COLUMNS", "E_QUOTE"):
        yield from _unclosed(start, lines, shape)
    else:
        yield row


def _unclosed(start: int, lines: list[str], shape: _Shape) -> Iterator[CarefulRow]:
    """The line whose quote never closes is set aside alone; the ones that it swallowed are read by themselves."""
    yield CarefulRow(
        start, (None,) * shape.width, "E_QUOTE", lines[0].rstrip("\r\n").replace(DAMAGED, "\ufffd")
    )
    for number, line in enumerate(lines[1:], start=start + 1):
        if not line.strip("\r\n"):
            continue
        if shape.ends_open(line):
            yield CarefulRow(
                number, (None,) * shape.width, "E_QUOTE", line.rstrip("\r\n").replace(DAMAGED, "\ufffd")
            )
        else:
            yield shape.row(number, line)

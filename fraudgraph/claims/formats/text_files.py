"""Delivered text as tables: which delimiter, where the header stands, and whether there are several tables.

A regular file goes straight to DuckDB; one that is not (quotes left open, lines too long or too short, empty lines) is
read line by line, so that only the lines at fault are set aside.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from fraudgraph.claims.columns.headers import HeaderFound, find_header
from fraudgraph.claims.formats.encodings import DAMAGED, HEAD_BYTES, Utf8Text

__all__ = ["DAMAGED", "HEAD_BYTES", "TextFile", "open_text"]

_DELIMITERS = (",", "\t", ";", "|", "\x01", "^")
_LOOKED_AT = 60
csv.field_size_limit(1 << 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """One table of a delivered text, ready as UTF-8.

    `header_lines` are the physical lines up to the end of the header; `lines` counts physical lines up to the last that
    is not empty; `offset` are the lines of the delivered file before the first of `path`.
    """

    path: Path
    encoding: str
    delimiter: str
    headers: tuple[str, ...]
    header_lines: int
    lines: int
    damaged: bool
    odd_spaces: bool
    offset: int = 0


def open_text(text: Utf8Text, scratch: Path, more: frozenset[str] = frozenset()) -> list[TextFile]:
    """The tables of a text; an empty list if it has no header of at least two columns.

    Parameters
    ----------
    text : Utf8Text
        The file's content as UTF-8.
    scratch : Path
        Beside which the parts of a text that holds several tables are written.
    more : frozenset of str
        Plain names of columns that count as known beside the presets'.
    """
    first = _table(text.path, text, more)
    if first is None:
        return []
    starts = list(_further_tables(first, more)) if text.gaps and b"\n" in _head_bytes(text.path) else []
    return _cut(first, starts, scratch, more) if starts else [first]


def _head_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _table(path: Path, text: Utf8Text, more: frozenset[str]) -> TextFile | None:
    head = _head_bytes(path).decode("utf-8-sig", errors="ignore")
    best: tuple[tuple[int, int, int], str, HeaderFound, int, int] | None = None
    for delimiter in _DELIMITERS:
        if delimiter not in head:
            continue
        rows, ends = _records(head, delimiter)
        found = find_header(rows, more)
        if found is None:
            continue
        last = found.row + found.rows - 1
        alike = sum(len(row) == len(rows[last]) for row in rows)
        key = (found.hits, alike, len(found.names))
        if best is None or key > best[0]:
            best = (key, delimiter, found, ends[last], len(rows[last]))
    if best is None:
        return None
    _, delimiter, found, header_lines, width = best
    width = max(len(found.names), min(width, _usual_width(head, delimiter, found) or width))
    if len(found.names) < 2 or len("".join(found.names)) >= HEAD_BYTES // 2:
        return None
    return TextFile(
        path=path,
        encoding=text.encoding,
        delimiter=delimiter,
        headers=(*(name.strip() for name in found.names), *[""] * (width - len(found.names))),
        header_lines=header_lines,
        lines=text.lines,
        damaged=text.damaged,
        odd_spaces=text.odd_spaces or (delimiter != "\t" and text.tabs) or found.rows > 1,
    )


def _usual_width(head: str, delimiter: str, found: HeaderFound) -> int:
    """How many values most rows below the header have; 0 without rows. A header may end with a delimiter that no row has."""
    rows, _ = _records(head, delimiter)
    widths = [len(row) for row in rows[found.row + found.rows :] if any(cell.strip() for cell in row)]
    return max(set(widths), key=lambda width: (widths.count(width), width)) if widths else 0


def _records(head: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The first records and the physical line that each ends in; quotes that make no sense leave plain lines."""
    lines = re.split(r"\r\n|\n|\r", head)
    if len(head) >= HEAD_BYTES // 4:
        lines = lines[:-1] or lines
    if '"' not in head:
        rows = [line.split(delimiter) for line in lines[:_LOOKED_AT]]
        return rows, list(range(1, len(rows) + 1))
    reader = csv.reader(io.StringIO("\n".join(lines[: _LOOKED_AT * 4])), delimiter=delimiter)
    rows, ends = [], []
    try:
        for row in reader:
            rows.append(row)
            ends.append(reader.line_num)
            if len(rows) >= _LOOKED_AT:
                break
    except csv.Error:
        rows = []
    if not rows or ends[-1] > len(rows) + 20:
        rows = [line.split(delimiter) for line in lines[:_LOOKED_AT]]
        ends = list(range(1, len(rows) + 1))
    return rows, ends


def _further_tables(first: TextFile, more: frozenset[str]) -> Iterator[int]:
    """Physical lines where, after an empty one, the header of another table stands (or a title above it)."""
    pending: int | None = None
    gap = False
    with first.path.open(encoding="utf-8-sig", errors="replace", newline="\n") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                gap, pending = True, None
                continue
            if number > first.header_lines and (gap or pending is not None):
                cells = [cell.strip(' "\r\n') for cell in line.split(first.delimiter)]
                filled = [cell for cell in cells if cell]
                found = find_header([cells], more) if len(filled) > 2 else None
                if found is not None and found.hits >= 3 and found.hits * 2 >= len(filled):
                    yield pending or number
                    pending = None
                else:
                    pending = (pending or number) if gap and len(filled) == 1 else None
            gap = False


def _cut(first: TextFile, starts: list[int], scratch: Path, more: frozenset[str]) -> list[TextFile]:
    """The tables of a text each in a file of its own, so that each can be read as a regular one."""
    bounds = [1, *starts]
    tables: list[TextFile] = []
    parts = [scratch.with_name(f"{scratch.name}.part{i}") for i in range(len(bounds))]
    counts = _write_parts(first.path, bounds, parts)
    for index, (start, part) in enumerate(zip(bounds, parts, strict=True)):
        text = Utf8Text(
            path=part,
            encoding=first.encoding,
            lines=counts[index],
            damaged=first.damaged,
            odd_spaces=first.odd_spaces,
        )
        table = _table(part, text, more)
        if table is not None:
            tables.append(replace(table, offset=start - 1))
    return tables


def _write_parts(path: Path, bounds: list[int], parts: list[Path]) -> list[int]:
    """Write the lines from each bound to the next into its part; how many lines up to the last that is not empty."""
    counts = [0] * len(bounds)
    with path.open("rb") as file:
        lines = enumerate(file, start=1)
        for index, part in enumerate(parts):
            stop = bounds[index + 1] if index + 1 < len(bounds) else None
            with part.open("wb") as out:
                for number, line in lines:
                    out.write(line)
                    if line.strip(b"\r\n"):
                        counts[index] = number - bounds[index] + 1
                    if stop is not None and number + 1 == stop:
                        break
    return counts

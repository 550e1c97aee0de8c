"""HTML tables that systems save as .xls, and Excel's own XML tables: read row by row, never as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from pathlib import Path

from fraudgraph.claims.typing.literals import MERGED

__all__ = ["HtmlRows", "html_rows"]

_BLOCK = 1 << 20
_MAX_ROW = 4 << 20
_SKIPPED = re.compile(r"<!--.*?-->|<(style|script|head)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_ROW = re.compile(r"<(?:ss:)?(?:tr|row)\b[^>]*>", re.IGNORECASE)
_END = re.compile(r"</(?:ss:)?(table|worksheet)\s*>", re.IGNORECASE)
_CELL = re.compile(r"<(?:ss:)?(?:td|th|cell)\b([^>]*)>", re.IGNORECASE)
_SPAN = re.compile(
    r"""\b(colspan|rowspan|ss:index|ss:mergeacross|ss:mergedown)\s*=\s*["']?(\d+)""", re.IGNORECASE
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_MOST_SPAN = 500
_COVERED = "\ufdd2"
"""Stands before the text of a merged cell of a row above."""


class HtmlRows:
    """The rows of a file in UTF-8, parsed once; they can be read over again from a copy.

    Parameters
    ----------
    path : Path
        The file.
    copy : Path
        Where the parsed rows are put, one a line.
    """

    def __init__(self, path: Path, copy: Path) -> None:
        self._copy = copy
        with copy.open("w", encoding="utf-8") as out:
            for line, cells in html_rows(path):
                out.write(f"{line},{json.dumps(cells, ensure_ascii=False)}\n")

    def between(
        self, first: int = 0, last: int | None = None, *, filled: bool = False
    ) -> Iterator[tuple[int, list[str]]]:
        """The rows from one number to another; an empty one stands where a table ends.

        Parameters
        ----------
        first, last : int
            Numbers of rows.
        filled : bool
            Whether cells merged downwards say their value, marked, for every row that they cover; else it stands once.
        """
        with self._copy.open(encoding="utf-8") as file:
            for text in file:
                number, _, cells = text.partition(",")
                line = int(number)
                if last is not None and line > last:
                    return
                if line >= first:
                    yield line, [_as_asked(cell, filled) for cell in json.loads(cells)]


def _as_asked(cell: str, filled: bool) -> str:
    if not cell.startswith((MERGED, _COVERED)):
        return cell
    if filled:
        return MERGED + cell[1:]
    return cell[1:] if cell[0] == MERGED else ""


def html_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of all tables of a file in UTF-8: (number of the row in the file, cells).

    An empty row stands where one table ends. A cell merged downwards is marked, and so are the cells that it covers.
    """
    number = 0
    covered: dict[int, tuple[int, str]] = {}
    for text in _row_texts(path):
        if not text:
            covered = {}
            yield number, []
            continue
        number += 1
        cells, covered = _cells(text, covered)
        yield number, cells


def _row_texts(path: Path) -> Iterator[str]:
    """The text of each row behind its opening tag; an empty text where a table ends."""
    rest = ""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        while True:
            block = file.read(_BLOCK)
            text = _SKIPPED.sub(" ", rest + block)
            starts = [(found.start(), found.end()) for found in _ROW.finditer(text)]
            if block and len(starts) < 2 and len(text) < _MAX_ROW:
                rest = text
                continue
            pieces = [(end, after) for (_, end), (after, _) in pairwise(starts)]
            last = starts[-1] if starts else (len(text), len(text))
            if not block:
                pieces += [(last[1], len(text))] if starts else []
            for begin, stop in pieces:
                yield from _piece(text[begin:stop])
            rest = text[last[0] :]
            if not block:
                return


def _piece(text: str) -> Iterator[str]:
    end = _END.search(text)
    yield (text[: end.start()] if end else text) or " "
    if end:
        yield ""


def _cells(text: str, covered: dict[int, tuple[int, str]]) -> tuple[list[str], dict[int, tuple[int, str]]]:
    """The cells of a row, with empty ones where merged cells of this row lie and marked ones where those of rows above do."""
    pieces = _CELL.split(text)
    marks, contents = pieces[1::2], pieces[2::2]
    if not covered and not any(marks):
        return [_text(content) for content in contents], {}
    cells: list[str] = []
    still = {column: (rows - 1, said) for column, (rows, said) in covered.items() if rows > 1}
    for mark, content in zip(marks, contents, strict=True):
        while len(cells) in covered:
            cells.append(_under(covered[len(cells)][1]))
        spans = {name.lower(): int(count) for name, count in _SPAN.findall(mark)} if mark else {}
        if spans.get("ss:index", 0) > len(cells):
            cells += [""] * min(spans["ss:index"] - 1 - len(cells), _MOST_SPAN)
        across = min(max(spans.get("colspan", 1), spans.get("ss:mergeacross", 0) + 1), _MOST_SPAN)
        down = max(spans.get("rowspan", 1), spans.get("ss:mergedown", 0) + 1)
        said = "" if mark.endswith("/") else _text(content)
        if down > 1:
            still |= dict.fromkeys(range(len(cells), len(cells) + across), (down - 1, ""))
            still[len(cells)] = (down - 1, said)
        cells.append(f"{MERGED}{said}" if down > 1 and said else said)
        cells += [""] * (across - 1)
    while len(cells) in covered:
        cells.append(_under(covered[len(cells)][1]))
    return cells, still


def _under(said: str) -> str:
    return f"{_COVERED}{said}" if said else ""


def _text(content: str) -> str:
    content = content.strip().removesuffix("</tr>").rstrip().removesuffix("</td>")
    if "<" in content:
        content = _TAG.sub("", _BREAK.sub(" ", content))
    return (unescape(content) if "&" in content else content).strip()

"""Where in a sheet or text the header stands: below titles, over two or three lines, above each of several tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from fraudgraph.claims.columns.mapping import TableRule, preset_rules
from fraudgraph.claims.columns.matching import forms, normalised
from fraudgraph.claims.columns.meanings import speaks
from fraudgraph.claims.schema.fields import KINDS

__all__ = [
    "GridTable",
    "HeaderFound",
    "cell_text",
    "find_header",
    "known_headers",
    "rule_headers",
    "tables_in",
]

_LOOKED_AT = 40
_SPOKEN = 15
"""Rows that are read for names of columns by their words."""
_MOSTLY = 0.6
"""Share of a row that has to read as names of columns where none is known word by word."""
_SCANNED = 100_000
"""Rows in which a further table below the first is looked for."""
_DATA = re.compile(r"[-+¥￥]?[0-9][0-9,.:/\- 年月日TZ%元]*|[0-9A-Za-z]*[0-9]{5,}[0-9A-Za-z]*")


@dataclass(frozen=True, slots=True)
class HeaderFound:
    """A header: the row it begins in, how many rows it takes, its names, and how many of them are known."""

    row: int
    rows: int
    names: tuple[str, ...]
    hits: int


@dataclass(frozen=True, slots=True)
class GridTable:
    """One table of a grid: its names, and the first and last line of its rows (None: to the end)."""

    names: tuple[str, ...]
    first_line: int
    last_line: int | None


@cache
def known_headers() -> frozenset[str]:
    """Every name, in its plain form, that presets know a column by."""
    names = {name for kind in KINDS.values() for name in kind.field_names}
    for rule in preset_rules():
        for name in rule.columns:
            names.update(rule.synonyms(name))
    return frozenset(normalised(name) for name in names)


def rule_headers(rules: Sequence[TableRule]) -> frozenset[str]:
    """The names that an operator's rules know columns by, beside the presets'."""
    names: set[str] = set()
    for rule in rules:
        names.update(rule.has)
        names.update(part for parts in rule.sums.values() for part in parts)
        for name in rule.columns:
            names.update(rule.synonyms(name))
    return frozenset(normalised(name) for name in names)


def cell_text(cell: Any) -> str:
    """A header's cell on one line."""
    return "" if cell is None else " ".join(str(cell).split())


def find_header(rows: Sequence[Sequence[Any]], more: frozenset[str] = frozenset()) -> HeaderFound | None:
    """The header among the first rows of a table; None if there is no row of at least two names.

    Parameters
    ----------
    rows : sequence of rows
        The first rows as they come.
    more : frozenset of str
        Plain names that count as known beside the presets'.
    """
    texts = [[cell_text(cell) for cell in row] for row in rows[:_LOOKED_AT]]

    def known(name: str) -> bool:
        return _known(name, more)

    return (
        _best_header(texts, known, 0.0)
        or _best_header(texts[:_SPOKEN], speaks, _MOSTLY)
        or _plain_header(texts)
    )


def _best_header(
    texts: Sequence[Sequence[str]], known: Callable[[str], bool], least: float
) -> HeaderFound | None:
    """The row, or two or three of them, with most known names; at least this share of its names has to be."""
    best: HeaderFound | None = None
    for index, row in enumerate(texts):
        if sum(bool(cell) for cell in row) < 2:
            continue
        for depth in (1, 2, 3):
            if depth > 1 and (index + depth > len(texts) or not _continues(row, texts[index + depth - 1])):
                break
            names = _merged(texts[index : index + depth], known)
            hits = sum(known(name) for name in names if name)
            if hits >= max(2, least * sum(map(bool, names))) and (best is None or hits > best.hits):
                best = HeaderFound(index, depth, names, hits)
    return best


def tables_in(
    rows: Iterable[tuple[int, Sequence[Any]]], more: frozenset[str] = frozenset()
) -> Iterator[GridTable]:
    """The tables of a grid: a new one begins where, after an empty row, names of columns stand again.

    Parameters
    ----------
    rows : iterable of (line, cells)
        The grid's rows, from the top.
    """
    waiting: list[tuple[int, Sequence[Any]]] = []
    open_table: tuple[tuple[str, ...], int] | None = None
    after_gap, last_filled = True, 0
    for seen, (line, cells) in enumerate(rows):
        if seen >= _SCANNED and open_table is not None:
            break
        if not any(cell not in (None, "") for cell in cells):
            after_gap = True
            continue
        if open_table is None and after_gap and waiting and _has_header(waiting, more):
            open_table, waiting = _opened(waiting, more), []
        if open_table is not None and after_gap and _begins(cells, open_table[0], more):
            yield GridTable(open_table[0], open_table[1], last_filled)
            open_table, waiting = None, []
        after_gap, last_filled = False, line
        if open_table is None:
            waiting.append((line, cells))
            if len(waiting) >= _LOOKED_AT:
                open_table, waiting = _opened(waiting, more), []
                if open_table is None:
                    return
    if open_table is None and waiting:
        open_table = _opened(waiting, more)
    if open_table is not None:
        yield GridTable(open_table[0], open_table[1], None)


def _has_header(waiting: Sequence[tuple[int, Sequence[Any]]], more: frozenset[str]) -> bool:
    found = find_header([cells for _, cells in waiting], more)
    return found is not None and found.hits >= 2


def _opened(
    waiting: Sequence[tuple[int, Sequence[Any]]], more: frozenset[str]
) -> tuple[tuple[str, ...], int] | None:
    found = find_header([cells for _, cells in waiting], more)
    return None if found is None else (found.names, waiting[found.row + found.rows - 1][0] + 1)


def _begins(cells: Sequence[Any], names: Sequence[str], more: frozenset[str]) -> bool:
    """Whether a row after a gap is the header of another table (or a title above it), not a row of the open one."""
    texts = [cell_text(cell) for cell in cells]
    filled = [text for text in texts if text]
    if len(filled) == 1:
        return len(names) > 3 and not _DATA.fullmatch(filled[0])
    return sum(_known(text, more) for text in filled) >= 3


def _known(name: str, more: frozenset[str]) -> bool:
    return (
        bool(name) and len(name) <= 80 and any(one in known_headers() or one in more for one in forms(name))
    )


def _continues(top: Sequence[str], row: Sequence[str]) -> bool:
    """Whether a row can be the lower line of a header: one of the two has gaps, and nothing in it looks like data."""
    filled = [cell for cell in row if cell]
    gaps = "" in top or "" in row or len(row) != len(top)
    return len(filled) >= 2 and gaps and not any(_DATA.fullmatch(cell) or len(cell) > 40 for cell in filled)


def _merged(lines: Sequence[Sequence[str]], known: Callable[[str], bool]) -> tuple[str, ...]:
    """One name a column from a header of several lines; a merged cell above counts for all columns below it."""
    width = max(len(line) for line in lines)
    padded = [[*line, *[""] * (width - len(line))] for line in lines]
    for level, line in enumerate(padded[:-1]):
        for column in range(1, width):
            below = any(lower[column] for lower in padded[level + 1 :])
            if not line[column] and below and not any(upper[column] for upper in padded[:level]):
                line[column] = line[column - 1]
    names = [_one_name([line[column] for line in padded], known) for column in range(width)]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _one_name(parts: Sequence[str], known: Callable[[str], bool]) -> str:
    filled = list(dict.fromkeys(part for part in parts if part))
    if len(filled) < 2:
        return filled[0] if filled else ""
    choices = ["".join(filled), *reversed(filled)]
    return next((choice for choice in choices if known(choice)), " ".join(filled))


def _plain_header(texts: Sequence[Sequence[str]]) -> HeaderFound | None:
    """Without known names: the first row that is about as wide as the widest."""
    filled = [sum(bool(cell) for cell in row) for row in texts]
    widest = max(filled, default=0)
    for index, count in enumerate(filled):
        if count >= 2 and count * 10 >= widest * 6:
            return HeaderFound(index, 1, _merged([texts[index]], lambda _name: False), 0)
    return None

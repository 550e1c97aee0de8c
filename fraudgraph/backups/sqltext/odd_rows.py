"""Rows that hold more than plain literals, rewritten value by value; calls and expressions become NULL and are counted."""

from __future__ import annotations

import re

from fraudgraph.backups.form import Losses
from fraudgraph.backups.sqltext.dialect import Dialect
from fraudgraph.backups.sqltext.patterns import patterns_for

__all__ = ["plain_rows"]

_PLAIN = re.compile(rb"(?:[-+]?[\d.][\d.eE+-]*|NULL|DEFAULT|TRUE|FALSE|0x[0-9a-f]*)\Z", re.I)
_MARKED = re.compile(
    rb"(?:N|_\w+|x|b|E|U&|DATE|TIME|TIMESTAMP|DATETIME)?\s*('.*'|\".*\")\s*(?:COLLATE\s+\w+)?\Z", re.I | re.S
)
_CAST = re.compile(rb"(?:CAST\s*\((.*)\sAS\s+[\w\s(),\[\].]+\)|CONVERT\s*\([\w\s(),\[\].]+?,(.*?)(?:,\s*\d+\s*)?\)|\((.*)\)|(.*?)::[\w\s\".(),\[\]]+)\Z", re.I | re.S)  # fmt: skip
_BETWEEN = re.compile(rb"[\s,]*+\(")
_E_ESCAPE = re.compile(rb"\\(.)", re.S)
_E_MEANT = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f"}


def plain_rows(block: bytes, dialect: Dialect, width: int, losses: Losses) -> tuple[bytes, int]:
    """The whole rows of a block as plain literals, and how many of its bytes they took.

    A row of another length is left out and counted; reading stops where no further row begins.
    """
    cell = patterns_for(dialect).cell
    rows: list[bytes] = []
    at = taken = 0
    while (opened := _BETWEEN.match(block, at)) is not None:
        at = opened.end()
        values: list[bytes] = []
        while (found := cell.match(block, at)) is not None:
            values.append(_plain(found[1].strip(), dialect, losses))
            at = found.end()
            if found[2] == b")":
                break
        else:
            break
        taken = at
        if len(values) == width:
            rows.append(b"(" + b",".join(values) + b")")
        else:
            losses.add(
                f"row of {len(values)} values, {width} expected",
                example=repr(block[opened.start() : at][:60]),
            )
    return b",".join(rows), taken


def _plain(value: bytes, dialect: Dialect, losses: Losses, depth: int = 0) -> bytes:
    if _PLAIN.match(value):
        return b"NULL" if value.upper() == b"DEFAULT" else value
    marked = _MARKED.match(value)
    if marked is not None and _one_string(marked[1], dialect):
        text, mark = marked[1], value[: marked.start(1)].strip().upper()
        if text[:1] == b'"':
            text = b"'" + text[1:-1].replace(b'""', b'"').replace(b"'", b"''") + b"'"
        if mark == b"E" and not dialect.backslash:
            text = b"'" + _E_ESCAPE.sub(lambda one: _E_MEANT.get(one[1], one[1]), text[1:-1]).replace(b"''", b"'").replace(b"'", b"''") + b"'"  # fmt: skip
        return mark + text if mark in (b"X", b"B") else text
    cast = _CAST.match(value)
    if cast is not None and depth < 4:
        inner = next(group for group in cast.groups() if group is not None).strip()
        if inner and inner != value:
            return _plain(inner, dialect, losses, depth + 1)
    losses.add("expression, not a literal", example=value[:60].decode("utf-8", errors="replace"))
    return b"NULL"


def _one_string(text: bytes, dialect: Dialect) -> bool:
    found = patterns_for(dialect).cell.match(text + b",")
    if found is None or found.end() != len(text) + 1:
        return False
    quote = text[:1]
    middle = text[1:-1].replace(quote * 2, b"")
    if dialect.backslash:
        middle = _E_ESCAPE.sub(b"", middle)
    return quote not in middle

"""Amounts in yuan: the unit that a header names, and several columns as one amount."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fraudgraph.claims.typing.missing_words import is_missing_sql
from fraudgraph.claims.typing.number_sql import Mark, number_sql

__all__ = ["money_sql", "sum_sql", "unit_of"]

_UNITS = {
    "分": "0.01",
    "角": "0.1",
    "元": "1",
    "百元": "100",
    "千元": "1000",
    "万元": "10000",
    "万": "10000",
    "fen": "0.01",
    "yuan": "1",
}
_BRACKETED = re.compile(r"[(\[（【]\s*(?:单位\s*[:：]?\s*)?(?:人民币\s*)?([^)\]）】]{1,6}?)\s*[)\]）】]")
_TRAILING = re.compile(
    r"(?:[\s:：,，、_/|\-]+(?:单位\s*[:：]?\s*)?(百元|千元|万元|元|角|分|fen|yuan)|(百元|千元|万元))\s*$",
    re.IGNORECASE,
)


def unit_of(header: str) -> str:
    """How many yuan one unit of a column is, by its header: 金额（万元）, 金额:万元, amount_fen; "1" if nothing says so."""
    for found in _BRACKETED.finditer(header):
        if found[1].lower() in _UNITS:
            return _UNITS[found[1].lower()]
    trailing = _TRAILING.search(header)
    return "1" if trailing is None else _UNITS[(trailing[1] or trailing[2]).lower()]


def money_sql(value: str, factor: str, mark: Mark) -> str:
    """Text as yuan; `factor` are the yuan that one unit of the column is."""
    if factor == "1":
        return number_sql(value, "DECIMAL(16,2)", mark)
    return f"TRY_CAST({number_sql(value, 'DECIMAL(20,6)', mark)} * {factor} AS DECIMAL(16,2))"


def sum_sql(parts: Sequence[tuple[str, str, Mark]], own: Sequence[str]) -> str:
    """Several delivered amounts (text, factor, mark) as one; a part that is missing counts nothing, one that can't be read spoils it."""
    amounts = [money_sql(text, factor, mark) for text, factor, mark in parts]
    spoilt = " OR ".join(
        f"CASE WHEN {text} IS NOT NULL AND {amount} IS NULL THEN NOT ({is_missing_sql(text, own, names_someone=False)}) ELSE FALSE END"
        for (text, _, _), amount in zip(parts, amounts, strict=True)
    )
    some = " OR ".join(f"{amount} IS NOT NULL" for amount in amounts)
    total = " + ".join(f"coalesce({amount}, 0)" for amount in amounts)
    return f"CASE WHEN {spoilt} THEN NULL WHEN {some} THEN CAST({total} AS DECIMAL(16,2)) END"

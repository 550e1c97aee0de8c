"""The fund's part of a bill whose header only says "paid": total less what the person and the account paid, row by row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from fraudgraph.claims.header_words import readings

__all__ = ["fund_by_balance"]

_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,4})?")
_SAYS_MONEY = frozenset({"pay", "amount"})
_MAY_SAY = _SAYS_MONEY | {"total", "weak", "claim", "run", "insurance"}
_FEWEST_ROWS = 3
_MOST_ROWS = 0.9
_A_FEW_FEN = Decimal("0.05")


def fund_by_balance(
    headers: Sequence[str],
    values: Sequence[Sequence[object]],
    columns: Mapping[str, int],
    free: Sequence[int],
) -> int | None:
    """The one free column that is an amount paid by its header and the fund's part by its values; None if there is none or several.

    Parameters
    ----------
    headers, values : sequence
        Of the delivered table, by position.
    columns : mapping
        Fields that are known, with their positions.
    free : sequence of int
        Positions without a field.
    """
    if "fund_amount" in columns or not {"total_amount", "self_paid_amount"} <= set(columns):
        return None
    parts = [columns[name] for name in ("self_paid_amount", "account_amount") if name in columns]
    fits = [
        position
        for position in free
        if _says_paid(headers[position])
        and _adds_up(values[position], [values[part] for part in parts], values[columns["total_amount"]])
    ]
    return fits[0] if len(fits) == 1 else None


def _says_paid(header: str) -> bool:
    return any(
        not one.unknown and set(one.notions) & _SAYS_MONEY and set(one.notions) <= _MAY_SAY
        for one in readings(header)
    )


def _adds_up(part: Sequence[object], others: Sequence[Sequence[object]], whole: Sequence[object]) -> bool:
    told = balanced = 0
    for row in zip(whole, part, *others, strict=True):
        amounts = [amount for cell in row if (amount := _amount(cell)) is not None]
        if len(amounts) == len(row):
            told += 1
            balanced += abs(sum(amounts[1:], Decimal(0)) - amounts[0]) <= _A_FEW_FEN
    return told >= _FEWEST_ROWS and balanced >= _MOST_ROWS * len(whole)


def _amount(cell: object) -> Decimal | None:
    text = str(cell).strip().replace(",", "")
    return Decimal(text) if _NUMBER.fullmatch(text) else None

"""The one column that a table still needs, where headers told all others: the values of exactly one column leave no doubt."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from fraudgraph.claims.columns.header_words import readings
from fraudgraph.claims.columns.meanings import meanings
from fraudgraph.claims.columns.value_shapes import Shape
from fraudgraph.claims.schema.fields import Kind

__all__ = ["last_column", "paid_column"]

_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,4})?")
_SAYS_MONEY = frozenset({"pay", "amount"})
_MAY_SAY = _SAYS_MONEY | {"total", "weak", "claim", "run", "insurance"}
_OF_THINGS = frozenset({"item", "service", "invoice", "charge"})
_NUMBERS = frozenset({"id", "run", "serial"})
_FEWEST_ROWS = 3
_MOST_ROWS = 0.9
_NEARLY_ALL = 0.95
_LONG_ID = 6
_A_FEW_FEN = Decimal("0.05")
_Values = Sequence[Sequence[object]]


def last_column(
    kind: Kind,
    headers: Sequence[str],
    values: _Values,
    shapes: Sequence[Shape],
    columns: Mapping[str, int],
    free: Sequence[int],
) -> tuple[str, int] | None:
    """The field that alone is missing and the only column that its values fit; None if more is missing or it is not plain.

    Parameters
    ----------
    kind : Kind
        The table that the columns would make.
    headers, values, shapes : sequence
        Of the delivered table, by position.
    columns : mapping
        Fields that are known, with their positions; below 0 for what no column gives.
    free : sequence of int
        Positions without a field.
    """
    missing = [group for group in kind.needs if not set(group) & set(columns)]
    if len(missing) != 1 or not values:
        return None
    name = missing[0][0]
    columns = {field: position for field, position in columns.items() if position >= 0}
    tests: dict[str, Callable[[int], bool]] = {
        "claim_id": lambda i: kind.name == "claims" and _counts_on(shapes[i]),
        "patient_id": lambda i: shapes[i].person >= _NEARLY_ALL,
        "place_id": lambda i: shapes[i].place >= _NEARLY_ALL,
        "fund_amount": lambda i: _is_the_rest(values, columns, i, "total_amount"),
        "total_amount": lambda i: _is_the_sum(values, columns, i),
        "amount": lambda i: _is_the_product(values, columns, i),
    }
    test = tests.get(name)
    fits = [i for i in free if test is not None and _says_nothing_else(kind, name, headers[i]) and test(i)]
    first = min(range(len(headers)), key=lambda i: (not headers[i], i))
    if (
        name == "claim_id"
        and first in fits
        and any(_NUMBERS & set(one.notions) for one in readings(headers[first]))
    ):
        return name, first  # a table begins with the number of its rows
    return (name, fits[0]) if len(fits) == 1 else None


def paid_column(
    headers: Sequence[str],
    values: _Values,
    shapes: Sequence[Shape],
    columns: Mapping[str, int],
    free: Sequence[int],
) -> int | None:
    """What the payer paid, in a payer's own table, where a header only says "paid": never more than the total or than what it allowed.

    A table that also says what the person paid has to add up, unless it says what was allowed.
    """
    total = columns.get("total_amount", -1)
    if total < 0 or not values:
        return None
    said = {i: _says_paid(headers[i]) for i in free if shapes[i].number >= _MOST_ROWS}
    best = max((rank for rank in said.values() if rank), default=0)
    fits = [i for i, rank in said.items() if rank == best > 0]
    if len(fits) != 1:
        return None
    allowed = [i for i in free if "allow" in headers[i].casefold() and shapes[i].number >= _MOST_ROWS]
    if (
        "self_paid_amount" in columns
        and not allowed
        and not _is_the_rest(values, columns, fits[0], "total_amount")
    ):
        return None
    return fits[0] if all(_never_above(values, fits[0], top) for top in (total, *allowed)) else None


def _says_paid(header: str) -> int:
    """0 if a Latin header does not say "paid" and nothing else; more if it speaks of the whole claim."""
    found = readings(header)[:1]
    if (
        not header.isascii()
        or not found
        or found[0].unknown > 1
        or not re.search("(?i)paid|pay?me?n?t|pmt", header)
    ):
        return 0
    notions = set(found[0].notions)
    if "pay" not in notions or not notions <= _MAY_SAY:
        return 0
    return 2 if {"total", "claim"} <= notions else 1


def _never_above(values: _Values, part: int, whole: int) -> bool:
    rows = _numbers([values[part], values[whole]])
    kept = sum(abs(paid) <= abs(total) for paid, total in rows)
    return len(rows) >= _FEWEST_ROWS and kept >= _NEARLY_ALL * len(rows)


def _says_nothing_else(kind: Kind, name: str, header: str) -> bool:
    """Whether a header that nobody understands, or that only speaks of money paid, can be this field."""
    known = [one for one in readings(header) if not one.unknown]
    if any("other" in one.notions for one in readings(header)) or meanings(kind.name, header):
        return False
    may = _MAY_SAY if name == "fund_amount" else _MAY_SAY | _OF_THINGS
    money = all(set(one.notions) & (_SAYS_MONEY | {"total"}) and set(one.notions) <= may for one in known)
    return not known or (name in ("fund_amount", "total_amount") and money)


def _counts_on(shape: Shape) -> bool:
    return (
        shape.distinct == shape.filled >= _FEWEST_ROWS
        and shape.length >= _LONG_ID
        and shape.code >= _NEARLY_ALL
        and shape.person < 1 - _NEARLY_ALL
    )


def _is_the_rest(values: _Values, columns: Mapping[str, int], at: int, whole: str) -> bool:
    parts = [columns[name] for name in ("self_paid_amount", "account_amount") if name in columns]
    if "self_paid_amount" not in columns or whole not in columns:
        return False
    return _balances([values[i] for i in (columns[whole], at, *parts)])


def _is_the_sum(values: _Values, columns: Mapping[str, int], at: int) -> bool:
    names = ("fund_amount", "self_paid_amount", "account_amount")
    parts = [columns[name] for name in names if name in columns]
    return {"fund_amount", "self_paid_amount"} <= set(columns) and _balances(
        [values[i] for i in (at, *parts)]
    )


def _is_the_product(values: _Values, columns: Mapping[str, int], at: int) -> bool:
    if not {"quantity", "unit_price"} <= set(columns):
        return False
    rows = _numbers([values[i] for i in (at, columns["quantity"], columns["unit_price"])])
    fits = sum(abs(quantity * price - amount) <= _A_FEW_FEN for amount, quantity, price in rows)
    return len(rows) >= _FEWEST_ROWS and fits >= _MOST_ROWS * len(values[at])


def _balances(amounts: _Values) -> bool:
    """Whether the first column is the sum of the others on nearly every row."""
    rows = _numbers(amounts)
    fits = sum(abs(sum(row[1:], Decimal(0)) - row[0]) <= _A_FEW_FEN for row in rows)
    return len(rows) >= _FEWEST_ROWS and fits >= _MOST_ROWS * len(amounts[0])


def _numbers(columns: _Values) -> list[list[Decimal]]:
    """The rows in which every column is a number."""
    rows = []
    for row in zip(*columns, strict=True):
        texts = [str(cell).strip().replace(",", "") for cell in row]
        if all(_NUMBER.fullmatch(text) for text in texts):
            rows.append([Decimal(text) for text in texts])
    return rows

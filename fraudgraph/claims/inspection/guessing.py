"""Which columns of an unknown table could be which field of the claims, by their values alone: a proposal for a person to check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fraudgraph.claims.formats.sheets import Sheet
from fraudgraph.store import Store

__all__ = ["guess_claims"]

_NATIONAL_ID = "[1-9][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])[0-3][0-9][0-9]{3}[0-9Xx]"
_PLACE_CODE = "[HP][0-9]{11}"
_DAY = "(19|20)[0-9]{2}[-/.年]?(0?[1-9]|1[0-2])[-/.月]?[0-3]?[0-9]日?([ T].*)?"
_MONEY = "-?[0-9]{1,8}([.][0-9]{1,2})?"
_MOST = 0.8
_FEWEST_ROWS = 20


@dataclass(frozen=True, slots=True)
class _Looks:
    """What the values of one column look like, as shares of those that are filled."""

    filled: int
    distinct: int
    person: float
    place: float
    day: float
    money: float
    cents: float
    mean: float
    length: float


def guess_claims(store: Store, sheet: Sheet, known: Mapping[str, int]) -> dict[str, int]:
    """Fields that a table of claims can't do without and their columns, where the values leave little doubt.

    Parameters
    ----------
    known : mapping
        Fields that the headers already tell, with their positions.
    """
    looks = _looks(store, sheet)
    if not looks or max(one.filled for one in looks.values()) < _FEWEST_ROWS:
        return {}
    free = {position: one for position, one in looks.items() if position not in known.values() and one.filled}
    found: dict[str, int] = {}

    def take(field: str, fits: list[int]) -> None:
        left = [position for position in fits if position in free]
        if field not in known and left:
            found[field] = left[0]
            del free[left[0]]

    take("patient_id", [i for i, one in free.items() if one.person >= _MOST])
    take("place_id", [i for i, one in free.items() if one.place >= _MOST])
    take("started_at", [i for i, one in free.items() if one.day >= _MOST])
    rows = max(one.filled for one in looks.values())
    take("claim_id", [i for i, one in free.items() if one.distinct == one.filled == rows and one.length >= 6 and one.day < _MOST and one.cents < 0.1])  # fmt: skip
    amounts = [i for i, one in free.items() if one.money >= _MOST and one.cents >= 0.1]
    take("total_amount", sorted(amounts, key=lambda i: -free[i].mean))
    total = found.get("total_amount", known.get("total_amount"))
    if total is not None:
        below = [i for i in amounts if i in free and _below(store, sheet, i, total)]
        take("fund_amount", sorted(below, key=lambda i: -free[i].mean))
    return found


def _looks(store: Store, sheet: Sheet) -> dict[int, _Looks]:
    found = {}
    for position in range(len(sheet.headers)):
        value = f"nullif(trim(CAST(c{position} AS VARCHAR)), '')"

        def share(pattern: str, value: str = value) -> str:
            return f"count(CASE WHEN regexp_full_match({value}, '{pattern}') THEN 1 END) / greatest(count({value}), 1)"

        row = store.one(
            f"SELECT count({value}), count(DISTINCT {value}), {share(_NATIONAL_ID)}, {share(_PLACE_CODE)}, {share(_DAY)}, {share(_MONEY)}, "
            f"{share('.*[.][0-9]{1,2}')}, coalesce(round(avg(abs(TRY_CAST({value} AS DOUBLE))), 2), 0), coalesce(round(avg(length({value})), 2), 0) FROM scratch.sample_{sheet.number}"
        )
        found[position] = _Looks(*row)
    return found


def _below(store: Store, sheet: Sheet, part: int, whole: int) -> bool:
    a, b = (f"TRY_CAST(trim(CAST(c{i} AS VARCHAR)) AS DOUBLE)" for i in (part, whole))
    kept, both = store.one(
        f"SELECT count(CASE WHEN abs({a}) <= abs({b}) THEN 1 END), count(CASE WHEN {a} IS NOT NULL AND {b} IS NOT NULL THEN 1 END) FROM scratch.sample_{sheet.number}"
    )
    return bool(both) and kept >= 0.95 * both

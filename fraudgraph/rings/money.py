"""The money of a ring: claimed, fund, above expectation with an interval, each claim once over all rings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from fraudgraph.store import Store

__all__ = ["NO_MONEY", "Money", "claims_of_groups", "read_money", "taken_by_stronger"]

_SQL = Path(__file__).parent / "sql"
INTERVAL_WIDTH = Decimal("1.96")
"""Standard deviations on either side: 95 of 100 chance draws lie inside."""
_FEN = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Yuan at a ring's sittings; chance would have brought about less than `fund - low` and more than `fund - high`."""

    total: Decimal
    fund: Decimal
    excess: Decimal
    low: Decimal
    high: Decimal

    def less(self, total: Decimal, fund: Decimal) -> Money:
        """The same without claims that another ring already counts; what is above expectation shrinks in proportion."""
        left = self.fund - fund
        share = left / self.fund if self.fund else Decimal(0)
        excess, low, high = ((part * share).quantize(_FEN) for part in (self.excess, self.low, self.high))
        return Money(total=self.total - total, fund=left, excess=excess, low=low, high=high)


NO_MONEY = Money(total=Decimal(0), fund=Decimal(0), excess=Decimal(0), low=Decimal(0), high=Decimal(0))


def read_money(store: Store) -> dict[int, Money]:
    """Money of every group; makes `group_money`."""
    store.run((_SQL / "money.sql").read_text(encoding="utf-8"))
    found = {}
    for group_no, total, fund, excess, spread in store.rows(
        "SELECT group_no, total_amount, fund_amount, excess_amount, excess_spread FROM group_money ORDER BY group_no"
    ):
        width = (INTERVAL_WIDTH * Decimal(str(spread or 0))).quantize(_FEN)
        low, high = max(excess - width, min(excess, Decimal(0))), min(excess + width, max(fund, excess))
        found[int(group_no)] = Money(total=total, fund=fund, excess=excess, low=low, high=high)
    return found


def claims_of_groups(store: Store, groups: Iterable[int]) -> dict[int, dict[str, float]]:
    """Claims at the sittings of some groups, with the fund amount of each."""
    found: dict[int, dict[str, float]] = {}
    for group_no, claim_id, fund in store.rows(
        "SELECT group_no, claim_id, max(fund_amount) FROM member_claims WHERE session_no IS NOT NULL "
        "AND group_no IN (SELECT unnest($groups)) GROUP BY group_no, claim_id ORDER BY group_no, claim_id",
        groups=sorted(groups),
    ):
        found.setdefault(int(group_no), {})[claim_id] = float(fund or 0)
    return found


def taken_by_stronger(store: Store, rank: Mapping[int, int]) -> dict[int, tuple[Decimal, Decimal]]:
    """Total and fund amounts, per group, of claims that a ring of a better rank counts already.

    Parameters
    ----------
    store : Store
        Holds `member_claims`.
    rank : mapping of int to int
        Rank by group number; groups that are not in it count nothing.
    """
    shared = store.rows(
        "SELECT claim_id, list(DISTINCT group_no ORDER BY group_no) AS groups, coalesce(max(total_amount), 0), coalesce(max(fund_amount), 0) "
        "FROM member_claims WHERE session_no IS NOT NULL GROUP BY claim_id HAVING count(DISTINCT group_no) > 1 "
        "ORDER BY claim_id"
    )
    lost: dict[int, tuple[Decimal, Decimal]] = {}
    for _, groups, total_amount, fund in shared:
        for group_no in sorted((g for g in groups if g in rank), key=rank.__getitem__)[1:]:
            before = lost.get(group_no, (Decimal(0), Decimal(0)))
            lost[group_no] = (before[0] + total_amount, before[1] + fund)
    return lost

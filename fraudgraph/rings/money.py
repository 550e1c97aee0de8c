"""The money of a ring: billed, fund, of it at the meetings, above what like people cost, each claim once over all rings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from fraudgraph.records import Account
from fraudgraph.store import Store

__all__ = ["NO_MONEY", "Money", "claims_of_groups", "read_money", "taken_by_stronger"]

_SQL = Path(__file__).parent / "sql"
INTERVAL_WIDTH = Decimal("1.96")
"""Standard deviations on either side: 95 of 100 draws of as many like people lie inside."""
_FEN = Decimal("0.01")
_NONE = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """A ring's money in yuan, from all claims of its people down to what is above expectation.

    What like people cost is taken off in full from what was paid at the meetings, although the ring's people had
    ordinary care elsewhere too: `excess` errs on the low side. `low` takes off what 97.5 of 100 draws of as many like
    people stay below; `high` lets the claims outside the meetings bear the ordinary care first.
    """

    total: Decimal
    fund: Decimal
    account: Account
    spread: Decimal = _NONE
    """Standard deviation of what as many like people cost."""

    @property
    def excess(self) -> Decimal:
        """Fund at the meetings less what like people cost; never below nothing."""
        return max(self.fund - self.account.expected_amount, _NONE)

    @property
    def low(self) -> Decimal:
        """The amount that stays beyond doubt."""
        return max(self.fund - self.account.expected_amount - self._width, _NONE)

    @property
    def high(self) -> Decimal:
        """The most that may be above expectation."""
        known = self.account
        outside = max(known.people_fund_amount - self.fund - known.elsewhere_fund_amount, _NONE)
        borne = max(known.expected_amount - self._width - outside, _NONE)
        return max(self.fund - borne, self.excess)

    @property
    def _width(self) -> Decimal:
        return (INTERVAL_WIDTH * self.spread).quantize(_FEN)

    def less(self, claims: int, total: Decimal, fund: Decimal) -> Money:
        """The same without claims that another ring already counts."""
        account = replace(
            self.account, claim_count=self.account.claim_count - claims,
            elsewhere_claim_count=self.account.elsewhere_claim_count + claims,
            elsewhere_fund_amount=self.account.elsewhere_fund_amount + fund,
        )  # fmt: skip
        return replace(self, total=self.total - total, fund=self.fund - fund, account=account)


NO_MONEY = Money(total=_NONE, fund=_NONE, account=Account())


def read_money(store: Store) -> dict[int, Money]:
    """Money of every group; makes `group_money` from member claims and like people."""
    store.run((_SQL / "money.sql").read_text(encoding="utf-8"))
    return {
        int(row["group_no"]): Money(
            total=row["total_amount"], fund=row["fund_amount"], spread=Decimal(str(row["expected_spread"])),
            account=Account(
                people_claim_count=row["people_claim_count"], people_total_amount=row["people_total_amount"],
                people_fund_amount=row["people_fund_amount"], claim_count=row["claim_count"],
                expected_amount=row["expected_amount"], peer_count=row["peer_count"],
            ),
        )
        for row in store.arrow("SELECT * FROM group_money ORDER BY group_no").to_pylist()
    }  # fmt: skip


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


def taken_by_stronger(store: Store, rank: Mapping[int, int]) -> dict[int, tuple[int, Decimal, Decimal]]:
    """How many claims with which total and fund amounts, per group, of claims that a ring of a better rank counts already.

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
    lost: dict[int, tuple[int, Decimal, Decimal]] = {}
    for _, groups, total_amount, fund in shared:
        for group_no in sorted((g for g in groups if g in rank), key=rank.__getitem__)[1:]:
            count, total, paid = lost.get(group_no, (0, _NONE, _NONE))
            lost[group_no] = (count + 1, total + total_amount, paid + fund)
    return lost

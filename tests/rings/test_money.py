"""Money of rings: each claim once over all rings, and what is above expectation lies inside its interval."""

from decimal import Decimal
from pathlib import Path

import pytest

from fraudgraph.rings.money import Money, read_money, taken_by_stronger
from fraudgraph.store import Store
from tests.story_city import Story


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Two groups: three claims of the first, one of which is the second's too; one claim at two sittings."""
    made = Store(tmp_path)
    made.run(
        "CREATE TABLE member_claims (group_no INTEGER, claim_id VARCHAR, session_no INTEGER, total_amount DECIMAL(16,2), fund_amount DECIMAL(16,2)); "
        "INSERT INTO member_claims VALUES (1, 'a', 1, 200, 100), (1, 'a', 2, 200, 100), (1, 'b', 1, 100, 50), (1, 'c', 2, 20, 10), "
        "(2, 'b', 3, 100, 50), (2, 'd', 3, 80, 40), (2, 'e', NULL, 900, 900); "
        "CREATE TABLE group_sessions (session_no INTEGER, present_count INTEGER, others_count INTEGER, expected_count DOUBLE); "
        "INSERT INTO group_sessions VALUES (1, 3, 5, 0.2), (2, 2, 0, 0.5), (3, 2, 50, 0)"
    )
    return made


def test_a_claim_at_two_sittings_counts_once(store: Store) -> None:
    money = read_money(store)
    assert (money[1].total, money[1].fund) == (Decimal(320), Decimal(160))
    assert money[2].fund == Decimal(90)
    assert money[1].excess == Decimal("140.00")  # 150 x (1 - 0.2/2) + 10 x (1 - 0.5)


def test_the_interval_holds_the_estimate_and_closes_where_chance_gives_nothing(store: Store) -> None:
    money = read_money(store)
    assert money[1].low < money[1].excess < money[1].high <= money[1].fund
    assert money[2].low == money[2].excess == money[2].high == money[2].fund


def test_a_claim_of_two_rings_counts_for_the_stronger(store: Store) -> None:
    money = read_money(store)
    assert taken_by_stronger(store, {1: 1, 2: 2}) == {2: (Decimal(100), Decimal(50))}
    assert taken_by_stronger(store, {1: 2, 2: 1}) == {1: (Decimal(100), Decimal(50))}
    assert taken_by_stronger(store, {2: 1}) == {}
    left = money[1].less(Decimal(100), Decimal(50))
    assert left.fund == Decimal(110)
    assert left.low < left.excess < left.high


def test_nothing_left_is_nothing_above_expectation() -> None:
    money = Money(total=Decimal(10), fund=Decimal(5), excess=Decimal(4), low=Decimal(3), high=Decimal(5))
    assert money.less(Decimal(10), Decimal(5)).high == 0


def test_over_all_rings_of_a_run_every_claim_is_counted_once(story: Story) -> None:
    rings = story.rows("rings")
    with Store(story.out, read_only=True) as store:
        (once,) = store.one(
            "SELECT sum(fund) FROM (SELECT claim_id, max(fund_amount) AS fund FROM member_claims AS m "
            "JOIN ring_names AS n ON n.group_no = m.group_no WHERE session_no IS NOT NULL GROUP BY claim_id)"
        )
    assert sum(row["fund_amount"] for row in rings) == once
    for row in rings:
        assert (
            row["excess_low"]
            <= row["excess_amount"]
            <= row["excess_high"]
            <= max(row["fund_amount"], row["excess_amount"])
        )

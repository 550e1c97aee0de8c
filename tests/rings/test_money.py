"""Money of rings: one account from all claims of its people to what is beyond doubt, each claim once over all rings."""

from decimal import Decimal
from pathlib import Path

import pytest

from fraudgraph.records import Account, NodeKind
from fraudgraph.rings import load_rings
from fraudgraph.rings.money import Money, read_money, taken_by_stronger
from fraudgraph.rings.peer_comparison import prepare_like_people
from fraudgraph.store import Store
from tests.story_city import Story


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Two groups of two at one shop: three claims of the first, one of which is the second's too; one claim at two sittings."""
    made = Store(tmp_path)
    made.run(
        "CREATE TABLE member_claims (group_no INTEGER, claim_id VARCHAR, session_no INTEGER, claim_type VARCHAR, total_amount DECIMAL(16,2), fund_amount DECIMAL(16,2)); "
        "INSERT INTO member_claims VALUES (1, 'a', 1, 'pharmacy', 200, 100), (1, 'a', 2, 'pharmacy', 200, 100), (1, 'b', 1, 'pharmacy', 100, 50), "
        "(1, 'c', 2, 'pharmacy', 20, 10), (1, 'z', NULL, 'inpatient', 5000, 4000), "
        "(2, 'b', 3, 'pharmacy', 100, 50), (2, 'd', 3, 'pharmacy', 80, 40), (2, 'e', NULL, 'pharmacy', 900, 900); "
        "CREATE TABLE group_members AS SELECT 1 AS group_no, unnest([1, 2]) AS patient UNION ALL SELECT 2, unnest([3, 4]); "
        "CREATE TABLE group_entities AS SELECT g AS group_no, 'pharmacy' AS entity_type, 'S' AS entity_id, 2 AS sessions, 2 AS session_count FROM range(1, 3) AS t(g); "
        "CREATE TABLE patient_codes AS SELECT 'p' || i AS patient_id, CAST(i AS INTEGER) AS patient FROM range(1, 15) AS t(i); "
        "CREATE TABLE patients AS SELECT patient_id, DATE '1980-01-01' AS birth_date FROM patient_codes; "
        "CREATE TABLE claims AS SELECT patient_id, 'S' AS place_id, 'pharmacy' AS claim_type, DATE '2025-06-01' AS event_date, true AS counted, "
        "CAST(CASE WHEN patient <= 4 THEN 80 ELSE 2 * (patient - 4) END AS DECIMAL(16,2)) AS net_fund_amount FROM patient_codes "
        "UNION ALL SELECT 'p14', 'H', 'inpatient', DATE '2025-06-01', true, 90000"
    )
    return made


def money_of(store: Store) -> dict[int, Money]:
    prepare_like_people(store)
    return read_money(store)


def test_a_claim_at_two_sittings_counts_once_and_the_number_beside_an_amount_is_what_it_is_made_of(
    store: Store,
) -> None:
    money = money_of(store)
    assert (money[1].total, money[1].fund, money[1].account.claim_count) == (Decimal(320), Decimal(160), 3)
    assert (money[1].account.people_fund_amount, money[1].account.people_claim_count) == (Decimal(4160), 4)
    assert (money[2].fund, money[2].account.claim_count) == (Decimal(90), 2)


def test_what_like_people_cost_is_taken_off_in_full(store: Store) -> None:
    one = money_of(store)[1]
    assert one.account.peer_count == 10  # the ten who buy there and stand in no group: 2, 4 … 20 yuan
    assert one.account.expected_amount == Decimal("22.00")  # twice their mean of 11
    assert one.excess == Decimal("138.00")
    assert one.low < one.excess < one.high <= one.fund


def test_a_stay_of_like_people_is_nothing_to_compare_a_shops_sittings_with(store: Store) -> None:
    """p14 was in hospital for 90,000 yuan; the sittings are purchases."""
    before = money_of(store)[1].account.expected_amount
    store.run("UPDATE claims SET net_fund_amount = 0 WHERE claim_type = 'inpatient'")
    assert money_of(store)[1].account.expected_amount == before
    store.run(
        "UPDATE member_claims SET claim_type = 'inpatient' WHERE session_no IS NOT NULL AND group_no = 1"
    )
    store.run("UPDATE claims SET net_fund_amount = 90000 WHERE claim_type = 'inpatient'")
    assert money_of(store)[1].excess == 0


def test_people_who_cost_no_more_than_like_people_leave_nothing(store: Store) -> None:
    store.run("UPDATE member_claims SET fund_amount = 5 WHERE group_no = 1")
    one = money_of(store)[1]
    assert (one.excess, one.low) == (0, 0)
    assert one.high <= one.fund


def test_a_claim_of_two_rings_counts_for_the_stronger(store: Store) -> None:
    money = money_of(store)
    assert taken_by_stronger(store, {1: 1, 2: 2}) == {2: (1, Decimal(100), Decimal(50))}
    assert taken_by_stronger(store, {1: 2, 2: 1}) == {1: (1, Decimal(100), Decimal(50))}
    assert taken_by_stronger(store, {2: 1}) == {}
    left = money[1].less(1, Decimal(100), Decimal(50))
    assert (left.fund, left.account.claim_count) == (Decimal(110), 2)
    assert (left.account.elsewhere_claim_count, left.account.elsewhere_fund_amount) == (1, Decimal(50))
    assert left.low < left.excess < left.high


def test_nothing_left_is_nothing_above_expectation() -> None:
    money = Money(total=Decimal(10), fund=Decimal(5), account=Account(claim_count=1))
    left = money.less(1, Decimal(10), Decimal(5))
    assert left.high == left.excess == left.low == 0


def test_over_all_rings_of_a_run_every_claim_is_counted_once(story: Story) -> None:
    rings = story.rows("rings")
    with Store(story.out, read_only=True) as store:
        once, claims = store.one(
            "SELECT sum(fund), count(*) FROM (SELECT claim_id, max(fund_amount) AS fund FROM member_claims AS m "
            "JOIN ring_names AS n ON n.group_no = m.group_no WHERE session_no IS NOT NULL GROUP BY claim_id)"
        )
    assert sum(row["fund_amount"] for row in rings) == once
    assert sum(row["claim_count"] for row in rings) == claims
    for row in rings:
        assert 0 <= row["excess_low"] <= row["excess_amount"] <= row["excess_high"] <= row["fund_amount"]


def test_the_account_of_every_ring_is_its_peoples_claims_and_the_pages_own_comparison(story: Story) -> None:
    for ring in load_rings(story.out):
        known = ring.account
        people = sum(m.entity_type is NodeKind.PATIENT for m in ring.members)
        assert known.people_fund_amount >= ring.fund_amount + known.elsewhere_fund_amount
        for item in ring.evidence:
            if item.kind == "money" and item.expected is not None:
                assert float(known.expected_amount) == pytest.approx(
                    item.expected * people, abs=0.01 * people
                )


def test_most_money_of_lawful_groups_is_not_above_expectation_and_that_of_rings_is_not_all(
    story: Story,
) -> None:
    listed = [row for row in story.rows("rings") if row["listed"]]
    share = sum(row["excess_amount"] for row in listed) / sum(row["fund_amount"] for row in listed)
    assert Decimal("0.5") < share < Decimal("0.99")

"""Who joins a ring beside its people: the place, the doctor and the desk that carry it, and not those it merely passes."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fraudgraph.records import NodeKind, Role
from fraudgraph.rings.joining import (
    MembershipDecision,
    PlaceInvolvement,
    StaffInvolvement,
    read_standings,
    standings,
)
from fraudgraph.rings.members import _joined
from fraudgraph.rings.why_not import _said
from fraudgraph.store import Store

SQL = Path(__file__).parents[2] / "fraudgraph" / "rings" / "sql" / "places.sql"
FACILITY, PHARMACY, DOCTOR, OPERATOR = (
    NodeKind.FACILITY, NodeKind.PHARMACY, NodeKind.DOCTOR, NodeKind.OPERATOR
)  # fmt: skip


def spot(place_id: str = "H1", **numbers: Any) -> PlaceInvolvement:
    """A clinic with 1,000 of the city's 100,000 claims where all twelve people had half of twenty sittings."""
    usual: dict[str, Any] = {
        "group_no": 1, "place_id": place_id, "kind": FACILITY if place_id.startswith("H") else PHARMACY, "name": "", "claim_count": 60,
        "session_count": 10, "sitting_count": 10, "patient_count": 12, "in_block": False, "fund_amount": Decimal(600),
        "all_session_count": 20, "all_claim_count": 120, "people_count": 12, "own_claim_count": 1_000, "seat_count": 60,
        "rest_seat_count": 0, "rest_people_count": 0,
    }  # fmt: skip
    return PlaceInvolvement(**usual | numbers)


def hand(
    entity_id: str, sittings: int, led: int, seen: int, share: float, **numbers: Any
) -> StaffInvolvement:
    """A doctor, one of five, at ten sittings with sixty claims."""
    usual: dict[str, Any] = {
        "group_no": 1, "place_id": "H1", "kind": DOCTOR, "entity_id": entity_id, "name": "", "claim_count": seen, "patient_count": 10,
        "sitting_count": sittings, "led_count": led, "seen_claim_count": seen, "place_seen_claim_count": 60, "share_of_place": share,
        "own_people_count": 300, "hand_count": 5, "all_claim_count": seen, "all_session_count": sittings,
        "expected_claim_count": 60 * share, "fund_amount": Decimal(10 * seen),
    }  # fmt: skip
    return StaffInvolvement(**usual | numbers)


def judged(
    spots: list[PlaceInvolvement], hands: list[StaffInvolvement] | None = None
) -> dict[str, MembershipDecision]:
    found = standings(spots, hands or [], every_claim=100_000, everybody=50_000)
    return {standing.entity_id: standing for standing in found}


def stages(
    spots: list[PlaceInvolvement], hands: list[StaffInvolvement] | None = None
) -> dict[str, tuple[bool, str]]:
    return {name: (found.joins, found.stage) for name, found in judged(spots, hands).items()}


@pytest.mark.parametrize(
    ("numbers", "joins", "stage"),
    [
        ({}, True, "place"),
        ({"own_claim_count": 48_000}, False, "by_chance"),  # the hospital where everybody goes
        ({"patient_count": 4}, True, "place"),
        ({"patient_count": 3, "claim_count": 24}, False, "few_people"),  # a family's own clinic
        ({"session_count": 1, "sitting_count": 1, "patient_count": 5, "claim_count": 8}, False, "small_share"),
        ({"session_count": 1, "sitting_count": 1, "patient_count": 6, "claim_count": 8}, True, "place_once"),  # one batch of half the ring
        ({"session_count": 2, "all_session_count": 50, "claim_count": 8}, False, "small_share"),
        ({"session_count": 1, "sitting_count": 0, "patient_count": 5, "in_block": True}, True, "block_place"),
    ],
)  # fmt: skip
def test_a_place_joins_by_its_sittings_and_the_people_who_came(
    numbers: dict[str, Any], joins: bool, stage: str
) -> None:
    assert stages([spot(**numbers)])["H1"] == (joins, stage)


def test_where_the_whole_home_goes_is_not_the_place_of_the_ring_inside_it() -> None:
    clinic = spot(
        rest_seat_count=45, rest_people_count=12
    )  # the others of the home come three quarters as often
    contract_shop, own_shop = (
        spot("P1", rest_seat_count=4, rest_people_count=12),
        spot("P2", rest_people_count=12),
    )
    village_doctor = [
        hand("D1", 10, 10, 60, 0.2),
        hand("D1", 10, 10, 60, 0.2, place_id="P1", claim_count=60),
    ]
    found = stages([clinic, contract_shop, own_shop], village_doctor)
    assert found == {
        "H1": (False, "with_the_rest"),
        "P1": (False, "fills_for_the_rest"),
        "P2": (True, "place"),
        "D1": (False, "place_not_named"),
    }
    apart = stages([spot(rest_seat_count=10, rest_people_count=12), contract_shop, own_shop], village_doctor)
    assert {name for name, (joins, _) in apart.items() if joins} == {"H1", "P1", "P2", "D1"}


def test_who_leads_the_sittings_joins_and_colleagues_with_a_claim_do_not() -> None:
    found = stages([spot()], [hand("D1", 10, 9, 54, 0.2), hand("D2", 2, 1, 6, 0.5)])
    assert found["D1"] == (True, "leads")
    assert found["D2"] == (False, "few_sittings")


def test_where_another_doctor_sits_each_time_none_of_them_is_named() -> None:
    turns = [hand("D1", 4, 4, 24, 0.3), hand("D2", 3, 3, 18, 0.25), hand("D3", 3, 3, 18, 0.2)]
    assert {found for name, found in stages([spot()], turns).items() if name != "H1"} == {
        (False, "few_sittings")
    }


def test_a_busy_doctor_who_was_there_as_often_as_usual_is_not_named() -> None:
    found = stages([spot()], [hand("D1", 6, 6, 36, 0.55), hand("D2", 4, 4, 24, 0.3)])
    assert found["D1"] == (False, "like_colleagues")


def test_the_only_doctor_of_the_rings_place_is_named_and_its_only_desk_is_not() -> None:
    desk = hand("O1", 10, 10, 60, 1.0, kind=OPERATOR, hand_count=1)
    found = stages([spot()], [hand("D1", 10, 10, 60, 1.0, hand_count=1), desk])
    assert found["D1"] == (True, "constant")
    assert found["O1"] == (False, "like_colleagues")
    one_of_four = hand("O2", 10, 10, 60, 0.25, kind=OPERATOR, hand_count=4)
    assert stages([spot()], [one_of_four])["O2"] == (True, "leads")


def test_doctors_who_share_a_rings_stays_are_named_together() -> None:
    three = [hand("D1", 10, 4, 24, 0.4), hand("D2", 9, 3, 20, 0.3), hand("D3", 6, 2, 14, 0.25)]
    found = stages([spot()], [*three, hand("D4", 1, 0, 2, 0.05)])
    assert {name for name, (joins, _) in found.items() if joins} == {"H1", "D1", "D2", "D3"}
    elsewhere = [*three[:2], hand("D4", 2, 1, 16, 0.3)]  # a quarter with somebody who is seldom there
    assert not any(joins for name, (joins, _) in stages([spot()], elsewhere).items() if name != "H1")


def test_in_a_block_a_doctor_is_known_by_the_people_who_saw_them() -> None:
    block = spot(session_count=1, sitting_count=0, in_block=True)
    seen = hand("D1", 0, 0, 0, 0.5, patient_count=6, place_seen_claim_count=0)
    aside = hand("D2", 0, 0, 0, 0.1, patient_count=2, place_seen_claim_count=0)
    usual = hand("D3", 0, 0, 0, 0.4, patient_count=3, place_seen_claim_count=0, own_people_count=9_000)
    main = hand(
        "D4", 0, 0, 0, 0.9, patient_count=6, place_seen_claim_count=0
    )  # nine in ten of the place's patients see D4
    found = stages([block], [seen, aside, usual, main])
    assert found["D1"] == (True, "block_doctor")
    assert not found["D4"][0]
    assert not found["D2"][0]
    assert not found["D3"][0]


def test_a_doctor_is_told_at_the_place_that_names_them() -> None:
    bought = hand("D1", 9, 9, 30, 0.02, place_id="P1")
    found = judged([spot(), spot("P1", patient_count=3)], [bought, hand("D1", 8, 8, 55, 0.2)])["D1"]
    assert (found.joins, found.spot.place_id) == (True, "H1")


def test_the_reason_carries_the_number() -> None:
    clinic = judged([spot()], [hand("D1", 10, 9, 54, 0.2)])
    place, doctor = _joined(clinic["H1"], 100_000), _joined(clinic["D1"], 100_000)
    assert (place.role, place.expected_claim_count, place.strength) == (Role.OUTLET, 1.2, 0.5)
    assert "10 of 20 meetings were here, with all 12 people; 6.0%" in place.reason_en
    assert "12 人都来过" in place.reason_zh
    assert (doctor.role, doctor.expected_claim_count) == (Role.PRESCRIBER, 12.0)
    assert "at 9 of the 10 meetings at H1 most claims were theirs, usually 20.0%" in doctor.reason_en
    assert "在 H1 的 10 次同现中，有 9 次" in doctor.reason_zh
    front = _joined(judged([spot(own_claim_count=150)])["H1"], 100_000)
    assert front.role is Role.FRONT
    used = judged([spot(session_count=1, sitting_count=0, in_block=True, patient_count=9)])["H1"]
    assert "9 of the 12 people used it" in _joined(used, 100_000).reason_en


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A group of three, a part of a larger one of five, at clinic H1 on two days; doctor D1 has most of the second day only."""
    made = Store(tmp_path)
    made.run(
        "CREATE TABLE group_members AS SELECT * FROM (VALUES (1, 1), (1, 2), (1, 3), (9, 1), (9, 2), (9, 3), (9, 4), (9, 5)) AS t(group_no, patient); "
        "CREATE TABLE group_parents AS SELECT 1 AS group_no, 9 AS parent_no; "
        "CREATE TABLE group_sessions AS SELECT * FROM (VALUES (1, 1, 'visit', 10, 10), (2, 1, 'visit', 20, 20), (3, 1, 'visit', 20, 20)) "
        "AS t(session_no, group_no, kind, day, to_day); "
        "CREATE TABLE patient_codes AS SELECT 'C' || n AS patient_id, n AS patient FROM range(1, 9) AS r(n); "
        "CREATE TABLE facilities AS SELECT 'H1' AS facility_id, 'Willow clinic' AS name; "
        "CREATE TABLE pharmacies AS SELECT '' AS pharmacy_id, '' AS name LIMIT 0; "
        "CREATE TABLE doctors AS SELECT 'D1' AS doctor_id, 'Dr One' AS name"
    )
    made.run(
        "CREATE TABLE member_claims AS SELECT t.*, 'H1' AS place_id, 'facility' AS place_type, CAST(10 AS DECIMAL(16,2)) AS fund_amount FROM (VALUES "
        "(1, 1, 1, 10, 'a', 'D2', 'O1'), (1, 2, 1, 10, 'b', 'D1', 'O1'), (1, 1, 2, 20, 'c', 'D1', 'O1'), (1, 2, 2, 20, 'd', 'D1', NULL), "
        "(1, 3, 2, 20, 'e', 'D2', 'O2'), (1, 3, 3, 20, 'e', 'D2', 'O2'), (1, 1, NULL, 50, 'f', 'D1', 'O1'), "
        "(9, 1, NULL, 10, 'a', 'D2', 'O1'), (9, 4, NULL, 20, 'g', 'D1', 'O1'), (9, 5, NULL, 30, 'h', 'D1', 'O1')) "
        "AS t(group_no, patient, session_no, day, claim_id, doctor_id, operator_id)"
    )
    made.run(
        "CREATE TABLE claims AS SELECT DISTINCT claim_id, 'C' || patient AS patient_id, place_id, doctor_id, operator_id, true AS counted FROM member_claims "
        "UNION ALL SELECT 'x' || n, 'C8', 'H1', 'D3', 'O1', true FROM range(2) AS r(n)"
    )
    made.run(SQL.read_text(encoding="utf-8"))
    return made


def test_claims_are_counted_once_and_against_the_doctors_share_of_all_the_groups_claims_there(
    store: Store,
) -> None:
    rows = {(kind, name): numbers for kind, name, *numbers in store.rows(
        "SELECT entity_type, entity_id, observed, sessions, patients, expected, session_count, claim_count FROM group_entities "
        "WHERE group_no = 1 ORDER BY ALL"
    )}  # fmt: skip
    assert rows["facility", "H1"] == [5, 3, 3, None, 3, 5]  # claim e is at two sittings
    assert rows["doctor", "D1"] == [3, 2, 2, 3.0, 3, 5]  # six of ten claims there are D1's: 3 of five


def test_what_was_seen_at_the_sittings_is_what_is_weighed(store: Store) -> None:
    standing = {found.entity_id: found for found in read_standings(store)[1]}
    place, doctor = standing["H1"].spot, standing["D1"].hand
    assert (place.name, place.own_claim_count, place.people_count) == ("Willow clinic", 10, 3)
    # the rest of the larger group: patient 4 on the day of two sittings, patient 5 on another day
    assert (place.seat_count, place.rest_seat_count, place.rest_people_count) == (6, 2, 2)
    assert standing["H1"].stage == "with_the_rest"
    assert doctor is not None
    assert (doctor.name, doctor.sitting_count, doctor.led_count, doctor.seen_claim_count, doctor.hand_count) == (
        "Dr One", 2, 1, 3, 3
    )  # fmt: skip
    assert doctor.share_of_place == pytest.approx(0.6)


def test_why_not_names_the_number_that_kept_each_of_them_out() -> None:
    home = [
        spot(rest_seat_count=45, rest_people_count=12),
        spot("P1", rest_people_count=12),
        spot("H3", own_claim_count=48_000),
        spot("H4", patient_count=3, claim_count=24),
        spot("H5", session_count=2, all_session_count=50, claim_count=8),
        spot("H6"),
    ]
    hands = [
        hand("D1", 10, 10, 60, 0.2),
        hand("D1", 10, 10, 60, 0.2, place_id="P1", claim_count=60),
        hand("D2", 2, 2, 12, 0.3, place_id="H6"),
        hand("D3", 6, 6, 36, 0.55, place_id="H6"),
    ]
    told = {name: _said(found) for name, found in judged(home, hands).items() if not found.joins}
    assert set(told) == {"H1", "P1", "H3", "H4", "H5", "D1", "D2", "D3"}
    for name, number in {
        "H1": "0.75", "P1": "100.0%", "H3": "60 of the 120", "H4": "3 of its 12", "H5": "2 of its 50", "D1": "10 of 10",
        "D2": "2 of 10", "D3": "6 of 10",
    }.items():  # fmt: skip
        assert number in told[name][1], told[name]
        assert all(
            piece in told[name][0]
            for piece in number.replace(" of its ", " ").replace(" of the ", " ").replace(" of ", " ").split()
        )
    assert len({english for _, english in told.values()}) == len(told)

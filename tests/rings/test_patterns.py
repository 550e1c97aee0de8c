"""A ring is called by the view that carries most of its surprise."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fraudgraph.records import Member, NodeKind, Role, Typology
from fraudgraph.rings.facts import GroupFacts
from fraudgraph.rings.patterns import read_patterns, read_steered, typology_of
from fraudgraph.store import Store
from tests.meetings.test_bills_owners_packs import RING, TOGETHER, clinic, market_town, resale, shops
from tests.meetings.test_views import clock
from tests.rings.test_view_evidence import grouped

NUMBERS = {
    "patient_count": 20,
    "session_count": 40,
    "place_count": 3,
    "surprise": 300.0,
    "block_surprise": 0.0,
    "share_inpatient": 0.0,
}
SWEEP = {"together": 100.0, "places": 60.0}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


def named(
    decades: dict[str, float], *members: tuple[NodeKind, str], steered: bool = False, **numbers: float
) -> Typology:
    people = [
        Member(entity_type=kind, entity_id=name, role=Role.OUTLET, strength=1.0) for kind, name in members
    ]
    return typology_of(
        GroupFacts(group_no=1, numbers={**NUMBERS, **numbers}),
        people,
        decades,
        {("D1", "K1")} if steered else (),
    )


def sat(store: Store, **decades: float) -> dict[str, float]:
    """Sittings of group 1 that carry so many decades at a place."""
    store.run(
        "CREATE TABLE group_sessions (session_no INTEGER, group_no INTEGER, place INTEGER, kind VARCHAR)"
    )
    store.run("CREATE TABLE session_chances (session_no INTEGER, p DOUBLE, good BOOLEAN)")
    for number, (place, value) in enumerate(decades.items()):
        store.run(
            "INSERT INTO group_sessions SELECT $number, 1, place, 'visit' FROM place_codes WHERE place_id = $place",
            number=number,
            place=place,
        )
        store.run("INSERT INTO session_chances VALUES ($number, $p, TRUE)", number=number, p=10**-value)
    return read_patterns(store)[1]


def test_people_of_the_same_bills_are_named_for_them(store: Store) -> None:
    world = clinic()
    for turn, number in enumerate(TOGETHER):
        for person in RING:
            world.visit(person, "H1", clock(number, 600), total_amount=137 + 41 * turn, fund_amount=1)
    decades = sat(grouped(store, world, "same_bill"), H1=10)
    assert set(decades) == {"same_bill", "places"}
    assert named(decades) == "identical_bills"


def test_people_whose_packs_return_are_named_for_them(store: Store) -> None:
    world = shops()
    resale(world)
    decades = sat(grouped(store, world, "trace_code"), K1=10, K3=2)
    assert decades["trace_code"] > 12
    assert decades["linked_packs"] == pytest.approx(12)
    assert named(decades) == "trace_codes"
    assert named({**decades, "together": 500.0}) == "trace_codes", (
        "the packs went from one of its shops to the other"
    )
    assert named({**decades, "together": 500.0, "places": 99.0}) == "card_sweep"


def test_people_of_places_of_one_owner_are_named_for_them(store: Store) -> None:
    decades = sat(grouped(store, market_town(shared=45), "ownership"), K0=4, K5=3, K9=5)
    assert decades == {"places": 12, "linked_places": 7}
    assert named({**decades, "together": 50.0}) == "linked_places"
    assert named({**decades, "linked_places": 5.0, "together": 50.0}) == "card_sweep", (
        "most of them are elsewhere"
    )


def test_one_place_alone_is_linked_to_nothing(store: Store) -> None:
    assert sat(grouped(store, market_town(shared=45), "ownership"), K0=4, K9=5) == {"places": 9}


def test_people_who_share_papers_more_than_hours_are_named_for_the_papers() -> None:
    assert named({**SWEEP, "identity": 60.0}) == "shared_identity"
    assert named({**SWEEP, "identity": 60.0, "same_bill": 70.0}) == "identical_bills"
    assert named({**SWEEP, "same_bill": 40.0}) == "card_sweep", "a few bills alike do not make the pattern"


def test_who_travels_together_is_told_from_who_swipes_at_one_counter() -> None:
    assert named({**SWEEP, "journey": 120.0}) == "companion_visits"
    assert named({**SWEEP, "journey": 20.0}) == "card_sweep"
    assert named({"batch": 50.0}, share_inpatient=0.9, place_count=1) == "batch_admission"
    assert named({"batch": 50.0}, share_inpatient=0.9) == "rotation"


def test_steered_are_those_whose_doctor_fills_at_a_shop_of_theirs() -> None:
    both = ((NodeKind.DOCTOR, "D1"), (NodeKind.PHARMACY, "K1"))
    assert named(SWEEP, *both, steered=True) == "steered_prescriptions"
    assert named(SWEEP, *both) == "card_sweep", "a doctor and a shop by themselves are no steering"
    assert named(SWEEP, both[0], steered=True) == "card_sweep"


def test_who_never_met_shares_identities_and_who_shares_places_is_a_block() -> None:
    assert named({}, session_count=0) == "shared_identity"
    assert named(SWEEP, block_surprise=9.0, surprise=1.0) == "dense_block"


def test_steering_is_read_as_doctor_and_shop(store: Store) -> None:
    store.run("CREATE TABLE place_meetings (view VARCHAR, a VARCHAR, b VARCHAR)")
    store.run("INSERT INTO place_meetings VALUES ('steering', 'D1', 'K1'), ('ownership', 'K1', 'K2')")
    assert read_steered(store) == {("D1", "K1")}

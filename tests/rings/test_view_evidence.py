"""The same bills, packs that return and places of one owner are told with their number, their comparison and their claims."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fraudgraph.meetings import VIEWS, find_meetings
from fraudgraph.records import Member, NodeKind, Role
from fraudgraph.rings.view_evidence import linked_place_evidence, paper_evidence, read_place_links
from fraudgraph.settings import MeetingSettings
from fraudgraph.store import Store
from fraudgraph.synthetic.violations.world import World
from tests.meetings.test_bills_owners_packs import RING, TOGETHER, clinic, market_town, resale, shops
from tests.meetings.test_views import clock

OWN = "SELECT claim_id FROM claims WHERE patient_id LIKE 'R%' ORDER BY claim_id"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


def grouped(store: Store, world: World, view: str) -> Store:
    """The meetings of one view, with the six of the ring as group 1 and a group 2 of people who have nothing in common."""
    find_meetings(world.fill(store), MeetingSettings(off=tuple(name for name in VIEWS if name != view)))
    store.run(
        "CREATE TABLE group_members AS SELECT CASE WHEN patient_id LIKE 'R%' THEN 1 ELSE 2 END AS group_no, patient FROM patient_codes "
        "WHERE patient_id LIKE 'R%' OR patient <= 12"
    )
    store.run(
        "CREATE TABLE member_claims AS SELECT g.group_no, g.patient, l.place, c.claim_id, c.claim_type, c.net_total_amount AS total_amount, "
        "CAST(date_diff('day', DATE '1970-01-01', c.event_date) AS INTEGER) AS day FROM group_members AS g "
        "JOIN patient_codes AS p ON p.patient = g.patient JOIN claims AS c ON c.patient_id = p.patient_id "
        "JOIN place_codes AS l ON l.place_id = c.place_id"
    )
    return store


def test_the_same_bills_are_told_with_the_claims_that_hold_them(store: Store) -> None:
    world = clinic()
    for turn, number in enumerate(TOGETHER):
        for person in RING:
            world.visit(person, "H1", clock(number, 600), total_amount=137 + 41 * turn, fund_amount=1)
    for person in RING:
        world.visit(person, "H1", clock(80 + RING.index(person), 600), total_amount=999, fund_amount=1)
    found = paper_evidence(grouped(store, world, "same_bill"))
    assert set(found) == {1}
    (told,) = found[1]
    assert (told.kind, told.observed) == ("same_bill", len(TOGETHER))
    assert told.expected is not None and told.expected < 0.2
    assert len(told.claim_ids) == len(TOGETHER) * len(RING)
    assert "6 人（15 对）" in told.sentence_zh
    assert "6 of them (15 pairs)" in told.sentence_en


def test_packs_that_return_are_told_with_both_settlements(store: Store) -> None:
    world = shops()
    resale(world)
    (told,) = paper_evidence(grouped(store, world, "trace_code"))[1]
    assert (told.kind, told.observed) == ("trace_code", 6)
    assert told.claim_ids == tuple(claim for (claim,) in store.rows(OWN))
    assert told.sentence_zh.startswith("18 个追溯码")
    links = linked_place_evidence(at("K1", "K3", "K2"), 1, read_place_links(store), {(1, "K1"): ("c1",)})
    assert [(link.kind, link.claim_ids) for link in links] == [("trace_code", ("c1",))]
    assert links[0].observed >= 18, "and what was typed wrongly"


def at(*places: str) -> list[Member]:
    return [
        Member(entity_type=NodeKind.PHARMACY, entity_id=place, role=Role.OUTLET, strength=1.0)
        for place in places
    ]


def test_places_of_one_owner_are_told_where_the_ring_has_both(store: Store) -> None:
    grouped(store, market_town(shared=45), "ownership")
    links = read_place_links(store)
    claims = {(7, "K0"): ("c2", "c1"), (7, "K5"): ("c3",)}
    (told,) = linked_place_evidence(at("K5", "K9", "K0"), 7, links, claims)
    assert told.kind == "ownership"
    assert told.expected is not None and told.observed > 2 * told.expected
    assert told.claim_ids == ("c1", "c2", "c3")
    assert "K0 与 K5" in told.sentence_zh and "K0 and K5" in told.sentence_en
    assert linked_place_evidence(at("K0", "K9"), 7, links, claims) == []

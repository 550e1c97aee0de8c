"""People who share a rare set of places on scattered days are a block; people of one town are not."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from fraudgraph.casework.manual_edits import HandEdit, apply_edits
from fraudgraph.groups import find_blocks, find_clienteles, find_groups, find_parts, find_steering
from fraudgraph.groups.blocks import _add_to_groups as add_to_groups
from fraudgraph.groups.blocks import measure_blocks
from fraudgraph.groups.changing import change_groups
from fraudgraph.groups.co_attendance import find_sittings
from fraudgraph.meetings import find_meetings
from fraudgraph.rings import assemble_rings
from fraudgraph.settings import Settings
from fraudgraph.store import Store
from fraudgraph.synthetic.violations.world import World

TOWNS = 8
PEOPLE_OF_A_TOWN = 120
RING = tuple(f"R{number:02d}" for number in range(16))
RING_PLACES = ("H01", "H31", "H61")
"""One place each of three towns far apart."""
RING_TOWNS = (1, 2, 4, 5, 7)
"""Where the ring's people live: to nobody of these towns are its places the custom."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


def county(*, ring: bool) -> World:
    """Eight towns with three places each that only their own people use, all of them; sixteen people who use three others'."""
    world, chance = World(), random.Random(5)

    def come(person: str, place: str) -> None:
        day = date(2025, 1, 6) + timedelta(days=chance.randrange(300))
        at = datetime.combine(day, datetime.min.time()) + timedelta(minutes=chance.randrange(500, 1000))
        world.visit(person, place, at)

    for town in range(TOWNS):
        for number in range(PEOPLE_OF_A_TOWN):
            person = f"T{town}P{number:03d}"
            world.person(person, residence_code=f"9901{town:02d}")
            for place in range(3):
                come(person, f"H{town}{place}")
    for number, person in enumerate(RING):
        town = RING_TOWNS[number % len(RING_TOWNS)]
        world.person(person, residence_code=f"9901{town:02d}")
        for place in range(3):
            come(person, f"H{town}{place}")
        if ring:
            for place in RING_PLACES:
                come(person, place)
                come(person, place)
    return world


def groups(store: Store, world: World) -> set[frozenset[str]]:
    world.fill(store)
    find_meetings(store, Settings().meetings)
    find_groups(store, Settings().groups, seed=1, min_patients=4)
    find_parts(store, min_patients=4)
    find_steering(store, min_patients=4)
    find_clienteles(store, min_patients=4)
    find_blocks(store, min_patients=4)
    found: dict[int, set[str]] = {}
    for group_no, patient_id in store.rows(
        "SELECT m.group_no, c.patient_id FROM group_members AS m JOIN patient_codes AS c ON c.patient = m.patient"
    ):
        found.setdefault(group_no, set()).add(patient_id)
    return {frozenset(people) for people in found.values()}


def test_a_closed_set_of_people_and_far_places_is_a_block(store: Store) -> None:
    (block,) = (people for people in groups(store, county(ring=True)) if len(people) > 8)
    assert block == set(RING)
    (numbers,) = store.rows("SELECT DISTINCT people, observed, expected FROM group_blocks")
    assert numbers == (16.0, 48.0, pytest.approx(16 * 3 * 3 / 123, rel=0.1))
    assert store.rows("SELECT count(*), min(present_count) FROM group_sessions WHERE kind = 'block'") == [
        (3, 16)
    ]


def test_people_of_one_town_who_all_use_its_places_are_none(store: Store) -> None:
    assert not [people for people in groups(store, county(ring=False)) if len(people) > 8]
    assert not store.rows("SELECT * FROM group_blocks")


def test_the_order_of_the_rows_does_not_matter(tmp_path: Path) -> None:
    answers = []
    for number, world in enumerate((county(ring=True), county(ring=True).shuffled(3))):
        with Store(tmp_path / str(number)) as store:
            answers.append((groups(store, world), store.rows("SELECT * FROM group_blocks ORDER BY ALL")))
    assert answers[0] == answers[1]


def test_each_claim_of_a_block_counts_once_and_the_ring_says_what_it_is(store: Store) -> None:
    groups(store, county(ring=True))
    for name, columns in (
        ("flags", "model VARCHAR, subject_id VARCHAR, claim_ids VARCHAR[]"),
        ("outliers", "entity_type VARCHAR, entity_id VARCHAR, score DOUBLE"),
    ):
        store.run(f"CREATE OR REPLACE TABLE {name} ({columns})")
    ring = next(
        c.ring
        for c in assemble_rings(store, Settings().rings)
        if c.facts.patient_count == len(RING) and c.facts["block_surprise"] > 0
    )
    claims = store.one(
        "SELECT count(*), count(DISTINCT claim_id) FROM member_claims WHERE session_no IS NOT NULL"
    )
    assert claims[0] == claims[1] >= 2 * 3 * len(RING)
    assert ring.typology == "dense_block"
    (last,) = store.one("SELECT max(to_day) FROM group_sessions WHERE kind = 'block'")
    assert ring.last_seen == date(1970, 1, 1) + timedelta(days=last)
    assert "share a set of" in ring.summary_en
    assert "共同使用" in ring.summary_zh


def test_two_blocks_that_meet_in_one_group_become_one_group(store: Store) -> None:
    store.run(
        "CREATE TABLE group_members AS SELECT 1::INTEGER AS group_no, unnest(range(8))::INTEGER AS patient "
        "UNION ALL SELECT 2, unnest(range(8, 16))::INTEGER; "
        "CREATE TABLE group_parents (group_no INTEGER, parent_no INTEGER)"
    )
    homes = add_to_groups(store, [set(range(8)), set(range(4, 14))])
    assert homes == [1, 1]
    assert store.rows("SELECT DISTINCT group_no FROM group_members") == [(1,)]


def test_a_group_that_joins_one_that_joins_another_ends_in_the_last(store: Store) -> None:
    store.run(
        "CREATE TABLE group_members AS SELECT unnest([1, 2, 5])::INTEGER AS group_no, unnest([10, 20, 50])::INTEGER AS patient; "
        "CREATE TABLE group_parents AS SELECT 9::INTEGER AS group_no, 5::INTEGER AS parent_no"
    )
    change_groups(store, {5: 2, 2: 1}, [(5, 60)])
    assert store.rows("SELECT group_no, patient FROM group_members") == [(1, 10), (1, 20), (1, 50), (1, 60)]
    assert store.rows("SELECT parent_no FROM group_parents") == [(1,)]


def test_a_block_that_an_analyst_changed_is_measured_anew(store: Store) -> None:
    groups(store, county(ring=True))
    store.run("INSERT INTO group_members SELECT 0, patient FROM patient_codes WHERE patient_id LIKE 'T0P00%'")
    settled = {"by": "chen", "on": date(2025, 12, 1), "reason": "asked on site", "patients": RING}
    edits = (
        HandEdit(action="drop", ring_id="R-2025-0001", people=RING[:3], **settled),
        HandEdit(
            action="merge",
            ring_id="R-2025-0002",
            other="R-2025-0001",
            by="chen",
            on=date(2025, 12, 1),
            reason="one organiser",
            patients=tuple(f"T0P00{number}" for number in range(10)),
            other_patients=RING[3:],
        ),
    )
    assert apply_edits(store, edits, {}) == 2
    find_sittings(store)
    measure_blocks(store)
    assert store.rows(
        "SELECT DISTINCT b.people FROM group_blocks AS b JOIN group_members AS m ON m.group_no = b.group_no"
    ) == [(13.0,)]
    assert store.one("SELECT count(*) FROM group_sessions WHERE kind = 'block'") == (3,)

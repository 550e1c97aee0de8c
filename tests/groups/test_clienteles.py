"""Cards that are used at one doctor's all year are a group though nobody meets; where every place has its regulars, they are none."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fraudgraph.groups import search_groups
from fraudgraph.meetings import find_meetings
from fraudgraph.rings.facts import prepare_facts
from fraudgraph.rings.signs import read_signs
from fraudgraph.settings import Settings
from fraudgraph.store import Store
from fraudgraph.synthetic.violations.world import World

CARDS = tuple(f"C{number:02d}" for number in range(14))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


def town(*, places: tuple[str, ...] = ("H0",), regulars: int = 0) -> World:
    """Nine clinics of one doctor each with people who come once or twice; fourteen cards that come sixteen times to each of
    `places`, on days and at hours of their own; and so many regulars at every clinic."""
    world, chance = World(), random.Random(5)

    def come(person: str, place: str) -> None:
        when = datetime(2025, 1, 6, 8) + timedelta(days=chance.randrange(330), minutes=chance.randrange(600))
        world.visit(person, place, when, doctor_id=f"D{place}")

    for number in range(1800):
        for _ in range(1 + (number % 7 == 0)):
            come(f"P{number:04d}", f"H{number % 9}")
    for number in range(9 * regulars):
        for _ in range(16):
            come(f"R{number:03d}", f"H{number % 9}")
    for card in CARDS:
        for place in places:
            for _ in range(16):
                come(card, place)
    return world


def customs(store: Store, world: World) -> dict[int, tuple[set[str], set[str]]]:
    """People and places of each clientele."""
    find_meetings(world.fill(store), Settings().meetings)
    search_groups(store, Settings().groups, seed=1, min_patients=4)
    return {
        group_no: (set(people), set(places))
        for group_no, people, places in store.rows(
            "SELECT u.group_no, list(DISTINCT c.patient_id), list(DISTINCT l.place_id) FROM group_customs AS u "
            "JOIN group_members AS g ON g.group_no = u.group_no JOIN patient_codes AS c ON c.patient = g.patient "
            "JOIN place_codes AS l ON l.place = u.place GROUP BY u.group_no ORDER BY u.group_no"
        )
    }


def test_cards_used_at_one_doctors_all_year_are_a_group(store: Store) -> None:
    ((people, places),) = customs(store, town()).values()
    assert people == set(CARDS)
    assert places == {"H0"}


def test_the_same_cards_at_two_places_are_one_group(store: Store) -> None:
    ((people, places),) = customs(store, town(places=("H0", "H4"))).values()
    assert people == set(CARDS)
    assert places == {"H0", "H4"}


def test_where_every_place_has_as_many_regulars_there_is_no_such_group(store: Store) -> None:
    assert customs(store, town(regulars=14)) == {}


def test_its_facts_say_how_far_beyond_the_others_it_is_and_count_no_set_of_places(store: Store) -> None:
    ((group_no, _),) = customs(store, town()).items()
    prepare_facts(store)
    signs = read_signs(store)[group_no]
    assert signs["customs_nats_log"] > 2.0
    assert signs["customs_lift_log"] > 3.0
    assert "block_people_log" not in signs
    assert "block_nats_log" not in signs

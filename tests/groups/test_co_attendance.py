"""The judge: who really came belongs, who never came does not."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from fraudgraph.groups.choosing import choose_groups
from fraudgraph.groups.co_attendance import find_sittings
from fraudgraph.groups.judging import judge, measure
from fraudgraph.groups.presences import read_presences
from fraudgraph.meetings import find_meetings
from fraudgraph.settings import MeetingSettings
from fraudgraph.store import Store
from fraudgraph.synthetic.violations.world import World

FIRST = date(2025, 3, 3)
RING = ("R1", "R2", "R3", "R4", "R5")
SITTINGS = (3, 11, 19, 30, 37, 45, 52, 61, 66, 80)


def at(number: int, minute: int) -> datetime:
    return datetime.combine(FIRST + timedelta(days=number), datetime.min.time()) + timedelta(minutes=minute)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


def town() -> World:
    """Twenty-five people a day of five hundred at one pharmacy, for three months; the ring's five come together on ten days."""
    world, chance = World(), random.Random(23)
    for number in range(90):
        for _ in range(25):
            world.purchase(f"P{chance.randrange(500):03d}", "K1", at(number, chance.randrange(480, 1080)))
    for number in SITTINGS:
        for late, person in enumerate(RING):
            world.purchase(person, "K1", at(number, 860 + 2 * late))
    return world


def refined(store: Store, world: World, *guesses: tuple[str, ...], least: int = 4) -> list[set[str]]:
    """The groups that are left of the guesses, by number."""
    find_meetings(world.fill(store), MeetingSettings())
    codes = dict(store.rows("SELECT patient_id, patient FROM patient_codes"))
    rows = np.array([(number, codes[person]) for number, people in enumerate(guesses) for person in people])
    seen = read_presences(store)
    judged = judge(seen, rows[:, 0], rows[:, 1])
    chosen = choose_groups(seen, judged, min_patients=least)
    kept = np.isin(judged.group, chosen)
    store.put(
        "group_members",
        pa.table(
            {
                "group_no": pa.array(judged.group[kept] + 1, pa.int32()),
                "patient": pa.array(judged.person[kept], pa.int32()),
            }
        ),
    )
    find_sittings(store)
    found = store.rows(
        "SELECT g.group_no, list(c.patient_id) FROM group_members AS g JOIN patient_codes AS c ON c.patient = g.patient "
        "GROUP BY g.group_no ORDER BY g.group_no"
    )
    return [set(people) for _, people in found]


def test_a_group_that_came_is_left_as_it_is(store: Store) -> None:
    assert refined(store, town(), RING) == [set(RING)]


def test_somebody_from_outside_who_came_to_most_sittings_joins(store: Store) -> None:
    world = town()
    for number in SITTINGS[:7]:
        world.purchase("X", "K1", at(number, 871))
    assert refined(store, world, RING) == [{*RING, "X"}]


def test_a_regular_of_the_place_who_happened_to_be_there_twice_does_not(store: Store) -> None:
    world = town()
    for number in range(1, 90, 2):
        world.purchase("X", "K1", at(number, 560))
    for number in SITTINGS[:2]:
        world.purchase("Y", "K1", at(number, 866))
    for number in range(0, 88, 8):
        world.purchase("Y", "K1", at(number, 600))
    assert refined(store, world, RING) == [set(RING)]


def test_a_member_who_never_came_leaves(store: Store) -> None:
    world = town()
    for number in range(2, 90, 8):
        world.purchase("X", "K1", at(number, 620))
    assert refined(store, world, (*RING, "X")) == [set(RING)]


def test_a_group_of_which_too_few_came_is_gone(store: Store) -> None:
    world = World()
    for number, person in enumerate(RING):
        for visit in range(12):
            world.purchase(person, "K1", at(7 * visit + number, 500 + 60 * number))
    for number in range(90):
        world.purchase(f"P{number % 7}", "K1", at(number, 700))
    assert refined(store, world, RING) == []


def test_two_guesses_at_one_circle_become_one_group(store: Store) -> None:
    world = town()
    for number in SITTINGS:
        for late, person in enumerate(("R6", "R7", "R8", "R9")):
            world.purchase(person, "K1", at(number, 872 + 2 * late))
    assert refined(store, world, RING, ("R6", "R7", "R8", "R9")) == [{*RING, "R6", "R7", "R8", "R9"}]


def test_two_circles_at_one_counter_on_days_of_their_own_stay_two(store: Store) -> None:
    world = town()
    others = ("S1", "S2", "S3", "S4")
    for number in SITTINGS:
        for late, person in enumerate(others):
            world.purchase(person, "K1", at(number + 2, 700 + 2 * late))
    assert refined(store, world, RING, others) == [set(RING), set(others)]


def test_people_admitted_together_have_sittings_too(store: Store) -> None:
    world, chance = World(), random.Random(2)
    for number in range(90):
        for _ in range(2):
            start = FIRST + timedelta(days=number)
            world.stay(
                f"P{chance.randrange(400):03d}", "H1", start, start + timedelta(days=chance.randrange(4, 12))
            )
    for number in (5, 25, 44, 63, 81):
        for person in RING:
            start = FIRST + timedelta(days=number)
            world.stay(person, "H1", start, start + timedelta(days=6))
    world.visit("P001", "H1", at(3, 600))  # the days of the city are counted from its visits
    world.visit("P001", "H1", at(89, 600))
    assert refined(store, world, RING) == [set(RING)]
    assert {kind for (kind,) in store.rows("SELECT DISTINCT kind FROM group_sessions")} == {"stay"}


def test_the_order_of_the_rows_does_not_matter(tmp_path: Path) -> None:
    answers = []
    for number, world in enumerate((town(), town().shuffled(4))):
        with Store(tmp_path / str(number)) as store:
            refined(store, world, RING)
            answers.append(
                (
                    store.rows("SELECT * FROM group_members"),
                    store.rows("SELECT * FROM group_sessions ORDER BY session_no"),
                )
            )
    assert answers[0] == answers[1]


def test_what_is_measured_of_given_people_is_what_the_judge_found(store: Store) -> None:
    refined(store, town(), RING)
    seen = read_presences(store)
    (members,) = (np.array([p for (p,) in store.rows("SELECT patient FROM group_members ORDER BY patient")]),)
    judged = judge(seen, np.zeros(len(members), np.int64), members)
    given = measure(seen, judged.group, judged.person)
    assert given.gain == pytest.approx(judged.gain)
    assert len(given.windows) == len(SITTINGS)


def test_two_couples_who_shop_on_the_same_evenings_are_no_group(store: Store) -> None:
    """Two people, or one home, are company: a window needs three homes."""
    world = town()
    for number in SITTINGS:
        for late, person in enumerate(("C1", "C2")):
            world.purchase(person, "K1", at(number + 1, 700 + late))
        for late, person in enumerate(("C3", "C4")):
            world.purchase(person, "K1", at(number + 4, 700 + late))
    assert refined(store, world, ("C1", "C2", "C3", "C4")) == []


def test_a_course_in_common_is_one_coincidence(store: Store) -> None:
    """Ten days running at nine: whoever starts together meets ten times, and it says little more than that they started."""
    course, scattered = town(), town()
    for late, person in enumerate(("T1", "T2", "T3", "T4")):
        for number in range(10):
            course.purchase(person, "K1", at(20 + number, 540 + 10 * late))
        for number in (2, 9, 22, 25, 41, 46, 55, 63, 71, 84):
            scattered.purchase(person, "K1", at(number, 540 + 10 * late))
    gains = []
    for number, world in enumerate((course, scattered)):
        with Store(store.folder / str(number)) as apart:
            refined(apart, world, ("T1", "T2", "T3", "T4"))
            seen = read_presences(apart)
            codes = dict(apart.rows("SELECT patient_id, patient FROM patient_codes"))
            people = np.array(sorted(codes[f"T{n}"] for n in (1, 2, 3, 4)))
            gains.append(float(measure(seen, np.zeros(4, np.int64), people).gain[0]))
    assert gains[0] < 0.5 * gains[1]

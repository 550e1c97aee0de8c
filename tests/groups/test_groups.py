"""Candidates: circles of the network of meetings, and crowds that a place's rhythm does not bring."""

import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from fraudgraph.groups import find_groups
from fraudgraph.groups.candidates import as_rows, from_events, from_meetings
from fraudgraph.groups.presences import read_presences
from fraudgraph.meetings import find_meetings
from fraudgraph.settings import GroupSettings, MeetingSettings
from fraudgraph.store import Store
from fraudgraph.synthetic.violations.world import World

Pair = tuple[int, int]
WEAK, STRONG = 1e-4, 1e-11
"""Chances of a pair: one alone is a coincidence; one is hardly."""
FIRST = date(2025, 3, 3)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


def clique(people: Iterable[int]) -> list[Pair]:
    return list(combinations(people, 2))


def circles(
    store: Store, pairs: list[Pair], p: float, *, seed: int = 1, resolution: float = 0.4
) -> set[frozenset[int]]:
    """The candidates among people who met pairwise at chance `p`."""
    lay(store, [("burst", pair, p) for pair in pairs])
    return {frozenset(people.tolist()) for people in from_meetings(store, seed=seed, resolution=resolution)}


def lay(store: Store, meetings: list[tuple[str, Pair, float]]) -> None:
    store.put(
        "pair_meetings",
        pa.table(
            {
                "view": pa.array([view for view, _, _ in meetings], pa.string()),
                "a": pa.array([min(pair) for _, pair, _ in meetings], pa.int32()),
                "b": pa.array([max(pair) for _, pair, _ in meetings], pa.int32()),
                "p": pa.array([p for _, _, p in meetings], pa.float64()),
            }
        ),
    )


@pytest.mark.parametrize("p", [1e-6, STRONG])
def test_two_circles_that_never_meet_are_two_candidates(store: Store, p: float) -> None:
    assert circles(store, clique(range(10, 16)) + clique(range(30, 35)), p) == {
        frozenset(range(10, 16)),
        frozenset(range(30, 35)),
    }


def test_two_circles_joined_by_one_acquaintance_stay_two_candidates(store: Store) -> None:
    pairs = [*clique(range(1, 8)), *clique(range(20, 27)), (7, 20)]
    assert {frozenset(range(1, 8)), frozenset(range(20, 27))} <= circles(store, pairs, 1e-8)


def test_a_chain_of_weak_meetings_is_no_candidate(store: Store) -> None:
    assert circles(store, list(pairwise(range(1, 13))), WEAK) == set()


def test_nobody_met_nobody_is_a_candidate(store: Store) -> None:
    assert circles(store, [], STRONG) == set()


def noisy(seed: int) -> list[tuple[str, Pair, float]]:
    """Eight circles of unequal strength among four hundred people who meet now and then."""
    rng = np.random.default_rng(seed)
    met: dict[Pair, float] = {}
    for circle in range(8):
        for pair in clique(rng.choice(400, 5 + circle, replace=False).tolist()):
            met[min(pair), max(pair)] = float(10 ** -rng.uniform(2.5, 9))
    for a, b in rng.integers(0, 400, (900, 2)).tolist():
        if a != b:
            met.setdefault((min(a, b), max(a, b)), float(10 ** -rng.uniform(2, 4)))
    return [("burst", pair, p) for pair, p in met.items()]


def test_the_same_seed_gives_the_same_candidates_whatever_the_order_of_the_meetings(store: Store) -> None:
    meetings = noisy(8)
    answers = []
    for ordered in (meetings, meetings, meetings[::-1]):
        lay(store, ordered)
        answers.append([people.tolist() for people in from_meetings(store, seed=77, resolution=0.4)])
    assert len(answers[0]) >= 4
    assert answers[0] == answers[1] == answers[2]


def test_a_candidate_told_twice_is_judged_once() -> None:
    group, person = as_rows([np.array([3, 1, 2]), np.array([1, 2, 3]), np.array([1, 2])])
    assert group.tolist() == [0, 0, 0]
    assert person.tolist() == [1, 2, 3]


def hospital(*, batches: bool) -> World:
    """Three admissions a week for half a year; in the other hospital, twelve people come in three batches, each to two of them."""
    world, chance = World(), random.Random(3)
    for number in range(180):
        if number % 7 in (1, 3, 5):
            start = FIRST + timedelta(days=number)
            world.stay(f"P{chance.randrange(300):03d}", "H1", start, start + timedelta(days=7))
    for batch, day in enumerate((30, 80, 140)):
        for person in range(12):
            if person % 3 != batch and batches:
                start = FIRST + timedelta(days=day)
                world.stay(f"R{person:02d}", "H1", start, start + timedelta(days=7))
    world.visit("P001", "H1", datetime(2025, 3, 3, 9))
    world.visit("P001", "H1", datetime(2025, 8, 30, 9))
    return world


def test_a_batch_of_admissions_is_an_event_whoever_the_people_are(store: Store) -> None:
    find_meetings(hospital(batches=True).fill(store), MeetingSettings())
    codes = dict(store.rows("SELECT patient, patient_id FROM patient_codes"))
    found = [{codes[int(p)] for p in people} for people in from_events(read_presences(store))]
    ring = {f"R{person:02d}" for person in range(12)}
    assert any(len(ring & people) == 12 and len(people) <= 15 for people in found)


def test_ordinary_admissions_are_no_event(store: Store) -> None:
    find_meetings(hospital(batches=False).fill(store), MeetingSettings())
    assert from_events(read_presences(store)) == []


def test_groups_stand_in_order_of_gain_and_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    answers = []
    for number, world in enumerate((hospital(batches=True), hospital(batches=True).shuffled(4))):
        with Store(tmp_path / str(number)) as store:
            find_meetings(world.fill(store), MeetingSettings())
            report = find_groups(store, GroupSettings(), seed=1, min_patients=4)
            answers.append(store.rows("SELECT group_no, patient FROM group_members"))
            assert report.group_count == len({group for group, _ in answers[-1]}) == 1
    assert answers[0] == answers[1] == sorted(answers[0])

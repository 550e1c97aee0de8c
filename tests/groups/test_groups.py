"""Groups: people who all keep meeting one another; a chain of coincidences is none."""

from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from fraudgraph.groups import find_groups
from fraudgraph.groups.finding import _in_triangles
from fraudgraph.settings import GroupSettings
from fraudgraph.store import Store

Pair = tuple[int, int]
WEAK, STRONG = 1e-4, 1e-11
"""Chances of a pair: one alone is a coincidence; one is hardly."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


def clique(people: Iterable[int]) -> list[Pair]:
    return list(combinations(people, 2))


def groups(
    store: Store, pairs: list[Pair], p: float, *, view: str = "burst", seed: int = 1, least: int = 4, resolution: float = 0.4
) -> set[frozenset[int]]:  # fmt: skip
    """The groups of people who met pairwise at chance `p`."""
    lay(store, [(view, pair, p) for pair in pairs])
    find_groups(store, GroupSettings(resolution=resolution), seed=seed, min_patients=least)
    return found(store)


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


def found(store: Store) -> set[frozenset[int]]:
    rows = store.rows("SELECT list(patient) FROM group_members GROUP BY group_no")
    return {frozenset(people) for (people,) in rows}


@pytest.mark.parametrize("p", [WEAK, STRONG])
def test_two_circles_that_never_meet_are_two_groups(store: Store, p: float) -> None:
    assert groups(store, clique(range(10, 16)) + clique(range(30, 35)), p) == {
        frozenset(range(10, 16)),
        frozenset(range(30, 35)),
    }


def test_two_circles_joined_by_one_acquaintance_stay_two_groups(store: Store) -> None:
    pairs = [*clique(range(1, 8)), *clique(range(20, 27)), (7, 20)]
    assert groups(store, pairs, 1e-8) == {frozenset(range(1, 8)), frozenset(range(20, 27))}


def test_a_chain_of_weak_meetings_is_no_group(store: Store) -> None:
    assert groups(store, list(pairwise(range(1, 13))), WEAK) == set()


def test_a_ring_of_neighbours_without_a_common_friend_is_no_group(store: Store) -> None:
    assert groups(store, [*pairwise(range(1, 13)), (1, 12)], WEAK) == set()


def test_coincidences_of_one_busy_person_are_no_group(store: Store) -> None:
    assert groups(store, [(1, other) for other in range(2, 30)], WEAK) == set()


def test_a_circle_too_small_is_no_group(store: Store) -> None:
    assert groups(store, clique(range(1, 4)), STRONG) == set()
    assert groups(store, clique(range(1, 4)), STRONG, least=3) == {frozenset({1, 2, 3})}


def test_nobody_met_nobody_is_in_a_group(store: Store) -> None:
    assert groups(store, [], STRONG) == set()


def test_two_views_of_one_coincidence_count_once_two_kinds_of_meeting_count_twice(store: Store) -> None:
    """Who stands next to somebody in a queue is also there on the same day: that is one thing seen twice."""
    just_short = 10**-1.5
    circle, elsewhere = clique(range(1, 6)), [("burst", (90, 91), WEAK)]
    lay(store, [*elsewhere, *((view, pair, just_short) for pair in circle for view in ("burst", "same_day"))])
    find_groups(store, GroupSettings(), seed=1, min_patients=4)
    assert found(store) == set()
    lay(store, [*elsewhere, *((view, pair, just_short) for pair in circle for view in ("burst", "identity"))])
    find_groups(store, GroupSettings(), seed=1, min_patients=4)
    assert found(store) == {frozenset(range(1, 6))}


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


def test_the_same_seed_gives_the_same_groups_whatever_the_order_of_the_meetings(store: Store) -> None:
    meetings = noisy(8)
    answers = []
    for ordered in (meetings, meetings, meetings[::-1]):
        lay(store, ordered)
        find_groups(store, GroupSettings(), seed=77, min_patients=4)
        answers.append(store.rows("SELECT group_no, patient FROM group_members"))
    assert len({group for group, _ in answers[0]}) >= 4
    assert answers[0] == answers[1] == answers[2]


def test_groups_are_numbered_by_their_smallest_member_and_stand_in_order(store: Store) -> None:
    lay(store, noisy(8))
    report = find_groups(store, GroupSettings(), seed=77, min_patients=4)
    rows = store.rows("SELECT group_no, patient FROM group_members")
    assert rows == sorted(rows)
    first = [
        min(person for number, person in rows if number == group) for group in sorted({g for g, _ in rows})
    ]
    assert sorted({group for group, _ in rows}) == list(range(1, report.group_count + 1))
    assert first == sorted(first)
    people = [person for _, person in rows]
    assert len(people) == len(set(people)), "a person stands in one group"


def test_a_higher_resolution_asks_more_of_a_group(store: Store) -> None:
    circle = clique(range(1, 7))
    assert groups(store, circle, 1e-3, resolution=0.4) == {frozenset(range(1, 7))}
    assert groups(store, circle, 1e-3, resolution=5.0) == set()


@pytest.mark.parametrize("at_once", [3, 1_000])
def test_a_weak_pair_stands_exactly_where_it_is_the_side_of_a_triangle(
    monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("fraudgraph.groups.finding._AT_ONCE", at_once)
    draw = np.random.default_rng(5)
    for size in range(4, 40):
        met = np.triu(draw.random((size, size)) < 0.15, 1)
        left, right = np.nonzero(met)
        among = (met | met.T).astype(int)
        sides = _in_triangles(left, right, size)
        assert np.array_equal(sides, (among @ among)[left, right] > 0)

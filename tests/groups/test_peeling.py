"""Peeling finds large loose blocks and small ones beside them, and none in habits: of a town, of busy people, of a doctor's patients."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from scipy.stats import poisson

from fraudgraph.groups.peeling import Peeled, peel_blocks
from fraudgraph.groups.uses import Uses

PEOPLE, PLACES, DOCTORS = 4000, 60, 4
CHANCE = 0.03
Seen = set[tuple[int, int]]
"""Pairs of (person, place) or (person, seat)."""


class Land:
    """People who use any place with the same small chance, and one doctor there."""

    def __init__(self, seed: int) -> None:
        self.draw = np.random.default_rng(seed)
        self.places: Seen = {
            (int(p), int(x)) for p, x in np.argwhere(self.draw.random((PEOPLE, PLACES)) < CHANCE)
        }
        self.seats: Seen = {(p, self.seat(x, int(self.draw.integers(DOCTORS)))) for p, x in self.places}
        self.doctor_of = {self.seat(x, d): x * DOCTORS + d for x in range(PLACES) for d in range(DOCTORS)}

    @staticmethod
    def seat(place: int, number: int) -> int:
        return PLACES + place * DOCTORS + number

    def block(self, people: range, places: range, share: float) -> set[int]:
        """People who use each of these places, and see the first two doctors there, with this chance."""
        for person in people:
            for place in places:
                if self.draw.random() < share:
                    self.places.add((person, place))
                    self.seats |= {
                        (person, self.seat(place, d)) for d in (0, 1) if self.draw.random() < share
                    }
        return set(people)

    def uses(self) -> Uses:
        rows = [(p, x, CHANCE) for p, x in self.places] + [(p, s, 0.25) for p, s in self.seats]
        patient, column, chance = (np.array(values) for values in zip(*sorted(rows), strict=True))
        place_of = np.concatenate([np.arange(PLACES), np.repeat(np.arange(PLACES), DOCTORS)])
        doctors = np.array([-1] * PLACES + [self.doctor_of[PLACES + k] for k in range(PLACES * DOCTORS)])
        return Uses(patient, column, chance, place_of, doctors)

    def pairs(self) -> pa.Table:
        """Columns of different places with too many people in common."""
        used = np.zeros((PEOPLE, PLACES * (1 + DOCTORS)), np.int32)
        for person, column in self.places | self.seats:
            used[person, column] = 1
        observed = used.T @ used
        expected = np.outer(used.sum(0), used.sum(0)) / PEOPLE
        place = np.concatenate([np.arange(PLACES), np.repeat(np.arange(PLACES), DOCTORS)])
        a, b = np.nonzero(
            np.triu((observed >= 3) & (poisson.sf(observed - 1, expected) < 3e-4), 1)
            & (place[:, None] != place)
        )
        return pa.table(
            {"a": a, "b": b, "observed": observed[a, b].astype(float), "expected": expected[a, b]}
        )


def found(land: Land) -> list[Peeled]:
    return peel_blocks(land.uses(), land.pairs())


def likeness(block: Peeled, planted: set[int]) -> float:
    people: set[int] = set(block.people.tolist())
    return len(people & planted) / len(people | planted)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_habits_alone_make_no_block(seed: int) -> None:
    assert found(Land(seed)) == []


@pytest.mark.parametrize(("people", "places", "share"), [(35, 4, 0.7), (120, 12, 0.5), (12, 5, 0.9)])
def test_loose_and_tight_blocks_are_found(people: int, places: int, share: float) -> None:
    land = Land(4)
    planted = land.block(range(100, 100 + people), range(places), share)
    (block,) = found(land)
    assert likeness(block, planted) >= 0.75
    assert set(block.columns.columns.tolist()) >= set(range(places))


def test_a_large_block_does_not_hide_a_small_one_at_the_same_places() -> None:
    land = Land(5)
    large = land.block(range(150), range(20), 0.6)
    small = land.block(range(300, 325), range(18, 22), 0.8)
    first, second = found(land)
    assert likeness(first, large) >= 0.9
    assert likeness(second, small) >= 0.7


def test_patients_who_follow_a_doctor_to_a_second_practice_are_no_block() -> None:
    land = Land(6)
    there, here = land.seat(0, 0), land.seat(1, 0)
    land.doctor_of[here] = land.doctor_of[there]
    followers = [person for person, seat in land.seats if seat == there][:25]
    land.places |= {(person, 1) for person in followers}
    land.seats |= {(person, here) for person in followers}
    assert found(land) == []


def test_busy_people_are_no_block() -> None:
    land = Land(7)
    busy: npt.NDArray[np.int64] = np.arange(500, 560)
    for person in busy.tolist():
        for place in land.draw.choice(PLACES, 12, replace=False).tolist():
            land.places.add((person, place))
            land.seats.add((person, land.seat(place, int(land.draw.integers(DOCTORS)))))
    assert found(land) == []


def test_the_order_of_the_rows_does_not_matter() -> None:
    land = Land(8)
    land.block(range(30), range(4), 0.8)
    uses, pairs = land.uses(), land.pairs()
    turned = pairs.take(pa.array(np.arange(pairs.num_rows)[::-1]))
    once, again = peel_blocks(uses, pairs), peel_blocks(uses, turned)
    assert [(b.people.tolist(), b.evidence) for b in once] == [(b.people.tolist(), b.evidence) for b in again]

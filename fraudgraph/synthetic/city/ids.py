"""Identifiers in the national formats, given after shuffling so that they tell nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudgraph.synthetic.city.arrays import Ints, Rng
from fraudgraph.synthetic.city.ordinary import City
from fraudgraph.synthetic.city.places import PHARMACY

__all__ = ["Ids", "make_ids"]


@dataclass(slots=True)
class Ids:
    """By position: the identifier."""

    patients: pa.Array
    doctors: pa.Array
    """The last is the placeholder for an unknown doctor."""
    places: pa.Array
    desks: pa.Array
    first_desk: Ints
    claim_numbers: Ints
    household_numbers: Ints

    def claim(self, position: Ints) -> pa.Array:
        """Claim ids; NULL for negative positions."""
        numbers = pa.array(self.claim_numbers[np.maximum(position, 0)], mask=position < 0)
        return pc.binary_join_element_wise("99", numbers.cast(pa.string()), "")

    def household(self, household: Ints) -> Ints:
        """Household book numbers."""
        return self.household_numbers[household]


def _shuffled(rng: Rng, count: int, digits: int) -> Ints:
    """Different numbers of so many digits, in no order."""
    room = 9 * 10 ** (digits - 1)
    step = room // max(1, count)
    numbers: Ints = (
        10 ** (digits - 1) + rng.permutation(count).astype(np.int64) * step + rng.integers(0, step, count)
    )
    return numbers


def _text(prefix: str, numbers: Ints) -> pa.Array:
    return pc.binary_join_element_wise(prefix, pa.array(numbers).cast(pa.string()), "")


def make_ids(city: City, claims: int) -> Ids:
    """Draw all identifiers of a city."""
    rng = city.plan.rng(600)
    places = city.places
    serial = rng.permutation(len(places)) + 1
    place_ids = [
        f"{'P' if k == PHARMACY else 'H'}990101{n:05d}"
        for k, n in zip(places.kind.tolist(), serial.tolist(), strict=True)
    ]
    desks_each = places.desks * 2
    first = np.r_[0, np.cumsum(desks_each)]
    doctors: Any = _text("D990101", _shuffled(rng, len(city.doctors), 6))
    return Ids(
        patients=_text("9901", _shuffled(rng, len(city.people), 12)),
        doctors=pa.array([*doctors.to_pylist(), "D990101000000"]),
        places=pa.array(place_ids),
        desks=_text("OP", _shuffled(rng, int(first[-1]), 8)),
        first_desk=first[:-1],
        claim_numbers=_shuffled(rng, claims, 16),
        household_numbers=_shuffled(rng, int(city.people.household[-1]) + 1, 9),
    )

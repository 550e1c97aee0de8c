"""Uses 使用关系: who uses which facility and sees which of its doctors, and how much each use speaks for a block.

A column is a facility or a doctor's seat at one. Each use weighs minus the logarithm of its chance (`meetings/prepare/28_uses.sql`):
what everybody of a residence does weighs nothing, so a busy hospital can't hide a block (the camouflage of densest-subgraph
methods). A person's gain for a block is the log likelihood ratio, in nats, of belonging to it against living by habit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import sparse
from scipy.special import gammaln

from fraudgraph.store import Store

__all__ = ["Columns", "Flags", "Floats", "Ints", "Uses", "read_uses"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

ACTIVITY_SHAPE = 2.0
"""People differ in how many facilities they use (gamma, this shape): a busy person's uses weigh less."""
LOWEST_PLACE_RATE, LOWEST_DOCTOR_RATE, HIGHEST_RATE = 0.4, 0.2, 0.9
"""Share of a block's people who use one of its places (see one of its doctors, having used the place): bounds."""
LEAST_PLACE_SHARE = 0.3
"""A place that fewer of the block's people use is none of its places: two blocks would share it."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a block, in order, and the share of its people who use each."""

    columns: Ints
    rates: Floats


class Uses:
    """The uses, by column and by person.

    Parameters
    ----------
    patient, column : int arrays
        One use each; no pair twice.
    chance : float array
        Of a facility: that a person of that residence uses it; of a doctor's seat: that one who uses the place sees the doctor.
    place_of, doctor_of : int arrays
        Of each column: the column of its place (a place's own for itself) and its doctor (-1 for a place).
    """

    def __init__(self, patient: Ints, column: Ints, chance: Floats, place_of: Ints, doctor_of: Ints) -> None:
        self.place_of, self.doctor_of = place_of, doctor_of
        self.is_place = doctor_of < 0
        self.people_count = len(np.unique(patient))
        self.place_count = len(np.unique(column[self.is_place[column]]))
        weight = -np.log(chance)
        order = np.lexsort((patient, column))
        self._people, self._weights = patient[order], weight[order]
        self._starts = np.searchsorted(column[order], np.arange(len(place_of) + 1))
        order = np.lexsort((column, patient))
        self._columns, self._weights_by_person = column[order], weight[order]
        self.code_count = int(patient.max()) + 1 if len(patient) else 0
        self._person_starts = np.searchsorted(patient[order], np.arange(self.code_count + 1))
        self._gain = np.zeros(self.code_count)
        used = np.bincount(patient[self.is_place[column]], minlength=self.code_count).astype(np.float64)
        usual = used[used > 0].mean() if used.any() else 1.0
        self._activity = np.log(np.maximum((used + ACTIVITY_SHAPE) / (usual + ACTIVITY_SHAPE), 1.0))

    @cached_property
    def columns_by_name(self) -> dict[tuple[int, int | None], int]:
        """Each column by its place and doctor (None for the place itself)."""
        return {name: column for column, name in enumerate(self.names)}

    @cached_property
    def names(self) -> list[tuple[int, int | None]]:
        """Each column's place and doctor (None for the place itself)."""
        doctors = (None if doctor < 0 else doctor for doctor in self.doctor_of.tolist())
        return list(zip(self.place_of.tolist(), doctors, strict=True))

    def gains(self, block: Columns, least: float) -> tuple[Ints, Floats]:
        """Who uses the block's places so that at least this much (nats) speaks for belonging to it, and how much."""
        rate, unseen = np.log(block.rates / (1 - block.rates)), np.log(1 - block.rates)
        place_of, is_place = self.place_of[block.columns], self.is_place[block.columns]
        parts = [slice(self._starts[column], self._starts[column + 1]) for column in block.columns]
        for n, part in enumerate(parts):
            people = self._people[part]
            gain = self._weights[part] + rate[n]
            if is_place[n]:  # who uses the place could have seen each of its doctors
                gain = (
                    gain + unseen[~is_place & (place_of == block.columns[n])].sum() - self._activity[people]
                )
            self._gain[people] += gain
        touched = np.concatenate([self._people[part] for part in parts])
        found = np.unique(touched[self._gain[touched] + unseen[is_place].sum() >= least])
        gains = self._gain[found] + unseen[is_place].sum()
        self._gain[touched] = 0.0
        return found, gains

    def fit(self, people: Ints) -> tuple[Columns, Floats]:
        """The columns that these people use, at which rates, and how much that speaks for a block."""
        rows = self._rows(people)
        columns, inverse = np.unique(self._columns[rows], return_inverse=True)
        used = np.bincount(inverse).astype(np.float64)
        is_place = self.is_place[columns]
        of = np.where(is_place, float(len(people)), used[np.searchsorted(columns, self.place_of[columns])])
        lowest = np.where(is_place, LOWEST_PLACE_RATE, LOWEST_DOCTOR_RATE)
        rate = np.clip((used + 1) / (of + 2), lowest, HIGHEST_RATE)
        weight = np.bincount(inverse, self._weights_by_person[rows])
        fit = weight + used * np.log(rate) + (of - used) * np.log(1 - rate)
        fit[is_place & (used < LEAST_PLACE_SHARE * len(people))] = -np.inf
        return Columns(columns, rate), fit

    def cost(self, people_count: int, columns: Ints) -> float:
        """What it costs, in nats, to pick so many people and these columns out of all: what a search would find by chance."""
        places = int(self.is_place[columns].sum())
        seats = int((~self.is_place & np.isin(self.place_of, columns)).sum())
        return (
            _ways(self.people_count, people_count)
            + _ways(self.place_count, places)
            + _ways(seats, len(columns) - places)
        )

    def together(self, a: Ints, b: Ints, people: Ints) -> Floats:
        """How many of these people use both columns of each pair."""
        if not len(people):
            return np.zeros(len(a))
        rows = self._rows(people)
        counts = np.diff(self._person_starts)[people]
        who = np.repeat(np.arange(len(people)), counts)
        used = sparse.csr_matrix(
            (np.ones(len(rows)), (who, self._columns[rows])), shape=(len(people), len(self.place_of))
        )
        both = (used.T @ used).tocsr()
        return np.asarray(both[a, b], np.float64).ravel()

    def _rows(self, people: Ints) -> Ints:
        """Where these people's uses stand among all, by person."""
        starts = self._person_starts[people]
        counts = self._person_starts[people + 1] - starts
        before = np.cumsum(counts) - counts
        return np.repeat(starts - before, counts) + np.arange(counts.sum())


def read_uses(store: Store) -> Uses:
    """Read the uses.

    Parameters
    ----------
    store : Store
        Holds `place_uses` and `doctor_uses`. Columns are place codes, then seats numbered after the last place,
        as in the view `shared_places`.
    """
    (places,) = store.one("SELECT coalesce(max(place), 0) FROM place_codes")
    of_places = store.arrow("SELECT patient, place, chance FROM place_uses ORDER BY place, patient")
    of_doctors = store.arrow("SELECT patient, seat, chance FROM doctor_uses ORDER BY seat, patient")
    seats = store.arrow("SELECT DISTINCT seat, place, doctor FROM doctor_uses ORDER BY seat")
    return Uses(
        np.concatenate([_ints(of_places, "patient"), _ints(of_doctors, "patient")]),
        np.concatenate([_ints(of_places, "place"), _ints(of_doctors, "seat") + places]),
        np.concatenate([_floats(of_places), _floats(of_doctors)]),
        np.concatenate([np.arange(places + 1), _ints(seats, "place")]),
        np.concatenate([np.full(places + 1, -1), _ints(seats, "doctor")]),
    )


def _ways(of: int, picked: int) -> float:
    """Logarithm of the number of ways to pick so many of so many."""
    return float(gammaln(of + 1) - gammaln(picked + 1) - gammaln(of - picked + 1))


def _ints(table: pa.Table, name: str) -> Ints:
    return np.asarray(table[name].to_numpy(), np.int64)


def _floats(table: pa.Table) -> Floats:
    return np.asarray(table["chance"].to_numpy(), np.float64)

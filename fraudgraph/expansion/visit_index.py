"""Who was where and when, as columns in order of place and time: what seed expansion counts on.

Everything is counted against the place's own rhythm: among the visits of *other* people in the same part of the day,
what share stood as near to the group as the candidate did. The group's own visits are left out, every other person
counts once per place and part of the day however often he came, and a place that lives on few people is compared with
visits spread evenly over its days.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fraudgraph.store import Store

__all__ = ["Crowd", "Near", "VisitIndex", "read_crowd"]

_SQL = Path(__file__).parent / "sql" / "visits.sql"
SCALES_MINUTES = (15, 60, 240)
"""How many minutes apart two people may be to count as together; without a clock, and for stays, days count."""
STAY_DAYS = (1, 3)
"""How many days apart two admissions to one facility may be to count as together."""
LOCAL_DAYS = 14
"""The rhythm of a place is taken from so many days before and after, drawn towards that of the whole time."""
PRIOR_PEOPLE = 4.0
"""Pseudo-people spread evenly over the place's days, for places where hardly anyone else goes."""
FEW_PEOPLE_SHARE = 0.3
"""A place where ten people make this much of the visits has no rhythm beside theirs."""
MOST_EVEN = 2.0
"""At such a place being near counts at most this many times as likely as if visits were spread evenly."""
_SLOT, _MARGIN = 2048, 300
_STRATA = 10
_PART_MINUTES = 240.0

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """At one scale, per visit of the crowd: whether enough of the group were near, and how likely that was by the
    rhythm of the other people at the place in those weeks."""

    near: Flags
    share: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Per visit: its weight (0 for the group's own), that of all other people in its cell, and of those in its weeks."""

    weight: Floats
    total: Floats
    in_weeks: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Visits (or stays) in order of place and time.

    `cell` numbers a place's part of the day, `key` is the moment on one line of time with the places one after another,
    `weight` makes every person count once in a cell. `scales` are widths in units of `key`. `in_cells` lists the visits
    cell by cell in order of days; the weeks around a visit are `from_week` to `to_week` (one beyond) in that order.
    """

    patient: Ints
    place: Ints
    day: Ints
    minute: Ints
    cell: Ints
    key: Ints
    weight: Floats
    person_cell: Ints
    in_cells: Ints
    from_week: Ints
    to_week: Ints
    cell_days: Floats
    cell_few: Flags
    scales: tuple[int, ...]
    whole_days: bool
    same_doctor: bool

    def rows_of(self, member: Flags) -> Ints:
        """The visits of the people marked."""
        return np.flatnonzero(member[self.patient])

    def spans(self, rows: Ints, scale: int) -> tuple[Ints, Ints]:
        """First and last visit (one beyond) that stand near each of the given ones."""
        low, high = self.key[rows] - scale, self.key[rows] + scale
        if not self.whole_days:
            unclocked = self.minute[rows] < 0
            start = self.key[rows] - self.key[rows] % _SLOT
            low, high = np.where(unclocked, start, low), np.where(unclocked, start + _SLOT - 1, high)
        return np.searchsorted(self.key, low, "left"), np.searchsorted(self.key, high, "right")

    def cover(self, rows: Ints, scale: int) -> Ints:
        """How many of the given visits stand near each visit."""
        low, high = self.spans(rows, scale)
        steps = np.bincount(low, minlength=len(self.key) + 1) - np.bincount(high, minlength=len(self.key) + 1)
        return np.cumsum(steps[:-1])

    def rhythm(self, member: Flags) -> Rhythm:
        """What the people outside a group do here: needed once for all scales."""
        weight = np.where(member[self.patient], 0.0, self.weight)
        own = np.bincount(self.person_cell, weight)[self.person_cell]
        total = np.bincount(self.cell, weight, minlength=len(self.cell_days))[self.cell]
        return Rhythm(
            weight=weight, total=np.asarray(total - own, np.float64), in_weeks=self._in_weeks(weight) - own
        )

    def near(self, cover: Ints, least: int, rhythm: Rhythm, scale: int) -> Near:
        """Where at least so many of the group were near, and how likely that was by the rhythm of the others."""
        near = cover >= least
        hits = rhythm.weight * near
        own = np.bincount(self.person_cell, hits)[self.person_cell]
        even = self._even_share(near, scale)
        hit = np.bincount(self.cell, hits, minlength=len(self.cell_days))[self.cell] - own
        share = (hit + PRIOR_PEOPLE * even) / (rhythm.total + PRIOR_PEOPLE)
        local_hit = np.maximum(self._in_weeks(hits) - own, 0.0)
        share = (local_hit + PRIOR_PEOPLE * share) / (np.maximum(rhythm.in_weeks, local_hit) + PRIOR_PEOPLE)
        return Near(
            near=near, share=np.where(self.cell_few[self.cell], np.minimum(share, MOST_EVEN * even), share)
        )

    def _even_share(self, near: Flags, scale: int) -> Floats:
        """How much of each cell's time the group's presence covers, if visits were spread evenly over it."""
        begins = np.r_[True, ~near[:-1] | (self.cell[1:] != self.cell[:-1])]
        bouts = np.bincount(self.cell[near & begins], minlength=len(self.cell_days))
        width = 2 * scale / _SLOT + 1 if self.whole_days else min((2 * scale + 20) / _PART_MINUTES, 1.0)
        return np.asarray(np.minimum(bouts * width / self.cell_days, 1.0)[self.cell])

    def _in_weeks(self, values: Floats) -> Floats:
        sums = np.r_[0.0, np.cumsum(values[self.in_cells])]
        found = np.empty(len(values))
        found[self.in_cells] = sums[self.to_week] - sums[self.from_week]
        return found

    def at_places(self, wanted: Flags) -> Crowd:
        """The visits at the places marked only."""
        rows = np.flatnonzero(wanted[self.place])
        cells, cell = np.unique(self.cell[rows], return_inverse=True)
        return _crowd_of(
            (self.patient[rows], self.place[rows], self.day[rows], self.minute[rows], self.key[rows], cell),
            self.cell_days[cells], self.cell_few[cells], self.scales, whole_days=self.whole_days, same_doctor=self.same_doctor,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitIndex:
    """All visits and stays of a run's claims, with the ids behind the numbers of people and places."""

    crowds: tuple[Crowd, ...]
    patient_ids: tuple[str, ...]
    place_ids: tuple[str, ...]
    first_day: int


def read_crowd(store: Store) -> VisitIndex:
    """Read who was where from the claims that a run kept."""
    table = store.arrow(_SQL.read_text(encoding="utf-8"))
    patient, place, day, part = (
        table[name].to_numpy().astype(np.int64) for name in ("patient", "place", "day", "part_of_day")
    )
    minute, doctor = (table[name].fill_null(-1).to_numpy().astype(np.int64) for name in ("minute", "doctor"))
    stay = table["is_stay"].to_numpy().astype(bool)
    first_day = int(day.min(initial=0))
    columns = (patient, place, day - first_day, minute, part, doctor)
    kinds = ((~stay, False), (stay, True))
    return VisitIndex(
        crowds=tuple(
            _crowd(columns, kept, whole_days=whole, same_doctor=same) for same in (False, True) for kept, whole in kinds
            if kept.any() and not (same and (doctor[kept] < 0).all())
        ),
        patient_ids=_ids(store, "patient_id"),
        place_ids=_ids(store, "place_id"),
        first_day=first_day,
    )  # fmt: skip


def _ids(store: Store, column: str) -> tuple[str, ...]:
    return tuple(
        row[0]
        for row in store.rows(
            f"SELECT DISTINCT {column} FROM claims WHERE counted AND {column} IS NOT NULL ORDER BY {column}"
        )
    )


def _crowd(columns: tuple[Ints, ...], kept: Flags, *, whole_days: bool, same_doctor: bool) -> Crowd:
    patient, place, day, minute, part, doctor = (column[kept] for column in columns)
    days = int(day.max(initial=0)) + 2 * max(STAY_DAYS) + 1
    desk = place
    if same_doctor:  # people without a doctor stand at a desk of their own
        doctors = int(doctor.max(initial=0)) + 1
        named = np.unique(place * doctors + doctor, return_inverse=True)[1]
        desk = np.where(doctor >= 0, named, len(named) + np.arange(len(named)))
    key = (desk * days + day) * _SLOT + (0 if whole_days else np.maximum(minute, 0) + _MARGIN)
    order = np.lexsort((patient, key))
    patient, place, day, minute, part, key = (
        column[order] for column in (patient, place, day, minute, part, key)
    )
    strata, cell = np.unique(place * _STRATA + (0 if whole_days else part), return_inverse=True)
    few = _few_people(place, patient)
    weekend = (strata % _STRATA) >= _STRATA // 2
    span = np.full(len(strata), float(days))
    return _crowd_of(
        (patient, place, day, minute, key, cell),
        span if whole_days else np.maximum(np.where(weekend, span * 2 / 7, span * 5 / 7), 1.0),
        few[strata // _STRATA],
        tuple(days * _SLOT for days in STAY_DAYS) if whole_days else SCALES_MINUTES,
        whole_days=whole_days, same_doctor=same_doctor,
    )  # fmt: skip


def _crowd_of(
    columns: tuple[Ints, ...], cell_days: Floats, cell_few: Flags, scales: tuple[int, ...], *, whole_days: bool,
    same_doctor: bool,
) -> Crowd:  # fmt: skip
    patient, place, day, minute, key, cell = columns
    size = int(patient.max(initial=0)) + 1
    _, person_cell, visits = np.unique(cell * size + patient, return_inverse=True, return_counts=True)
    width = int(day.max(initial=0)) + 4 * LOCAL_DAYS
    when = cell * width + day + LOCAL_DAYS
    in_cells = np.argsort(when, kind="stable")
    when = when[in_cells]
    return Crowd(
        patient=patient, place=place, day=day, minute=minute, cell=cell, key=key,
        weight=1.0 / visits[person_cell], person_cell=person_cell, in_cells=in_cells,
        from_week=np.searchsorted(when, when - LOCAL_DAYS, "left"), to_week=np.searchsorted(when, when + LOCAL_DAYS, "right"),
        cell_days=cell_days, cell_few=cell_few, scales=scales, whole_days=whole_days, same_doctor=same_doctor,
    )  # fmt: skip


def _few_people(place: Ints, patient: Ints) -> Flags:
    """Places where ten people make most of the visits, by place number."""
    if not len(place):
        return np.zeros(0, bool)
    size = int(patient.max()) + 1
    pairs, counts = np.unique(place * size + patient, return_counts=True)
    at = pairs // size
    order = np.lexsort((-counts, at))
    at, counts = at[order], counts[order]
    start = np.r_[True, at[1:] != at[:-1]]
    rank = np.arange(len(at)) - np.maximum.accumulate(np.where(start, np.arange(len(at)), 0))
    places = int(place.max()) + 1
    top = np.bincount(at, np.where(rank < 10, counts, 0), minlength=places)
    return np.asarray(top >= FEW_PEOPLE_SHARE * np.maximum(np.bincount(at, counts, minlength=places), 1))

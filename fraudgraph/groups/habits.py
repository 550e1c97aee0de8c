"""Habits: how likely each presence is by the person's own history at that place.

A course, a refill, a slot, a weekly walk: whoever keeps a rhythm meets the others who keep it. One coincidence made them
start together; the rest follows from it, and must not count again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudgraph.groups.segments import Flags, Floats, Ints

__all__ = ["Habits", "read_habits"]

_INTERVALS = np.array([1, 2, 3, 4, 6, 9, 12, 16, 20, 24, 28, 32, 37, 45, 60, 75, 95, 130, 200, 400])
"""Days between two presences, as classes: fine where rhythms are (week, fortnight, four weeks, a month), wide beyond."""
_WIDTH = np.diff(np.append(_INTERVALS, 800)).astype(np.float64)
_CLASSES, _HOURS = 32, 24
OWN_PRIOR, HOUR_PRIOR = 2.0, 3.0
"""So many presences of the place's people stand beside a person's own."""
PLACE_PRIOR = 50.0
"""So many intervals of all places stand beside a place's own."""
MOST_LIKELY = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Per presence: chance to be there on that very day by the person's own intervals, and in that hour by their own hours."""

    day: Floats
    hour: Floats


def read_habits(
    station: Ints, time: Ints, day: Ints, *, pair: Ints, pair_count: Ints, stations: int
) -> Habits:  # fmt: skip
    """Take everybody's habits from their other presences at the same station; the presence itself is left out."""
    return Habits(
        day=_day_chance(station, time, day, pair=pair, pairs=len(pair_count), stations=stations),
        hour=_hour_chance(station, time, pair=pair, pair_count=pair_count, stations=stations),
    )


def _day_chance(station: Ints, time: Ints, day: Ints, *, pair: Ints, pairs: int, stations: int) -> Floats:
    order = np.lexsort((time, pair))
    who, when, where = pair[order], day[order], station[order]
    first = np.append(True, who[1:] != who[:-1])[: len(who)]
    gap = np.where(first, 0, np.diff(when, prepend=0))
    kind = np.clip(np.searchsorted(_INTERVALS, np.maximum(gap, 1), "right") - 1, 0, len(_WIDTH) - 1)
    counted = gap > 0
    _, at, alike = np.unique((who * _CLASSES + kind)[counted], return_inverse=True, return_counts=True)
    same = np.zeros(len(who))
    same[counted] = alike[at]
    own = np.bincount(who[counted], minlength=pairs)[who].astype(np.float64)
    usual = _usual_intervals(where, kind, counted, stations)[where, kind]
    share = (np.maximum(same - 1, 0) + OWN_PRIOR * usual) / (np.maximum(own - 1, 0) + OWN_PRIOR)
    chance = np.where(counted, np.minimum(share / _WIDTH[kind], MOST_LIKELY), 0.0)
    day_begins = np.maximum.accumulate(np.where(first | counted, np.arange(len(who)), 0))
    found = np.empty(len(who))
    found[order] = chance[day_begins]  # a second presence of one day is no further decision
    return found


def _usual_intervals(station: Ints, kind: Ints, counted: Flags, stations: int) -> Floats:
    counts = np.zeros((stations, _CLASSES))
    np.add.at(counts, (station[counted], kind[counted]), 1)
    everywhere = counts.sum(axis=0) / max(counts.sum(), 1.0)
    shares: Floats = (counts + PLACE_PRIOR * everywhere) / (counts.sum(axis=1, keepdims=True) + PLACE_PRIOR)
    return shares


def _hour_chance(station: Ints, time: Ints, *, pair: Ints, pair_count: Ints, stations: int) -> Floats:
    hour = (time % 1440) // 60
    key = pair * _HOURS + hour
    known, at, count = np.unique(key, return_inverse=True, return_counts=True)
    near = count[at].astype(np.float64)
    for step in (-1, 1):
        found = np.minimum(np.searchsorted(known, key + step), max(len(known) - 1, 0))
        inside = (known[found] == key + step) & (hour + step >= 0) & (hour + step < _HOURS)
        near += 0.5 * np.where(inside, count[found], 0)
    profile = np.zeros((stations, _HOURS))
    np.add.at(profile, (station, hour), 1)
    profile /= np.maximum(profile.sum(axis=1, keepdims=True), 1.0)
    own = pair_count[pair].astype(np.float64)
    chance: Floats = np.minimum(
        (near - 1 + HOUR_PRIOR * profile[station, hour]) / (own - 1 + HOUR_PRIOR), 1.0
    )
    return chance

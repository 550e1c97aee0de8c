"""Events: windows that hold far more different people than the station's own hours and that day's volume bring, whoever they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from fraudgraph.groups.presences import DAY_MINUTES, Presences
from fraudgraph.groups.segments import Flags, Floats, Ints, distinct, distinct_counts, rows_between, where_in

__all__ = ["Events", "find_events"]

VISIT_MINUTES, STAY_MINUTES = 60, 2 * DAY_MINUTES
"""How long a window is: an hour of visits, two days of admissions; each is tried at two positions."""
LEAST_NATS = 7.0
"""k ln(k / expected) - k + expected of an event."""
LEAST_PEOPLE, LEAST_TIMES = 4, 2.0
LEAST_EXPECTED = 0.02
STAY_NEIGHBOUR_DAYS = 30
LEAST_OF_USUAL_STAYS = 0.3
LEAST_VOLUME, MOST_VOLUME, VOLUME_PRIOR = 0.7, 6.0, 3.0
"""A day's volume against the usual counts between these."""
_HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """One row an event: station, begin and length in minutes."""

    station: Ints
    begin: Ints
    length: Ints

    def __len__(self) -> int:
        return len(self.station)

    def people(self, seen: Presences) -> sparse.csr_matrix:
        """Events by people: 1 where somebody was there."""
        low = np.searchsorted(seen.key, seen.keys(self.station, self.begin))
        high = np.searchsorted(seen.key, seen.keys(self.station, self.begin + self.length))
        row, event = rows_between(low, high)
        code = distinct(event * seen.person_count + seen.person[row])
        there = sparse.csr_matrix(
            (np.ones(len(code)), (code // seen.person_count, code % seen.person_count)),
            shape=(len(self), seen.person_count),
        )
        there.sort_indices()
        return there


def find_events(seen: Presences) -> Events:
    """Find the events of all stations."""
    weekend = _weekend(seen)
    parts = [
        _at_offset(seen, stay=stay, offset=offset, length=length, weekend=weekend)
        for stay, length in ((False, VISIT_MINUTES), (True, STAY_MINUTES))
        for offset in (0, length // 2)
    ]
    return Events(
        station=np.concatenate([part.station for part in parts]),
        begin=np.concatenate([part.begin for part in parts]),
        length=np.concatenate([part.length for part in parts]),
    )


def _weekend(seen: Presences) -> Ints:
    """The two quietest days of the week, as day numbers modulo seven."""
    return np.argsort(np.bincount(seen.day % 7, minlength=7), kind="stable")[:2]


def _at_offset(seen: Presences, *, stay: bool, offset: int, length: int, weekend: Ints) -> Events:
    row = np.flatnonzero(seen.is_stay[seen.station] == stay)
    slots = (seen.day_count + 2) * DAY_MINUTES // length + 2
    cell = seen.station[row] * slots + (seen.time[row] + offset) // length
    code = distinct(cell * seen.person_count + seen.person[row]) // max(seen.person_count, 1)
    cell, people = distinct_counts(code)
    station, begin = cell // slots, cell % slots * length - offset
    count = people.astype(np.float64)
    expected = (
        _expected_stays(seen, station, begin, length, count)
        if stay
        else _expected_visits(seen, row, station, begin, length, count, weekend)
    )
    expected = np.maximum(expected, LEAST_EXPECTED)
    nats = count * np.log(count / expected) - count + expected
    kept = (count >= LEAST_PEOPLE) & (count > LEAST_TIMES * expected) & (nats > LEAST_NATS)
    return Events(station=station[kept], begin=begin[kept], length=np.full(np.count_nonzero(kept), length))


def _expected_stays(seen: Presences, station: Ints, begin: Ints, length: int, count: Floats) -> Floats:
    """By the admissions of the weeks around, without the window itself."""
    around = STAY_NEIGHBOUR_DAYS * DAY_MINUTES
    low, high = np.maximum(begin - around, 0), begin + length + around
    inside = np.searchsorted(seen.key, seen.keys(station, high)) - np.searchsorted(
        seen.key, seen.keys(station, low)
    )
    span = np.minimum(high, seen.day_count * DAY_MINUTES) - low
    local = np.maximum(inside - count, 0) / np.maximum(span - length, 1) * length
    usual = seen.station_size[station] / seen.day_count * (length / DAY_MINUTES)
    return np.asarray(np.maximum(local, LEAST_OF_USUAL_STAYS * usual), np.float64)


def _expected_visits(
    seen: Presences, row: Ints, station: Ints, begin: Ints, length: int, count: Floats, weekend: Ints
) -> Floats:
    """By the station's visits in that hour of weekdays or weekends, times that day's volume."""
    hours, days = _usual_hours(seen, row, weekend), _usual_days(seen, row, weekend)
    middle = begin + length // 2
    day = middle // DAY_MINUTES
    quiet = np.isin(day % 7, weekend).astype(np.int64)
    usual = hours[station, quiet, middle % DAY_MINUTES // 60] * length / 60
    per_day, visits = distinct_counts(seen.station[row] * (seen.day_count + 2) + seen.day[row])
    at, known = where_in(per_day, station * (seen.day_count + 2) + day)
    volume = np.where(known, visits[at], 0) - count
    times = (volume + VOLUME_PRIOR) / (days[station, quiet] + VOLUME_PRIOR)
    return np.asarray(usual * np.clip(times, LEAST_VOLUME, MOST_VOLUME), np.float64)


def _days_of_kind(seen: Presences) -> Floats:
    return np.array([seen.day_count * 5 / 7, seen.day_count * 2 / 7])


def _is_weekend(seen: Presences, row: Ints, weekend: Ints) -> Flags:
    return np.isin(seen.day[row] % 7, weekend)


def _usual_hours(seen: Presences, row: Ints, weekend: Ints) -> Floats:
    counts = np.zeros((seen.station_count, 2, _HOURS))
    hour = seen.time[row] % DAY_MINUTES // 60
    np.add.at(counts, (seen.station[row], _is_weekend(seen, row, weekend).astype(np.int64), hour), 1)
    smooth = (counts + 0.5 * np.roll(counts, 1, axis=2) + 0.5 * np.roll(counts, -1, axis=2)) / 2
    return np.asarray(smooth / _days_of_kind(seen)[:, None], np.float64)


def _usual_days(seen: Presences, row: Ints, weekend: Ints) -> Floats:
    counts = np.zeros((seen.station_count, 2))
    np.add.at(counts, (seen.station[row], _is_weekend(seen, row, weekend).astype(np.int64)), 1)
    return np.asarray(counts / _days_of_kind(seen), np.float64)

"""Windows: when people of a group were at one place together, and whether the group or chance explains it better."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from scipy.special import gammaln

from fraudgraph.groups.presences import DAY_MINUTES, Presences
from fraudgraph.groups.segments import Flags, Floats, Ints, distinct, distinct_counts, rows_between, where_in

__all__ = ["Attendance", "Windows", "attendance_of", "find_windows"]

GAP_MINUTES, GAP_STAY_MINUTES = 75, DAY_MINUTES
"""People further apart than this, and admissions more than a day apart, are two windows."""
EDGE_MINUTES, SLACK_MINUTES = 5, 10
"""Others count as there, and people as having come, this long before and after a window of visits."""
PRIOR_VISITS, PRIOR_STAYS = 20.0, 10.0
"""Presences spread evenly over a station's time, for stations where hardly anyone else goes."""
OPEN_MINUTES = 540.0
EVEN_SHARE = 0.3
"""A window never has less than this of what even use of the station's time would give it."""
LEAST_HOMES = 3
"""Two people, or one home, are company, not a meeting."""
_SMALLEST, _LARGEST = 1e-9, 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """One row a window, by group, station and time.

    `share`: of the presences of others at that station, how many fall into the window. `expected`: how many of the group
    would be there by chance. `nats`: how much better "the group came" explains it than chance, after the price of having
    looked at every window there is.
    """

    group: Ints
    station: Ints
    begin: Ints
    end: Ints
    people: Ints
    share: Floats
    expected: Floats
    nats: Floats

    def where(self, kept: Flags) -> Windows:
        """The windows marked."""
        return Windows(**{column.name: getattr(self, column.name)[kept] for column in fields(self)})

    def __len__(self) -> int:
        return len(self.group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """Who was in which window: one row each different person, with their first presence there and its chance."""

    window: Ints
    row: Ints
    chance: Floats


def find_windows(
    seen: Presences, group: Ints, person: Ints, *, groups: int, attendance: Floats, least_homes: int = LEAST_HOMES
) -> Windows:  # fmt: skip
    """Find where and when the people of each group were together.

    Parameters
    ----------
    seen : Presences
        Who was where.
    group, person : arrays
        Members, one row each, ordered by group.
    groups : int
        One more than the largest group.
    attendance : array
        Per group, the share of its people who come to one of its windows.
    least_homes : int
        Windows with people of fewer homes are left out.
    """
    row, of, sizes = _rows_of_groups(seen, group, person, groups)
    station = seen.station[row]
    begins = _window_starts(seen, row, of, station)
    number = np.cumsum(begins) - 1
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(row))[: len(first)] - 1
    people = _count_different(number, seen.person[row], len(first), seen.person_count)
    homes = _count_different(number, seen.home[seen.person[row]], len(first), seen.person_count)
    kept = homes >= least_homes
    first, last, people = first[kept], last[kept], people[kept]
    own = distinct_counts(of * seen.station_count + station)
    mine = of[first] * seen.station_count + station[first]
    share = _share_of_others(
        seen, station[first], seen.time[row[first]], seen.time[row[last]], inside=last - first + 1,
        own=own[1][where_in(own[0], mine)[0]] if len(mine) else first,
    )  # fmt: skip
    expected = _expected(seen, of, row, mine, share)
    return Windows(
        group=of[first], station=station[first], begin=seen.time[row[first]], end=seen.time[row[last]], people=people,
        share=share, expected=expected,
        nats=_nats(people, sizes[of[first]], attendance[of[first]], expected) - seen.search_cells,
    )  # fmt: skip


def attendance_of(seen: Presences, windows: Windows) -> Attendance:
    """Everybody who was in the windows, of the group or not."""
    slack = np.where(seen.is_stay[windows.station], 0, SLACK_MINUTES)
    low = np.searchsorted(seen.key, seen.keys(windows.station, windows.begin - slack), "left")
    high = np.searchsorted(seen.key, seen.keys(windows.station, windows.end + slack), "right")
    row, window = rows_between(low, high)
    _, first = np.unique(window * seen.person_count + seen.person[row], return_index=True)
    window, row = window[first], row[first]
    return Attendance(window=window, row=row, chance=_chance_there(seen, windows, window, row))


def _rows_of_groups(seen: Presences, group: Ints, person: Ints, groups: int) -> tuple[Ints, Ints, Floats]:
    """Presences of each group's people by group, station and time; the group of each; people per group."""
    row, member = rows_between(seen.person_start[person], seen.person_start[person + 1])
    row = seen.by_person[row]
    of = group[member]
    order = np.lexsort((seen.key[row], of))
    return row[order], of[order], np.bincount(group, minlength=groups).astype(np.float64)


def _window_starts(seen: Presences, row: Ints, of: Ints, station: Ints) -> Flags:
    time = seen.time[row]
    gap = np.where(seen.is_stay[station], GAP_STAY_MINUTES, GAP_MINUTES)
    starts = np.ones(len(row), bool)
    starts[1:] = (of[1:] != of[:-1]) | (station[1:] != station[:-1]) | (time[1:] - time[:-1] > gap[1:])
    return starts


def _count_different(number: Ints, value: Ints, numbers: int, values: int) -> Ints:
    return np.bincount(distinct(number * values + value) // max(values, 1), minlength=numbers)


def _share_of_others(
    seen: Presences, station: Ints, begin: Ints, end: Ints, *, inside: Ints, own: Ints
) -> Floats:
    stay = seen.is_stay[station]
    edge = np.where(stay, 0, EDGE_MINUTES)
    low = np.searchsorted(seen.key, seen.keys(station, begin - edge), "left")
    high = np.searchsorted(seen.key, seen.keys(station, end + edge), "right")
    others = np.maximum(high - low - inside, 0)
    total = np.maximum(seen.station_size[station] - own, 0)
    days = float(seen.day_count)
    width = np.where(stay, (end - begin) / DAY_MINUTES + 1, (end - begin + 20) / OPEN_MINUTES) / days
    prior = np.where(stay, PRIOR_STAYS, PRIOR_VISITS)
    even = np.where(stay, width, np.minimum(width, 1 / days))
    share = np.maximum((others + prior * even) / (total + prior), EVEN_SHARE * width)
    return np.asarray(np.minimum(share, 0.5), np.float64)


def _expected(seen: Presences, of: Ints, row: Ints, mine: Ints, share: Floats) -> Floats:
    """How many of the group would be in each window if each of its presences there fell anywhere in the station's time."""
    stations = seen.station_count
    codes, visits = distinct_counts(
        (of * stations + seen.station[row]) * seen.person_count + seen.person[row]
    )
    at = codes // max(seen.person_count, 1)
    member, window = rows_between(np.searchsorted(at, mine, "left"), np.searchsorted(at, mine, "right"))
    chance = 1 - (1 - share[window]) ** visits[member]
    return np.asarray(np.bincount(window, chance, minlength=len(mine)) + _SMALLEST, np.float64)


def _nats(people: Ints, size: Floats, attendance: Floats, expected: Floats) -> Floats:
    """Log of Binomial(people; size, attendance) over Poisson(people; expected)."""
    count = people.astype(np.float64)
    ours = gammaln(size + 1) - gammaln(count + 1) - gammaln(size - count + 1)
    ours = ours + count * np.log(attendance) + (size - count) * np.log1p(-attendance)
    chance = np.where(count < expected, 0.0, count * np.log(expected) - expected - gammaln(count + 1))
    return np.asarray(ours - chance, np.float64)


def _chance_there(seen: Presences, windows: Windows, window: Ints, row: Ints) -> Floats:
    """How likely each person was there anyway: by the station's rhythm, or by their own habits where these say more."""
    by_place = 1 - (1 - windows.share[window]) ** seen.pair_count[seen.pair[row]]
    stay = seen.is_stay[windows.station[window]]
    minutes = windows.end[window] - windows.begin[window] + 2 * SLACK_MINUTES
    by_hour = np.where(stay, 1.0, seen.habits.hour[row] * np.minimum(minutes / 60.0, 1.0))
    return np.clip(np.maximum(by_place, seen.habits.day[row] * by_hour), _SMALLEST, _LARGEST)

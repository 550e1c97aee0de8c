"""Presences: who was where and when, in order of place and time, with homes and shared contacts beside them.

A *station* is a place as people visit it, or a facility as people are admitted to it. Everything that judges groups looks
people and windows up here, by binary search in sorted arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fraudgraph.groups.habits import Habits, read_habits
from fraudgraph.groups.segments import Flags, Floats, Ints, distinct, distinct_counts
from fraudgraph.store import Store

__all__ = ["DAY_MINUTES", "Presences", "read_presences"]

_SQL = Path(__file__).parent / "sql"
DAY_MINUTES = 1440
SMALL_ADDRESS_PEOPLE = 8
"""An address of more people is a house or a street, not a home."""
MOST_HOLDERS = 60
"""A phone, account or agent of more people is a placeholder or an office."""
MOST_PATRON_VISITS = 16
"""From so many visits on people are equally regular patrons of a place."""
_MARGIN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Presences:
    """Presences in order of station and time; day 0 is the first day, `time` is in minutes since then.

    `key` is station and time on one line. `pair` numbers each different (person, station): `pair_count` is how often,
    `pair_codes` (person × stations + station) finds it. `patrons[station, k]` counts people with at least k presences there.
    `by_person` lists rows person by person, `person_start` where each begins. `contact_to` lists whom each person shares a
    contact with outside their home. `search_cells` is the logarithm of the number of windows in which a meeting could be found.
    """

    person: Ints
    station: Ints
    time: Ints
    day: Ints
    key: Ints
    key_span: int
    pair: Ints
    pair_codes: Ints
    pair_count: Ints
    patrons: Floats
    by_person: Ints
    person_start: Ints
    home: Ints
    contact_start: Ints
    contact_to: Ints
    is_stay: Flags
    place_of: Ints
    station_size: Ints
    day_count: int
    first_day: int
    search_cells: float
    habits: Habits

    @property
    def person_count(self) -> int:
        """One more than the largest number of a person."""
        return len(self.person_start) - 1

    @property
    def station_count(self) -> int:
        """How many stations there are."""
        return len(self.is_stay)

    def keys(self, station: Ints, time: Ints) -> Ints:
        """Where a moment at a station lies on the line of keys."""
        return station * self.key_span + time + _MARGIN * DAY_MINUTES // 2


def read_presences(store: Store) -> Presences:
    """Read who was where from the coded visits and stays of a run.

    Parameters
    ----------
    store : Store
        Holds `visits`, `coded_stays`, `patient_codes`, `patients`.
    """
    table = store.arrow((_SQL / "presences.sql").read_text(encoding="utf-8"))
    person, place, day, minute = (
        table[name].to_numpy().astype(np.int64) for name in ("patient", "place", "day", "minute")
    )
    stay = table["is_stay"].to_numpy(zero_copy_only=False).astype(bool)
    home, contacts = _read_links(store, int(person.max(initial=0)) + 1)
    return build_presences(person, place, day, minute, stay, home=home, contacts=contacts)


def build_presences(
    person: Ints, place: Ints, day: Ints, minute: Ints, stay: Flags, *, home: Ints, contacts: tuple[Ints, Ints]
) -> Presences:  # fmt: skip
    """Sort and index presences (see the class for what comes out)."""
    first_day = int(day.min()) if len(day) else 0
    names, station = np.unique(place * 2 + stay, return_inverse=True)
    time = (day - first_day) * DAY_MINUTES + minute
    order = np.lexsort((person, time, station))
    person, station, time, day = person[order], station[order], time[order], day[order] - first_day
    day_count = int(day.max(initial=0)) + 1
    people, stations = len(home), len(names)
    span = (day_count + _MARGIN) * DAY_MINUTES
    codes = person * stations + station
    pair_codes, pair_count = distinct_counts(codes)
    pair = np.searchsorted(pair_codes, codes)
    by_person = np.argsort(person, kind="stable")
    is_stay = (names % 2).astype(bool)
    cells = day_count * (8.0 * np.count_nonzero(~is_stay) + 0.5 * np.count_nonzero(is_stay))
    a, b = contacts
    return Presences(
        person=person, station=station, time=time, day=day,
        key=station * span + time + _MARGIN * DAY_MINUTES // 2, key_span=span,
        pair=pair, pair_codes=pair_codes, pair_count=pair_count,
        patrons=_patrons(pair_codes % max(stations, 1), pair_count, stations),
        by_person=by_person, person_start=np.searchsorted(person[by_person], np.arange(people + 1)),
        home=home, contact_start=np.searchsorted(a, np.arange(people + 1)), contact_to=b,
        is_stay=is_stay, place_of=names // 2, station_size=np.bincount(station, minlength=stations),
        day_count=day_count, first_day=first_day, search_cells=float(np.log(max(cells, 1.0))),
        habits=read_habits(station, time, day, pair=pair, pair_count=pair_count, stations=stations),
    )  # fmt: skip


def _patrons(station: Ints, visits: Ints, stations: int) -> Floats:
    counts = np.zeros((stations, MOST_PATRON_VISITS + 1))
    np.add.at(counts, (station, np.minimum(visits, MOST_PATRON_VISITS)), 1)
    return counts[:, ::-1].cumsum(axis=1)[:, ::-1]


def _read_links(store: Store, people: int) -> tuple[Ints, tuple[Ints, Ints]]:
    """Everybody's home, and the pairs who share a contact, both ways, in order."""
    homes = store.arrow((_SQL / "homes.sql").read_text(encoding="utf-8"), most=SMALL_ADDRESS_PEOPLE)
    patient = homes["patient"].to_numpy().astype(np.int64)
    home = np.arange(max(people, int(patient.max(initial=0)) + 1))
    home[patient] = homes["home"].to_numpy()
    pairs = store.arrow((_SQL / "contacts.sql").read_text(encoding="utf-8"), most=MOST_HOLDERS)
    a, b = (pairs[name].to_numpy().astype(np.int64) for name in ("a", "b"))
    outside = home[a] != home[b]
    codes = distinct(a[outside] * len(home) + b[outside])
    return home, (codes // len(home), codes % len(home))

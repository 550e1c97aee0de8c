"""The stage of the lawful groups: who is still free, which signs show, where people go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudgraph.synthetic.city.arrays import Bools, Floats, Ints, Rng
from fraudgraph.synthetic.city.ledger import Ledger
from fraudgraph.synthetic.city.ordinary import City
from fraudgraph.synthetic.city.together import LawfulGroup, Truth, near_people
from fraudgraph.synthetic.city.words import DX

__all__ = ["Scene", "away_km", "common_dx", "long_dx", "workdays"]


@dataclass(slots=True)
class Scene:
    """The city with the lawful groups that already live in it."""

    city: City
    rng: Rng
    ledger: Ledger
    truth: Truth
    used: Bools

    def free(self, mask: Bools) -> Ints:
        """People of a mask who are in no lawful group yet and live through the whole time."""
        people = self.city.people
        return np.flatnonzero(mask & (people.death_day > self.city.plan.days) & ~self.used)

    def keep(self, kind: str, members: Ints) -> None:
        """Write a group down."""
        """Write a group down."""
        self.truth.groups.append(LawfulGroup(kind, np.sort(members)))
        self.used[members] = True

    def span(self, share: float = 1.0) -> tuple[int, int]:
        """A stretch of the city's time."""
        days = self.city.plan.days
        length = max(min(days, 60), int(days * share))
        first = int(self.rng.integers(0, days - length + 1))
        return first, first + length - 1

    def near(self, pool: Ints, village: int, count: int, reach_km: float) -> Ints:
        """People of a pool, nearer ones sooner."""
        return near_people(self.city, self.rng, pool=pool, village=village, count=count, reach_km=reach_km)

    def desk(self, place: int, window: int) -> int:
        """The operator of one window of a place."""
        return int(min(window, self.city.places.desks[place] - 1)) * 2

    def some(self, members: Ints, low: float = 0.6, high: float = 0.9) -> Ints:
        """The members in whom a sign shows."""
        return members[self.rng.random(len(members)) < self.rng.uniform(low, high)]

    def place(self, *kinds: int) -> int:
        """A place of some kinds, larger ones sooner."""
        rows = self.city.places.of_kind(*kinds)
        odds = self.city.places.size[rows]
        return int(self.rng.choice(rows, p=odds / odds.sum()))

    def doctor(self, place: int, specialty: int = -1) -> int:
        """A doctor of a place, of a specialty where there is one."""
        staff = self.city.doctors.at(place)
        fitting = staff[self.city.doctors.specialty[staff] == specialty]
        return int(self.rng.choice(fitting if len(fitting) else staff))


def workdays(scene: Scene, days: Ints) -> Ints:
    """Weekends and holidays give way to the next working day."""
    calendar = scene.city.calendar
    days = days.copy()
    for _ in range(9):
        off = (calendar.weekday[days] >= 5) | (calendar.holiday[days] == 1)
        days = np.minimum(days + off, calendar.days - 1)
    return np.unique(days)


def away_km(city: City, places: Ints, village: int) -> Floats:
    """Kilometres from a village to some places."""
    away: Floats = np.hypot(
        city.places.x[places] - city.villages.x[village], city.places.y[places] - city.villages.y[village]
    )
    return away


def common_dx(rng: Rng, count: int) -> Ints:
    """Complaints that anybody sees a doctor for."""
    return np.array([DX[code] for code in ("J06.9", "J20.9", "J02.9", "K29.5", "L30.9", "I10", "H10.9")])[
        rng.integers(0, 7, count)
    ]


def long_dx(rng: Rng, count: int) -> Ints:
    """Long illnesses of the old."""
    return np.array(
        [DX[code] for code in ("I10", "I10", "I10", "E11.9", "E11.9", "I25.1", "I69.3", "J44.9")]
    )[rng.integers(0, 8, count)]

"""A planted ring at work: how boldly, with whom, and the moves that several typologies share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fraudgraph.synthetic.city.arrays import Floats, Ints, Rng
from fraudgraph.synthetic.city.ledger import INPATIENT, SHOP, Ledger
from fraudgraph.synthetic.city.ordinary import City
from fraudgraph.synthetic.city.together import rhythm, within_hours
from fraudgraph.synthetic.city.words import DX

__all__ = ["MILD", "Job", "Style"]

MILD = np.array([DX[code] for code in ("M54.5", "I10", "R42", "J20.9", "K29.5", "M47.8", "I25.1")])
"""Illnesses that need no proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How boldly a ring works."""

    low: float
    high: float
    """Range of the members' chance to take part."""
    factor: float
    tight: float
    """Amounts and their spread, against ordinary ones."""
    gap_s: float
    """Median seconds between swipes."""
    keep: float
    """Share of the sessions that take place."""
    sharing: float
    """Chance that a ring borrows members of another."""


@dataclass(slots=True, kw_only=True)
class Job:
    """One ring's work. Claims are held back until `file`: a plan that came to nothing leaves no trace."""

    city: City
    rng: Rng
    members: Ints
    style: Style
    ring: int
    held: list[dict[str, Any]] = field(default_factory=list)

    def bill(self, **columns: Any) -> None:
        """Claims of the ring; columns as in the ledger."""
        if len(columns["patient"]):
            self.held.append(columns)

    def billed(self) -> Ints:
        """Members with at least one claim of the ring."""
        return (
            np.unique(np.concatenate([part["patient"] for part in self.held]))
            if self.held
            else self.members[:0]
        )

    def file(self, ledger: Ledger) -> None:
        """Put the ring's claims among the city's."""
        for part in self.held:
            ledger.add(**part, ring=self.ring)

    def odds(self) -> Floats:
        """Each member's own chance to take part."""
        return self.rng.uniform(self.style.low, self.style.high, len(self.members))

    def life(self, low_months: float = 4, high_months: float = 13) -> tuple[int, int]:
        """First and last day of the ring."""
        days = self.city.plan.days
        length = min(days, int(self.rng.uniform(low_months, high_months) * 30.4))
        first = int(self.rng.integers(0, days - length + 1))
        return first, first + length - 1

    def days(self, every: float, *, jitter: float | None = None, life: tuple[int, int] | None = None) -> Ints:
        """The days of the ring's rhythm; at least three."""
        first, last = life or self.life()
        # at least eight turns of the rhythm, as far as the city's time reaches: fewer leave nothing that could be seen
        longer = max(last - first + 1, min(self.city.plan.days, int(8.5 * every)))
        first = min(first, self.city.plan.days - longer)
        span = (first, first + longer - 1)
        wobble = min(3.0, every / 6) if jitter is None else jitter
        days = rhythm(self.rng, span, every, jitter_days=wobble, off_months=0.08, keep=self.style.keep)
        return days if len(days) >= 3 else np.unique(np.linspace(*span, 4).astype(np.int64))

    def place(self, *kinds: int, private: bool = False) -> int:
        """A place of some kinds."""
        places = self.city.places
        rows = places.of_kind(*kinds)
        if private and places.private[rows].any():
            rows = rows[places.private[rows]]
        odds = places.size[rows] ** 0.5
        if self.rng.random() < 0.5:  # half of the rings use what is near the people they know
            village = int(np.bincount(self.city.people.village[self.members]).argmax())
            away = np.hypot(
                places.x[rows] - self.city.villages.x[village], places.y[rows] - self.city.villages.y[village]
            )
            odds = odds * np.exp(-away / 3.0) + 1e-9
        return int(self.rng.choice(rows, p=odds / odds.sum()))

    def doctor(self, place: int) -> int:
        """A doctor of a place."""
        return int(self.rng.choice(self.city.doctors.at(place)))

    def desk(self, place: int) -> int:
        """An operator of a place."""
        return 2 * int(self.rng.integers(0, self.city.places.desks[place]))

    def hour(self, *, shop: bool = True) -> tuple[float, float]:
        """A slot of the day: mostly within ordinary hours, sometimes the quiet ones."""
        at_shops = ((8.5, 11.0), (14.0, 17.5), (19.0, 20.6), (12.0, 13.4))
        at_clinics = ((8.3, 11.0), (13.6, 16.0), (15.6, 17.0), (11.6, 12.6))
        slot = int(self.rng.choice(4, p=(0.3, 0.3, 0.25, 0.15)))
        if self.style.gap_s > 300:  # long sessions need a long slot
            slot = slot % 2
        return (at_shops if shop else at_clinics)[slot]

    def swipe(self, shop: int, people: Ints, when: Ints, desk: int) -> None:
        """Purchases at a pharmacy by one operator, mostly from the fund."""
        at = np.where(self.rng.random(len(people)) < 0.92, desk, -1)
        pool = (self.rng.random(len(people)) < 0.75).astype(np.int8)
        self.bill(
            patient=people, place=shop, kind=SHOP, start=when, desk=at, factor=self.style.factor * 1.2, tight=self.style.tight, pool=pool,
        )  # fmt: skip

    def admit(self, people: Ints, place: int, *, doctors: Ints, begin: Ints, nights: Ints, dx: Ints) -> None:
        """Stays that fit before the last day."""
        fits = begin + nights < self.city.plan.days
        people, doctors, begin, nights, dx = (column[fits] for column in (people, doctors, begin, nights, dx))
        start = within_hours(self.rng, begin, 8, 11.5)
        leave = within_hours(self.rng, begin + nights, 9, 15)
        factor = 0.6 + 0.4 * min(self.style.factor, 2.2)
        self.bill(
            patient=people, place=place, doctor=doctors, kind=INPATIENT, start=start, stay=np.maximum(leave - start, 3_600), dx=dx,
            admission=2, discharge=1, factor=factor, tight=0.25 + 0.75 * self.style.tight,
        )  # fmt: skip

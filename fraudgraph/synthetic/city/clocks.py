"""When things happen: opening and rush hours by kind of place, days, and who sits at the desk."""

from __future__ import annotations

import numpy as np

from fraudgraph.synthetic.city.arrays import Drawer, Floats, Ints, Rng
from fraudgraph.synthetic.city.places import Places
from fraudgraph.synthetic.city.plan import DAY, CityPlan

__all__ = ["Calendar", "clock", "on_duty"]


def _hours(**weights: float) -> Floats:
    """Half-hour weights of a day: `h0830=4.0` is the half hour from 8:30 on, held until the next one named."""
    table, now = np.zeros(48), 0.0
    named = {int(key[1:3]) * 2 + (key[3:5] == "30"): value for key, value in weights.items()}
    for half in range(48):
        now = named.get(half, now)
        table[half] = now
    return table


_HOSPITAL = _hours(h0000=0.05, h0700=0.3, h0730=1.2, h0800=3.4, h0830=4.6, h0900=5, h1000=4.4, h1030=3.6, h1100=2.6, h1130=1.2, h1200=0.5, h1300=0.9, h1330=2.2, h1400=3, h1500=2.5, h1530=2, h1600=1.4, h1630=0.8, h1700=0.3, h1800=0.2, h2200=0.06)  # fmt: skip
_CENTRE = _hours(h0000=0.0, h0730=1, h0800=4, h0830=4.5, h0900=4, h1000=3.2, h1030=2.5, h1100=1.4, h1130=0.5, h1200=0.1, h1330=1.5, h1400=2.6, h1500=2, h1600=1.2, h1630=0.6, h1700=0.0)  # fmt: skip
_CLINIC = _hours(
    h0000=0.0,
    h0800=2,
    h0900=3,
    h1100=1.5,
    h1200=0.7,
    h1400=2,
    h1600=2.2,
    h1730=2.4,
    h1900=1.5,
    h2000=0.5,
    h2030=0.0,
)
_VILLAGE = _hours(h0000=0.01, h0630=1, h0730=3, h1000=2, h1200=0.6, h1400=1.5, h1700=2, h1900=1, h2030=0.1)
_SHOP = _hours(h0000=0.02, h0730=0.6, h0800=1.6, h0900=3, h1000=2.8, h1100=2, h1200=1.3, h1400=1.6, h1600=2.2, h1730=3.2, h1900=3, h2000=1.8, h2100=0.6, h2200=0.04)  # fmt: skip
_BY_KIND = Drawer(np.stack([_HOSPITAL, _HOSPITAL, _HOSPITAL, _CENTRE, _CLINIC, _VILLAGE, _SHOP]))


def clock(rng: Rng, kind: Ints, level: Floats | None = None) -> Ints:
    """Seconds of the day at places of a kind; `level` holds a person's habit, 0..1 through the opening hours."""
    half = _BY_KIND.draw(kind, rng.random(len(kind)) if level is None else level)
    seconds: Ints = half * 1_800 + rng.integers(0, 1_800, len(kind))
    return seconds


def on_duty(rng: Rng, places: Places, place: Ints, start: Ints) -> Ints:
    """Operator number of each claim: two shifts a day that take turns; small places have one person."""
    day, second = start // DAY, start % DAY
    alone = (places.size[place] < 0.7) & (places.desks[place] == 1)
    window = rng.integers(0, places.desks[place])
    crew = np.where(alone, 0, (day + (second >= 13 * 3_600)) % 2)
    swapped = rng.random(len(place)) < 0.06
    return window * 2 + np.where(alone, 0, crew ^ swapped)


class Calendar:
    """Draws days with the city's weekdays, holidays and seasons."""

    _WEIGHTS = {  # noqa: RUF012
        "visit": ((1.25, 1.1, 1.05, 1.0, 1.0, 0.65, 0.5), 0.45, 0.22),
        "stay": ((1.3, 1.15, 1.1, 1.05, 0.95, 0.6, 0.6), 0.5, 0.10),
        "shop": ((1.0, 0.95, 0.95, 0.97, 1.0, 1.1, 1.08), 0.85, 0.12),
    }

    def __init__(self, plan: CityPlan) -> None:
        self.days = plan.days
        self.weekday = plan.weekday()
        self.holiday = plan.is_holiday()
        self._ladder = {}
        for name, (week, holiday, winter) in self._WEIGHTS.items():
            running = np.cumsum(plan.day_weights(week, holiday, winter))
            self._ladder[name] = running / running[-1]

    def draw(self, rng: Rng, what: str, count: int, before: Ints | None = None) -> Ints:
        """Days; where `before` is given, days below it (a person's death)."""
        day = np.searchsorted(self._ladder[what], rng.random(count))
        if before is not None:
            day = np.where(day >= before, (rng.random(count) * before).astype(np.int64), day)
        return np.minimum(day, self.days - 1)

"""The next session of a ring: day and place, where its own past shows a rhythm, with the chance of being right.

Three plain rules are tried on the ring's own past, each time with only what was known before; the one that was right
most often speaks, and says how often that was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

__all__ = ["Forecast", "Session", "forecast"]

LEAST_SESSIONS = 6
"""Fewer days than this and nothing can be said of a rhythm."""
_LEARN = 4
_RECENT = 12
_BETTER = 2.0
"""A rule must have been right twice as often as guessing would."""
_LEAST_CHANCE = 0.15


@dataclass(frozen=True, slots=True, order=True)
class Session:
    """A day on which members of a ring were together at a place."""

    day: date
    place_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """When and where a ring is likely to be together next.

    `chance` is the share of its earlier sessions that the rule foresaw, day and place, held back a little because
    they are few; `chance_day` the same for the day alone; `guess` how often guessing a day and its usual place
    would have been right.
    """

    day: date
    place_id: str
    rule: str
    chance: float
    chance_day: float
    guess: float
    tried: int


def forecast(sessions: Sequence[Session], today: date) -> Forecast | None:
    """Foresee a ring's next session after a day.

    Parameters
    ----------
    sessions : sequence of Session
        All of its sessions up to the day.
    today : date
        The day; what is foreseen lies after it.

    Returns
    -------
    Forecast or None
        None where no rhythm holds.
    """
    past = sorted({one for one in sessions if one.day <= today})
    days = sorted({one.day for one in past})
    if len(days) < LEAST_SESSIONS:
        return None
    guess = _guess(past, days)
    best: Forecast | None = None
    for name, rule in _RULES.items():
        tried = right = right_day = 0
        for i in range(_LEARN, len(days)):
            told = rule(days[:i])
            tried += 1
            if told == days[i]:
                right_day += 1
                right += _place([one for one in past if one.day < days[i]]) in {
                    one.place_id for one in past if one.day == days[i]
                }
        chance, chance_day = right / (tried + 2), right_day / (tried + 2)
        if best is None or chance > best.chance:
            day = _after(rule, days, today)
            best = Forecast(
                day=day, place_id=_place(past), rule=name, chance=round(chance, 3), chance_day=round(chance_day, 3),
                guess=round(guess, 3), tried=tried,
            )  # fmt: skip
    if best is None or best.chance < max(_LEAST_CHANCE, _BETTER * guess):
        return None
    return best


def _guess(past: Sequence[Session], days: Sequence[date]) -> float:
    """Any day of the span, at the usual place."""
    rate = len(days) / max((days[-1] - days[0]).days + 1, 1)
    usual = Counter(one.place_id for one in past).most_common(1)[0][1] / len(past)
    return rate * usual


def _place(past: Sequence[Session]) -> str:
    """Where it usually is of late; of equals the last."""
    recent = past[-_RECENT:]
    counts = Counter(one.place_id for one in recent)
    last = {one.place_id: one.day for one in recent}
    return max(counts, key=lambda place: (counts[place], last[place], place))


def _after(rule: Callable[[Sequence[date]], date], days: Sequence[date], today: date) -> date:
    """What the rule says from the last session on; sessions that did not take place are passed over."""
    known = list(days)
    told = rule(known)
    while told <= today:
        known.append(told)
        told = rule(known)
    return told


def _by_gap(days: Sequence[date]) -> date:
    gaps = [(b - a).days for a, b in pairwise(days)][-_RECENT:]
    return days[-1] + timedelta(days=max(1, round(median(gaps))))


def _by_weekday(days: Sequence[date]) -> date:
    counts = Counter(day.weekday() for day in days[-_RECENT:])
    wanted = max(counts, key=lambda weekday: (counts[weekday], -weekday))
    ahead = (wanted - days[-1].weekday()) % 7 or 7
    return days[-1] + timedelta(days=ahead)


def _by_day_of_month(days: Sequence[date]) -> date:
    wanted = {number for number, count in Counter(day.day for day in days[-_RECENT:]).items() if count >= 2}
    if not wanted:
        return days[-1] + timedelta(days=1)
    day = days[-1] + timedelta(days=1)
    while day.day not in wanted:
        day += timedelta(days=1)
    return day


_RULES: dict[str, Callable[[Sequence[date]], date]] = {
    "gap": _by_gap,
    "weekday": _by_weekday,
    "day_of_month": _by_day_of_month,
}

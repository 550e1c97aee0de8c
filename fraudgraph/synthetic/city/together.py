"""People who come together: the machinery that lawful groups and planted rings share."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fraudgraph.synthetic.city.arrays import Floats, Ints, Rng
from fraudgraph.synthetic.city.ordinary import City
from fraudgraph.synthetic.city.plan import DAY

__all__ = ["LawfulGroup", "PlantedRing", "Truth", "near_people", "rhythm", "sittings", "within_hours"]


_LONGEST_S = 4.5 * 3_600  # a session ends within the opening hours


@dataclass(slots=True)
class LawfulGroup:
    """A group with an innocent reason to meet."""

    kind: str
    patients: Ints


@dataclass(slots=True)
class PlantedRing:
    """A planted ring: its people, what they used, and what that was."""

    typology: str
    patients: Ints
    doctors: dict[int, str] = field(default_factory=dict)
    places: dict[int, str] = field(default_factory=dict)
    desks: set[tuple[int, int]] = field(default_factory=set)
    organiser: int = -1


@dataclass(slots=True)
class Truth:
    """What was planted; written beside the city, never inside."""

    groups: list[LawfulGroup] = field(default_factory=list)
    rings: list[PlantedRing] = field(default_factory=list)


def rhythm(
    rng: Rng,
    span: tuple[int, int],
    every_days: float,
    *,
    jitter_days: float,
    off_months: float = 0.0,
    keep: float = 1.0,
) -> Ints:
    """Days of a rhythm between two days: with jitter, some months off, some meetings dropped."""
    first, last = span
    count = max(1, int((last - first) / every_days) + 1)
    day = first + np.arange(count) * every_days + jitter_days * rng.standard_normal(count)
    day = np.round(day).astype(np.int64)
    month_off = rng.random(40) < off_months
    stays = (
        ~month_off[np.clip(day // 30, 0, 39)] & (rng.random(count) < keep) & (day >= first) & (day <= last)
    )
    return np.unique(day[stays])


def sittings(
    rng: Rng, starts: Ints, odds: Floats, *, gap_s: float, least: int = 2
) -> tuple[Ints, Ints, Ints]:
    """Who is at which session when: (member, session, second).

    Parameters
    ----------
    starts : array
        Second at which each session begins.
    odds : array
        Each member's chance to take part in a session.
    gap_s : float
        Median seconds from one member to the next.
    least : int
        Sessions with fewer people do not take place.
    """
    present = rng.random((len(starts), len(odds))) < odds
    present[present.sum(axis=1) < least] = False
    order = np.argsort(rng.random(present.shape), axis=1)
    inside = np.take_along_axis(present, order, axis=1)
    gaps = np.where(inside, gap_s * np.exp(0.55 * rng.standard_normal(present.shape)), 0.0)
    lasts = gaps.sum(axis=1, keepdims=True)
    gaps *= np.minimum(1.0, _LONGEST_S / np.maximum(lasts, 1.0))
    when = starts[:, None] + np.cumsum(gaps, axis=1)
    session, column = np.nonzero(inside)
    return order[session, column], session, when[session, column].astype(np.int64)


def within_hours(rng: Rng, days: Ints, low: float, high: float) -> Ints:
    """A second on each day between two hours of the clock."""
    return days * DAY + (rng.uniform(low, high, len(days)) * 3_600).astype(np.int64)


def near_people(city: City, rng: Rng, *, pool: Ints, village: int, count: int, reach_km: float) -> Ints:
    """People of a pool, nearer ones sooner, each once."""
    home = city.people.village[pool]
    distance = np.hypot(
        city.villages.x[home] - city.villages.x[village], city.villages.y[home] - city.villages.y[village]
    )
    close = distance < 5 * reach_km
    if close.sum() > 3 * count:
        pool, distance = pool[close], distance[close]
    score = np.log(rng.random(len(pool)) + 1e-12) / np.exp(-distance / reach_km)
    count = min(count, len(pool))
    return pool[np.argsort(-score, kind="stable")[:count]]

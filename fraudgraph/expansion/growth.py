"""How a group grows from a few known people: who was with it more than chance allows joins, the most surprising first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binom, chi2, poisson

from fraudgraph.expansion.identifiers import Identifiers, shared_with
from fraudgraph.expansion.visit_index import Crowd, Flags, Floats, Ints, Rhythm, VisitIndex

__all__ = ["Grown", "Weighed", "grow", "meetings_of"]

JOIN_RATE = 0.05
"""Expected share of people who join by chance: the p needed is corrected for the number of people looked at."""
SURE_P = 0.01
"""Whoever beats this, divided by the number of people looked at, joins in any case."""
STAY_P = 1e-3
"""Whoever has joined leaves again if this is not beaten in the end, as if he had not been in."""
TRY_P = 5e-3
TRIES = 3
"""Where nobody joins outright, the likeliest two are tried so many times, and kept only if they stand in the end."""
MET_SHARE = 0.3
MOST_TO_MEET = 5
"""Whoever joins has met at least two of the group, a third of a larger one, at most five."""
JOIN_AT_ONCE = 0.25
GOERS_SHARE = 0.1
FADING = 0.1
"""The group ends where the next to join brings less than this much of the typical member's surprise (at most 40 decades)."""
_LEVELS = (1, 2, 3)
_FEWEST_LOOKED_AT = 30


@dataclass(slots=True, kw_only=True)
class Weighed:
    """Per person: how unlikely the company with the group is, and the test that shows it best."""

    p: Floats
    observed: Floats
    expected: Floats
    test: npt.NDArray[np.int64]
    shared: npt.NDArray[np.int64]
    looked_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """The group in the end. `order` lists who joined, in order; `stop` names the rule that ended it."""

    member: Flags
    order: tuple[int, ...]
    weighed: Weighed
    tests: tuple[tuple[str, int, int], ...]
    """(crowd kind, scale, how many of the group at least) by test number."""
    stop: str
    needed_p: float
    best_p: float


def grow(
    world: VisitIndex, seeds: Ints, identifiers: Identifiers, *, most: int, without: Flags | None = None
) -> Grown:
    """Grow a group from a few people.

    Parameters
    ----------
    world : VisitIndex
        Who was where.
    seeds : array of int
        Numbers of the known people; they stay in whatever happens.
    identifiers : Identifiers
        Who shares a phone, account or agent.
    most : int
        Largest size of the group.
    without : array of bool, optional
        Places set aside, by number.
    """
    size = len(world.patient_ids)
    member, left = np.zeros(size, bool), np.zeros(size, bool)
    member[seeds] = True
    first, tries = member.copy(), TRIES
    order: list[int] = []
    surprises: list[float] = []
    wanted = np.zeros(0, bool)
    crowds: tuple[Crowd, ...] = ()
    while True:
        places = _shared_places(world, member, without)
        if not np.array_equal(places, wanted):
            wanted, crowds = places, tuple(c.at_places(places) for c in world.crowds if places[c.place].any())
        weighed, tests = weigh(crowds, member, identifiers)
        outside = np.where(member | left, 1.0, weighed.p)
        needed = _needed(outside, weighed)
        joining = _meeting(crowds, member, np.flatnonzero(outside <= needed), weighed)
        if not len(joining) and tries:
            tries -= 1
            joining = _meeting(crowds, member, np.flatnonzero(outside <= TRY_P), weighed)[:2]
        fading = len(joining) > 0 and _fades(weighed.p[joining[0]], surprises)
        room = 0 if fading else min(max(1, int(member.sum() * JOIN_AT_ONCE)), most - int(member.sum()))
        if len(joining) and room:
            member[joining[:room]] = True
            order += joining[:room].tolist()
            surprises += [_surprise(weighed.p[who]) for who in joining[:room].tolist()]
            continue
        weak = np.flatnonzero(member & ~first & (weighed.p > max(needed, STAY_P)))
        if len(weak):
            weak = weak[np.lexsort((weak, -weighed.p[weak]))][: max(1, len(weak) // 3)]
            member[weak], left[weak], tries = False, True, 0
            order = [who for who in order if member[who]]
            continue
        return Grown(
            member=member, order=tuple(order), weighed=weighed, tests=tests, needed_p=needed,
            stop="fading" if fading else "size" if len(joining) else "chance", best_p=float(outside.min(initial=1.0)),
        )  # fmt: skip


def _surprise(p: float) -> float:
    return float(min(-np.log10(max(p, 1e-300)), 40.0))


def _fades(p: float, surprises: list[float]) -> bool:
    """Whether the next to join brings little beside what those who joined brought."""
    return len(surprises) >= 6 and _surprise(p) < FADING * float(np.median(surprises))


def _shared_places(world: VisitIndex, member: Flags, without: Flags | None) -> Flags:
    """The places where at least two of the group go, or a tenth of a large one (all their places, for one person)."""
    size, group = len(world.patient_ids), int(member.sum())
    least = min(group, max(2, int(np.ceil(GOERS_SHARE * group))))
    pairs = [
        crowd.place[rows] * size + crowd.patient[rows]
        for crowd in world.crowds
        for rows in [crowd.rows_of(member)]
    ]
    at = np.unique(np.concatenate(pairs)) // size if pairs else np.zeros(0, np.int64)
    wanted: Flags = np.bincount(at, minlength=len(world.place_ids)) >= least
    return wanted if without is None else wanted & ~without


def weigh(
    crowds: tuple[Crowd, ...], member: Flags, identifiers: Identifiers
) -> tuple[Weighed, tuple[tuple[str, int, int], ...]]:
    """Test everybody against the group; members as if they were not in it.

    Every kind of company (visits and stays, with and without the same doctor, at each scale, near one, two or three of
    the group) is a test; their p-values are combined.
    """
    size, group = len(member), int(member.sum())
    levels = tuple(level for level in _LEVELS if level <= max(1, group // 2))
    found = Weighed(
        p=np.ones(size), observed=np.zeros(size), expected=np.zeros(size), test=np.full(size, -1),
        shared=np.zeros(size, np.int64), looked_at=0,
    )  # fmt: skip
    best, total, seen = np.ones(size), np.zeros(size), np.zeros(size, bool)
    tests: list[tuple[str, int, int]] = []
    for crowd in crowds:
        rows = crowd.rows_of(member)
        rhythm = crowd.rhythm(member)
        for scale in crowd.scales if len(rows) else ():
            cover = crowd.cover(rows, scale)
            for level in levels:
                who, observed, expected, p = _company(crowd, cover, level, rhythm, member, scale)
                better = p < best[who]
                found.observed[who[better]], found.expected[who[better]] = observed[better], expected[better]
                found.test[who[better]] = len(tests)
                best[who] = np.minimum(best[who], p)
                step = np.full(size, _spread(np.ones(1))[0])
                step[who] = _spread(p)
                total += step
                seen[who] = True
                tests.append((_kind(crowd), scale, level))
    if tests:
        found.p = np.where(seen, _gather(total / len(tests)), 1.0)
    found.looked_at = int((seen & ~member).sum())
    _add_identifiers(found, member, identifiers)
    return found, tuple(tests)


def _company(
    crowd: Crowd, cover: Ints, level: int, rhythm: Rhythm, member: Flags, scale: int
) -> tuple[Ints, Ints, Floats, Floats]:
    """Who was near so many of the group twice or more: times, times to be expected, and the chance of that."""
    size = len(member)
    near = crowd.near(cover, level, rhythm, scale)
    there = near.near & (~member[crowd.patient] | (cover > level))
    times = np.bincount(crowd.patient[there], minlength=size)
    who = np.flatnonzero(times >= 2)
    expected = np.bincount(crowd.patient, near.share, minlength=size)[who]
    trials = np.maximum(np.bincount(crowd.patient[near.share > 0], minlength=size)[who], 1)
    p = np.maximum(binom.sf(times[who] - 1, trials, np.minimum(expected / trials, 1.0)), 1e-300)
    return who, np.asarray(times[who], np.int64), np.asarray(expected, np.float64), np.asarray(p, np.float64)


_MOST_P = 0.9


def _spread(p: Floats) -> Floats:
    """Tests of the same company depend on one another; the Cauchy combination of their p-values allows for that."""
    p = np.minimum(p, _MOST_P)
    return np.asarray(np.where(p < 1e-8, 1.0 / (p * np.pi), np.tan((0.5 - np.maximum(p, 1e-8)) * np.pi)))


def _gather(total: Floats) -> Floats:
    return np.asarray(
        np.where(total > 1e6, 1.0 / (np.maximum(total, 1.0) * np.pi), 0.5 - np.arctan(total) / np.pi)
    )


def _kind(crowd: Crowd) -> str:
    return ("stay" if crowd.whole_days else "visit") + ("_doctor" if crowd.same_doctor else "")


def _add_identifiers(found: Weighed, member: Flags, identifiers: Identifiers) -> None:
    """A phone, account or agent shared with the group outside the home adds to the company kept (Fisher)."""
    found.shared, expected = shared_with(identifiers, member)
    who = np.flatnonzero(found.shared)
    alone = poisson.sf(np.minimum(found.shared[who], 3) - 1, expected)
    joint = chi2.sf(-2.0 * (np.log(found.p[who]) + np.log(alone)), 4)
    found.looked_at += int((~member[who] & (found.p[who] == 1.0)).sum())
    found.p[who] = np.clip(joint, 1e-300, 1.0)


def _needed(outside: Floats, weighed: Weighed) -> float:
    """The p that lets in at most `JOIN_RATE` by chance (Benjamini-Hochberg over the people looked at)."""
    looked_at = max(weighed.looked_at, _FEWEST_LOOKED_AT)
    ranked = np.sort(outside[outside < 1.0])
    passing = np.flatnonzero(ranked <= JOIN_RATE * np.arange(1, len(ranked) + 1) / looked_at)
    return max(SURE_P / looked_at, float(ranked[passing[-1]]) if len(passing) else 0.0)


def _meeting(crowds: tuple[Crowd, ...], member: Flags, who: Ints, weighed: Weighed) -> Ints:
    """Those of the people named who met enough of the group, the most surprising first."""
    group = int(member.sum())
    least = min(2, group) if group < 5 else min(max(2, int(np.ceil(MET_SHARE * group))), MOST_TO_MEET)
    who = who[np.lexsort((who, weighed.p[who]))]
    return np.asarray(
        [
            x
            for x in who.tolist()
            if met_count(crowds, member, x) >= least or weighed.shared[x] >= min(2, group)
        ],
        np.int64,
    )


def meetings_of(world: VisitIndex, member: Flags, person: int) -> dict[int, set[int]]:
    """On which days (from the first on) a person stood near another of the group, by place."""
    found: dict[int, set[int]] = {}
    for crowd in world.crowds:
        if crowd.same_doctor:
            continue
        rows = np.flatnonzero(crowd.patient == person)
        for row, low, high in zip(rows.tolist(), *crowd.spans(rows, crowd.scales[1]), strict=True):
            there = crowd.patient[low:high]
            if (member[there] & (there != person)).any():
                found.setdefault(int(crowd.place[row]), set()).add(int(crowd.day[row]))
    return found


def met_count(crowds: tuple[Crowd, ...], member: Flags, person: int) -> int:
    """How many of the group a person stood near, ever."""
    met: set[int] = set()
    for crowd in crowds:
        if crowd.same_doctor:
            continue
        rows = np.flatnonzero(crowd.patient == person)
        for low, high in zip(*crowd.spans(rows, crowd.scales[1]), strict=True):
            there = crowd.patient[low:high]
            met.update(there[member[there]].tolist())
    return len(met - {person})

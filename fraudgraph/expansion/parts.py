"""Beside the people of a grown group: the doctors, operators and places that join, and cards to start from at a place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import binom, poisson

from fraudgraph.expansion.growth import meetings_of
from fraudgraph.expansion.visit_index import Flags, Ints, VisitIndex
from fraudgraph.store import Store

__all__ = ["EnrichedEntity", "enriched_entities", "starting_cards"]

_SQL = Path(__file__).parent / "sql"
ENRICHED_P = 1e-4
"""A doctor, operator or place joins where its share of the group's meetings is this unlikely by its usual share."""
LEAST_SHARE = 0.1
START_P = 1e-4
START_MINUTES = 60
_NEXT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichedEntity:
    """A doctor, operator or place that stands at a group's meetings more than its usual share explains."""

    entity_type: str
    entity_id: str
    observed: int
    expected: float
    p: float
    reason_en: str
    reason_zh: str


def enriched_entities(
    store: Store, world: VisitIndex, member: Flags, named: Collection[str]
) -> tuple[EnrichedEntity, ...]:
    """Who and what joins a group by enrichment; what was named at the start is told in any case.

    Parameters
    ----------
    store : Store
        Holds the claims.
    world : VisitIndex
        Who was where.
    member : array of bool
        The group.
    named : collection of str
        Ids of doctors, operators and places known at the start.
    """
    people, places, days = [], [], []
    for who in np.flatnonzero(member).tolist():
        for place, when in meetings_of(world, member, who).items():
            people += [world.patient_ids[who]] * len(when)
            places += [world.place_ids[place]] * len(when)
            days += [day + world.first_day for day in sorted(when)]
    if not people:
        return ()
    rows = store.rows(
        (_SQL / "entities.sql").read_text(encoding="utf-8"),
        people=people, places=places, days=days, members=sorted(set(people)),
    )  # fmt: skip
    found = []
    for kind, entity_id, observed, of_people, trials, expected, total in rows:
        p = max(float(binom.sf(observed - 1, trials, min(expected / trials, 1.0))), 1e-300)
        joins = p <= ENRICHED_P and observed >= max(3, LEAST_SHARE * total) and of_people >= 2
        if joins or entity_id in named:
            found.append(_entity(kind, entity_id, observed, of_people, trials, expected, p))
    return tuple(sorted(found, key=lambda e: (_ORDER.index(e.entity_type), e.p, -e.observed, e.entity_id)))


_ORDER = ("doctor", "facility", "pharmacy", "operator")


def _entity(
    kind: str, entity_id: str, observed: int, people: int, trials: int, expected: float, p: float
) -> EnrichedEntity:
    if kind in {"facility", "pharmacy"}:
        said_en = f"{observed} of the group's {trials} claims when together were here, by {people} of them; {expected:.1f} by its share of all claims"
        said_zh = f"该组同现时的 {trials} 张结算单中有 {observed} 张在此（{people} 人），按其在全部结算中的占比应为 {expected:.1f} 张"
    else:
        said_en = f"{observed} of the group's {trials} claims when together at the same places went through them, for {people} of the group; {expected:.1f} by their usual share there"
        said_zh = f"该组在同一机构同现时的 {trials} 张结算单中有 {observed} 张由其经手（{people} 人），按其平时占比应为 {expected:.1f} 张"
    return EnrichedEntity(
        entity_type=kind, entity_id=entity_id, observed=observed, expected=float(expected), p=p,
        reason_en=said_en, reason_zh=said_zh,
    )  # fmt: skip


def starting_cards(
    store: Store, world: VisitIndex, doctors: Sequence[str], places: Sequence[str], operators: Sequence[str]
) -> Ints:
    """Three cards that keep company at the doctors and places named beyond chance, or none.

    Parameters
    ----------
    store : Store
        Holds the claims.
    world : VisitIndex
        Who was where.
    doctors, places, operators : sequence of str
        The ids named.
    """
    rows = store.rows(
        (_SQL / "events.sql").read_text(encoding="utf-8"),
        doctors=list(doctors), places=list(places), operators=list(operators),
    )  # fmt: skip
    wanted = {(patient, place, day, stay) for patient, place, day, stay in rows}
    days: dict[tuple[int, int], int] = {}
    visits: dict[int, int] = {}
    near = total = 0
    for crowd in world.crowds:
        if crowd.same_doctor:
            continue
        kept = [
            row for row in np.flatnonzero(np.isin(crowd.place, _numbers(world.place_ids, {row[1] for row in rows}))).tolist()
            if (world.patient_ids[crowd.patient[row]], world.place_ids[crowd.place[row]],
                int(crowd.day[row]) + world.first_day, crowd.whole_days) in wanted
        ]  # fmt: skip
        reach = crowd.scales[0] if crowd.whole_days else START_MINUTES
        total += len(kept)
        for i, row in enumerate(kept):
            visits[int(crowd.patient[row])] = visits.get(int(crowd.patient[row]), 0) + 1
            for other in kept[i + 1 : i + 1 + _NEXT]:
                if crowd.key[other] - crowd.key[row] > reach:
                    break
                a, b = sorted((int(crowd.patient[row]), int(crowd.patient[other])))
                if a != b:
                    near += 1
                    days[a, b] = days.get((a, b), 0) + 1
    rate = 2.0 * near / max(total * (total - 1.0), 1.0)
    p = {
        pair: float(poisson.sf(count - 1, visits[pair[0]] * visits[pair[1]] * rate))
        for pair, count in days.items()
        if count >= 2
    }
    return _closest_three(p)


def _numbers(ids: tuple[str, ...], wanted: set[str]) -> Ints:
    return np.asarray([number for number, name in enumerate(ids) if name in wanted], np.int64)


def _closest_three(p: dict[tuple[int, int], float]) -> Ints:
    """The pair least likely by chance, and who is closest to both of them."""
    if not p:
        return np.zeros(0, np.int64)
    a, b = min(p, key=lambda pair: (p[pair], pair))
    if p[a, b] > START_P / max(len(p), 1):
        return np.zeros(0, np.int64)
    third: dict[int, float] = {}
    for (x, y), chance in p.items():
        for one, other in ((x, y), (y, x)):
            if one in (a, b) and other not in (a, b):
                third[other] = third.get(other, 0.0) + float(np.log(max(chance, 1e-300)))
    closest = min(third, key=lambda who: (third[who], who), default=None)
    return np.asarray([a, b] if closest is None else [a, b, closest], np.int64)

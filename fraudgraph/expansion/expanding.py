"""Seed expansion: from a few known cards, doctors or places to the group they belong to, with a reason for everyone.

Works on the claims that a run kept, whether or not the cards stand in a ring of that run. What the whole of a home or
a firm does together is set aside where the known cards also meet elsewhere without the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fraudgraph.expansion.growth import Grown, grow, meetings_of
from fraudgraph.expansion.identifiers import Identifiers, read_identifiers
from fraudgraph.expansion.parts import enriched_entities, starting_cards
from fraudgraph.expansion.seeds import Seeds
from fraudgraph.expansion.visit_index import Flags, Ints, VisitIndex, read_crowd
from fraudgraph.expansion.words import (
    fellows_note,
    member_reason,
    set_aside_note,
    stop_sentence,
)
from fraudgraph.records import NodeKind
from fraudgraph.store import Store

__all__ = ["MOST_MEMBERS", "ExpandedMember", "Expansion", "expand_group", "grow_apart"]

_SQL = Path(__file__).parent / "sql"
MOST_MEMBERS = 300
"""A group that has grown to so many people is ended: it is a crowd, or worth a run of its own."""
OLD_YEARS = 70
HOME_AGE_SHARE, HOME_VALUE_SHARE, HOME_PEOPLE = 0.6, 0.4, 8
"""A group looks like a home or a firm if so many are seventy or older, or have one large address or employer."""
MOST_SET_ASIDE = 4
SAME_RING_SHARE = 0.5
APART_SHARE = 0.8
"""What grows without the home's usual place counts by itself if it is less than this much of the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpandedMember:
    """One member of a grown group and why it is in: `observed` meetings against `expected`, and the chance `p` of that."""

    entity_type: NodeKind
    entity_id: str
    seed: bool
    reason: str
    reason_zh: str
    observed: float
    expected: float
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """A group grown from known cards. `stop_rule` is chance, size, no_start or no_company; the sentences say it in words."""

    members: tuple[ExpandedMember, ...]
    stop_rule: str
    stop_reason: str
    stop_reason_zh: str
    note: str
    note_zh: str
    looked_at: int


def expand_group(store: Store, seeds: Seeds, *, most: int = MOST_MEMBERS) -> Expansion:
    """Grow a group from known cards, doctors or places.

    Parameters
    ----------
    store : Store
        A run's store (read-only is enough): only its claims and patients are read.
    seeds : Seeds
        Where to start. Without cards, the cards that keep company at the named doctors and places are taken.
    most : int
        Largest number of patients.

    Returns
    -------
    Expansion
        Members in the order they joined, each with its reason, and why the growth ended.
    """
    world = read_crowd(store)
    numbers = {patient_id: number for number, patient_id in enumerate(world.patient_ids)}
    known = [numbers[patient_id] for patient_id in dict.fromkeys(seeds.patients) if patient_id in numbers]
    start = np.asarray(known, np.int64)
    if not len(start):
        start = starting_cards(store, world, seeds.doctors, seeds.places, seeds.operators)
    if not len(start):
        return _no_start()
    grown, apart = grow_apart(store, world, start, read_identifiers(store, len(world.patient_ids)), most)
    everybody, room = _fellows(store, world, grown, start), max(most - int(grown.member.sum()), 0)
    fellows, member = everybody[:room], grown.member.copy()
    member[[who for who, _ in fellows]] = True
    grown = replace(grown, stop="size") if len(everybody) > room else grown
    words_en, words_zh = stop_sentence(grown, most)
    notes = [set_aside_note([world.place_ids[place] for place in apart]), fellows_note(len(fellows))]
    note_en, note_zh = (joint.join(note[i] for note in notes if note[i]) for i, joint in enumerate((" ", "")))
    return Expansion(
        members=(*_people(world, grown, start, set(known), fellows), *_entities(store, world, member, seeds)),
        stop_rule=grown.stop if grown.order or grown.stop == "size" else "no_company",
        stop_reason=words_en, stop_reason_zh=words_zh, note=note_en, note_zh=note_zh, looked_at=grown.weighed.looked_at,
    )  # fmt: skip


def _fellows(store: Store, world: VisitIndex, grown: Grown, start: Ints) -> list[tuple[int, str]]:
    """Who else stands in the ring of this run in which most of the cards stand, if it is listed or nothing lawful explains it.

    Nobody, if most of those who joined by company stand outside of it: then it is another ring. A group that fell short of
    the list is a guess; that most of the cards somebody knows stand in it makes it a better one.
    """
    rings, explanations = store.folder / "rings.parquet", store.folder / "explanations.parquet"
    if not (rings.is_file() and explanations.is_file()) or not all(
        store.has(table) for table in ("group_members", "patient_codes", "ring_names")
    ):
        return []
    rows = store.rows(
        (_SQL / "same_ring.sql").read_text(encoding="utf-8"),
        people=[world.patient_ids[who] for who in start.tolist()], rings=str(rings), explanations=str(explanations),
    )  # fmt: skip
    numbers = {patient_id: number for number, patient_id in enumerate(world.patient_ids)}
    fellows = {numbers[patient_id]: ring_id for patient_id, ring_id in rows}
    joined = [who for who in grown.order if grown.member[who]]
    if sum(who in fellows for who in joined) < SAME_RING_SHARE * len(joined):
        return []
    return [(who, ring_id) for who, ring_id in fellows.items() if not grown.member[who]]


def grow_apart(
    store: Store, world: VisitIndex, start: Ints, identifiers: Identifiers, most: int
) -> tuple[Grown, tuple[int, ...]]:
    """Grow, and where the result looks like a home or a firm, grow again without the place where all of it
    meets and without shared phones, which a home has too.

    Returns
    -------
    grown, set_aside
        The smallest group that the known cards still grow into, and the places set aside on the way.
    """
    whole = grown = grow(world, start, identifiers, most=most)
    without = np.zeros(len(world.place_ids), bool)
    apart: tuple[int, ...] = ()
    for _ in range(MOST_SET_ASIDE):
        place = _usual_place(store, world, grown, without) if grown.order else None
        if place is None:
            break
        without[place] = True
        smaller = grow(world, start, identifiers.none(), most=most, without=without)
        if not smaller.order:
            break
        grown = smaller
        if smaller.member.sum() <= APART_SHARE * whole.member.sum():
            whole, apart = smaller, tuple(np.flatnonzero(without).tolist())
    return whole, apart


def _usual_place(store: Store, world: VisitIndex, grown: Grown, without: Flags) -> int | None:
    """Where most of a home or a firm meets, or None if the group looks like neither."""
    people = np.flatnonzero(grown.member)
    if len(people) < HOME_PEOPLE:
        return None
    rows = store.rows(
        (_SQL / "people.sql").read_text(encoding="utf-8"),
        people=[world.patient_ids[number] for number in people],
    )
    old = sum(1 for _, age, _, _ in rows if age is not None and age >= OLD_YEARS) / len(people)
    most_common = max(
        (_top_share([row[column] for row in rows], len(people)) for column in (2, 3)), default=0.0
    )
    if old < HOME_AGE_SHARE and most_common < HOME_VALUE_SHARE:
        return None
    goers = np.zeros(len(world.place_ids), np.int64)
    for who in people.tolist():
        goers[[place for place, days in meetings_of(world, grown.member, who).items() if len(days) >= 2]] += 1
    goers[without] = 0
    return int(goers.argmax()) if goers.max(initial=0) >= HOME_PEOPLE else None


def _top_share(values: Sequence[str | None], count: int) -> float:
    held = [value for value in values if value is not None]
    return max((held.count(value) for value in set(held)), default=0) / count


def _people(
    world: VisitIndex, grown: Grown, start: Ints, named: set[int], fellows: list[tuple[int, str]]
) -> tuple[ExpandedMember, ...]:
    order = [(who, "") for who in (*start.tolist(), *grown.order) if grown.member[who]]
    return tuple(_person(world, grown, who, named, ring_id) for who, ring_id in (*order, *fellows))


def _person(world: VisitIndex, grown: Grown, who: int, named: set[int], ring_id: str) -> ExpandedMember:
    met = meetings_of(world, grown.member, who)
    usual = max(sorted(met), key=lambda place: len(met[place]), default=None)
    reason_en, reason_zh = member_reason(
        grown, who, seed=who in named, ring_id=ring_id, place=None if usual is None else world.place_ids[usual],
        days=0 if usual is None else len(met[usual]),
    )  # fmt: skip
    return ExpandedMember(
        entity_type=NodeKind.PATIENT, entity_id=world.patient_ids[who], seed=who in named, reason=reason_en,
        reason_zh=reason_zh, observed=float(grown.weighed.observed[who]),
        expected=round(float(grown.weighed.expected[who]), 4), p=_short(float(grown.weighed.p[who])),
    )  # fmt: skip


def _entities(store: Store, world: VisitIndex, member: Flags, seeds: Seeds) -> tuple[ExpandedMember, ...]:
    named: dict[str, tuple[str, ...]] = {
        "doctor": seeds.doctors, "facility": seeds.facilities, "pharmacy": seeds.pharmacies, "operator": seeds.operators,
    }  # fmt: skip
    return tuple(
        ExpandedMember(
            entity_type=NodeKind(found.entity_type), entity_id=found.entity_id, seed=found.entity_id in named[found.entity_type],
            reason=found.reason_en, reason_zh=found.reason_zh, observed=float(found.observed),
            expected=round(found.expected, 4), p=_short(found.p),
        )
        for found in enriched_entities(store, world, member, {*named["doctor"], *seeds.places, *named["operator"]})
    )  # fmt: skip


def _short(p: float) -> float:
    return float(f"{p:.3g}")


def _no_start() -> Expansion:
    return Expansion(
        members=(), stop_rule="no_start", note="", note_zh="", looked_at=0,
        stop_reason="No cards at the named doctors and places keep company more than chance allows, so there is nothing to grow from.",
        stop_reason_zh="在所给的医师和机构处，没有任何几张卡的同现超出偶然，因此无从扩展。",
    )  # fmt: skip

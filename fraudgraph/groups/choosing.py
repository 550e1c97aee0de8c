"""Which of the judged candidates stand: the ones that gain most, each presence once, a union only where its parts gain less."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudgraph.groups.judging import Judged
from fraudgraph.groups.presences import Presences
from fraudgraph.groups.segments import Ints, where_in
from fraudgraph.groups.windows import attendance_of

__all__ = ["choose_groups"]

PART_INSIDE, PART_SIZE, PARTS_APART = 0.8, 0.8, 0.34
"""A part lies this much inside a group, is this much of it at most, and shares less than this with other parts."""
TAKEN_SHARE, SAME_PEOPLE = 0.5, 0.7
"""A group is none of its own whose presences, or people, so far belong to a stronger one."""


@dataclass(slots=True)
class _Choice:
    gain: dict[int, float]
    people: dict[int, set[int]]
    rows: dict[int, Ints]


def choose_groups(seen: Presences, judged: Judged, *, min_patients: int) -> list[int]:
    """The numbers of the candidates that stand, the largest gain first."""
    choice = _read(seen, judged, min_patients)
    order = sorted(choice.gain, key=lambda group: (-choice.gain[group], group))
    unions = _unions(choice, order)
    taken = np.zeros(len(seen.person), bool)
    chosen: list[int] = []
    groups_of: dict[int, list[int]] = {}
    for group in order:
        rows = choice.rows.get(group)
        if group in unions or rows is None or taken[rows].mean() >= TAKEN_SHARE:
            continue
        if _is_same(choice, group, groups_of):
            continue
        taken[rows] = True
        chosen.append(group)
        for person in choice.people[group]:
            groups_of.setdefault(person, []).append(group)
    return chosen


def _read(seen: Presences, judged: Judged, min_patients: int) -> _Choice:
    size = np.bincount(judged.group, minlength=len(judged.gain))
    possible = np.flatnonzero((judged.gain > 0) & (size >= min_patients))
    begins = np.searchsorted(judged.group, np.arange(len(judged.gain) + 1))
    people = {int(g): set(judged.person[begins[g] : begins[g + 1]].tolist()) for g in possible}
    there = attendance_of(seen, judged.windows)
    of = judged.windows.group[there.window]
    members = judged.group * seen.person_count + judged.person
    ours = where_in(members, of * seen.person_count + seen.person[there.row])[1]
    of, row = of[ours], there.row[ours]
    order = np.argsort(of, kind="stable")
    begins = np.searchsorted(of[order], np.arange(len(judged.gain) + 1))
    rows = {int(g): row[order[begins[g] : begins[g + 1]]] for g in possible if begins[g + 1] > begins[g]}
    return _Choice(gain={int(g): float(judged.gain[g]) for g in possible}, people=people, rows=rows)


def _unions(choice: _Choice, order: list[int]) -> set[int]:
    """Groups whose parts, taken apart, gain more than they do together."""
    holders: dict[int, list[int]] = {}
    for group in order:
        for person in choice.people[group]:
            holders.setdefault(person, []).append(group)
    unions = set()
    for group in order:
        common = _common(choice.people[group], holders)
        parts: list[int] = []
        for part in sorted(common, key=lambda other: (-choice.gain[other], other)):
            size = len(choice.people[part])
            fits = (
                part != group
                and common[part] >= PART_INSIDE * size
                and size <= PART_SIZE * len(choice.people[group])
            )
            if fits and all(_apart(choice.people[part], choice.people[other]) for other in parts):
                parts.append(part)
        if len(parts) >= 2 and sum(choice.gain[part] for part in parts) > choice.gain[group]:
            unions.add(group)
    return unions


def _common(people: set[int], holders: dict[int, list[int]]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for person in people:
        for group in holders.get(person, ()):
            counts[group] = counts.get(group, 0) + 1
    return counts


def _apart(one: set[int], other: set[int]) -> bool:
    return len(one & other) < PARTS_APART * min(len(one), len(other))


def _is_same(choice: _Choice, group: int, groups_of: dict[int, list[int]]) -> bool:
    size = len(choice.people[group])
    common = _common(choice.people[group], groups_of)
    return any(
        shared >= SAME_PEOPLE * min(size, len(choice.people[other])) for other, shared in common.items()
    )

"""The same ring keeps its name: this month's groups are matched with last month's rings by the people they share.

The names are dealt out so that as many people as possible stay with their ring's name (a maximum matching); what then
has no name is new or split off, what then has no group is merged, dormant or, in the end, closed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from scipy.optimize import linear_sum_assignment

from fraudgraph.casework.known import Event, EventKind, KnownRing, Register, next_number
from fraudgraph.records import Month
from fraudgraph.settings import CaseworkSettings

__all__ = ["Followed", "Found", "HandRules", "follow", "months_between"]

LEAST_SHARED = 2
"""Fewer people in common than this and two groups are not the same ring."""
MOST = 0.5
"""A group is a known ring if it has this share of the ring's people, or is made up of them to this share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A group of this month, by its number."""

    group_no: int
    patients: frozenset[str]
    last_seen: date
    listed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HandRules:
    """What analysts settled: rings taken into others, and people cut off from a ring."""

    merged: Mapping[str, str]
    cut_off: Sequence[tuple[str, frozenset[str]]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Names by group, what happened this month, and the register as it stands now.

    Groups that were never put forward and are no known ring have no name.
    """

    names: Mapping[int, str]
    statuses: Mapping[str, EventKind]
    events: tuple[Event, ...]
    register: Register


def follow(
    found: Sequence[Found], before: Register | None, month: Month, settings: CaseworkSettings, *,
    reserved: Mapping[str, KnownRing] | None = None, rules: HandRules | None = None,
) -> Followed:  # fmt: skip
    """Give this month's groups their rings' names.

    Parameters
    ----------
    found : sequence of Found
        All groups of the month.
    before : Register, optional
        What the month before left; None for the first month.
    month : Month
        This month.
    settings : CaseworkSettings
        When a ring counts as changed, dormant or closed.
    reserved : mapping, optional
        Names that were published for this month or a later one before it was scored anew: they stay.
    rules : HandRules, optional
        What analysts settled.
    """
    rules = rules or HandRules(merged={})
    known = dict(before.rings) if before else {}
    later = {name: ring for name, ring in (reserved or {}).items() if name not in known}
    living = {name: ring for name, ring in {**known, **later}.items() if ring.state in ("active", "dormant")}
    living = {name: ring for name, ring in living.items() if name not in rules.merged}
    names = _deal(found, living, rules)
    ended = {name: ring for name, ring in known.items() if name not in living and name not in rules.merged}
    unnamed = [one for one in found if one.listed and one.group_no not in names]
    names |= _deal(unnamed, ended, rules)
    number = next_number([*known, *later], month.year)
    for one in sorted(
        unnamed, key=lambda one: (-len(one.patients), min(one.patients, default=""), one.group_no)
    ):
        if one.group_no not in names:
            names[one.group_no] = f"R-{month.year}-{number:04d}"
            number += 1
    return _Month(found, names, known, later, month, settings, rules).told(before)


def months_between(earlier: date, later: Month) -> int:
    """Whole months from a day's month to a later month."""
    return later.year * 12 + later.month - earlier.year * 12 - earlier.month


def _deal(found: Sequence[Found], rings: Mapping[str, KnownRing], rules: HandRules) -> dict[int, str]:
    """The maximum matching of rings and groups, part by part."""
    holders: dict[str, list[str]] = defaultdict(list)
    for name in sorted(rings):
        for patient in rings[name].patients:
            holders[patient].append(name)
    worth: dict[tuple[str, int], float] = {}
    for one in found:
        shared: dict[str, int] = defaultdict(int)
        for patient in one.patients:
            for name in holders.get(patient, ()):
                shared[name] += 1
        for name, count in shared.items():
            before = len(rings[name].patients)
            same = count >= LEAST_SHARED and (count >= MOST * before or count >= MOST * len(one.patients))
            if same and not _cut_off(name, one, rules):
                union = before + len(one.patients) - count
                worth[name, one.group_no] = count + 0.4 * count / union + (0.2 if one.listed else 0.0)
    dealt: dict[int, str] = {}
    for part in _parts(worth):
        dealt |= _match(part)
    return dealt


def _cut_off(name: str, one: Found, rules: HandRules) -> bool:
    return any(
        ring == name and len(one.patients & people) >= MOST * len(one.patients)
        for ring, people in rules.cut_off
    )


def _parts(worth: Mapping[tuple[str, int], float]) -> Iterable[dict[tuple[str, int], float]]:
    """The pairs, split into sets that have no ring and no group in common."""
    groups_of: dict[str, list[int]] = defaultdict(list)
    rings_of: dict[int, list[str]] = defaultdict(list)
    for name, group in worth:
        groups_of[name].append(group)
        rings_of[group].append(name)
    seen: set[str] = set()
    for start in sorted(groups_of):
        if start in seen:
            continue
        waiting, part = [start], {}
        seen.add(start)
        while waiting:
            name = waiting.pop()
            for group in groups_of[name]:
                part[name, group] = worth[name, group]
                fresh = [other for other in rings_of[group] if other not in seen]
                seen.update(fresh)
                waiting += fresh
        yield part


def _match(part: Mapping[tuple[str, int], float]) -> dict[int, str]:
    names = sorted({name for name, _ in part})
    groups = sorted({group for _, group in part})
    table = np.zeros((len(names), len(groups)))
    for (name, group), value in part.items():
        table[names.index(name), groups.index(group)] = value
    rows, columns = linear_sum_assignment(table, maximize=True)
    return {
        groups[c]: names[r] for r, c in zip(rows.tolist(), columns.tolist(), strict=True) if table[r, c] > 0
    }


class _Month:
    """Reads out of the dealt names what happened."""

    def __init__(
        self, found: Sequence[Found], names: Mapping[int, str], known: Mapping[str, KnownRing],
        later: Mapping[str, KnownRing], month: Month, settings: CaseworkSettings, rules: HandRules,
    ) -> None:  # fmt: skip
        self._names, self._known, self._later = names, known, later
        self._month, self._settings, self._rules = month, settings, rules
        self._by_name = {names[one.group_no]: one for one in found if one.group_no in names}
        self._events: list[Event] = []
        self._rings = dict(known)
        self._statuses: dict[str, EventKind] = {}

    def told(self, before: Register | None) -> Followed:
        for name in sorted(self._by_name):
            self._one_found(name)
        for name in sorted(set(self._known) - set(self._by_name)):
            self._one_missing(self._known[name])
        published_now = {n: r for n, r in self._later.items() if r.since == str(self._month)}
        for name in sorted(set(published_now) - set(self._by_name)):
            self._one_missing(published_now[name])
        events = tuple(sorted(self._events, key=lambda e: (e.ring_id, e.event, e.other_id)))
        register = Register(
            month=str(self._month), rings=self._rings, events=(*(before.events if before else ()), *events)
        )
        return Followed(names=self._names, statuses=self._statuses, events=events, register=register)

    def _one_found(self, name: str) -> None:
        one, ring = self._by_name[name], self._known.get(name)
        asleep = months_between(one.last_seen, self._month) >= self._settings.dormant_months
        old = set(ring.patients) if ring else set()
        joined, left = len(one.patients - old), len(old - one.patients)
        parent = self._parent(name, one)
        if ring is None:
            kind = EventKind.SPLIT if parent else EventKind.BORN
        elif asleep:
            kind = EventKind.DORMANT
        elif ring.state != "active":
            kind = EventKind.REAWAKENED
        else:
            share = self._settings.changed_share * len(old)
            more = joined > left
            kind = (
                EventKind.GROWN if more and joined >= share
                else EventKind.SHRUNK if not more and left >= share
                else EventKind.CONTINUING
            )  # fmt: skip
        self._add(name, kind, parent or "", one, joined=joined, left=left)
        state = "dormant" if asleep else "active"
        same = ring is not None and ring.state == state
        self._rings[name] = KnownRing(
            ring_id=name, born=ring.born if ring else str(self._month), patients=tuple(sorted(one.patients)),
            state=state, since=ring.since if ring and same else str(self._month), last_seen=one.last_seen,
            first_listed=(ring.first_listed if ring else "") or (str(self._month) if one.listed else ""),
        )  # fmt: skip
        if parent and ring is None:
            self._add(parent, EventKind.SPLIT, name, self._by_name[parent], joined=0, left=len(one.patients))

    def _parent(self, name: str, one: Found) -> str | None:
        """The ring that most of a new one's people came from, if it goes on by itself."""
        for other in sorted(self._known):
            shared = len(one.patients & set(self._known[other].patients))
            if (
                other != name
                and other in self._by_name
                and shared >= max(LEAST_SHARED, MOST * len(one.patients))
            ):
                return other
        return None

    def _one_missing(self, ring: KnownRing) -> None:
        now = str(self._month)
        if ring.state in ("merged", "closed"):
            return
        into = self._rules.merged.get(ring.ring_id) or self._taken_in(ring)
        if into is not None and into in self._by_name:
            self._rings[ring.ring_id] = replace(ring, state="merged", since=now, into=into)
            self._note(ring, EventKind.MERGED, into)
            self._add(
                into, EventKind.MERGED, ring.ring_id, self._by_name[into], joined=len(ring.patients), left=0
            )
            return
        if ring.state == "active":
            self._rings[ring.ring_id] = replace(ring, state="dormant", since=now)
            self._note(ring, EventKind.DORMANT, "")
        elif (
            months_between(date.fromisoformat(f"{ring.since}-01"), self._month) >= self._settings.close_months
        ):
            self._rings[ring.ring_id] = replace(ring, state="closed", since=now)
            self._note(ring, EventKind.CLOSED, "")

    def _taken_in(self, ring: KnownRing) -> str | None:
        people = set(ring.patients)
        for name in sorted(self._by_name):
            shared = len(people & self._by_name[name].patients)
            if name != ring.ring_id and shared >= max(LEAST_SHARED, MOST * len(people)):
                return name
        return None

    def _note(self, ring: KnownRing, kind: EventKind, other: str) -> None:
        self._statuses[ring.ring_id] = kind
        self._events.append(
            Event(
                month=str(self._month), ring_id=ring.ring_id, event=kind, other_id=other, on=ring.last_seen,
                patients=len(ring.patients), joined=0, left=0, listed=False,
            )
        )  # fmt: skip

    def _add(self, name: str, kind: EventKind, other: str, one: Found, *, joined: int, left: int) -> None:
        told = self._statuses.get(name)
        if told is None or kind in (EventKind.MERGED, EventKind.SPLIT):
            self._statuses[name] = kind
        self._events.append(
            Event(
                month=str(self._month), ring_id=name, event=kind, other_id=other, on=one.last_seen,
                patients=len(one.patients), joined=joined, left=left, listed=one.listed,
            )
        )  # fmt: skip

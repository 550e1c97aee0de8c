"""Two rings in one: groups whose places are used by different people of theirs, with a few who belong to both.

Rings that share members come out of the partition as one. Their places tell them apart: those who come to one place
hardly ever come to the other. Each side becomes a group; who comes to both is in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from fraudgraph.store import Store

__all__ = ["split_by_places"]

_SQL = Path(__file__).parent / "sql"
LEAST_SITTINGS, REGULAR_SHARE, LEAST_ATTENDANCE = 3, 0.15, 0.3
"""A place counts with so many sittings; its regulars came to this share of them, and are there together this often on the
average. Where an organiser takes a few of many cards at a time, they are not: such a group stays whole."""
SAME_SHARE, BOTH_SHARE = 0.5, 0.34
"""Places are of one side that have this share of the smaller one's regulars in common; sides share this much at most."""


@dataclass(slots=True)
class _Side:
    people: set[int]
    places: set[int]


def split_by_places(store: Store, *, min_patients: int) -> None:
    """Split groups by the places that their people come to; `group_members` is rewritten.

    Parameters
    ----------
    store : Store
        Holds `group_members`, `group_sessions`, `session_chances`, `visits`, `coded_stays`. Sittings have to be found
        again afterwards.
    min_patients : int
        Sides smaller than this are none.
    """
    came: dict[int, dict[int, dict[int, int]]] = {}
    held: dict[tuple[int, int], int] = {}
    for group_no, place, patient, attended, sessions in store.rows(
        (_SQL / "place_attendance.sql").read_text(encoding="utf-8"), least=min_patients
    ):
        came.setdefault(group_no, {}).setdefault(place, {})[patient] = attended
        held[group_no, place] = sessions
    next_no = store.one("SELECT coalesce(max(group_no), 0) FROM group_members")[0] + 1
    split: list[int] = []
    rows: list[tuple[int, int]] = []
    for group_no, by_place in came.items():
        sides = _sides(by_place, {place: held[group_no, place] for place in by_place}, min_patients)
        if len(sides) < 2:
            continue
        split.append(group_no)
        for number, people in enumerate(_with_the_rest(sides, by_place)):
            home = group_no if number == 0 else next_no
            next_no += number > 0
            rows += [(home, patient) for patient in sorted(people)]
    if not split:
        return
    store.run("DELETE FROM group_members WHERE list_contains($split, group_no)", split=split)
    columns = {
        "group_no": pa.array([row[0] for row in rows], pa.int32()),
        "patient": pa.array([row[1] for row in rows], pa.int32()),
    }
    store.put("split_members", pa.table(columns))
    store.run(
        "INSERT INTO group_members SELECT group_no, patient FROM split_members; DROP TABLE split_members; "
        "CREATE OR REPLACE TABLE group_members AS SELECT group_no, patient FROM group_members ORDER BY 1, 2"
    )


def _sides(by_place: dict[int, dict[int, int]], held: dict[int, int], least: int) -> list[_Side]:
    sides: list[_Side] = []
    for place, attended in by_place.items():
        regulars = {who for who, count in attended.items() if count >= max(2, REGULAR_SHARE * held[place])}
        seats = sum(attended[who] for who in regulars)
        enough = held[place] >= LEAST_SITTINGS and len(regulars) >= least
        if enough and seats >= LEAST_ATTENDANCE * held[place] * len(regulars):
            sides.append(_Side(people=regulars, places={place}))
    _join(sides, SAME_SHARE)
    _join(sides, BOTH_SHARE)
    return sorted(sides, key=lambda side: (-len(side.people), min(side.places)))


def _join(sides: list[_Side], share: float) -> None:
    """Make one of two sides that have more than this share of the smaller one's people in common, until none have."""
    while pair := _overlapping(sides, share):
        kept, other = pair
        kept.people |= other.people
        kept.places |= other.places
        sides.remove(other)


def _overlapping(sides: Sequence[_Side], share: float) -> tuple[_Side, _Side] | None:
    for number, side in enumerate(sides):
        for other in sides[number + 1 :]:
            if len(side.people & other.people) > share * min(len(side.people), len(other.people)):
                return side, other
    return None


def _with_the_rest(sides: Sequence[_Side], by_place: dict[int, dict[int, int]]) -> list[set[int]]:
    """Everybody else goes to the side at whose places they were most often; who was at none of them leaves."""
    groups = [set(side.people) for side in sides]
    seen = {who for attended in by_place.values() for who in attended}
    for who in sorted(seen - set().union(*groups)):
        counts = [sum(by_place[place].get(who, 0) for place in side.places) for side in sides]
        if max(counts) > 0:
            groups[counts.index(max(counts))].add(who)
    return groups

"""The analyst's hand: rings merged or split, a member dropped, a note; kept with who, when and why."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from fraudgraph.casework.appending import append_lines, read_records
from fraudgraph.casework.known import KnownRing
from fraudgraph.casework.ring_tracking import HandRules
from fraudgraph.errors import UsageError
from fraudgraph.store import Store

__all__ = [
    "ACTIONS",
    "HandEdit",
    "add_edit",
    "apply_edits",
    "hand_rules",
    "in_force",
    "notes_of",
    "read_edits",
    "undo",
    "undone",
]

ACTIONS = ("merge", "split", "drop", "note", "undo")
FILE_NAME = "hand.jsonl"
_OF_PEOPLE = ("group_customs", "group_steering")
"""What was measured of a group's people at a doctor's or a place: each row has its people, how many were expected, and nats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandEdit:
    """One thing that an analyst settled.

    `merge` takes the ring `other` into `ring_id`; `split` cuts `people` off from it; `drop` says that `people` don't
    belong to it; `note` only says `reason`; `undo` takes the entry number `undoes` back. `patients` are the ring's people when it was settled, by which the
    ring is known again.
    """

    action: str
    ring_id: str
    by: str
    on: date
    reason: str
    other: str = ""
    people: tuple[str, ...] = ()
    patients: tuple[str, ...] = ()
    other_patients: tuple[str, ...] = ()
    undoes: int = 0

    def __post_init__(self) -> None:
        if self.action not in ACTIONS or not self.by.strip() or not self.reason.strip():
            raise UsageError(
                "A change by hand needs one of merge, split, drop, note or undo, and who made it and why (--by, --reason).",
                "人工调整须为 merge、split、drop、note 或 undo 之一，并注明操作人和理由（--by、--reason）。",
            )
        if self.action in ("split", "drop") and not self.people:
            raise UsageError(
                f"Who shall leave {self.ring_id}? Name the members with --member.",
                f"请用 --member 指定要从 {self.ring_id} 移出的成员。",
            )


def add_edit(folder: Path, edit: HandEdit) -> None:
    """Add an edit at the end of the file; nothing is ever taken out."""
    plain = {**asdict(edit), "on": edit.on.isoformat()}
    if not edit.undoes:
        del plain["undoes"]
    append_lines(folder / FILE_NAME, [json.dumps(plain, ensure_ascii=False, sort_keys=True)])


def read_edits(folder: Path) -> list[HandEdit]:
    """All edits in the order in which they were made."""
    return read_records(folder / FILE_NAME, _as_edit)


def _as_edit(row: dict[str, Any]) -> HandEdit:
    lists = {name: tuple(row[name]) for name in ("people", "patients", "other_patients")}
    return HandEdit(**{**row, **lists, "on": date.fromisoformat(row["on"])})


def undo(folder: Path, number: int, *, by: str, on: date, reason: str) -> HandEdit:
    """Take an entry back by a new one; the entry itself stays in the file.

    Parameters
    ----------
    folder : Path
        The workspace's casework.
    number : int
        The entry's number, as `fraudgraph casework log` shows it.
    by, reason : str
        Who, and why.
    on : date
        The day.

    Raises
    ------
    UsageError
        If there is no such entry, or it was taken back already.
    """
    edits = read_edits(folder)
    if not 1 <= number <= len(edits):
        raise UsageError(
            f"There is no entry {number}; there are {len(edits)}. See `fraudgraph casework log`. Nothing was recorded.",
            f"没有第 {number} 条调整，共 {len(edits)} 条。可用 `fraudgraph casework log` 查看。未登记任何内容。",
        )
    if number in undone(edits):
        raise UsageError(
            f"Entry {number} was taken back already. Nothing was recorded.",
            f"第 {number} 条调整此前已撤销，未登记任何内容。",
        )
    made = HandEdit(
        action="undo", ring_id=edits[number - 1].ring_id, by=by, on=on, reason=reason, undoes=number
    )
    add_edit(folder, made)
    return made


def undone(edits: Sequence[HandEdit]) -> set[int]:
    """Numbers of the entries that do not hold: each undone by a later entry that itself still holds."""
    gone: set[int] = set()
    for number in range(len(edits), 0, -1):
        edit = edits[number - 1]
        if edit.undoes and number not in gone:
            gone.add(edit.undoes)
    return gone


def in_force(edits: Sequence[HandEdit]) -> tuple[HandEdit, ...]:
    """The entries that hold, without those taken back."""
    gone = undone(edits)
    return tuple(one for number, one in enumerate(edits, 1) if number not in gone and not one.undoes)


def hand_rules(edits: Sequence[HandEdit]) -> HandRules:
    """What the edits mean for names: merged rings are no more, people cut off don't take the name along."""
    merged = {edit.other: edit.ring_id for edit in edits if edit.action == "merge"}
    cut = [(edit.ring_id, frozenset(edit.people)) for edit in edits if edit.action == "split"]
    return HandRules(merged=merged, cut_off=cut)


def notes_of(edits: Sequence[HandEdit]) -> Mapping[str, tuple[HandEdit, ...]]:
    """Everything that was settled or noted, by ring."""
    found: dict[str, list[HandEdit]] = {}
    for edit in edits:
        found.setdefault(edit.ring_id, []).append(edit)
    return {name: tuple(some) for name, some in found.items()}


def apply_edits(store: Store, edits: Sequence[HandEdit], known: Mapping[str, KnownRing]) -> int:
    """Change `group_members` as the analysts settled; groups are known by the people they share with the ring.

    Returns
    -------
    int
        How many edits found their ring in this month's groups.
    """
    members: dict[int, set[str]] = {}
    for group_no, patient in store.rows(
        "SELECT m.group_no, c.patient_id FROM group_members AS m JOIN patient_codes AS c ON c.patient = m.patient "
        "ORDER BY m.group_no, c.patient_id"
    ):
        members.setdefault(int(group_no), set()).add(str(patient))
    before = {group: set(people) for group, people in members.items()}
    done = 0
    for edit in edits:
        done += _apply(members, edit, known)
    if done:
        _write(store, members)
        _move_what_was_measured(store, before, members)
    return done


def _apply(members: dict[int, set[str]], edit: HandEdit, known: Mapping[str, KnownRing]) -> bool:
    if edit.action == "merge":
        return _merge(members, edit, known)
    group = _group_of(members, _people_of(edit.ring_id, edit.patients, known))
    if group is None or edit.action == "note":
        return False
    leaving = members[group] & set(edit.people)
    members[group] -= leaving
    if edit.action == "split" and leaving:
        members[max(members) + 1] = leaving
    return bool(leaving)


def _merge(members: dict[int, set[str]], edit: HandEdit, known: Mapping[str, KnownRing]) -> bool:
    """All groups that are made up of the two rings' people become one."""
    everybody = _people_of(edit.ring_id, (*edit.patients, *edit.other_patients), known)
    parts = [
        group for group, people in members.items() if len(people & everybody) >= max(2, 0.5 * len(people))
    ]
    if len(parts) < 2:
        return False
    members[parts[0]] = set().union(*(members.pop(group) for group in parts))
    return True


def _people_of(name: str, then: Sequence[str], known: Mapping[str, KnownRing]) -> set[str]:
    return set(then) | set(known[name].patients if name in known else ())


def _group_of(members: Mapping[int, set[str]], people: set[str]) -> int | None:
    """The group that most of these people are in, if any two of them are in one."""
    best = max(
        members, key=lambda group: (len(members[group] & people), -len(members[group]), -group), default=None
    )
    return best if best is not None and len(members[best] & people) >= 2 else None


def _move_what_was_measured(
    store: Store, before: Mapping[int, set[str]], members: Mapping[int, set[str]]
) -> None:
    """Blocks, clienteles and steered patients of a group that is no more go with most of its people; who left takes a share along.

    Blocks are measured again afterwards; the other two were measured before groups were found, each of all its people alike.
    """
    for group in sorted(before):
        left = members.get(group, set())
        if not left:
            into = _group_of(members, before[group])
            for table in ("block_columns", *_OF_PEOPLE):
                store.run(
                    f"UPDATE {table} SET group_no = $into WHERE group_no = $group", into=into, group=group
                )
                store.run(f"DELETE FROM {table} WHERE group_no IS NULL")
        elif not before[group] <= left:
            share = len(before[group] & left) / len(before[group])
            for table in _OF_PEOPLE:
                store.run(
                    f"UPDATE {table} SET people = CAST(round(people * $share) AS INTEGER), expected = round(expected * $share, 6), "
                    "nats = round(nats * $share, 6) WHERE group_no = $group",
                    share=share, group=group,
                )  # fmt: skip


def _write(store: Store, members: Mapping[int, set[str]]) -> None:
    rows = [(group, patient) for group in sorted(members) for patient in sorted(members[group])]
    store.put(
        "edited_members",
        pa.table(
            {"group_no": pa.array([g for g, _ in rows], pa.int32()), "patient_id": [p for _, p in rows]}
        ),
    )
    store.run(
        "CREATE OR REPLACE TABLE group_members AS SELECT e.group_no, c.patient FROM edited_members AS e "
        "JOIN patient_codes AS c ON c.patient_id = e.patient_id ORDER BY 1, 2; DROP TABLE edited_members; "
        "DELETE FROM group_parents WHERE parent_no NOT IN (SELECT group_no FROM group_members) "
        "OR group_no NOT IN (SELECT group_no FROM group_members)"
    )

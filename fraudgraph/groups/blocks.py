"""Blocks 密集块: people who share a rare set of places and doctors on scattered days, without ever needing to meet.

Blocks are peeled out of who uses what (`peeling.py`). A block is a group of its own, or widens the group that its people already are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from fraudgraph.groups.changing import change_groups, last_group, whole_groups
from fraudgraph.groups.co_attendance import find_sittings
from fraudgraph.groups.peeling import Peeled, evidence_of, peel_blocks
from fraudgraph.groups.uses import Uses, read_uses
from fraudgraph.meetings.significance import SMALLEST_P
from fraudgraph.store import Store

__all__ = ["find_blocks", "measure_blocks"]

_SQL = Path(__file__).parent / "sql"
_FROM_PLACES = (
    "DELETE FROM group_customs WHERE group_no IN (SELECT group_no FROM group_blocks); "
    "INSERT INTO group_blocks SELECT group_no, place, max(people), max(people), max(expected), greatest(exp(-max(nats)), 1e-300) "
    "FROM (SELECT * FROM group_steering UNION ALL SELECT * FROM group_customs) "
    "WHERE group_no IN (SELECT group_no FROM group_members) "
    "AND group_no NOT IN (SELECT group_no FROM group_blocks) GROUP BY group_no, place"
)
"""Where steered patients and clienteles come together stands beside the blocks; a clientele of a block's people is that block."""
SAME_RING_SHARE = 0.5
"""A group and a block are one that have this share of the smaller one's people in common, four at least."""


def find_blocks(store: Store, *, min_patients: int) -> None:
    """Add the blocks to the groups.

    Parameters
    ----------
    store : Store
        Holds `co_uses`, `place_uses`, `doctor_uses`, `group_members`, `group_sessions`, `session_chances`. Groups grow or are
        added; each block's places are added as sittings of kind `block`; gets `block_columns(group_no, block_no, place, doctor)`
        and `group_blocks(group_no, place, people, observed, expected, p)`.
    min_patients : int
        Smaller blocks are left out.
    """
    uses = read_uses(store)
    blocks = [
        block
        for block in peel_blocks(
            uses, store.arrow("SELECT a, b, observed, expected FROM co_uses ORDER BY a, b")
        )
        if len(block.people) >= min_patients
    ]
    homes = _add_to_groups(store, [set(block.people.tolist()) for block in blocks])
    _put_columns(store, uses, blocks, homes)
    find_sittings(store)
    measure_blocks(store, uses)


def measure_blocks(store: Store, uses: Uses | None = None) -> None:
    """Take the numbers of each block from the people of its group, and add its places to the sittings.

    Parameters
    ----------
    store : Store
        Holds `block_columns`, `group_members` and what `find_blocks` needs; gets `group_blocks`.
    uses : Uses, optional
        Read from the store where not given.
    """
    uses = uses or read_uses(store)
    members: dict[int, list[int]] = {}
    for group_no, patient in store.rows(
        "SELECT group_no, patient FROM group_members WHERE group_no IN (SELECT group_no FROM block_columns) ORDER BY group_no, patient"
    ):
        members.setdefault(group_no, []).append(patient)
    people_of: list[tuple[int, int, int]] = []
    chances: list[tuple[int, int, float]] = []
    for (group_no, block_no), columns in _read_columns(store, uses).items():
        people, evidence = evidence_of(uses, np.array(members[group_no]), np.array(sorted(columns)))
        people_of += [(group_no, block_no, person) for person in people.tolist()]
        chances.append((group_no, block_no, max(float(np.exp(-max(evidence, 0.0))), SMALLEST_P)))
    _put(
        store,
        "block_people",
        people_of,
        {"group_no": pa.int32(), "block_no": pa.int32(), "patient": pa.int32()},
    )
    _put(store, "block_chances", chances, {"group_no": pa.int32(), "block_no": pa.int32(), "p": pa.float64()})
    store.run(
        f"CREATE OR REPLACE TABLE group_blocks AS {_read('block_numbers')}; {_FROM_PLACES}; "
        f"CREATE OR REPLACE TABLE block_sessions AS {_read('block_sittings')}; "
        "INSERT INTO group_sessions BY NAME SELECT * FROM block_sessions; "
        "INSERT INTO session_chances BY NAME "
        "SELECT s.session_no, min(b.p) AS p, TRUE AS good FROM block_sessions AS s "
        "JOIN group_blocks AS b ON b.group_no = s.group_no GROUP BY s.session_no; "
        "DROP TABLE block_sessions; DROP TABLE block_people; DROP TABLE block_chances"
    )


def _read_columns(store: Store, uses: Uses) -> dict[tuple[int, int], list[int]]:
    """The columns of each (group, block) whose group still has people."""
    blocks: dict[tuple[int, int], list[int]] = {}
    for group_no, block_no, place, doctor in store.rows(
        "SELECT group_no, block_no, place, doctor FROM block_columns "
        "WHERE group_no IN (SELECT group_no FROM group_members) ORDER BY ALL"
    ):
        if (place, doctor) in uses.columns_by_name:
            blocks.setdefault((group_no, block_no), []).append(uses.columns_by_name[place, doctor])
    return blocks


def _add_to_groups(store: Store, blocks: Sequence[set[int]]) -> list[int]:
    """Groups that are pieces of a block become one with it. Returns the group of each block."""
    groups, next_no = whole_groups(store)
    moved: dict[int, int] = {}
    added: list[tuple[int, int]] = []
    homes: list[int] = []
    for people in blocks:
        pieces = [no for no, whole in groups.items() if _is_piece(whole, people)]
        if not pieces:
            next_no += 1
            groups[next_no] = set()
        home = pieces[0] if pieces else next_no
        for piece in pieces[1:]:
            groups[home] |= groups.pop(piece)
        moved.update(dict.fromkeys(pieces[1:], home))
        added += [(home, patient) for patient in sorted(people - groups[home])]
        groups[home] |= people
        homes.append(home)
    change_groups(store, moved, added)
    return [last_group(moved, home) for home in homes]


def _put_columns(store: Store, uses: Uses, blocks: Sequence[Peeled], homes: Sequence[int]) -> None:
    rows: list[tuple[int, int, int, int | None]] = []
    for block_no, (block, home) in enumerate(zip(blocks, homes, strict=True), start=1):
        rows += [(home, block_no, *uses.names[column]) for column in block.columns.columns.tolist()]
    kinds = {"group_no": pa.int32(), "block_no": pa.int32(), "place": pa.int32(), "doctor": pa.int32()}
    _put(store, "block_columns", rows, kinds)


def _is_piece(group: set[int], block: set[int]) -> bool:
    common = len(group & block)
    return common >= 4 and common >= SAME_RING_SHARE * min(len(group), len(block))


def _put(
    store: Store, name: str, rows: Sequence[tuple[float | None, ...]], kinds: dict[str, pa.DataType]
) -> None:
    store.put(
        name,
        pa.table(
            {of: pa.array([row[i] for row in rows], kind) for i, (of, kind) in enumerate(kinds.items())}
        ),
    )


def _read(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")

"""Blocks 密集块: people who share a rare set of places on scattered days, without ever needing to meet.

The view `shared_places` finds sets of three places. Sets with two places in common are one block; people who use two
of its places, although hardly anybody from where they live does, belong to it. A block is a group of its own, or
widens the group that its people already are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from fraudgraph.detection.changing import change_groups, whole_groups
from fraudgraph.detection.sittings import find_sittings
from fraudgraph.store import Store

__all__ = ["add_block_sittings", "find_blocks"]

_Numbers = tuple[float, float, float]
"""Observed, expected, p of a block's best set of three places."""
_SQL = Path(__file__).parent / "sql"
EXPECTED_OF_THREE, EXPECTED_OF_TWO = 1.5, 0.2
"""People of one residence who would use three (two) of the places anyway: more than this and a user is no member."""
SAME_RING_SHARE = 0.5
"""A group and a block are one that have this share of the smaller one's people in common, four at least."""
WHOLE_SHARE = 0.5
"""A group of this share of the block's size knows its members better, by its sittings."""


def find_blocks(store: Store, *, min_patients: int) -> None:
    """Add the blocks to the groups.

    Parameters
    ----------
    store : Store
        Holds `place_sets`, `group_members`, `group_sessions`, `session_chances`. Groups grow or are added; each block's
        places are added as sittings of kind `block`; gets `group_blocks(group_no, place, observed, expected, p)`.
    min_patients : int
        Smaller blocks are left out.
    """
    blocks = _join_sets(store)
    store.put(
        "block_places",
        pa.table(
            {
                "block_no": pa.array([no for no, places, _ in blocks for _ in places], pa.int32()),
                "place": pa.array([place for _, places, _ in blocks for place in places], pa.int32()),
            }
        ),
    )
    members: dict[int, dict[int, int]] = {}
    for block_no, patient, place_count in store.rows(
        (_SQL / "block_members.sql").read_text(encoding="utf-8"), three=EXPECTED_OF_THREE, two=EXPECTED_OF_TWO
    ):
        members.setdefault(block_no, {})[patient] = place_count
    _add_to_groups(
        store, blocks, {no: people for no, people in members.items() if len(people) >= min_patients}
    )
    find_sittings(store)
    add_block_sittings(store)
    store.run("DROP TABLE block_places")


def add_block_sittings(store: Store) -> None:
    """Add each place of the blocks in `group_blocks` to the sittings, as one long sitting of kind `block`."""
    store.run(
        f"CREATE OR REPLACE TABLE block_sessions AS {(_SQL / 'block_sittings.sql').read_text(encoding='utf-8')}; "
        "INSERT INTO group_sessions BY NAME SELECT * FROM block_sessions; "
        "INSERT INTO session_chances BY NAME "
        "SELECT s.session_no, min(b.p) AS p, TRUE AS good FROM block_sessions AS s "
        "JOIN group_blocks AS b ON b.group_no = s.group_no GROUP BY s.session_no; "
        "DROP TABLE block_sessions"
    )


def _join_sets(store: Store) -> list[tuple[int, list[int], _Numbers]]:
    """Sets with two places in common are one block: its number, its places, and (observed, expected, p) of its best set."""
    found: list[tuple[set[int], _Numbers]] = []
    for a, b, c, observed, expected, p in store.rows(
        "SELECT a, b, c, observed, expected, p FROM place_sets ORDER BY p, observed DESC, a, b, c"
    ):
        places, best = {a, b, c}, (observed, expected, p)
        touching = [block for block in found if len(block[0] & {a, b, c}) >= 2]
        for block in touching:
            places |= block[0]
            best = min(best, block[1], key=lambda numbers: numbers[2])
            found.remove(block)
        found.append((places, best))
    found.sort(key=lambda block: sorted(block[0]))
    return [(no, sorted(places), best) for no, (places, best) in enumerate(found, start=1)]


def _add_to_groups(
    store: Store,
    blocks: list[tuple[int, list[int], _Numbers]],
    members: dict[int, dict[int, int]],
) -> None:
    """A group that is about the whole block stays as it is; a smaller one gets those who use three of the places."""
    groups, next_no = whole_groups(store)
    moved: dict[int, int] = {}
    added: list[tuple[int, int]] = []
    homes: dict[int, tuple[set[int], _Numbers]] = {}
    for block_no, places, numbers in blocks:
        if block_no not in members:
            continue
        people = {patient for patient, count in members[block_no].items() if count >= 3}
        pieces = [no for no, whole in groups.items() if _is_piece(whole, people)]
        home = pieces[0] if pieces else next_no + 1
        if pieces:
            for piece in pieces[1:]:
                groups[home] |= groups.pop(piece)
            moved.update(dict.fromkeys(pieces[1:], home))
        else:
            next_no = home
            groups[home] = set()
            people |= members[block_no].keys()
        if len(groups[home]) < WHOLE_SHARE * len(people):
            added += [(home, patient) for patient in sorted(people - groups[home])]
            groups[home] |= people
        known = [homes.pop(no) for no in (pieces or [home]) if no in homes]
        homes[home] = (
            set(places).union(*(kept for kept, _ in known)),
            min([numbers, *(best for _, best in known)], key=lambda best: best[2]),
        )
    change_groups(store, moved, added)
    rows = [(no, place, *homes[no][1]) for no in sorted(homes) for place in sorted(homes[no][0])]
    kinds = {"observed": pa.float64(), "expected": pa.float64(), "p": pa.float64()}
    store.put("group_blocks", _columns(rows, {"group_no": pa.int32(), "place": pa.int32(), **kinds}))


def _is_piece(group: set[int], block: set[int]) -> bool:
    common = len(group & block)
    return common >= 4 and common >= SAME_RING_SHARE * min(len(group), len(block))


def _columns(rows: Sequence[tuple[float, ...]], types: dict[str, pa.DataType]) -> pa.Table:
    return pa.table(
        {name: pa.array([row[i] for row in rows], kind) for i, (name, kind) in enumerate(types.items())}
    )

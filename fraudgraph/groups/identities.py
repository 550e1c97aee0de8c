"""Shared identities 共用身份信息: people of different homes who are linked by phones, accounts or agents, one to the next.

Such a chain needs no meeting: cards used on scattered days still lead to the same few phones. Homes, firms and villages
share contacts too, but they share an address or a village with them; what is left is a group of its own, or makes the
pieces that the meetings found into one.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fraudgraph.groups.changing import change_groups, whole_groups
from fraudgraph.meetings.significance import WEAKEST_P
from fraudgraph.store import Store

__all__ = ["join_identities"]

_SQL = Path(__file__).parent / "sql"
LEAST_PEOPLE, LEAST_HOUSEHOLDS, MOST_PEOPLE = 6, 5, 200
"""Fewer are relatives and friends; more are a habit of registering people, not a ring."""
MOST_AT_ONE_ADDRESS, MOST_OF_ONE_VILLAGE = 0.3, 0.6
"""Where more live together, or come from one village, there is a lawful reason for one contact."""
PIECE_PEOPLE, PIECE_SHARE = 3, 0.5
"""A group and a chain are of one ring that have so many people in common, and this share of the smaller one's."""


def join_identities(store: Store) -> None:
    """Add chains of shared identifiers to the groups, or make one group of the pieces that they link.

    Parameters
    ----------
    store : Store
        Holds `pair_meetings`, `patients`, `patient_codes`, `group_members`, `group_parents`. Sittings have to be found
        again afterwards.
    """
    _write_chains(store)
    chains: dict[int, set[int]] = {}
    for chain_no, patient in store.rows(
        (_SQL / "identity_chains.sql").read_text(encoding="utf-8"),
        least=LEAST_PEOPLE, households=LEAST_HOUSEHOLDS, most=MOST_PEOPLE, address=MOST_AT_ONE_ADDRESS,
        village=MOST_OF_ONE_VILLAGE,
    ):  # fmt: skip
        chains.setdefault(chain_no, set()).add(patient)
    store.run("DROP TABLE identity_chains")
    groups, next_no = whole_groups(store)
    moved: dict[int, int] = {}
    added: list[tuple[int, int]] = []
    for chain in chains.values():
        pieces = [no for no, people in groups.items() if no not in moved and _is_piece(people, chain)]
        if not pieces:
            next_no += 1
        home = pieces[0] if pieces else next_no
        moved.update(dict.fromkeys(pieces[1:], home))
        added += [(home, patient) for patient in sorted(chain - groups.get(home, set()))]
    change_groups(store, moved, added)


def _is_piece(group: set[int], chain: set[int]) -> bool:
    common = len(group & chain)
    return common >= max(PIECE_PEOPLE, PIECE_SHARE * min(len(group), len(chain)))


def _write_chains(store: Store) -> None:
    """People linked by a surprising shared identifier, directly or over others, get one number: `identity_chains`."""
    table = store.arrow(
        "SELECT a, b FROM pair_meetings WHERE view = 'identity' AND p <= $p ORDER BY a, b", p=WEAKEST_P
    )
    a, b = (table[name].to_numpy() for name in ("a", "b"))
    people, codes = np.unique(np.concatenate([a, b]), return_inverse=True)
    first, second = codes[: len(a)], codes[len(a) :]
    size = len(people)
    links = coo_array((np.ones(len(first), dtype=np.int8), (first, second)), shape=(size, size))
    numbers = connected_components(links, directed=False)[1] if size else np.zeros(0, dtype=np.int32)
    store.put(
        "identity_chains",
        pa.table({"chain_no": pa.array(numbers, pa.int32()), "patient": pa.array(people, pa.int32())}),
    )

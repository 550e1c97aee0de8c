"""How groups are changed after they were found: some become part of another, some get people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from fraudgraph.store import Store

__all__ = ["change_groups", "last_group", "whole_groups"]


def whole_groups(store: Store) -> tuple[dict[int, set[int]], int]:
    """The people of every group that is no part of another, by number, and the largest number in use."""
    groups: dict[int, set[int]] = {}
    for group_no, patient in store.rows(
        "SELECT group_no, patient FROM group_members WHERE group_no NOT IN (SELECT group_no FROM group_parents) "
        "ORDER BY group_no, patient"
    ):
        groups.setdefault(group_no, set()).add(patient)
    return groups, store.one("SELECT coalesce(max(group_no), 0) FROM group_members")[0]


def last_group(moved: Mapping[int, int], group_no: int) -> int:
    """The group that a moved group is part of in the end; its own number if it was not moved."""
    while group_no in moved:
        group_no = moved[group_no]
    return group_no


def change_groups(store: Store, moved: Mapping[int, int], added: Sequence[tuple[int, int]]) -> None:
    """Rewrite `group_members` and `group_parents`.

    Parameters
    ----------
    store : Store
        Holds both tables.
    moved : mapping of int to int
        Group number, and the number of the group that it becomes a part of, which may itself become part of another.
    added : sequence of (group number, patient code)
        Who joins which group; the group may be new.
    """
    old = sorted(moved)
    columns = {
        "group_no": pa.array(old, pa.int32()),
        "into_no": pa.array([last_group(moved, no) for no in old], pa.int32()),
    }
    store.put("moved_groups", pa.table(columns))
    people = {
        "group_no": pa.array([no for no, _ in added], pa.int32()),
        "patient": pa.array([patient for _, patient in added], pa.int32()),
    }
    store.put("added_members", pa.table(people))
    renumbered = "coalesce((SELECT into_no FROM moved_groups AS g WHERE g.group_no = t.group_no), t.group_no)"
    store.run(
        f"CREATE OR REPLACE TABLE group_members AS SELECT DISTINCT {renumbered} AS group_no, patient FROM "
        "(SELECT group_no, patient FROM group_members UNION ALL SELECT group_no, patient FROM added_members) AS t "
        "ORDER BY 1, 2; "
        "UPDATE group_parents AS t SET parent_no = coalesce((SELECT into_no FROM moved_groups AS g WHERE g.group_no = t.parent_no), t.parent_no); "
        "DROP TABLE moved_groups; DROP TABLE added_members"
    )

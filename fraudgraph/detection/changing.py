"""How groups are changed after they were found: some become part of another, some get people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from fraudgraph.store import Store

__all__ = ["change_groups"]


def change_groups(store: Store, moved: Mapping[int, int], added: Sequence[tuple[int, int]]) -> None:
    """Rewrite `group_members` and `group_parents`.

    Parameters
    ----------
    store : Store
        Holds both tables.
    moved : mapping of int to int
        Group number, and the number of the group that it becomes a part of.
    added : sequence of (group number, patient code)
        Who joins which group; the group may be new.
    """
    store.put(
        "moved_groups",
        pa.table(
            {"group_no": pa.array(sorted(moved), pa.int32()), "into_no": pa.array([moved[no] for no in sorted(moved)], pa.int32())}
        ),
    )  # fmt: skip
    store.put(
        "added_members",
        pa.table(
            {
                "group_no": pa.array([moved.get(no, no) for no, _ in added], pa.int32()),
                "patient": pa.array([patient for _, patient in added], pa.int32()),
            }
        ),
    )
    renumbered = "coalesce((SELECT into_no FROM moved_groups AS g WHERE g.group_no = t.group_no), t.group_no)"
    store.run(
        f"CREATE OR REPLACE TABLE group_members AS SELECT DISTINCT {renumbered} AS group_no, patient FROM "
        "(SELECT group_no, patient FROM group_members UNION ALL SELECT group_no, patient FROM added_members) AS t "
        "ORDER BY 1, 2; "
        "UPDATE group_parents AS t SET parent_no = coalesce((SELECT into_no FROM moved_groups AS g WHERE g.group_no = t.parent_no), t.parent_no); "
        "DROP TABLE moved_groups; DROP TABLE added_members"
    )

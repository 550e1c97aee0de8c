"""Sittings: when a group came together, and who really came.

A group out of Leiden is a guess. Its sittings (the same place, the same hours) say who belongs: a member who never
came is dropped, an outsider who came to far more of them than chance joins. The chance leaves the group's own visits
out of the place's rhythm, so that a shop which lives on a ring doesn't make the ring look ordinary.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.stats import poisson

from fraudgraph.groups.splitting import split_by_places
from fraudgraph.store import Store

__all__ = ["find_sittings", "refine_members"]

_SQL = Path(__file__).parent / "sql"
GAP_MINUTES = 90
"""Members further apart than this on one day are two sittings."""
SLACK_MINUTES = 20
"""An outsider this close to a sitting was there."""
PRIOR_VISITS = 20.0
"""Pseudo-visits spread evenly over the place's opening hours, for places where hardly anyone else goes."""
GOOD_SITTING_P = 0.01
STAY_P = 1e-3
JOIN_P = 1e-6
LEAST_ATTENDED, LEAST_SHARE, LEAST_SHARE_JOINING = 2.0, 0.1, 0.07
"""Sittings that a member must have come to, and the share of them that a member and one who joins must have."""
STAY_P_STAYS = 1e-2
JOIN_P_STAYS = 1e-4
"""Where most sittings are hospital stays: people have few of them."""
SAME_PEOPLE_SHARE = 0.6
SAME_SITTINGS_SHARE = 0.3
"""Two groups are one that share this much of the smaller one's people, or of its sittings."""
SAME_PLACES, SAME_PLACES_SHARE = 3, 0.6
"""Groups of different people are one that have so many places in common, with this share of the sittings of both."""
LARGEST_PART = 0.6
"""A part is at most this much of its group."""
LEAST_TOGETHER = 0.7
"""Of the visits of a part's people to its place, this share at least is with one another."""
_ROUNDS = 3


def find_sittings(store: Store) -> None:
    """Write `group_sessions` and `session_chances(session_no, p, good)` for the groups as they stand."""
    store.run((_SQL / "sessions.sql").read_text(encoding="utf-8"), gap=GAP_MINUTES, prior=PRIOR_VISITS)
    table = store.arrow(
        "SELECT session_no, group_no, present_count, expected_count FROM group_sessions ORDER BY session_no"
    )
    present, expected = (
        table[name].to_numpy().astype(np.float64) for name in ("present_count", "expected_count")
    )
    p = np.maximum(poisson.sf(present - 2, np.maximum(expected, 1e-12)), 1e-300)
    store.put(
        "session_chances",
        pa.table({"session_no": table["session_no"], "p": p, "good": p <= GOOD_SITTING_P}),
    )


def refine_members(store: Store, *, min_patients: int) -> None:
    """Let members who did not come go and outsiders who came join; `group_members` is rewritten in place.

    Parameters
    ----------
    store : Store
        Holds `group_members`, `visits`, `person_strata`, `place_strata`, `place_days`.
    min_patients : int
        Groups that shrink below this disappear.
    """
    for _ in range(_ROUNDS):
        find_sittings(store)
        table = store.arrow((_SQL / "attendance.sql").read_text(encoding="utf-8"), slack=SLACK_MINUTES)
        group, patient, attended, sessions, expected, member, stays = (
            table[name].to_numpy()
            for name in (
                "group_no",
                "patient",
                "attended",
                "session_count",
                "expected",
                "is_member",
                "stay_share",
            )
        )
        kept = _who_belongs(
            attended.astype(np.float64),
            sessions,
            expected.astype(np.float64),
            member.astype(bool),
            stays.astype(np.float64) >= 0.5,
        )
        store.put(
            "group_members",
            pa.table({"group_no": group[kept].astype(np.int32), "patient": patient[kept].astype(np.int32)}),
        )
        _merge_overlapping(store)
        store.run(
            "DELETE FROM group_members WHERE group_no IN "
            "(SELECT group_no FROM group_members GROUP BY group_no HAVING count(*) < $least)",
            least=min_patients,
        )
    find_sittings(store)
    _merge_worked_by_one_hand(store)
    find_sittings(store)
    split_by_places(store, min_patients=min_patients)
    find_sittings(store)
    _split_parts(store, min_patients)


def _split_parts(store: Store, min_patients: int) -> None:
    """Keep the parts of groups that come to a place without the rest as groups of their own, marked by `group_parents`."""
    parts = store.arrow(
        (_SQL / "split_places.sql").read_text(encoding="utf-8"), part=LARGEST_PART, least=min_patients
    )
    store.put("group_parts", parts)
    store.run("INSERT INTO group_members SELECT group_no, patient FROM group_parts")
    find_sittings(store)
    habitual = [
        group_no
        for (group_no,) in store.rows(
            (_SQL / "habitual_parts.sql").read_text(encoding="utf-8"), together=LEAST_TOGETHER
        )
    ]
    store.run(
        "CREATE OR REPLACE TABLE group_parents AS SELECT DISTINCT group_no, parent_no FROM group_parts; DROP TABLE group_parts"
    )
    if habitual:
        for table in ("group_members", "group_sessions", "group_parents"):
            store.run(f"DELETE FROM {table} WHERE list_contains($habitual, group_no)", habitual=habitual)
        store.run(
            "DELETE FROM session_chances WHERE session_no NOT IN (SELECT session_no FROM group_sessions)"
        )


def _merge_overlapping(store: Store) -> None:
    """Groups that share most people or most sittings are one."""
    _merge(
        store,
        store.arrow(
            (_SQL / "same_groups.sql").read_text(encoding="utf-8"),
            people_share=SAME_PEOPLE_SHARE, sitting_share=SAME_SITTINGS_SHARE, slack=SLACK_MINUTES,
        ),
    )  # fmt: skip


def _merge_worked_by_one_hand(store: Store) -> None:
    """Groups of different people that come to the same several places are pieces of one."""
    _merge(
        store,
        store.arrow(
            (_SQL / "same_places.sql").read_text(encoding="utf-8"),
            places=SAME_PLACES,
            share=SAME_PLACES_SHARE,
        ),
    )


def _merge(store: Store, overlaps: pa.Table) -> None:
    """Make one of each chain of pairs of groups `(a, b)`; it keeps the smallest number."""
    parent: dict[int, int] = {}

    def root(group: int) -> int:
        while parent.get(group, group) != group:
            group = parent[group]
        return group

    for a, b in zip(overlaps["a"].to_pylist(), overlaps["b"].to_pylist(), strict=True):
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    merged = {group: root(group) for group in parent}
    if not merged:
        return
    store.put(
        "merged_groups",
        pa.table(
            {
                "group_no": pa.array(list(merged), pa.int32()),
                "into_no": pa.array(list(merged.values()), pa.int32()),
            }
        ),
    )
    store.run(
        "CREATE OR REPLACE TABLE group_members AS SELECT DISTINCT coalesce(j.into_no, m.group_no) AS group_no, m.patient "
        "FROM group_members AS m LEFT JOIN merged_groups AS j ON j.group_no = m.group_no ORDER BY 1, 2"
    )


def _who_belongs(
    attended: npt.NDArray[np.float64],
    sessions: npt.NDArray[np.int64],
    expected: npt.NDArray[np.float64],
    member: npt.NDArray[np.bool_],
    stays: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    p = poisson.sf(attended - 1, np.maximum(expected, 1e-12))
    enough = attended >= np.maximum(
        LEAST_ATTENDED, np.where(member, LEAST_SHARE, LEAST_SHARE_JOINING) * sessions
    )
    belongs: npt.NDArray[np.bool_] = enough & (
        p <= np.where(stays, np.where(member, STAY_P_STAYS, JOIN_P_STAYS), np.where(member, STAY_P, JOIN_P))
    )
    return belongs

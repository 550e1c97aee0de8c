"""Co-attendances 共同到场: when a group came together, as a table that everything later reads.

Who belongs is the judge's matter (`judging.py`); here the occasions of the people as they stand are put down, with how many
were there, how many others, how many were to be expected, and whether the group explains the occasion better than chance
after the price of having looked everywhere.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from scipy.special import gammaln
from scipy.stats import poisson

from fraudgraph.groups.judging import FIRST_ATTENDANCE, LEAST_ATTENDANCE, MOST_ATTENDANCE
from fraudgraph.groups.segments import Flags, Floats, Ints
from fraudgraph.store import Store

__all__ = ["find_parts", "find_sittings"]

_SQL = Path(__file__).parent / "sql"
GAP_MINUTES = 90
"""Members further apart than this on one day are two sittings."""
PRIOR_VISITS = 20.0
"""Pseudo-visits spread evenly over the place's opening hours, for places where hardly anyone else goes."""
LARGEST_PART = 0.6
"""A part is at most this much of its group."""
LEAST_TOGETHER = 0.7
"""Of the visits of a part's people to its place, this share at least is with one another."""
SMALLEST_P = 1e-300
_CELLS = (
    "SELECT ln(greatest((max(day) - min(day) + 1) * (8.0 * (SELECT count(DISTINCT place) FROM place_days) "
    "+ 0.5 * (SELECT count(*) FROM stay_places)), 1.0)) FROM place_days"
)


def find_sittings(store: Store) -> None:
    """Write `group_sessions` and `session_chances(session_no, p, good)` for the groups as they stand.

    A sitting is good where "the group came" explains it better than chance does, by more nats than there are windows to
    choose from; how much of a group usually comes is taken from its good sittings.
    """
    store.run((_SQL / "sessions.sql").read_text(encoding="utf-8"), gap=GAP_MINUTES, prior=PRIOR_VISITS)
    table = store.arrow(
        "SELECT s.session_no, s.group_no, s.present_count, s.expected_count, s.window_share, z.people FROM group_sessions AS s "
        "JOIN (SELECT group_no, count(*) AS people FROM group_members GROUP BY group_no) AS z ON z.group_no = s.group_no "
        "ORDER BY s.session_no"
    )
    present, expected, share, people = (
        table[name].to_numpy().astype(np.float64)
        for name in ("present_count", "expected_count", "window_share", "people")
    )
    group = table["group_no"].to_numpy().astype(np.int64)
    price = float(store.one(_CELLS)[0] or 0.0)
    p = np.maximum(poisson.sf(present - 2, np.maximum(expected, 1e-12)), SMALLEST_P)
    good = _is_good(group, present, expected + share, people, price)
    store.put("session_chances", pa.table({"session_no": table["session_no"], "p": p, "good": good}))


def _is_good(group: Ints, present: Floats, expected: Floats, people: Floats, price: float) -> Flags:
    attendance = np.full(len(group), FIRST_ATTENDANCE)
    good = np.zeros(len(group), bool)
    for _ in range(2):
        ours = gammaln(people + 1) - gammaln(present + 1) - gammaln(people - present + 1)
        ours = ours + present * np.log(attendance) + (people - present) * np.log1p(-attendance)
        due = np.maximum(expected, 1e-9)
        chance = np.where(present < due, 0.0, present * np.log(due) - due - gammaln(present + 1))
        good = ours - chance > price
        size = int(group.max(initial=-1)) + 1
        came = np.bincount(group[good], present[good], minlength=size)
        could = np.bincount(group[good], people[good], minlength=size)
        usual = np.where(could > 0, came / np.maximum(could, 1.0), FIRST_ATTENDANCE)
        attendance = np.clip(usual, LEAST_ATTENDANCE, MOST_ATTENDANCE)[group]
    return good


def find_parts(store: Store, *, min_patients: int) -> None:
    """Keep the parts of groups that come to a place without the rest as groups of their own, marked by `group_parents`."""
    find_sittings(store)
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

"""Groups 社团: who keeps meeting whom. Many candidates, one judge, and of what overlaps the ones that gain most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fraudgraph.groups.candidates import as_rows, from_events, from_meetings
from fraudgraph.groups.choosing import choose_groups
from fraudgraph.groups.judging import judge
from fraudgraph.groups.presences import read_presences
from fraudgraph.settings import GroupSettings
from fraudgraph.store import Store

__all__ = ["GroupReport", "find_groups"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReport:
    """How many candidates were judged, and how many groups stand."""

    candidate_count: int
    group_count: int


def find_groups(store: Store, settings: GroupSettings, *, seed: int, min_patients: int) -> GroupReport:
    """Find groups of people who came together more often than chance, their places and their habits explain.

    Parameters
    ----------
    store : Store
        Holds `pair_meetings`, `visits`, `coded_stays`, `patients`, `patient_codes`; gets `group_members(group_no, patient)`,
        numbered by gain, the largest first.
    settings : GroupSettings
        Resolution of one of the partitions.
    seed : int
        Leiden's seed.
    min_patients : int
        Smaller groups are left out.
    """
    seen = read_presences(store)
    candidates = [*from_meetings(store, seed=seed, resolution=settings.resolution), *from_events(seen)]
    group, person = as_rows(candidates)
    judged = judge(seen, group, person)
    chosen = choose_groups(seen, judged, min_patients=min_patients)
    number = np.zeros(len(judged.gain), np.int32)
    number[chosen] = np.arange(1, len(chosen) + 1)
    rows = np.flatnonzero(number[judged.group])
    rows = rows[np.lexsort((judged.person[rows], number[judged.group[rows]]))]
    members = {
        "group_no": number[judged.group[rows]],
        "patient": judged.person[rows].astype(np.int32),
    }
    store.put("group_members", pa.table(members))
    return GroupReport(candidate_count=int(group.max(initial=-1)) + 1, group_count=len(chosen))

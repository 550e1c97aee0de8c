"""The search for groups, step by step: meetings, sittings, shared identities, shared places."""

from __future__ import annotations

from fraudgraph.groups.blocks import find_blocks
from fraudgraph.groups.clienteles import find_clienteles
from fraudgraph.groups.co_attendance import find_parts
from fraudgraph.groups.finding import find_groups
from fraudgraph.groups.identities import join_identities
from fraudgraph.groups.steering import find_steering
from fraudgraph.settings import GroupSettings
from fraudgraph.store import Store

__all__ = ["search_groups"]


def search_groups(store: Store, settings: GroupSettings, *, seed: int, min_patients: int) -> None:
    """Find the groups of people, with their sittings and the chance of each.

    Parameters
    ----------
    store : Store
        Holds the meetings; gets `group_members`, `group_parents`, `group_sessions`, `session_chances`, `group_blocks`.
    settings : GroupSettings
        Size and sharpness of the groups.
    seed : int
        Fixes the order in which the partition is tried.
    min_patients : int
        Smaller groups are left out.
    """
    find_groups(store, settings, seed=seed, min_patients=min_patients)
    find_parts(store, min_patients=min_patients)
    join_identities(store)
    find_steering(store, min_patients=min_patients)
    find_clienteles(store, min_patients=min_patients)
    find_blocks(store, min_patients=min_patients)

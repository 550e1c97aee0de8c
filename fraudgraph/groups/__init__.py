"""Groups of people who keep meeting, and the sittings at which they did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fraudgraph.lazily import lazily

if TYPE_CHECKING:
    from fraudgraph.groups.blocks import find_blocks
    from fraudgraph.groups.clienteles import find_clienteles
    from fraudgraph.groups.co_attendance import find_parts
    from fraudgraph.groups.finding import GroupReport, find_groups
    from fraudgraph.groups.identities import join_identities
    from fraudgraph.groups.searching import search_groups
    from fraudgraph.groups.steering import find_steering

__all__ = [
    "GroupReport",
    "find_blocks",
    "find_clienteles",
    "find_groups",
    "find_parts",
    "find_steering",
    "join_identities",
    "search_groups",
]
_HOMES = {
    "GroupReport": "finding",
    "find_blocks": "blocks",
    "find_clienteles": "clienteles",
    "find_groups": "finding",
    "find_parts": "co_attendance",
    "find_steering": "steering",
    "join_identities": "identities",
    "search_groups": "searching",
}
__getattr__ = lazily(__name__, _HOMES)

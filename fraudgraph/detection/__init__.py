"""Groups of people who keep meeting, their sittings, and who differs from peers."""

from fraudgraph.detection.blocks import find_blocks
from fraudgraph.detection.expansion import ExpandedMember, Expansion, expand_group
from fraudgraph.detection.groups import GroupReport, find_groups
from fraudgraph.detection.identities import join_identities
from fraudgraph.detection.outliers import OutlierReport, score_outliers
from fraudgraph.detection.searching import search_groups
from fraudgraph.detection.seeds import Seeds, read_seeds
from fraudgraph.detection.sittings import refine_members

__all__ = [
    "ExpandedMember",
    "Expansion",
    "GroupReport",
    "OutlierReport",
    "Seeds",
    "expand_group",
    "find_blocks",
    "find_groups",
    "join_identities",
    "read_seeds",
    "refine_members",
    "score_outliers",
    "search_groups",
]

"""Seed expansion: from a few known cards, doctors or places to the group they belong to."""

from fraudgraph.expansion.expanding import ExpandedMember, Expansion, expand_group
from fraudgraph.expansion.seeds import Seeds, read_seeds

__all__ = ["ExpandedMember", "Expansion", "Seeds", "expand_group", "read_seeds"]

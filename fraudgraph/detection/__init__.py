"""Groups of people who keep meeting, their sittings, and who differs from peers."""

from fraudgraph.detection.groups import GroupReport, find_groups
from fraudgraph.detection.outliers import OutlierReport, score_outliers
from fraudgraph.detection.sittings import refine_members

__all__ = ["GroupReport", "OutlierReport", "find_groups", "refine_members", "score_outliers"]

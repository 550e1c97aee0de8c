"""Jobs that run by themselves: the month and the day in a workspace."""

from fraudgraph.jobs.lock import Lock
from fraudgraph.jobs.month import NOTHING_TO_DO, STAGES, MonthSummary, run_month
from fraudgraph.jobs.workspace import Workspace, init_workspace

__all__ = ["NOTHING_TO_DO", "STAGES", "Lock", "MonthSummary", "Workspace", "init_workspace", "run_month"]

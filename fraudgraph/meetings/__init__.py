"""Claims become nodes and surprising meetings: one SQL file per kind of meeting, each with its null."""

from fraudgraph.meetings.finding import VIEWS, MeetingReport, ViewReport, find_meetings

__all__ = ["VIEWS", "MeetingReport", "ViewReport", "find_meetings"]

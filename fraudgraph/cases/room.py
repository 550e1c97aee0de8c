"""Where a workspace keeps its cases: the store, the anchors outside of it, its own working days, documents."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fraudgraph.cases.anchors import Anchor, keeping, read_anchors
from fraudgraph.cases.store import CaseStore
from fraudgraph.cases.working_days import WorkingDays, read_working_days

__all__ = ["CaseRoom"]


@dataclass(frozen=True, slots=True)
class CaseRoom:
    """The case room of a workspace.

    Parameters
    ----------
    root : Path
        The workspace's folder.
    """

    root: Path

    @property
    def anchors_file(self) -> Path:
        """Heads kept after every act, outside of the store."""
        return self.root / "logs" / "case_anchors.jsonl"

    @property
    def documents(self) -> Path:
        """Where documents are written unless told otherwise."""
        return self.root / "cases" / "documents"

    def store(self) -> CaseStore:
        """The events; every act leaves an anchor in the logs."""
        return CaseStore(self.root / "cases" / "cases.sqlite", on_added=keeping(self.anchors_file))

    def anchors(self) -> list[Anchor]:
        """What the logs remember."""
        return read_anchors(self.anchors_file) if self.anchors_file.is_file() else []

    def working_days(self) -> WorkingDays:
        """The program's years and the workspace's own (`cases/working_days.toml`)."""
        return read_working_days(self.root / "cases" / "working_days.toml")

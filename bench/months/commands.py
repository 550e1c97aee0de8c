"""How the benchmarks call the program: as a scheduler does."""

from __future__ import annotations

import sys

from fraudgraph.jobs import Workspace

__all__ = ["job_command"]


def job_command(workspace: Workspace, command: str, *more: str) -> list[str]:
    """The line of a job in a workspace, in English."""
    return [
        sys.executable, "-m", "fraudgraph", command, *more, "--workspace", str(workspace.root), "--lang", "en",
    ]  # fmt: skip

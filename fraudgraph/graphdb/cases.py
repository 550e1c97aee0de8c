"""What has become of a ring since it was found: its verdict, who said so and why, who answers for it. On its card.

Verdicts come after the load; so they are told anew by every load, also by one that creates nothing.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from fraudgraph.casework.casebook import case_rows
from fraudgraph.casework.verdicts import read_verdicts, standings
from fraudgraph.graphdb.connection import GraphStore
from fraudgraph.graphdb.model import CASE_WORDS_ZH
from fraudgraph.graphdb.source import RunSource
from fraudgraph.settings import load_settings

__all__ = ["tell_cases"]

_CASES = "casework.parquet"
_SETTINGS = "fraudgraph.toml"


def tell_cases(graph: GraphStore, source: RunSource, as_of: date | None = None) -> int:
    """Write the cases of a run onto its rings; returns how many rings have one.

    Parameters
    ----------
    graph : GraphStore
        The server, with the run's rings in it.
    source : RunSource
        The run. A month of a workspace has cases; a run by itself has none.
    as_of : date, optional
        The day on which verdicts must still hold; today if left out.
    """
    found: dict[str, dict[str, Any]] = {}
    if (source.out / _CASES).is_file():
        for row in case_rows(source.out / _CASES):
            found[row["ring_id"]] = _case(
                row["verdict"],
                row["verdict_by"],
                row["verdict_on"],
                "",
                owner=row["owner"] or None,
                due_on=row["due_on"],
            )
    workspace = source.out.absolute().parents[1]
    if (workspace / _SETTINGS).is_file():
        _add_verdicts(found, workspace, source, as_of or date.today())
    rows = [{"id": ring, "case": case} for ring, case in sorted(found.items())]
    graph.write(
        "UNWIND $rows AS row MATCH (r:Ring {run: $run, id: row.id}) SET r += row.case",
        rows=rows,
        run=source.stamp,
    )
    return len(rows)


def _add_verdicts(found: dict[str, dict[str, Any]], workspace: Path, source: RunSource, as_of: date) -> None:
    held = standings(
        read_verdicts(workspace / "casework"), as_of, load_settings(workspace / _SETTINGS).casework
    )
    for ring, standing in held.items():
        last = standing.last
        against = "; ".join(f"{one.verdict} {one.by} {one.on}" for one in standing.disagreeing)
        told = _case(
            standing.verdict, last.by, last.on, source.safe_text(last.reason), disagreeing=against or None
        )
        found[ring] = {**found.get(ring, {}), **told}


def _case(verdict: str, by: str, on: date | None, note: str, **more: Any) -> dict[str, Any]:
    """Properties of a ring; None takes one away."""
    return {
        "verdict": verdict or None, "verdict_zh": CASE_WORDS_ZH.get(verdict), "verdict_by": by or None, "verdict_on": on, "note": note or None,
        **more,
    }  # fmt: skip

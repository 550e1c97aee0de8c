"""From flags to findings: ranked by definiteness and money, several flags on one fact made one finding."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq

from fraudgraph.errors import SourceError
from fraudgraph.records import Screen, ScreenReport
from fraudgraph.store import Store

__all__ = ["link_rings", "rank_findings", "report_lines"]

_SQL = Path(__file__).parent / "sql"


def rank_findings(store: Store, screens: Iterable[Screen]) -> int:
    """Fill the table `findings` from `flags`.

    Definite findings come first, then severity times strength, then money. Flags of different models whose claims
    are the same for four fifths and more of the smaller set, on a member in common, are one finding; the strongest speaks
    and the others are named in `also`.

    Parameters
    ----------
    store : Store
        Holds `flags`; gets `findings(finding_no, model, title_zh, title_en, result, severity, subject_type, subject_id, member_ids,
        claim_ids, amount, strength, facts, also, ring_ids)`.
    screens : iterable of Screen
        The models that ran.

    Returns
    -------
    int
        Findings.
    """
    store.put("screen_cards", _cards(screens))
    store.run((_SQL / "findings.sql").read_text(encoding="utf-8"))
    return store.count("findings")


def _cards(screens: Iterable[Screen]) -> object:
    import pyarrow as pa  # noqa: PLC0415  # with pq above this costs nothing more

    ordered = sorted({screen.id: screen for screen in screens}.values(), key=lambda screen: screen.id)
    return pa.table(
        {
            "model": [screen.id for screen in ordered],
            "title_zh": [screen.title_zh for screen in ordered],
            "title_en": [screen.title for screen in ordered],
            "result": [screen.result for screen in ordered],
            "severity": pa.array([screen.severity for screen in ordered], pa.int32()),
        }
    )


def link_rings(store: Store, run: Path) -> int:
    """Name on each finding the rings of an earlier run to which its people and places belong.

    Parameters
    ----------
    run : Path
        The OUT of a run; its `ring_members.parquet` is read.

    Returns
    -------
    int
        Findings with at least one ring.

    Raises
    ------
    SourceError
        If the folder holds no members of rings.
    """
    path = run / "ring_members.parquet"
    if not path.is_file():
        raise SourceError(
            f"{run} holds no ring_members.parquet, so findings can't be linked to rings. Give the OUT of a finished run.",
            f"{run} 中没有 ring_members.parquet，无法关联疑似团伙。请给出已完成运行的 OUT。",
        )
    store.put("linked_members", pq.read_table(path, columns=["ring_id", "entity_id"]))
    store.run((_SQL / "link_rings.sql").read_text(encoding="utf-8"))
    return int(store.one("SELECT count(*) FROM findings WHERE len(ring_ids) > 0")[0])


def report_lines(report: ScreenReport, lang: str) -> list[tuple[str, str, str, str, str]]:
    """Rows for the table of models: id, title, state, hits, seconds or reason."""
    return [
        (
            outcome.model,
            outcome.title_zh if lang == "zh" else outcome.title,
            outcome.state,
            str(outcome.hits),
            (outcome.reason_zh if lang == "zh" else outcome.reason_en) or f"{outcome.seconds:.2f} s",
        )
        for outcome in report.outcomes
    ]

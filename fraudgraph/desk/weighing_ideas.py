"""Whether an idea is any good: its list beside the job's, against known truth and against verdicts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final

import pandas as pd

from fraudgraph.errors import UsageError

if TYPE_CHECKING:
    from fraudgraph.desk.run import Run

__all__ = ["HALF", "quality_of"]

HALF: Final = 0.5
"""A group of people is one of the true rings if half of them are in it; a true ring is found if half of its people are in one listed."""
_COLUMNS: Final = (
    "against",
    "who",
    "listed_count",
    "right_count",
    "precision",
    "known_count",
    "found_count",
    "recall",
)


def quality_of(
    run: Run,
    lists: Mapping[str, list[Collection[str]]],
    *,
    truth: pd.DataFrame | None,
    verdicts: Mapping[str, str] | None,
) -> pd.DataFrame:
    """Precision and recall of lists of groups of people.

    Parameters
    ----------
    run : Run
        Whose rings the verdicts are about.
    lists : mapping
        Who lists what: for each name the patients of each group put forward.
    truth : DataFrame, optional
        `ring_id`, `entity_id` of the true rings, as `fraudgraph sample` writes them (`…-truth/ring_members.parquet`).
    verdicts : mapping, optional
        Ring of the run → "confirmed" or "cleared"; other verdicts say nothing. Groups that are like no ring with a verdict are
        left out of the count.

    Raises
    ------
    UsageError
        If truth lacks a column, or a verdict is about a ring that the run does not have.
    """
    rows = []
    if truth is not None:
        known = _people(truth)
        for who, groups in lists.items():
            right = [any(_inside(group, ring) >= HALF for ring in known) for group in groups]
            found = [any(_inside(ring, group) >= HALF for group in groups) for ring in known]
            rows.append(("truth", who, right, found))
    if verdicts is not None:
        confirmed, cleared = _judged(run, verdicts)
        for who, groups in lists.items():
            good = [group for group in groups if any(_inside(group, ring) >= HALF for ring in confirmed)]
            bad = [
                group
                for group in groups
                if group not in good and any(_inside(group, ring) >= HALF for ring in cleared)
            ]
            found = [any(_inside(ring, group) >= HALF for group in groups) for ring in confirmed]
            rows.append(("verdicts", who, [True] * len(good) + [False] * len(bad), found))
    return pd.DataFrame(
        [
            (against, who, len(right), sum(right), _part(right), len(found), sum(found), _part(found))
            for against, who, right, found in rows
        ],
        columns=list(_COLUMNS),
    )


def _people(truth: pd.DataFrame) -> list[frozenset[str]]:
    missing = [name for name in ("ring_id", "entity_id") if name not in truth]
    if missing:
        raise UsageError(
            f"The truth lacks {', '.join(missing)}; expected columns ring_id and entity_id, a row for each person of each true ring.",
            f"真值表缺少列 {'、'.join(missing)}，应有 ring_id 和 entity_id，每个真实团伙的每个人一行。",
        )
    if "entity_type" in truth:
        truth = truth[truth["entity_type"] == "patient"]
    return [frozenset(map(str, people)) for _, people in truth.groupby("ring_id")["entity_id"]]


def _judged(run: Run, verdicts: Mapping[str, str]) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    known = set(run.rings()["ring_id"])
    strange = sorted(set(verdicts) - known)
    if strange:
        raise UsageError(
            f"There is a verdict on {', '.join(strange[:3])}, which this run does not have. Give ring ids of this run.",
            f"核查结论涉及 {'、'.join(strange[:3])}，本批次没有这些团伙。请使用本批次的团伙编号。",
        )
    return tuple(
        [
            frozenset(run.ring(ring_id).patient_ids)
            for ring_id, said in sorted(verdicts.items())
            if said == verdict
        ]
        for verdict in ("confirmed", "cleared")
    )  # type: ignore[return-value]  # two lists


def _inside(people: Collection[str], ring: Collection[str]) -> float:
    """Which part of some people are in a ring."""
    return len(set(people) & set(ring)) / len(people) if people else 0.0


def _part(said: list[bool]) -> float:
    return round(sum(said) / len(said), 4) if said else float("nan")

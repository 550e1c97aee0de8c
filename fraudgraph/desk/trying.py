"""An own idea tried on a run in an afternoon: a detector, a view, a lawful explanation or another grouping.

Nothing is written into the run. What the idea would change stands beside what the job said.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from fraudgraph.desk.detectors import unusualness
from fraudgraph.desk.frames import each_row
from fraudgraph.desk.groupings import LeidenGroups
from fraudgraph.desk.peers import features
from fraudgraph.desk.weighing_ideas import quality_of
from fraudgraph.errors import UsageError

if TYPE_CHECKING:
    from fraudgraph.desk.ring_view import RingView
    from fraudgraph.desk.run import Run
from fraudgraph.rings.score import HOLDS_NATS, NO_EXPLANATION, POINTS_PER_NAT

__all__ = ["Trial", "try_out"]

HOLDS_AT = 0.5
LEAST_GROUP = 3
View = Callable[["Run"], pd.DataFrame]
Explanation = Callable[["RingView"], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What an idea would change.

    Attributes
    ----------
    rings : DataFrame
        The ring table with columns for the idea.
    scores : Series, optional
        The detector's score of each entity.
    groups : DataFrame, optional
        The groups with the view or grouping, each with the ring it is most like (`ring_id`, `likeness` 0..1).
    quality : DataFrame, optional
        Where truth or verdicts were given: precision and recall of the job's list and of the idea's, a row each.
    """

    rings: pd.DataFrame
    scores: pd.Series | None = None
    groups: pd.DataFrame | None = None
    quality: pd.DataFrame | None = None


def try_out(
    run: Run,
    *,
    detector: Any = None,
    kind: str = "doctor",
    view: View | None = None,
    explanation: Explanation | None = None,
    grouping: Any = None,
    truth: pd.DataFrame | None = None,
    verdicts: Mapping[str, str] | None = None,
) -> Trial:
    """Try an idea on a run; the run stays as it is.

    Parameters
    ----------
    run : Run
        An opened run.
    detector : object, optional
        With `fit` and `score` or scikit-learn's `score_samples`; gets one row of measures for each entity of `kind`.
        The ring table gets `own_score` (the highest among the ring's members) and `own_top_member`.
    kind : {"doctor", "facility", "pharmacy"}
        Whom the detector looks at.
    view : callable, optional
        `view(run)` returns pairs of persons: a, b, observed, expected and, if it can tell, p (else Poisson's). They
        join the run's own meetings; `groups` shows what comes of it, the ring table `own_pair_share`.
    explanation : callable, optional
        `explanation(ring)` returns how much of the ring it explains, 0..1. The ring table gets `own_explanation`
        and `score_with_it`, reckoned as the job does: what an explanation that holds takes off, once.
    grouping : object, optional
        With `fit(meetings)` and `groups_`; Leiden if left out.
    truth : DataFrame, optional
        The people of the true rings (`ring_id`, `entity_id`): `quality` then says how good job and idea are against them. An
        explanation's list is the job's without the rings that it takes below the lowest listed score; a detector's are as many
        rings as the job lists, its highest first; a view's or grouping's are its groups of three or more.
    verdicts : mapping, optional
        The same against verdicts: ring of this run → "confirmed" or "cleared".

    Raises
    ------
    UsageError
        If the view's or truth's frame lacks a column, an explanation is not between 0 and 1, or a verdict is on no ring of the run.
    """
    rings = run.rings()
    scores = None
    if detector is not None:
        scores = unusualness(detector, features(run, kind))
        rings = _with_detector(run, rings, scores, kind)
    if explanation is not None:
        rings = _with_explanation(run, rings, explanation)
    if view is None and grouping is None:
        return _weighed(run, Trial(rings=rings, scores=scores), truth, verdicts)
    own = _checked(view(run)) if view is not None else None
    if own is not None:
        rings = _with_view(run, rings, own)
    meetings = run.all_meetings() if own is None else pd.concat([run.all_meetings(), own], ignore_index=True)
    found = (grouping or LeidenGroups()).fit(meetings).groups_
    return _weighed(run, Trial(rings=rings, scores=scores, groups=_groups(run, found)), truth, verdicts)


def _weighed(run: Run, trial: Trial, truth: pd.DataFrame | None, verdicts: Mapping[str, str] | None) -> Trial:
    """The trial with how good the job's list and the idea's are, where that can be told."""
    if truth is None and verdicts is None:
        return trial
    listed = trial.rings[trial.rings["listed"]]
    idea = listed
    if "score_with_it" in listed:
        idea = listed[listed["score_with_it"] >= listed["score"].min()]
    elif "own_score" in trial.rings:
        idea = trial.rings.dropna(subset=["own_score"]).nlargest(len(listed), "own_score")
    groups = (
        None if trial.groups is None else [p for p in trial.groups["patient_ids"] if len(p) >= LEAST_GROUP]
    )
    lists: dict[str, list[Collection[str]]] = {
        "job": [run.ring(ring_id).patient_ids for ring_id in listed["ring_id"]],
        "idea": groups
        if groups is not None
        else [run.ring(ring_id).patient_ids for ring_id in idea["ring_id"]],
    }
    return replace(trial, quality=quality_of(run, lists, truth=truth, verdicts=verdicts))


def _with_detector(run: Run, rings: pd.DataFrame, scores: pd.Series, kind: str) -> pd.DataFrame:
    known = scores.dropna()
    best, who = [], []
    for ring_id in rings["ring_id"]:
        members = {m.entity_id for m in run.ring(ring_id).record.members if m.entity_type == kind}
        inside = known[known.index.isin(members)]
        best.append(float(inside.max()) if len(inside) else math.nan)
        who.append(str(inside.idxmax()) if len(inside) else "")
    return rings.assign(own_score=best, own_top_member=who)


def _with_explanation(run: Run, rings: pd.DataFrame, explanation: Explanation) -> pd.DataFrame:
    shares, after = [], []
    for ring_id in rings["ring_id"]:
        ring = run.ring(ring_id)
        share = float(explanation(ring))
        if not 0.0 <= share <= 1.0:
            raise UsageError(
                f"The explanation says {share:g} for ring {ring_id}; expected a share between 0 and 1.",
                f"该合理解释对团伙 {ring_id} 给出 {share:g},应为 0 到 1 之间的占比。",
            )
        shares.append(share)
        before = any(e.holds and e.name not in NO_EXPLANATION for e in ring.record.explanations)
        lost = POINTS_PER_NAT * HOLDS_NATS if share >= HOLDS_AT and not before else 0.0
        after.append(round(ring.record.score + lost, 2))
    held = [share >= HOLDS_AT for share in shares]
    return rings.assign(own_explanation=shares, own_explanation_holds=held, score_with_it=after)


def _checked(pairs: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in ("a", "b", "observed", "expected") if name not in pairs]
    if missing:
        raise UsageError(
            f"The view's frame lacks {', '.join(missing)}; expected columns a, b, observed, expected (and p if known).",
            f"该视角返回的数据缺少列 {'、'.join(missing)},应有 a、b、observed、expected(可含 p)。",
        )
    if "p" not in pairs:
        pairs = pairs.assign(p=[_poisson(row.observed, row.expected) for row in each_row(pairs)])
    ordered = pairs.assign(a=pairs[["a", "b"]].min(axis=1), b=pairs[["a", "b"]].max(axis=1))
    return ordered.assign(view="own")[["view", "a", "b", "observed", "expected", "p"]]


def _poisson(observed: float, expected: float) -> float:
    """The chance of so many or more where so many are expected."""
    count = round(observed)
    if count <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    if count <= expected:
        below = sum(math.exp(i * math.log(expected) - expected - math.lgamma(i + 1)) for i in range(count))
        return max(0.0, 1.0 - below)
    term = math.exp(count * math.log(expected) - expected - math.lgamma(count + 1))
    total, step = 0.0, count
    while term > total * 1e-15:
        total += term
        step += 1
        term *= expected / step
    return min(total, 1.0)


def _with_view(run: Run, rings: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    shares = []
    for ring_id in rings["ring_id"]:
        people = set(run.ring(ring_id).patient_ids)
        inside = own[own["a"].isin(people) & own["b"].isin(people)].drop_duplicates(["a", "b"])
        shares.append(len(inside) / max(len(people) * (len(people) - 1) / 2, 1))
    return rings.assign(own_pair_share=shares)


def _groups(run: Run, found: list[frozenset[str]]) -> pd.DataFrame:
    rings = {ring_id: set(run.ring(ring_id).patient_ids) for ring_id in run.rings()["ring_id"]}
    rows = []
    for number, group in enumerate(found, 1):
        likeness = {ring_id: len(group & people) / len(group | people) for ring_id, people in rings.items()}
        best = max(likeness, key=lambda ring_id: (likeness[ring_id], ring_id), default="")
        like = likeness.get(best, 0.0)
        rows.append((number, len(group), best if like else "", round(like, 3), sorted(group)))
    return pd.DataFrame(rows, columns=["group", "size", "ring_id", "likeness", "patient_ids"])

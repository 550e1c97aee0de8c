"""The score of a ring: parts that add up, each shown with the ring. Higher is more worth opening."""

from __future__ import annotations

from math import exp, log10

from fraudgraph.records import Explanation, ScorePart
from fraudgraph.rings.facts import GroupFacts
from fraudgraph.settings import RingSettings

__all__ = ["LIST_SCORE", "MOST_POINTS", "least_score", "score_parts", "total"]

LIST_SCORE = 6.0
"""A ring with less than this is kept but not put forward."""
MOST_POINTS = {"together": 50.0, "identity": 15.0, "money": 15.0, "screens": 10.0, "outliers": 10.0}
_PENALTY_VISITS, _PENALTY_MORE, _PENALTY_STAYS = 6.0, 3.0, 2.0
"""Decades of surprise that each member must bring, because the group was picked out of a whole city. In cities without
rings chance groups of four to six people reach 6 by visits and 2 by stays; larger ones do not happen, so members after
the fifth pay less."""
_CORE = 5
_BLOCK_WEIGHT = 4.0
"""What a decade of a dense block's evidence is worth; what a search would find by chance is already taken off it."""
_HALF_SURPRISE = 60.0
_HALF_IDENTITY = 8.0


def score_parts(
    facts: GroupFacts, explanations: tuple[Explanation, ...], *, identity: float, excess_yuan: float,
    flagged_share: float, outlier: float,
) -> tuple[ScorePart, ...]:  # fmt: skip
    """Score a group.

    Parameters
    ----------
    facts : GroupFacts
        Its sittings and people.
    explanations : tuple of Explanation
        The lawful explanations tried; the one that explains most is taken off.
    identity : float
        Decades of surprise (minus log10 p) of identifiers shared outside households.
    excess_yuan : float
        Fund money above expectation, yuan.
    flagged_share : float
        Share of members with a finding of a screening model at the group's own places, 0..1.
    outlier : float
        Highest peer-group score among the places and doctors of the group.

    Returns
    -------
    tuple of ScorePart
        They add up to the score.
    """
    stays = facts["share_inpatient"]
    more = max(facts.patient_count - _CORE, 0)
    by_visits = _PENALTY_VISITS * (facts.patient_count - more) + _PENALTY_MORE * more
    penalty = _PENALTY_STAYS * facts.patient_count * stays + by_visits * (1 - stays)
    surprise = max(0.0, facts["surprise"] - penalty)
    surprise += _BLOCK_WEIGHT * facts["block_surprise"]
    together = 1 - exp(-surprise / _HALF_SURPRISE)
    known = 1 - exp(-identity / _HALF_IDENTITY)
    seen = MOST_POINTS["together"] * together + MOST_POINTS["identity"] * known
    parts = [
        _part("together", "异常同现", "together more than chance allows", together),
        _part("identity", "共用身份信息", "identifiers shared outside households", known),
        _part(
            "money",
            "超出预期的基金",
            "fund money above expectation",
            log10(1 + max(excess_yuan, 0) / 500) / 3,
            seen,
        ),
        _part("screens", "筛查疑点", "findings of screening models", flagged_share, seen / 2),
        _part(
            "outliers",
            "同类对照离群",
            "places and doctors unlike their peers",
            max(0.0, outlier - 5.0) / 5.0,
            seen / 2,
        ),
    ]
    positive = sum(part.points for part in parts)
    explained = max((found.share for found in explanations), default=0.0)
    best = explanations[0] if explanations else None
    parts.append(
        ScorePart(
            name="lawful",
            title_zh=f"合理解释({best.title_zh})" if best and explained else "合理解释",
            title_en=f"lawful explanation ({best.title_en})" if best and explained else "lawful explanation",
            points=round(-positive * explained, 2),
        )
    )
    return tuple(parts)


def least_score(settings: RingSettings) -> float:
    """The score from which a ring is listed: the settings' own, or the built-in one."""
    return LIST_SCORE if settings.list_score is None else settings.list_score


def total(parts: tuple[ScorePart, ...]) -> float:
    """The score: the sum of its parts."""
    return round(sum(part.points for part in parts), 2) + 0.0  # no minus zero


def _part(name: str, title_zh: str, title_en: str, fraction: float, at_most: float = 100.0) -> ScorePart:
    """A part's points; money, screens and outliers never count for more than the togetherness they stand beside."""
    points = min(MOST_POINTS[name] * min(max(fraction, 0.0), 1.0), at_most)
    return ScorePart(name=name, title_zh=title_zh, title_en=title_en, points=round(points, 2))

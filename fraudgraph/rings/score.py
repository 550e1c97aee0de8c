"""The score of a ring: log odds that it is a ring and no lawful group, as parts that add up. Higher is more worth opening.

What the facts about a group (`signs.py`) say for a ring or for lawful life stands in `terms.csv`, learnt over cities by several
hands and held against ones left out (`terms.toml` says which). Ten points are one nat; at 0 points a ring is as likely as lawful life.
"""

from __future__ import annotations

from math import exp

from fraudgraph.records import Explanation, ScorePart
from fraudgraph.rings.facts import GroupFacts
from fraudgraph.rings.terms import Terms, read_signs_file
from fraudgraph.settings import RingSettings

__all__ = [
    "LIST_SCORE",
    "facts_of",
    "least_score",
    "posterior_of",
    "score_parts",
    "total",
]

LIST_SCORE = 0.0
"""A ring with less than this is kept but not put forward: lawful life is likelier."""
POINTS_PER_NAT = 10.0
HOLDS_NATS = -1.5
"""What a lawful explanation that holds takes off, own choice: between 0 and 6 nats, this had the best lists over ten cities by different
hands. The facts beside it already say most of what an explanation says."""
NO_EXPLANATION = frozenset({"single_event"})
"""Coming together on a day or two only is a fact like others, not a reason: staged admissions do so too."""
_PARTS: tuple[tuple[str, str, str], ...] = (
    ("together", "异常同现", "together beyond chance"),
    ("rhythm", "时间规律", "rhythm and hours"),
    ("places", "机构与去处", "places and other life"),
    ("people", "人员构成", "who they are"),
    ("identity", "共用身份信息", "identifiers shared outside households"),
    ("money", "金额与项目", "amounts, items and doctors"),
    ("lawful", "合理解释", "lawful explanation"),
)
"""Parts of the score, with their titles; which fact belongs to which stands in signs.toml."""


def facts_of(facts: GroupFacts, explanations: tuple[Explanation, ...]) -> dict[str, float]:
    """Everything the score looks at: the signs, how much of the group a lawful explanation explains, and whether one holds."""
    return {
        **facts.signs,
        "explained_share": max((found.share for found in explanations), default=0.0),
        "lawful_holds": float(_is_lawful(explanations)),
    }


def _is_lawful(explanations: tuple[Explanation, ...]) -> bool:
    return any(found.holds and found.name not in NO_EXPLANATION for found in explanations)


def score_parts(
    facts: GroupFacts, explanations: tuple[Explanation, ...], terms: Terms
) -> tuple[ScorePart, ...]:
    """Score a group.

    Parameters
    ----------
    facts : GroupFacts
        Its signs.
    explanations : tuple of Explanation
        The lawful explanations tried, the one that explains most first.
    terms : Terms
        What the facts say.

    Returns
    -------
    tuple of ScorePart
        They add up to the score.
    """
    nats, signs = terms.of(facts_of(facts, explanations)), read_signs_file()
    best = explanations[0] if explanations and explanations[0].share else None
    parts = [
        ScorePart(
            name="base", title_zh="初始概率", title_en="how rare rings are among groups",
            points=round(POINTS_PER_NAT * terms.prior, 2),
        )
    ]  # fmt: skip
    for name, zh, en in _PARTS:
        points = POINTS_PER_NAT * sum(value for fact, value in nats.items() if signs[fact].part == name)
        if name == "lawful" and _is_lawful(explanations):
            points += POINTS_PER_NAT * HOLDS_NATS
        if name == "lawful" and best is not None:
            zh, en = f"{zh}（{best.title_zh}）", f"{en} ({best.title_en})"  # noqa: PLW2901
        parts.append(ScorePart(name=name, title_zh=zh, title_en=en, points=round(points, 2)))
    return tuple(parts)


def posterior_of(score: float) -> float:
    """The probability that goes with a score, 0..1."""
    return 1 / (1 + exp(-max(min(score / POINTS_PER_NAT, 50.0), -50.0)))


def least_score(settings: RingSettings) -> float:
    """The score from which a ring is listed: the settings' own, or the built-in one."""
    return LIST_SCORE if settings.list_score is None else settings.list_score


def total(parts: tuple[ScorePart, ...]) -> float:
    """The score: the sum of its parts."""
    return round(sum(part.points for part in parts), 2) + 0.0  # no minus zero

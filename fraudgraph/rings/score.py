"""The score of a ring: log odds that it is a ring and no lawful group, as parts that add up. Higher is more worth opening.

Each fact about a group (`signs.py`) is more likely under rings, or under lawful life; how much more stands in `terms.csv`,
learnt over cities by several hands and held against ones left out (`terms.toml` says which). A fact that is not known adds
nothing. Ten points are one nat; at 0 points a ring is as likely as lawful life.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import exp, inf
from pathlib import Path

from fraudgraph.errors import SettingsError
from fraudgraph.records import Explanation, ScorePart
from fraudgraph.rings.facts import GroupFacts
from fraudgraph.settings import RingSettings

__all__ = [
    "LIST_SCORE",
    "Terms",
    "facts_of",
    "least_score",
    "posterior_of",
    "read_terms",
    "score_parts",
    "total",
]

LIST_SCORE = 0.0
"""A ring with less than this is kept but not put forward: lawful life is likelier."""
POINTS_PER_NAT = 10.0
HOLDS_NATS = -4.0
"""What a lawful explanation that holds takes off. Over six cities by different hands it held for half of the lawful groups and
an eighth of the rings; what is left over when it holds decides only where everything else speaks for a ring."""
NO_EXPLANATION = frozenset({"single_event"})
"""Coming together on a day or two only is a fact like others, not a reason: staged admissions do so too."""
TERMS = Path(__file__).parent / "terms.csv"
_HEADER = ["fact", "low", "high", "nats"]
_FAMILIES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("together", "异常同现", "together beyond chance", (
        "gain", "window_count", "attendance", "present_share", "least_attendance", "purity", "others", "people_log", "chance",
        "block_",
    )),
    ("rhythm", "时间规律", "rhythm and hours", (
        "gap", "weekday", "days_per_window", "span", "odd_hour", "hour_spread", "step", "consecutive", "habit", "occasion",
    )),
    ("places", "机构与去处", "places and other life", (
        "place", "main_place", "journey", "groups_", "of_pat", "of_place", "together_share", "life", "elsewhere", "private",
        "primary", "busy",
    )),
    ("people", "人员构成", "who they are", (
        "age", "old", "young", "working", "top_residence", "top_address", "shared_address", "top_employer", "shared_employer", "home",
        "top_home",
    )),
    ("identity", "共用身份信息", "identifiers shared outside households", ("linked", "chain_top", "top_phone", "top_account", "top_agent")),
    ("money", "金额与项目", "amounts, items and doctors", (
        "amount", "same_amount", "fund", "top_doctor", "doctor", "top_diagnosis", "stay", "inpatient", "pharmacy", "chronic",
    )),
    ("lawful", "合理解释", "lawful explanation", ("explained",)),
)  # fmt: skip
"""Part of the score, its titles, and how the names of its facts begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Log-likelihood ratios of facts: per fact the edges between classes and the nats of each class."""

    prior: float
    edges: Mapping[str, tuple[float, ...]]
    nats: Mapping[str, tuple[float, ...]]

    def of(self, facts: Mapping[str, float]) -> dict[str, float]:
        """Nats of each known fact that has a term."""
        return {
            name: self.nats[name][bisect_right(self.edges[name], facts[name])]
            for name in self.nats
            if name in facts
        }


@cache
def read_terms(path: Path | None = None) -> Terms:
    """Read a table of terms: fact, low, high, nats, one row a class, `low` included and `high` not.

    Raises
    ------
    SettingsError
        The file is not such a table.
    """
    path = path or TERMS
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames != _HEADER:
                raise ValueError(f"its header is {reader.fieldnames}")
            rows = [
                (row["fact"], float(row["low"] or -inf), float(row["high"] or inf), float(row["nats"]))
                for row in reader
            ]
    except (OSError, ValueError) as problem:
        raise SettingsError(
            f"{path} is no table of terms ({problem}); expected columns {', '.join(_HEADER)} with numbers. Correct it, or leave out rings.terms_file.",
            f"{path} 不是似然项表（{problem}）；应有列 {'、'.join(_HEADER)}，值为数字。请更正，或去掉 rings.terms_file。",
        ) from None
    prior = sum(nats for fact, _, _, nats in rows if fact == "prior")
    edges: dict[str, tuple[float, ...]] = {}
    nats_of: dict[str, tuple[float, ...]] = {}
    for fact in sorted({row[0] for row in rows} - {"prior"}):
        classes = sorted(row[1:] for row in rows if row[0] == fact)
        edges[fact] = tuple(low for low, _, _ in classes[1:])
        nats_of[fact] = tuple(nats for _, _, nats in classes)
    return Terms(prior=prior, edges=edges, nats=nats_of)


def facts_of(facts: GroupFacts, explanations: tuple[Explanation, ...]) -> dict[str, float]:
    """Everything the score looks at: the signs, and how much of the group a lawful explanation explains."""
    return {**facts.signs, "explained_share": max((found.share for found in explanations), default=0.0)}


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
        What each fact says.

    Returns
    -------
    tuple of ScorePart
        They add up to the score.
    """
    nats = terms.of(facts_of(facts, explanations))
    best = explanations[0] if explanations and explanations[0].share else None
    parts = [
        ScorePart(
            name="base", title_zh="初始概率", title_en="how rare rings are among groups",
            points=round(POINTS_PER_NAT * terms.prior, 2),
        )
    ]  # fmt: skip
    for name, zh, en, begins in _FAMILIES:
        points = POINTS_PER_NAT * sum(value for fact, value in nats.items() if fact.startswith(begins))
        if name == "lawful" and any(
            found.holds and found.name not in NO_EXPLANATION for found in explanations
        ):
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

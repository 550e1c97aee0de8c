"""Weighing a group against every lawful explanation: what is so, what is not, what is not known, and how near it is.

People whom an explanation is not about and who still come together among themselves are not explained: it then takes only the
rest off, and the group is judged on what remains.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import prod

from fraudgraph.explanations.cards import Card, Condition, Library, read_library
from fraudgraph.explanations.facts import Known
from fraudgraph.explanations.sentences import Checked, deciding, sentence
from fraudgraph.records import Explanation

__all__ = ["Weighed", "explain", "weigh", "weigh_card"]

REST_COUNTS = 0.1
"""People outside an explanation count by themselves from this share of the group's surprise on."""
_NEARLY = 0.3
"""How much of the surprise an explanation takes off that just misses what it needs."""
_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One explanation tried on one group.

    `nearness` is 1 where all conditions are met and falls towards 0 with the gap of each (their product); a condition whose
    fact is not known is left out of it, or counts 0 if the explanation can't do without. `nearness_low` and `nearness_high` are what it would
    be if all that is not known spoke against it or for it: the fewer columns, the wider. `missing` names the facts that are
    not known, `way` the alternative that comes nearest.
    """

    card: Card
    holds: bool
    nearness: float
    nearness_low: float
    nearness_high: float
    way: str
    conditions: tuple[Checked, ...]
    missing: tuple[str, ...]
    rest_share: float = 0.0

    @property
    def name(self) -> str:
        """The explanation's name: that of its file."""
        return self.card.name


def weigh(known: Known, off: Collection[str] = (), library: Library | None = None) -> tuple[Weighed, ...]:
    """Try every explanation on a group, in the order of their names; those named in `off` are left out."""
    cards = (library or read_library()).cards
    return tuple(weigh_card(card, known) for card in cards if card.name not in off)


def weigh_card(card: Card, known: Known) -> Weighed:
    """Try one explanation on a group."""
    common = tuple(_checked(condition, known) for condition in card.conditions)
    ways = {name: tuple(_checked(c, known) for c in way) for name, way in card.ways.items()} or {"": ()}
    tried = [(name, (*way, *common) if not _leads(common) else (*common, *way)) for name, way in ways.items()]
    name, checked = max(tried, key=lambda one: _standing(one[1]))
    support = known.support.get(card.name)
    rest = support.rest_share if support is not None and support.rest_share >= REST_COUNTS else 0.0
    met = all(c.met for c in checked)
    return Weighed(
        card=card, holds=met and rest == 0, nearness=round(_nearness(checked) * (1 - rest), _DIGITS),
        nearness_low=round(max(_low(every) for _, every in tried) * (1 - rest), _DIGITS),
        nearness_high=round(max(_high(every) for _, every in tried) * (1 - rest), _DIGITS),
        way=name, conditions=checked,
        missing=tuple(sorted({c.condition.fact.name for c in checked if c.observed is None})),
        rest_share=rest if met else 0.0,
    )  # fmt: skip


def explain(
    known: Known, off: Collection[str] = (), library: Library | None = None
) -> tuple[Explanation, ...]:
    """Every explanation tried on a group as it is shown with a ring, the strongest first."""
    library = library or read_library()
    tried = [_shown(weighed, known, library) for weighed in weigh(known, off, library)]
    return tuple(sorted(tried, key=lambda found: (-found.share, found.name)))


def _standing(checked: tuple[Checked, ...]) -> tuple[bool, float, float, int]:
    """What makes one way come before another: met, then near, then perhaps near, then better known."""
    return (
        all(c.met for c in checked),
        _nearness(checked),
        _high(checked),
        -sum(c.observed is None for c in checked),
    )


def _leads(common: tuple[Checked, ...]) -> bool:
    """Whether a card's own conditions come first: not where all it has in common is quiet."""
    return any(not checked.condition.quiet for checked in common)


def _checked(condition: Condition, known: Known) -> Checked:
    value = known.values.get(condition.fact.name)
    observed = None if value is None else round(value, _DIGITS)
    met = condition.passes if observed is None else condition.met(observed)
    return Checked(condition=condition, observed=observed, met=met)


def _nearness(checked: tuple[Checked, ...]) -> float:
    return prod(
        (1.0 if c.met else 0.0) if c.observed is None else c.condition.nearness(c.observed) for c in checked
    )


def _low(checked: tuple[Checked, ...]) -> float:
    return 0.0 if any(c.observed is None for c in checked) else _nearness(checked)


def _high(checked: tuple[Checked, ...]) -> float:
    return prod(1.0 if c.observed is None else c.condition.nearness(c.observed) for c in checked)


def _shown(weighed: Weighed, known: Known, library: Library) -> Explanation:
    card, support = weighed.card, known.support.get(weighed.name)
    met = all(c.met for c in weighed.conditions)
    said_zh, said_en = sentence(weighed.conditions, library.numbers)
    if met and weighed.rest_share and support is not None:
        said_zh += f"；但其余 {support.rest_count} 人不在此列，他们之间的同现占异常程度的 {support.rest_share:.0%}，仍未得到解释"
        said_en += (
            f"; but {support.rest_count} people are outside it, and {support.rest_share:.0%} of the surprise "
            "is theirs among themselves and stays unexplained"
        )
    decided = deciding(weighed.conditions)
    spoken = support if support is not None and weighed.nearness_high > 0 else None
    return Explanation(
        name=card.name, title_zh=card.title_zh, title_en=card.title_en,
        share=round(1.0 - weighed.rest_share if met else _NEARLY * weighed.nearness**2, 4),
        observed=None if decided.observed is None else round(decided.observed, 4), threshold=decided.condition.value,
        holds=weighed.holds, sentence_zh=said_zh, sentence_en=said_en,
        claim_ids=spoken.claim_ids if spoken is not None else (),
        claim_share=spoken.claim_share if spoken is not None else 0.0,
    )  # fmt: skip

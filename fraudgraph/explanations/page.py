"""The list of explanations as a page: every condition in words, with its number and where that comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fraudgraph.explanations.cards import Card, Condition, Library
from fraudgraph.explanations.facts import columns_in_words
from fraudgraph.explanations.sentences import bound_in_words

__all__ = ["page"]


def page(library: Library) -> str:
    """Every explanation of a library in Markdown, in the order of their names."""
    shared = ["Several share these:", "", *_named(library), ""]
    return "\n".join([*shared, *(line for card in library.cards for line in _of_card(card, library))])


def _named(library: Library) -> Iterator[str]:
    for name, condition in library.shared.items():
        (line,) = _of_conditions([condition], library)
        yield f"- `{name}`: {line.removeprefix('- ')}"


def _of_card(card: Card, library: Library) -> Iterator[str]:
    yield f"### {card.title_en} {card.title_zh} (`{card.name}`)"
    yield ""
    columns = columns_in_words(card.columns)[1]
    yield f"Looks at {columns or 'claims only'}. To settle it: {card.check_en} ({card.check_zh})."
    yield ""
    yield from _of_conditions([c for c in card.conditions if c.name not in card.uses], library)
    if card.uses:
        yield f"- {', '.join(f'`{name}`' for name in card.uses)}"
    for way, conditions in card.ways.items():
        yield f"- {'or' if way != next(iter(card.ways)) else 'and either'}, *{way.replace('_', ' ')}*:"
        yield from (f"  {line}" for line in _of_conditions(conditions, library))
    yield ""


def _of_conditions(conditions: Iterable[Condition], library: Library) -> Iterator[str]:
    for condition in conditions:
        title = condition.fact.title_en.format(**library.numbers)
        bound = "no" if condition.fact.unit == "yes" else bound_in_words(condition)[1]
        unknown = "; left out where not known" if condition.passes else ""
        yield f"- {title}: **{bound}**{unknown} ({condition.origin})"

"""What each screening model must flag, must leave alone, and where its threshold lies.

A case is a model, a name and a builder. Every exclusion that a card names has a case of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from fraudgraph.synthetic.violations.world import World

__all__ = ["Case", "all_cases", "edge", "fires", "silent"]

Builder = Callable[[World], object]


@dataclass(frozen=True)
class Case:
    """`kind` is fires, silent, inside (just fires) or outside (just does not).

    `own_city`: the case says something about all peers or the whole city, so a larger city around it would undo it.
    """

    model: str
    kind: str
    name: str
    build: Builder
    own_city: bool = False

    @property
    def should_fire(self) -> bool:
        """Whether the model must flag it."""
        return self.kind in ("fires", "inside")


CASES: list[Case] = []


def fires(model: str, build: Builder, name: str = "the plain case", *, own_city: bool = False) -> None:
    """The model must flag this."""
    CASES.append(Case(model, "fires", name, build, own_city))


def silent(model: str, exclusion: str, build: Builder, *, own_city: bool = False) -> None:
    """The model must leave this alone; `exclusion` is the card's own words."""
    CASES.append(Case(model, "silent", exclusion, build, own_city))


def edge(model: str, inside: Builder, outside: Builder, *, own_city: bool = False) -> None:
    """Just over and just under the threshold."""
    CASES.append(Case(model, "inside", "at the threshold", inside, own_city))
    CASES.append(Case(model, "outside", "just short of the threshold", outside, own_city))


def all_cases() -> list[Case]:
    """Every case of every family, in a fixed order."""
    if not CASES:
        for module in sorted(entry.name for entry in iter_modules(__path__)):
            import_module(f"{__name__}.{module}")
    return CASES

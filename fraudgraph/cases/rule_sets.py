"""Dated rule sets 规则集: which of several held on a day, and whether its wording was verified."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from typing import Any, Protocol, TypeVar

from fraudgraph.errors import UsageError, nearest_hint

__all__ = ["Dated", "held_on", "mark_of", "named", "read_rules"]


class Dated(Protocol):
    """What every rule set says about itself."""

    @property
    def id(self) -> str:
        """Its short name."""

    @property
    def source(self) -> str:
        """The document it comes from."""

    @property
    def holds_from(self) -> date:
        """The first day on which it holds."""

    @property
    def holds_to(self) -> date | None:
        """The last; none while it is in force."""

    @property
    def verified(self) -> bool:
        """Whether the wording was compared with the official text."""


_Set = TypeVar("_Set", bound=Dated)


def read_rules(name: str) -> dict[str, Any]:
    """A rule file as it stands."""
    text = files("fraudgraph.cases").joinpath("rules", name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def named(sets: Sequence[_Set], name: str) -> _Set:
    """The rule set of that name.

    Raises
    ------
    UsageError
        If there is none.
    """
    for one in sets:
        if one.id == name:
            return one
    hint_en, hint_zh = nearest_hint(name, [one.id for one in sets])
    raise UsageError(f"There is no rule set {name!r}; {hint_en}", f"没有规则集 {name!r}；{hint_zh}")


def held_on(one: Dated, day: date) -> None:
    """See that a rule set held on the day of an act.

    Raises
    ------
    UsageError
        If it came into force later or was out of force: the law of the act's day applies.
    """
    if day < one.holds_from or (one.holds_to is not None and day > one.holds_to):
        to_en, to_zh = (f" to {one.holds_to}", f"至 {one.holds_to}") if one.holds_to else ("", "起")
        raise UsageError(
            f"The act is of {day}, but the rule set {one.id} ({one.source}) holds from {one.holds_from}{to_en}: the law of the act's day applies. Name the set that held then with --rules. Nothing was recorded.",
            f"行为发生于 {day}，而规则集 {one.id}（{one.source}）施行期为 {one.holds_from}{to_zh}：应适用行为时的规定。请用 --rules 指定当时有效的规则集。未登记任何内容。",
        )


def mark_of(one: Dated, lang: str) -> str:
    """How the source is printed: with a mark where its wording was not verified."""
    if one.verified:
        return one.source
    return f"{one.source}{'（未经核对原文）' if lang == 'zh' else ' (unverified wording)'}"

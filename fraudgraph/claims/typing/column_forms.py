"""How the columns of one delivered table write their numbers and dates: decided once, from all their values.

One value that fits only one reading decides. Where none does and the readings differ, the column is refused with both
readings and the setting to choose: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fraudgraph.claims.typing.clock_sql import ClockForm
from fraudgraph.claims.typing.number_sql import Mark
from fraudgraph.claims.typing.time_sql import Order
from fraudgraph.settings import SourceSettings

__all__ = ["ColumnForms", "Told", "as_is"]


@dataclass(frozen=True, slots=True)
class Told:
    """Something about how a table was read that whoever reads its report should know."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnForms:
    """By position of a column: what marks its decimals, which part of its dates comes first, what its bare clocks are.

    `quick` are columns whose dates all read the same whatever their form. `plain`: only values that read the same whatever the column is are read, and the others are counted. `told` is what a
    person should know.
    """

    settings: SourceSettings
    plain: bool = False
    marks: Mapping[int, Mark] = field(default_factory=dict)
    orders: Mapping[int, Order] = field(default_factory=dict)
    clocks: Mapping[int, ClockForm] = field(default_factory=dict)
    quick: frozenset[int] = frozenset()
    day_zero: str = "1899-12-30"
    told: tuple[Told, ...] = ()

    def mark(self, position: int | None) -> Mark:
        """What marks the decimals of a column; a constant of the mapping file has a point."""
        if position is None:
            return "."
        return "plain" if self.plain else self.marks.get(position, ".")

    def refused(self, position: int) -> bool:
        """Whether a column has two readings and nothing decided between them: it counts as empty."""
        return self.marks.get(position) == "refused" or self.orders.get(position) == "refused"


def as_is(settings: SourceSettings) -> ColumnForms:
    """The forms before anything was looked at: only what needs no decision is read."""
    return ColumnForms(settings=settings, plain=True)

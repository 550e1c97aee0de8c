"""What one planted case is, and the few things that all of them need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from fraudgraph.synthetic.hospital.catalogue import ILLNESSES, Illness
from fraudgraph.synthetic.hospital.life import treat
from fraudgraph.synthetic.hospital.world import Row, Stay, World, at

__all__ = ["Case", "Kind", "day_of", "illness", "noon", "stay_with", "upload"]


@dataclass(slots=True)
class Case:
    """One case: the visits and charges it is about, and ids of other tables; `also` are kinds that the same rows show too."""

    stays: list[Stay] = field(default_factory=list)
    charges: list[Row] = field(default_factory=list)
    note_en: str = ""
    note_zh: str = ""
    other: list[str] = field(default_factory=list)
    also: tuple[int, ...] = ()
    extra: list[Row] = field(default_factory=list)
    kind: Kind = None  # type: ignore[assignment]  # set by the one loop that makes cases
    role: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of violation with its innocent twin; the number is that of the list of what inspectors look for."""

    number: int
    zh: str
    en: str
    certainty: Literal["definite", "suspicious"]
    violate: Callable[[World, int], Case]
    innocent: Callable[[World, int], Case]


def illness(prefix: str) -> Illness:
    """The illness whose code begins so."""
    return next(one for one in ILLNESSES if one.diagnosis.startswith(prefix))


def stay_with(world: World, prefix: str, **more: Any) -> Stay:
    """An ordinary insured stay in mid-year."""
    return treat(world, illness(prefix), **more)


def day_of(stay: Stay, number: int) -> date:
    """The day so many days after admission."""
    return stay.first + timedelta(days=number)


def noon(stay: Stay, number: int, hour: int = 11) -> datetime:
    """An hour of that day."""
    return at(day_of(stay, number), hour, 7 + number)


def upload(world: World, stay: Stay, kind: int, code: str, when: datetime, quantity: int = 1) -> Row:
    """A line that was settled without a charge in the books."""
    row: Row = {"visit_no": stay.no, "code": code, "quantity": quantity, "when": when, "reason": f"违规{kind}", "ordered_by": stay.attending}  # fmt: skip
    world.extra_lines.append(row)
    return row

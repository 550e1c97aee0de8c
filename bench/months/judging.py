"""Names against the truth: whether a true ring has one name for life, how late it was listed, what was listed wrongly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from bench.months.script import Life, RingMonth

__all__ = ["Judged", "best_name", "judge"]

_SAME = 0.5
_ALIVE_MONTHS = 2
"""A true ring is looked for in the months in which it meets and the one after."""


@dataclass
class Judged:
    """Counts over all months."""

    looked: int = 0
    found: int = 0
    right: int = 0
    wrong_names: list[str] = field(default_factory=list)
    delays: dict[str, float] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """The figures of the issue."""
        return {
            "ring_months": self.looked,
            "with_a_name": self.found,
            "identities_right_share": round(self.right / self.found, 4) if self.found else None,
            "delay_median": round(median(self.delays.values()), 4) if self.delays else None,
            "rings_listed": len(self.delays),
            "wrong_names": len(set(self.wrong_names)),
            "errors": self.errors[:20],
        }


def judge(
    life: Life, named: Mapping[str, Mapping[str, frozenset[str]]], listed: Mapping[str, Sequence[str]]
) -> Judged:
    """Judge twelve months.

    Parameters
    ----------
    life : Life
        The truth.
    named : mapping
        By month: patients of every ring with a lasting name.
    listed : mapping
        By month: names put forward.
    """
    judged = Judged()
    first_name: dict[str, str] = {}
    for number, month in enumerate(life.months):
        alive = [
            ring
            for ring in life.rings[month]
            if any(
                _met(life, ring.name, other)
                for other in life.months[max(0, number - _ALIVE_MONTHS + 1) : number + 1]
            )
        ]
        best = {ring.name: best_name(ring, named[month]) for ring in alive}
        for ring in alive:
            judged.looked += 1
            name = best[ring.name]
            if name is None or any(
                best[o.name] == name and len(o.people) > len(ring.people) for o in alive if o is not ring
            ):
                continue  # not found, or not yet told apart from a larger one
            judged.found += 1
            expected = {first_name[known] for known in (ring.name, *ring.also) if known in first_name}
            taken = {one for known, one in first_name.items() if known not in (ring.name, *ring.also)}
            if name in expected or (not expected and name not in taken):
                judged.right += 1
            else:
                judged.errors.append(f"{month} {ring.name}: {name}, expected {sorted(expected)}")
            first_name.setdefault(ring.name, name)
            _note_delay(judged, life, ring, name, month, listed[month])
        people = {person for ring in life.rings[month] for person in ring.people}
        ever = {person for m in life.months[: number + 1] for ring in life.rings[m] for person in ring.people}
        judged.wrong_names += [
            name for name in listed[month] if len(named[month].get(name, frozenset()) & (people | ever)) < _SAME * len(named[month].get(name, "x"))
        ]  # fmt: skip
    return judged


def _met(life: Life, name: str, month: str) -> bool:
    return any(str(day)[:7] == month for day, _ in life.sessions.get(name, ()))


def best_name(ring: RingMonth, named: Mapping[str, frozenset[str]]) -> str | None:
    """The name that most of a true ring's people go by, if half of the smaller of the two do."""
    people = set(ring.people)
    shared = {name: len(people & members) for name, members in named.items()}
    best = max(sorted(shared), key=lambda name: (shared[name], -len(named[name])), default=None)
    if best is None or shared[best] < max(2, _SAME * min(len(people), len(named[best]))):
        return None
    return best


def _note_delay(
    judged: Judged, life: Life, ring: RingMonth, name: str, month: str, listed: Sequence[str]
) -> None:
    """The share of a ring's money that was paid by the end of the month that first listed it."""
    if ring.name in judged.delays or name not in listed or "/" in ring.name:
        return
    paid = life.money.get(ring.name, {})
    judged.delays[ring.name] = sum(v for m, v in paid.items() if m <= month) / max(sum(paid.values()), 1.0)

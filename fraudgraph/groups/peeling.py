"""Peeling 剥离: the densest blocks of people and places, one after another.

From each column with others that too many of the same people use, a block is peeled: all who use some of these columns are taken, and
those for whom the block says least are peeled off, step by step, while columns that its people do not favour fall away and columns that
they do favour join. What is left must say more than it cost to pick it out of all people and places. The best block is kept, its
people are removed, and the search is repeated where they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy.stats import poisson

from fraudgraph.groups.uses import (
    LOWEST_DOCTOR_RATE,
    LOWEST_PLACE_RATE,
    Columns,
    Flags,
    Floats,
    Ints,
    Uses,
)
from fraudgraph.meetings.significance import CO_USE_P

__all__ = ["Peeled", "evidence_of", "peel_blocks"]

PERSON_GAIN = 6.5
"""A member's uses speak this much for the block (nats): about the odds of one in seven hundred."""
ODDS_SPARED = 1.5
"""Members of a block once found need this much less: the habits of a residence are coarser than those of its quarters, which costs everybody's gain."""
FIRST_GAIN = 3.5
"""Peeling begins here and rises by one nat a step."""
PLACE_FIT, DOCTOR_FIT = 8.0, 6.0
"""A place with its doctors, a doctor, speaks this much for a block (nats)."""
LEAST_EVIDENCE = 5.0
"""A block says this much more than it costs to pick (nats); in claims without rings the best block found is below 0."""
LEAST_PEOPLE, MOST_PEOPLE = 4, 600
MOST_PARTNERS = 8
"""A search begins with a column and this many others, the most surprising."""
MOST_STEPS = 30
MOST_GONE = 0.3
"""A block of whose people more are in a stronger one is no block of its own."""


@dataclass(frozen=True, slots=True)
class Peeled:
    """A block: its people, its columns, and what it says beyond chance (nats)."""

    people: Ints
    columns: Columns
    evidence: float


def peel_blocks(uses: Uses, pairs: pa.Table) -> list[Peeled]:
    """Find the blocks.

    Parameters
    ----------
    uses : Uses
        Who uses which place and sees which doctor.
    pairs : table (a, b, observed, expected)
        Columns that too many of the same people use: where to look.

    Returns
    -------
    list of Peeled
        Round by round, the strongest of each round first; nobody is in two of one round.
    """
    gone = np.zeros(uses.code_count, bool)
    found: list[Peeled] = []
    tried: dict[int, tuple[Ints, Peeled | None]] = {}
    while True:
        for first, columns in _starts(uses, pairs, gone):
            before = tried.get(first)
            if before is None or not np.array_equal(before[0], columns) or _touches(before[1], gone):
                tried[first] = columns, peel(uses, columns, gone)
        kept = list(_best([block for _, block in tried.values()], gone))
        if not kept:
            return found
        found += kept


def peel(uses: Uses, first: Ints, gone: Flags) -> Peeled | None:
    """Peel one block, beginning with these columns, out of the people who are not gone."""
    columns = Columns(first, np.full(len(first), 0.5))
    before: tuple[Ints, Ints] | None = None
    for step in range(MOST_STEPS):
        bar = min(FIRST_GAIN + step, PERSON_GAIN)
        people, gain = _above(uses, columns, gone, bar)
        if len(people) < LEAST_PEOPLE:
            return None
        columns = _favoured(uses, people)
        if len(columns.columns) < 3:
            return None
        if (
            before is not None
            and bar == PERSON_GAIN
            and np.array_equal(before[0], people)
            and np.array_equal(before[1], columns.columns)
        ):
            break
        before = people, columns.columns
    people, gain = _above(uses, columns, gone, PERSON_GAIN)
    if len(people) < LEAST_PEOPLE:
        return None
    evidence = float(gain.sum()) - uses.cost(len(people), columns.columns)
    return Peeled(_above(uses, columns, gone, _odds(uses, len(people)))[0], columns, evidence)


def _odds(uses: Uses, people_count: int) -> float:
    """What must speak for a person to be likelier in a block of this size than not, with a little to spare (nats)."""
    return min(float(np.log(uses.people_count / people_count)) - ODDS_SPARED, PERSON_GAIN)


def evidence_of(uses: Uses, people: Ints, columns: Ints) -> tuple[Ints, float]:
    """Those of these people for whom the columns speak, and what they say beyond chance (nats)."""
    used, _ = uses.fit(people)
    rates = np.where(uses.is_place[columns], LOWEST_PLACE_RATE, LOWEST_DOCTOR_RATE)
    known = np.isin(columns, used.columns)
    rates[known] = used.rates[np.searchsorted(used.columns, columns[known])]
    found, gain = uses.gains(Columns(columns, rates), PERSON_GAIN)
    kept = np.isin(found, people)
    found, gain = found[kept], gain[kept]
    return found, float(gain.sum()) - uses.cost(len(found), columns)


def _above(uses: Uses, columns: Columns, gone: Flags, bar: float) -> tuple[Ints, Floats]:
    people, gain = uses.gains(columns, bar)
    kept = ~gone[people]
    people, gain = people[kept], gain[kept]
    if len(people) > MOST_PEOPLE:
        best = np.sort(np.lexsort((people, -gain))[:MOST_PEOPLE])
        people, gain = people[best], gain[best]
    return people, gain


def _favoured(uses: Uses, people: Ints) -> Columns:
    """The columns that these people favour. A doctor's patients follow to all places of the doctor: only the best of them counts."""
    used, fit = uses.fit(people)
    is_place = uses.is_place[used.columns]
    at = np.searchsorted(used.columns, uses.place_of[used.columns])
    seats = np.flatnonzero(~is_place & (fit >= DOCTOR_FIT))
    best: dict[int, int] = {}
    for seat in seats[np.lexsort((seats, -fit[seats]))]:
        best.setdefault(int(uses.doctor_of[used.columns[seat]]), int(seat))
    kept = np.array(sorted(best.values()), np.int64)
    of_place = np.where(is_place, fit, 0.0)
    np.add.at(of_place, at[kept], fit[kept])
    of_place[np.setdiff1d(at[np.setdiff1d(seats, kept)], at[kept])] = 0.0
    favoured = np.concatenate([np.flatnonzero(of_place >= PLACE_FIT), kept[of_place[at[kept]] >= PLACE_FIT]])
    return Columns(used.columns[favoured], used.rates[favoured])


def _best(blocks: Sequence[Peeled | None], gone: Flags) -> Iterator[Peeled]:
    """The blocks with enough evidence, the strongest first; their people are then gone."""
    good = [block for block in blocks if block is not None and block.evidence >= LEAST_EVIDENCE]
    good.sort(key=lambda block: (-block.evidence, block.people.tolist()))
    for block in good:
        if gone[block.people].mean() < MOST_GONE:
            gone[block.people] = True
            yield block


def _touches(block: Peeled | None, gone: Flags) -> bool:
    return block is not None and bool(gone[block.people].any())


def _starts(uses: Uses, pairs: pa.Table, gone: Flags) -> Iterator[tuple[int, Ints]]:
    """Each column with those whose people it shares most surprisingly, and with all their places; the people gone don't count."""
    a, b = (pairs[name].to_numpy().astype(np.int64) for name in ("a", "b"))
    observed, expected = (pairs[name].to_numpy().astype(np.float64) for name in ("observed", "expected"))
    p = poisson.sf(observed - uses.together(a, b, np.flatnonzero(gone)) - 1, expected)
    kept = np.flatnonzero(p <= CO_USE_P)
    partners: dict[int, list[tuple[float, int]]] = {}
    for i in kept:
        partners.setdefault(int(a[i]), []).append((float(p[i]), int(b[i])))
        partners.setdefault(int(b[i]), []).append((float(p[i]), int(a[i])))
    for first in sorted(partners):
        if len(partners[first]) >= 2:
            columns = np.array([first, *(column for _, column in sorted(partners[first])[:MOST_PARTNERS])])
            yield first, np.unique(np.concatenate([columns, uses.place_of[columns]]))

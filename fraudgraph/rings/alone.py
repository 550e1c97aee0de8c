"""How alone a group stands: how far the groups of other people are that are most like it, by all its facts, beside the city's other groups.

What many do here (a member day at twenty shops, couples at their usual shop) is custom, whatever it is; a ring is rarely one of many.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["FEWEST_GROUPS", "LEAST_COMMON", "how_alone"]

Floats = npt.NDArray[np.float64]
FEWEST_GROUPS = 30
"""Among fewer groups none can be called usual: own choice."""
LEAST_COMMON = 0.3
"""Groups that share this much of the smaller one's people are the same people twice, and no custom: own choice."""
NEIGHBOURS = {"alone_rank": 1, "alone_six_rank": 6}
"""Fact, and the how many-th most alike other group it looks at."""
_ROWS_AT_ONCE = 256


def how_alone(
    signs: dict[int, dict[str, float]], members: dict[int, frozenset[int]]
) -> dict[int, dict[str, float]]:
    """Rank groups by how far the groups most like them are.

    Parameters
    ----------
    signs : dict
        Facts by name, by group number.
    members : dict
        The people of each group.

    Returns
    -------
    dict
        By group number, `alone_rank` and `alone_six_rank`: 0 (the most usual of the city's groups) .. 1 (the most unlike any other).
        Empty where there are too few groups to say.
    """
    numbers = sorted(signs)
    if len(numbers) < FEWEST_GROUPS:
        return {}
    names = sorted({name for facts in signs.values() for name in facts})
    values = np.array([[signs[no].get(name, np.nan) for name in names] for no in numbers])
    ranks = np.stack([_ranks(column) for column in values.T], axis=1)
    place = {no: at for at, no in enumerate(numbers)}
    same = _same_people({place[no]: members[no] for no in numbers})
    nearest = np.empty((len(numbers), len(NEIGHBOURS)))
    for first in range(0, len(numbers), _ROWS_AT_ONCE):
        some = ranks[first : first + _ROWS_AT_ONCE]
        apart = np.sqrt(
            np.maximum((some**2).sum(1)[:, None] + (ranks**2).sum(1)[None] - 2 * some @ ranks.T, 0)
            / len(names)
        )
        for at in range(len(some)):
            apart[at, same[first + at]] = 1.0
        apart.sort(axis=1)
        nearest[first : first + len(some)] = apart[:, [which - 1 for which in NEIGHBOURS.values()]]
    told = np.stack([_ranks(np.round(column, 9)) for column in nearest.T], axis=1)
    return {no: dict(zip(NEIGHBOURS, map(float, told[at]), strict=True)) for no, at in place.items()}


def _ranks(values: Floats) -> Floats:
    """Mean rank of each value among those known, 0..1; one that is not known stands in the middle."""
    ranks = np.full(len(values), 0.5)
    known = np.flatnonzero(~np.isnan(values))
    _, which, counts = np.unique(values[known], return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks[known] = (last - (counts - 1) / 2)[which] / max(len(known), 1)
    return ranks


def _same_people(members: dict[int, frozenset[int]]) -> list[list[int]]:
    """For each group itself and those that share much of their people with it."""
    groups_of: dict[int, list[int]] = {}
    for at, people in members.items():
        for person in people:
            groups_of.setdefault(person, []).append(at)
    same: list[list[int]] = []
    for at in range(len(members)):
        common: dict[int, int] = {}
        for person in members[at]:
            for other in groups_of[person]:
                common[other] = common.get(other, 0) + 1
        same.append(
            sorted(
                {
                    at,
                    *(
                        no
                        for no, n in common.items()
                        if n >= LEAST_COMMON * min(len(members[at]), len(members[no]))
                    ),
                }
            )
        )
    return same

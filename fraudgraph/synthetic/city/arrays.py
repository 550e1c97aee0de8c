"""Small array helpers of the sample city: draws by group, without a loop over rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["Bools", "Drawer", "Floats", "Ints", "Rng", "spread_lognormal", "within_group_rank"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Rng = np.random.Generator


class Drawer:
    """Draws a column for many rows at once, each row with the odds of its own group.

    Parameters
    ----------
    weights : array, groups x choices
        Odds, not normalised; every group needs one choice above zero.
    """

    def __init__(self, weights: Floats) -> None:
        ladder = np.cumsum(weights, axis=1)
        ladder /= ladder[:, -1:]
        self._choices = weights.shape[1]
        self._flat = (ladder + np.arange(len(weights))[:, None]).ravel()

    def draw(self, group: Ints, level: Floats) -> Ints:
        """The choice of each row: `level` (0..1) is the row's own random number."""
        place = np.searchsorted(self._flat, group + np.clip(level, 0.0, 1.0 - 1e-9), side="right")
        choice: Ints = np.minimum(place - group * self._choices, self._choices - 1)
        return choice


def within_group_rank(sorted_group: Ints) -> Ints:
    """0, 1, 2 … inside each run of equal values of a sorted column."""
    if len(sorted_group) == 0:
        return np.zeros(0, dtype=np.int64)
    first = np.flatnonzero(np.r_[True, sorted_group[1:] != sorted_group[:-1]])
    return np.arange(len(sorted_group)) - np.repeat(first, np.diff(np.r_[first, len(sorted_group)]))


def spread_lognormal(rng: Rng, mean: Floats, sigma: Floats) -> Floats:
    """Right-skewed amounts with the given means."""
    drawn: Floats = mean * np.exp(sigma * rng.standard_normal(len(mean)) - sigma * sigma / 2)
    return drawn

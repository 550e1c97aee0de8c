"""Ways to say who is unusual, of scikit-learn's shape: `fit(frame)`, then `score(frame)`, higher is more unusual."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd

__all__ = ["PeerDetector", "unusualness"]

_MAD_TO_SIGMA = 1.4826
_LARGEST = 8.0


class PeerDetector:
    """How far each row lies from its peers: robust standard deviations, the three largest taken together.

    Parameters
    ----------
    by : str, optional
        A column that says who is whose peer; all are peers of all if left out.
    min_peers : int
        Rows with fewer peers than this get no score.

    Examples
    --------
    >>> frame = pd.DataFrame({"visits": [10.0, 11.0, 9.0, 10.0, 60.0]}, index=list("abcde"))
    >>> PeerDetector(min_peers=3).fit(frame).score(frame).idxmax()
    'e'
    """

    def __init__(self, *, by: str | None = None, min_peers: int = 20) -> None:
        self.by = by
        self.min_peers = min_peers

    def fit(self, frame: pd.DataFrame, _: Any = None) -> Self:
        """Learn the middle and the spread of each measure among each sort of peers."""
        numbers = frame.select_dtypes("number")
        groups = numbers.groupby(self._keys(frame))
        self.columns_ = list(numbers.columns)
        self.count_ = groups.size()
        self.middle_ = groups.median()
        apart = (numbers - self.middle_.reindex(self._keys(frame)).set_axis(numbers.index)).abs()
        self.spread_ = (apart.groupby(self._keys(frame)).median() * _MAD_TO_SIGMA).clip(
            lower=self.middle_.abs() * 0.05 + 1e-9
        )
        return self

    def deviations(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Each measure's distance from the peers' middle, in robust standard deviations, at most 8."""
        keys = self._keys(frame)
        middle = self.middle_.reindex(keys).set_axis(frame.index)
        spread = self.spread_.reindex(keys).set_axis(frame.index)
        return ((frame[self.columns_] - middle) / spread).clip(-_LARGEST, _LARGEST)

    def score(self, frame: pd.DataFrame, _: Any = None) -> pd.Series:
        """How unusual each row is; empty where there are too few peers."""
        top = np.sort(self.deviations(frame).abs().fillna(0.0).to_numpy(), axis=1)[:, -3:]
        result = pd.Series(np.sqrt((top**2).sum(axis=1)), index=frame.index, name="score")
        enough = self.count_.reindex(self._keys(frame)).fillna(0).to_numpy() > self.min_peers
        return result.where(enough)

    def _keys(self, frame: pd.DataFrame) -> pd.Series:
        return frame[self.by] if self.by else pd.Series("all", index=frame.index)


def unusualness(detector: Any, frame: pd.DataFrame) -> pd.Series:
    """Fit any detector to a frame and score it: ours, or one of scikit-learn's (whose scores point down).

    Parameters
    ----------
    detector : object
        With `fit` and `score_samples` (such as IsolationForest) or with `fit` and `score` for each row.
    frame : DataFrame
        One row an entity; only its numbers are handed to scikit-learn, with gaps filled by the column's median.
    """
    if not hasattr(detector, "score_samples"):
        return pd.Series(detector.fit(frame).score(frame), index=frame.index, name="score")
    numbers = frame.select_dtypes("number")
    filled = numbers.fillna(numbers.median()).fillna(0.0)
    return pd.Series(-detector.fit(filled).score_samples(filled), index=frame.index, name="score")

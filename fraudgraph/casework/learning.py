"""What verdicts teach: how often the list was right, by month, model and view; and weights of the score's parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

__all__ = ["Decided", "HitRate", "Learned", "hit_rates", "learn_weights", "precision_at"]

KS = (5, 10, 20, 50)
_MOST_WEIGHT = 3.0
"""No part counts for more than three times its built-in weight, none for less than nothing."""
_TOTAL_SCALE = 10.0
"""The score itself is hardly held back by the penalty, what the parts add to it is: few verdicts change little."""
_LEAST_TRAINED = 10
_POINTS = 20.0
"""Parts are measured in this many points, which sets how fast verdicts move a weight away from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A ring that was put forward in a month and has a verdict by now: its place by score, its parts and signs."""

    ring_id: str
    month: str
    score_rank: int
    score: float
    parts: Mapping[str, float]
    models: tuple[str, ...]
    views: tuple[str, ...]
    verdict: str
    on: date

    @property
    def confirmed(self) -> bool:
        """Whether it was confirmed; cleared and insufficient are not."""
        return self.verdict == "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class HitRate:
    """Of so many decided rings so many were confirmed. `kind` is top, model or view; `name` the k, model or view."""

    month: str
    kind: str
    name: str
    decided: int
    confirmed: int

    @property
    def share(self) -> float:
        """Confirmed of decided."""
        return self.confirmed / self.decided if self.decided else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Weights beside the built-in ones (all 1), and how both did on later verdicts than they were learned from.

    Brier and log loss are better when smaller, the area under the curve when larger. `enough` is false where there
    were too few verdicts to learn or to test.
    """

    weights: Mapping[str, float]
    verdicts: int
    tested: int
    brier_prior: float | None = None
    brier_learned: float | None = None
    log_loss_prior: float | None = None
    log_loss_learned: float | None = None
    auc_prior: float | None = None
    auc_learned: float | None = None

    @property
    def enough(self) -> bool:
        """Whether there is anything to use."""
        return bool(self.weights)

    @property
    def better(self) -> bool:
        """Whether the learned weights did better on later verdicts."""
        return (
            self.log_loss_learned is not None
            and self.log_loss_prior is not None
            and self.log_loss_learned < self.log_loss_prior
        )


def precision_at(decided: Sequence[Decided], k: int) -> HitRate | None:
    """Of the first k rings of one month's list that have a verdict, how many were confirmed."""
    first = [one for one in decided if one.score_rank <= k]
    if not first:
        return None
    return HitRate(
        month=first[0].month, kind="top", name=str(k), decided=len(first), confirmed=sum(one.confirmed for one in first)
    )  # fmt: skip


def hit_rates(decided: Sequence[Decided]) -> tuple[HitRate, ...]:
    """Precision among the first k, and hit rates of models and views, month by month."""
    found: list[HitRate] = []
    for month in sorted({one.month for one in decided}):
        here = [one for one in decided if one.month == month]
        found += [rate for k in KS if (rate := precision_at(here, k)) is not None]
        for kind, names in (("model", "models"), ("view", "views")):
            for name in sorted({name for one in here for name in getattr(one, names)}):
                hit = [one for one in here if name in getattr(one, names)]
                confirmed = sum(one.confirmed for one in hit)
                found.append(
                    HitRate(month=month, kind=kind, name=name, decided=len(hit), confirmed=confirmed)
                )
    return tuple(found)


def learn_weights(decided: Sequence[Decided], *, least: int) -> Learned:
    """Weights of the score's parts by which verdicts would have been foreseen best; learned from nothing but verdicts.

    A plain logistic regression with two ends tied down: without verdicts every weight is 1, and no weight leaves
    0 to 3. Each ring counts once, as it stood when last listed before its verdict. Months are tested with what
    was known before them.

    Parameters
    ----------
    decided : sequence of Decided
        Rings with a verdict.
    least : int
        Fewer than this and nothing is learned.
    """
    rings = _once_each(decided)
    verdicts = len(rings)
    if verdicts < least or len({one.confirmed for one in rings}) < 2:
        return Learned(weights={}, verdicts=verdicts, tested=0)
    names = sorted({name for one in rings for name in one.parts})
    weights, _ = _fit(rings, names)
    return _tested(rings, names, weights)


def _once_each(decided: Sequence[Decided]) -> list[Decided]:
    latest: dict[str, Decided] = {}
    for one in sorted(decided, key=lambda one: (one.month, one.ring_id)):
        if one.ring_id not in latest or one.month <= one.on.strftime("%Y-%m"):
            latest[one.ring_id] = one
    return sorted(latest.values(), key=lambda one: (one.on, one.ring_id))


def _table(rings: Sequence[Decided], names: Sequence[str]) -> npt.NDArray[np.float64]:
    return np.array([[one.parts.get(name, 0.0) for name in names] for one in rings]) / _POINTS


def _labels(rings: Sequence[Decided]) -> npt.NDArray[np.int64]:
    return np.array([int(one.confirmed) for one in rings])


def _fit(rings: Sequence[Decided], names: Sequence[str]) -> tuple[dict[str, float], tuple[float, float]]:
    """Weights of the parts, and the line from score to chance: (slope, level)."""
    parts = _table(rings, names)
    whole = parts.sum(axis=1, keepdims=True)
    model = LogisticRegression(C=1.0, max_iter=1000).fit(
        np.hstack([whole * _TOTAL_SCALE, parts]), _labels(rings)
    )
    slope = float(model.coef_[0][0]) * _TOTAL_SCALE
    if slope <= 0:  # the score says nothing about these verdicts: no ground to re-weigh it
        return dict.fromkeys(names, 1.0), (slope, float(model.intercept_[0]))
    weights = {
        name: round(float(np.clip(1.0 + extra / slope, 0.0, _MOST_WEIGHT)), 3)
        for name, extra in zip(names, model.coef_[0][1:], strict=True)
    }
    return weights, (slope, float(model.intercept_[0]))


def _chances(
    train: Sequence[Decided], test: Sequence[Decided], names: Sequence[str], weights: Mapping[str, float]
) -> npt.NDArray[np.float64]:
    """Chance of `confirmed` by a line over the weighted score, calibrated on the earlier verdicts."""
    factor = np.array([weights.get(name, 1.0) for name in names])
    x, z = _table(train, names) @ factor, _table(test, names) @ factor
    line = LogisticRegression(C=100.0, max_iter=1000).fit(x.reshape(-1, 1), _labels(train))
    chances: npt.NDArray[np.float64] = line.predict_proba(z.reshape(-1, 1))[:, 1]
    return chances


def _tested(rings: Sequence[Decided], names: Sequence[str], weights: Mapping[str, float]) -> Learned:
    """Each month's verdicts foreseen from those before it, with built-in and with learned weights."""
    truth: list[int] = []
    prior: list[float] = []
    learned: list[float] = []
    for month in sorted({one.on.strftime("%Y-%m") for one in rings}):
        train = [one for one in rings if one.on.strftime("%Y-%m") < month]
        test = [one for one in rings if one.on.strftime("%Y-%m") == month]
        if len(train) < _LEAST_TRAINED or len({one.confirmed for one in train}) < 2:
            continue
        then, _ = _fit(train, names)
        truth += _labels(test).tolist()
        prior += _chances(train, test, names, {}).tolist()
        learned += _chances(train, test, names, then).tolist()
    if len(set(truth)) < 2:
        return Learned(weights=weights, verdicts=len(rings), tested=len(truth))
    return Learned(
        weights=weights, verdicts=len(rings), tested=len(truth),
        brier_prior=round(float(brier_score_loss(truth, prior)), 4),
        brier_learned=round(float(brier_score_loss(truth, learned)), 4),
        log_loss_prior=round(float(log_loss(truth, prior)), 4),
        log_loss_learned=round(float(log_loss(truth, learned)), 4),
        auc_prior=round(float(roc_auc_score(truth, prior)), 4),
        auc_learned=round(float(roc_auc_score(truth, learned)), 4),
    )  # fmt: skip

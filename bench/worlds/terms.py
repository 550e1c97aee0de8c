"""The learner: log-odds of a group being a ring as a sum of one term per fact, learnt over worlds and written as a table.

Boosted stumps (trees of one cut) are additive: the sum of all cuts on one fact is a step function of that fact. The table is that sum,
bin by bin, so what the program adds up is what was learnt, not an approximation of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

__all__ = ["PRIOR", "Boosted", "Learner", "Missing", "Terms", "fit", "read_terms", "table_of"]

PRIOR = "prior"
"""The row of the table that is added to every group."""
Missing = Literal["average", "learnt"]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """How terms are learnt; these are kept with the table as its origin."""

    rounds: int = 220
    rate: float = 0.07
    smallest_leaf: int = 12
    l2: float = 3.0
    share_of_facts: float = 0.5
    seeds: int = 5
    least_nats: float = 0.15
    """A fact whose terms never move the sum by more is left out."""
    missing: Missing = "average"
    """A missing fact counts as the known ones do on average (it tells nothing), or as learnt (its absence tells something).

    Either way it adds 0: the rest stands in the prior. Only `learnt` repeats the booster where facts are missing.
    """
    one_sign: tuple[str, ...] = ()
    """Facts that may only speak for a ring the more the higher they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boosted:
    """Boosters on the same facts that differ in their seed, and the facts in their order."""

    facts: tuple[str, ...]
    models: tuple[HistGradientBoostingClassifier, ...]

    def decision(self, frame: pd.DataFrame) -> Floats:
        """Log-odds by the boosters themselves, mean over seeds."""
        values = frame.reindex(columns=list(self.facts)).to_numpy(np.float64)
        return np.mean([model.decision_function(values) for model in self.models], axis=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A table of terms: by fact the inner bounds (rising) and the nats of the bins between them (one more)."""

    prior: float
    steps: dict[str, tuple[Floats, Floats]]

    def score(self, frame: pd.DataFrame) -> Floats:
        """Sum of the terms of each row; a missing fact adds 0."""
        total = np.full(len(frame), self.prior)
        for fact in self.steps:
            if fact in frame:
                total += self.of(fact, frame[fact].to_numpy(np.float64))
        return total

    def of(self, fact: str, values: Floats) -> Floats:
        """The term of one fact for each value."""
        bounds, nats = self.steps[fact]
        return np.where(np.isnan(values), 0.0, nats[np.searchsorted(bounds, values, side="right")])

    def tidied(self, digits: int = 3) -> Terms:
        """Rounded, with neighbouring bins of one value joined."""
        steps = {}
        for fact, (bounds, nats) in sorted(self.steps.items()):
            rounded = np.round(nats, digits) + 0.0
            kept = np.flatnonzero(np.diff(rounded) != 0)
            steps[fact] = (bounds[kept], rounded[np.append(kept, len(rounded) - 1)])
        return Terms(prior=round(self.prior, digits), steps=steps)

    def frame(self) -> pd.DataFrame:
        """As rows fact, low, high, nats: the prior first, then facts by name and bins from below."""
        rows: list[tuple[str, float | None, float | None, float]] = [(PRIOR, None, None, self.prior)]
        for fact, (bounds, nats) in sorted(self.steps.items()):
            edges = [None, *map(float, bounds), None]
            rows += [(fact, edges[i], edges[i + 1], float(nats[i])) for i in range(len(nats))]
        return pd.DataFrame(rows, columns=["fact", "low", "high", "nats"])

    def write(self, path: Path) -> None:
        """Write the table as csv: an empty bound is open, low <= value < high."""
        lines = ["fact,low,high,nats"]
        for fact, low, high, nats in self.frame().itertuples(index=False, name=None):
            lines.append(f"{fact},{_bound(low)},{_bound(high)},{nats:.3f}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _bound(value: float | None) -> str:
    return "" if value is None or np.isnan(value) else repr(float(value))


def read_terms(path: Path) -> Terms:
    """Read a table that `Terms.write` wrote."""
    table = pd.read_csv(path)
    prior = float(table.loc[table.fact == PRIOR, "nats"].iloc[0])
    steps = {}
    for fact, rows in table[table.fact != PRIOR].groupby("fact", sort=True):
        ordered = rows.sort_values("low", na_position="first")
        steps[str(fact)] = (ordered.low.to_numpy(np.float64)[1:], ordered.nats.to_numpy(np.float64))
    return Terms(prior=prior, steps=steps)


def fit(frame: pd.DataFrame, facts: list[str], label: Floats, weight: Floats, learner: Learner) -> Boosted:
    """Fit stumps on the facts given, once per seed."""
    values = frame.reindex(columns=facts).to_numpy(np.float64)
    models = tuple(
        HistGradientBoostingClassifier(
            max_leaf_nodes=2,
            max_iter=learner.rounds,
            learning_rate=learner.rate,
            min_samples_leaf=learner.smallest_leaf,
            l2_regularization=learner.l2,
            max_features=learner.share_of_facts,
            monotonic_cst=[int(fact in learner.one_sign) for fact in facts] if learner.one_sign else None,
            early_stopping=False,
            random_state=seed,
        ).fit(values, label, sample_weight=weight)
        for seed in range(learner.seeds)
    )
    return Boosted(facts=tuple(facts), models=models)


def table_of(boosted: Boosted, frame: pd.DataFrame, weight: Floats, learner: Learner) -> Terms:
    """Turn stumps into a table of terms: exact where nothing is missing, save the facts that are left out as too weak.

    Bounds are written with as few digits as keep every value of `frame` on its side.
    """
    prior = float(np.mean([model._baseline_prediction.item() for model in boosted.models]))
    steps = {}
    for at, fact in enumerate(boosted.facts):
        cuts, constant = _cuts(boosted, at)
        prior += constant
        if not len(cuts):
            continue
        values = frame[fact].to_numpy(np.float64)
        known = ~np.isnan(values)
        bounds, nats, absent = _step_function(cuts)
        bounds = _shortest(bounds, values[known])
        mean = float(
            np.average(nats[np.searchsorted(bounds, values[known], side="right")], weights=weight[known])
        )
        base = mean if learner.missing == "average" else absent
        centred = nats - base
        prior += base
        if np.abs(centred).max() > learner.least_nats:
            steps[fact] = (bounds, centred)
        else:
            prior += mean - base
    return Terms(prior=prior, steps=steps)


def _cuts(boosted: Boosted, at: int) -> tuple[Floats, float]:
    """Cuts on one fact: threshold, nats up to it, nats above it, nats if missing (each over the number of boosters)."""
    found, constant = [], 0.0
    for model in boosted.models:
        for (tree,) in model._predictors:
            nodes = tree.nodes
            if len(nodes) == 1:  # no cut was worth it: a constant, told to the first fact
                constant += nodes["value"][0] if at == 0 else 0.0
                continue
            top = nodes[0]
            if top["feature_idx"] != at:
                continue
            left, right = nodes[top["left"]]["value"], nodes[top["right"]]["value"]
            found.append((top["num_threshold"], left, right, left if top["missing_go_to_left"] else right))
    cuts = np.asarray(found, dtype=np.float64).reshape(-1, 4)
    cuts[:, 1:] /= len(boosted.models)
    return cuts, constant / len(boosted.models)


def _step_function(cuts: Floats) -> tuple[Floats, Floats, float]:
    """Bounds, nats of the bins between them, nats of a missing value: the sum of all cuts.

    The booster goes left at value <= threshold, the table's bins are low <= value < high: the bound is the next number.
    A cut at infinity parts the known from the missing and moves no bound.
    """
    finite = np.isfinite(cuts[:, 0])
    bounds = np.unique(cuts[finite, 0])
    place = np.searchsorted(bounds, cuts[finite, 0])
    rise = np.bincount(place, weights=cuts[finite, 2] - cuts[finite, 1], minlength=len(bounds))
    nats = cuts[:, 1].sum() + np.concatenate([[0.0], np.cumsum(rise)])
    return np.nextafter(bounds, np.inf), nats, float(cuts[:, 3].sum())


def _shortest(bounds: Floats, values: Floats) -> Floats:
    """The bounds with as few digits as leave every value on the side where it was."""
    ordered = np.unique(values)
    before = np.searchsorted(ordered, bounds)  # values that lie below each bound
    low = np.concatenate([[-np.inf], ordered])[before]
    high = np.concatenate([ordered, [np.inf]])[before]
    short, last = bounds.copy(), -np.inf
    for i, bound in enumerate(bounds):
        for digits in range(1, 17):
            tried = float(f"{bound:.{digits}g}")
            if low[i] < tried <= high[i] and tried > last and (i + 1 == len(bounds) or tried < bounds[i + 1]):
                short[i] = tried
                break
        last = short[i]
    return short

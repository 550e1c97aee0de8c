"""The learner: log-odds of a group being a ring, as trees of a few questions each, learnt over worlds and written as a table.

Boosted trees whose facts may speak one way only (`signs.toml` of the program says which). The table is the trees themselves, node by
node, so what the program adds up is what was learnt, not an approximation of it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

from fraudgraph.rings.terms import COLUMNS, Node, Terms, read_signs_file

__all__ = ["Boosted", "Learner", "calibrated", "fit", "score", "table_of", "with_hand_terms", "write"]

Floats = npt.NDArray[np.float64]
BY_HAND = (
    (
        Node("chain_top_share", 0.8, 1, 2, 2, 0.0),
        Node("", 0.0, 0, 0, 0, 5.5),
        Node("", 0.0, 0, 0, 0, 0.0),
    ),
)
"""Too few in too few worlds to be learnt, own choice from what was seen in ten: chains of identifiers shared outside homes of which
no single one links 0.8 of the people were rings or pieces of rings (five of five); the others, one phone or agent for all, were an agency's
or an office's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """How terms are learnt; these are kept with the table as its origin."""

    rounds: int = 160
    rate: float = 0.06
    leaves: int = 4
    smallest_leaf: int = 12
    l2: float = 4.0
    share_of_facts: float = 0.2
    seeds: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Boosted:
    """Boosters on the same facts that differ in their seed, and the facts in their order."""

    facts: tuple[str, ...]
    models: tuple[HistGradientBoostingClassifier, ...]

    def decision(self, frame: pd.DataFrame) -> Floats:
        """Log-odds by the boosters themselves, mean over seeds."""
        values = frame.reindex(columns=list(self.facts)).to_numpy(np.float64)
        return np.mean([model.decision_function(values) for model in self.models], axis=0)


def fit(frame: pd.DataFrame, facts: list[str], label: Floats, weight: Floats, learner: Learner) -> Boosted:
    """Fit boosters on the facts given, once per seed; a fact that is not registered, or has its term by hand, is not asked for."""
    signs, by_hand = read_signs_file(), {node.fact for tree in BY_HAND for node in tree}
    facts = [fact for fact in facts if fact in signs and fact not in by_hand]
    values = frame.reindex(columns=facts).to_numpy(np.float64)
    models = tuple(
        HistGradientBoostingClassifier(
            max_leaf_nodes=learner.leaves,
            max_iter=learner.rounds,
            learning_rate=learner.rate,
            min_samples_leaf=learner.smallest_leaf,
            l2_regularization=learner.l2,
            max_features=learner.share_of_facts,
            monotonic_cst=[signs[fact].direction for fact in facts],
            early_stopping=False,
            random_state=seed,
        ).fit(values, label, sample_weight=weight)
        for seed in range(learner.seeds)
    )
    return Boosted(facts=tuple(facts), models=models)


def table_of(boosted: Boosted) -> Terms:
    """The boosters as terms: each tree's nats over the number of boosters."""
    prior = float(np.mean([model._baseline_prediction.item() for model in boosted.models]))
    trees = [
        _tree(predictor.nodes, boosted.facts, len(boosted.models))
        for model in boosted.models
        for (predictor,) in model._predictors
    ]
    return Terms(prior=prior + sum(tree[0].nats for tree in trees), trees=tuple(trees))


def _tree(nodes: Any, facts: tuple[str, ...], boosters: int) -> tuple[Node, ...]:
    """One tree; the nats of a question are the mean of its ends, by how many groups went there."""
    values: dict[int, float] = {}

    def value(at: int) -> float:
        node = nodes[at]
        if node["is_leaf"]:
            values[at] = float(node["value"])
        else:
            below, beyond = int(node["left"]), int(node["right"])
            share = nodes[below]["count"] / (nodes[below]["count"] + nodes[beyond]["count"])
            values[at] = share * value(below) + (1 - share) * value(beyond)
        return values[at]

    value(0)
    told = []
    for at, node in enumerate(nodes):
        nats = round(values[at] / boosters, 5) + 0.0
        if node["is_leaf"]:
            told.append(Node("", 0.0, 0, 0, 0, nats))
            continue
        below, beyond = int(node["left"]), int(node["right"])
        # the booster goes left at value <= threshold, the table at value < cut: the cut is the next number
        cut = float(np.nextafter(float(node["num_threshold"]), np.inf))
        unknown = below if node["missing_go_to_left"] else beyond
        told.append(Node(facts[int(node["feature_idx"])], cut, below, beyond, unknown, nats))
    return tuple(told)


def score(terms: Terms, frame: pd.DataFrame) -> Floats:
    """Log-odds of each row by the table."""
    facts = sorted(terms.facts & set(frame.columns))
    rows = frame[facts].to_dict("records")
    return np.array(
        [
            terms.prior + sum(terms.of({k: v for k, v in row.items() if not np.isnan(v)}).values())
            for row in rows
        ]
    )


def with_hand_terms(terms: Terms) -> Terms:
    """The terms with those that were set by hand after them."""
    return Terms(prior=terms.prior, trees=(*terms.trees, *BY_HAND))


def calibrated(terms: Terms, slope: float, shift: float) -> Terms:
    """Terms whose log-odds are `shift + slope * log-odds`."""
    trees = tuple(
        tuple(Node(n.fact, n.cut, n.below, n.beyond, n.unknown, round(n.nats * slope, 5) + 0.0) for n in tree)
        for tree in terms.trees
    )
    roots = sum(tree[0].nats for tree in terms.trees)
    base = shift + slope * (terms.prior - roots)
    return Terms(prior=base + sum(tree[0].nats for tree in trees), trees=trees)


def write(terms: Terms, path: Path) -> None:
    """Write the table as csv, in the form that the program reads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    prior = terms.prior - sum(tree[0].nats for tree in terms.trees)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerow((0, 0, "", "", "", "", "", round(prior, 5)))
        for number, tree in enumerate(terms.trees, start=1):
            for at, node in enumerate(tree):
                ways = (
                    (repr(node.cut), node.below, node.beyond, node.unknown) if node.fact else ("", "", "", "")
                )
                writer.writerow((number, at, node.fact, *ways, node.nats))

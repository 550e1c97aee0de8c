"""Learning terms with a world held out, and what the terms are worth there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from bench.worlds.groups import facts_of, labels, weights, worth_asking
from bench.worlds.terms import Learner, fit, score, table_of
from fraudgraph.rings.score import HOLDS_NATS
from fraudgraph.rings.terms import Terms

__all__ = ["HeldOut", "calibration", "cross", "held_out_table", "learn", "measure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """What terms are worth in a world that they were not learnt on."""

    world: str
    level: str
    planted: int
    reach: int
    """Planted rings that some group is, whatever its score: no threshold finds more."""
    listed: int
    right: int
    recall: float | None
    precision: float | None
    best_at: float
    best_recall: float | None
    best_precision: float | None
    promised_false: float | None
    """Mean of 1 - posterior over the listed: the false share that the scores promise."""
    real_false: float | None


def learn(groups: pd.DataFrame, learner: Learner, *, leave_out: str | None = None) -> Terms:
    """Terms learnt on all worlds but one.

    Raises
    ------
    SystemExit
        There is no group left to learn from, or all are of one sort.
    """
    asked = worth_asking(groups)
    asked = asked[asked.world != leave_out].reset_index(drop=True)
    label = labels(asked)
    if len(np.unique(label)) < 2:
        raise SystemExit(
            f"{len(asked)} groups, {int(label.sum())} of them rings: terms can't be learnt from one sort only."
        )
    return table_of(fit(asked, facts_of(asked), label, weights(asked), learner))


def cross(
    groups: pd.DataFrame, planted: dict[tuple[str, str], int], learner: Learner
) -> tuple[list[HeldOut], pd.DataFrame, tuple[float, float]]:
    """Every world held out in turn; `planted` counts the rings of each world and level.

    Returns the figures, the groups with their held-out `score`, each calibrated on the other worlds, and the calibration (slope, shift)
    over all of them.
    """
    raw = groups.assign(score=0.0)
    for world in sorted(groups.world.unique()):
        terms = learn(groups, learner, leave_out=world)
        raw.loc[raw.world == world, "score"] = score(terms, groups[groups.world == world])
    scored = raw.copy()
    for world in sorted(groups.world.unique()):
        slope, shift = calibration(raw[raw.world != world])
        scored.loc[scored.world == world, "score"] = shift + slope * raw.score[raw.world == world]
    if "lawful_holds" in scored:
        scored["score"] += np.where(scored.lawful_holds > 0, HOLDS_NATS, 0.0)
    return (
        [
            measure(scored[(scored.world == world) & (scored.level == level)], world, level, count)
            for (world, level), count in sorted(planted.items())
        ],
        scored,
        calibration(raw),
    )


def calibration(scored: pd.DataFrame) -> tuple[float, float]:
    """Slope and shift that make held-out scores the log-odds that were seen: how far worlds that were not learnt from differ."""
    asked = worth_asking(scored)
    model = LogisticRegression(C=1e6).fit(
        asked[["score"]].to_numpy(), labels(asked), sample_weight=weights(asked)
    )
    return round(float(model.coef_[0, 0]), 4), round(float(model.intercept_[0]), 4)


def measure(scored: pd.DataFrame, world: str, level: str, planted: int) -> HeldOut:
    """Recall and precision at log-odds 0 and at the best threshold; a second group of one ring is a false one."""
    ordered = scored.sort_values(["score", "seed", "ring_id"], ascending=[False, True, True])
    ring = ordered.jaccard >= 0.5
    again = ordered[ring].duplicated(["seed", "planted"])
    right = ring.copy()
    right[again.index[again]] = False
    score, hits = ordered.score.to_numpy(), right.to_numpy().cumsum()
    listed = int((score > 0).sum())
    found = int(right.to_numpy()[:listed].sum())
    places = np.arange(1, len(ordered) + 1)
    best = int((2 * hits / (places + planted)).argmax()) if planted and len(ordered) else None
    posterior = 1 / (1 + np.exp(-score[:listed]))
    return HeldOut(
        world=world,
        level=level,
        planted=planted,
        reach=int(right.sum()),
        listed=listed,
        right=found,
        recall=_share(found, planted),
        precision=_share(found, listed),
        best_at=0.0 if best is None else round(float(score[best]), 2),
        best_recall=None if best is None else _share(int(hits[best]), planted),
        best_precision=None if best is None else _share(int(hits[best]), best + 1),
        promised_false=round(float((1 - posterior).mean()), 3) if listed else None,
        real_false=round(1 - found / listed, 3) if listed else None,
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def held_out_table(rows: list[HeldOut]) -> str:
    """The figures as lines for people."""
    lines = [
        f"{'world':12} {'level':9} {'rings':>5} {'reach':>5} {'listed':>6} {'recall':>6} {'precis':>6} | "
        f"{'best at':>7} {'recall':>6} {'precis':>6} | {'false: promised':>15} {'real':>5}"
    ]
    for r in rows:
        lines.append(
            f"{r.world:12} {r.level:9} {r.planted:5} {r.reach:5} {r.listed:6} {_cell(r.recall)} {_cell(r.precision)} | "
            f"{r.best_at:7.2f} {_cell(r.best_recall)} {_cell(r.best_precision)} | {_cell(r.promised_false):>15} {_cell(r.real_false, 5)}"
        )
    return "\n".join(lines)


def _cell(value: float | None, width: int = 6) -> str:
    return f"{'-' if value is None else format(value, '.2f'):>{width}}"

"""What simulated verdicts teach: precision among the first k in cities that were not learned from."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from bench.rings.scoring import read_truth
from fraudgraph.casework.learning import Decided, learn_weights
from fraudgraph.synthetic.city import make_city

__all__ = ["learn_from_verdicts"]

_KS = (10, 30, 50, 70)
_WRONG = 0.05
"""Share of verdicts that an investigator gets wrong."""


def learn_from_verdicts(
    work: Path, *, cities: int, claims: int = 60_000, runs: Path | None = None
) -> dict[str, Any]:
    """Verdicts on the candidates of some cities, weights from 30, 100 and 300 of them, precision in the others.

    Every candidate is up for a verdict, listed or not: the list alone would not hold three hundred. With `runs`, the
    cities and runs that `python -m bench rings` left there are used: the last seed of each kind is judged.
    """
    if runs is not None:
        learn, judge = _earlier(runs)
    else:
        found = [_candidates(*_made(work, seed, claims), seed) for seed in range(1, 2 * cities + 1)]
        learn, judge = found[:cities], found[cities:]
    told: dict[str, Any] = {
        "candidates": [len(one) for one in (*learn, *judge)],
        "before": _precision(judge, {}),
    }
    pool = [one for city in learn for one in city]
    random.Random(1).shuffle(pool)
    dated = [_dated(one, number, len(pool)) for number, one in enumerate(pool)]
    for count in (30, 100, 300):
        if count > len(dated):
            continue
        learned = learn_weights(dated[:count], least=30)
        told[f"after {count}"] = {
            **_precision(judge, learned.weights), "weights": dict(learned.weights),
            "log_loss": [learned.log_loss_prior, learned.log_loss_learned],
        }  # fmt: skip
    return told


def _earlier(runs: Path) -> tuple[list[list[Decided]], list[list[Decided]]]:
    """Candidates of the runs of an earlier benchmark, the last seed of each kind apart."""
    outs = sorted(path for path in runs.glob("run-city-*") if (path / "score_parts.parquet").is_file())
    last = {str(path).rpartition("-")[0]: path for path in outs}
    found: tuple[list[list[Decided]], list[list[Decided]]] = ([], [])
    for number, out in enumerate(outs):
        truth = out.with_name(out.name.removeprefix("run-") + "-truth")
        found[out in last.values()].append(_candidates(out, truth, number))
    return found


def _dated(one: Decided, number: int, count: int) -> Decided:
    on = date(2025, 1, 5) + timedelta(days=350 * number // count)
    return Decided(
        ring_id=f"{one.ring_id}-{number}", month=on.strftime("%Y-%m"), score_rank=one.score_rank, score=one.score,
        parts=one.parts, models=one.models, views=one.views, verdict=one.verdict, on=on,
    )  # fmt: skip


def _made(work: Path, seed: int, claims: int) -> tuple[Path, Path]:
    """A city, its run, and what was planted."""
    city, out = work / f"verdict-city-{seed}", work / f"verdict-run-{seed}"
    if not (city / "claims.parquet").exists():
        make_city(city, claims=claims, months=6, rings="hard" if seed % 2 else "standard", seed=seed)
    if not (out / "run.json").exists():
        command = [sys.executable, "-m", "fraudgraph", "run", str(city), "--out", str(out)]
        subprocess.run(command, check=True, capture_output=True)
    return out, city.with_name(city.name + "-truth")


def _candidates(out: Path, truth_folder: Path, seed: int) -> list[Decided]:
    """A run's candidates with the verdict that an investigator would give, mostly rightly."""
    truth, _ = read_truth(truth_folder)
    planted = [set(ring.patients) for ring in truth.values()]
    people: dict[str, set[str]] = {}
    for row in pq.read_table(out / "ring_members.parquet").to_pylist():
        if row["entity_type"] == "patient":
            people.setdefault(row["ring_id"], set()).add(row["entity_id"])
    parts: dict[str, dict[str, float]] = {}
    for row in pq.read_table(out / "score_parts.parquet").to_pylist():
        parts.setdefault(row["ring_id"], {})[row["name"]] = row["points"]
    chance = random.Random(seed)
    found = []
    for row in pq.read_table(out / "rings.parquet").to_pylist():
        name = row["ring_id"]
        right = any(2 * len(people[name] & ring) >= len(people[name]) for ring in planted)
        said = right if chance.random() >= _WRONG else not right
        found.append(
            Decided(
                ring_id=f"{seed}-{name}", month="2025-01", score_rank=row["rank"], score=row["score"], parts=parts[name],
                models=("true",) if right else (), views=(), verdict="confirmed" if said else "cleared", on=date(2025, 1, 1),
            )
        )  # fmt: skip
    return found


def _precision(cities: Sequence[Sequence[Decided]], weights: dict[str, float] | Any) -> dict[str, float]:
    """Precision among the first k of each city that has rings, by the weighted score; `models` holds the truth."""
    told = {}
    for k in _KS:
        right = looked = 0
        for city in cities:
            if not any(one.models for one in city):
                continue
            ranked = sorted(
                city, key=lambda one: -sum(p * weights.get(n, 1.0) for n, p in one.parts.items())
            )[:k]
            right += sum(bool(one.models) for one in ranked)
            looked += len(ranked)
        told[f"precision_at_{k}"] = round(right / max(looked, 1), 4)
    return told

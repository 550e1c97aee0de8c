"""Known methods on the same cities, judged by the same judge: `python -m bench baselines [--quick] [--tune]`.

Each method's few knobs were chosen on the tuning seeds, standard and hard together, for the highest F1 (`--tune` does
it again and writes `knobs.json`); they then stand for every kind of city. What a method lists is a list of groups of
patients; places are not asked for. `bench rings` prints the same figures for fraudgraph.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.baselines import blocks, communities, projections, sorting
from bench.baselines.visits import Ints, Visits, read_visits
from bench.rings.cities import TUNING_SEEDS, cities_asked_for, city_folder, parser, truth_of, write_figures
from bench.rings.scoring import Score, read_truth, score_sets

__all__ = ["BASELINES", "Baseline", "main", "score_groups", "tune"]

KNOBS = Path(__file__).parent / "knobs.json"
SIZES = {"least": (4, 6), "most": (60, 200)}
Truth = tuple[dict[str, Any], dict[str, tuple[str, set[str]]]]


@dataclass(frozen=True, slots=True)
class Baseline:
    """One method: what is worked out once a city, what its knobs then list, and the values that are tried."""

    title: str
    prepare: Callable[[Visits], Any]
    groups: Callable[..., list[Ints]]
    grid: dict[str, tuple[Any, ...]]

    def settings(self) -> Iterator[dict[str, Any]]:
        """Every combination of the knobs' values."""
        for values in itertools.product(*self.grid.values()):
            yield dict(zip(self.grid, values, strict=True))


BASELINES = {
    "identifiers": Baseline(
        "shared identifiers, components",
        communities.prepare_identifiers,
        communities.shared_identifiers,
        {"kinds": tuple(communities.KINDS), "holders": (5, 20, 100, 300), "at_least": (1, 2), **SIZES},
    ),
    "leiden": Baseline(
        "Leiden on patients and providers",
        communities.prepare_bipartite,
        communities.bipartite_leiden,
        {
            "objects": ("place", "doctor"),
            "resolution": (1.0, 4.0, 16.0, 64.0, 256.0, 1024.0),
            "count": (5, 15, 30, 60),
        },
    ),
    "fraudar": Baseline(
        "FRAUDAR",
        blocks.prepare_fraudar,
        blocks.fraudar,
        {
            "objects": ("place", "doctor", "place_day"),
            "bound": blocks.BOUNDS,
            "count": (5, 15, 30, 60),
            **SIZES,
        },
    ),
    "forest": Baseline(
        "isolation forest on entities",
        sorting.prepare_forest,
        sorting.isolation_forest,
        {
            "objects": ("place", "doctor"),
            "patient_share": (0.003, 0.01, 0.03, 0.1),
            "object_share": (0.05, 0.2, 1.0),
            "visits_least": (1, 3, 6, 10),
            "grouping": ("place", "communities"),
        },
    ),
    "billed": Baseline(
        "rank by billed amount",
        sorting.prepare_nothing,
        sorting.billed_amount,
        {
            "objects": ("place", "doctor"),
            "money": ("total", "fund"),
            "places": (10, 30, 60),
            "people": (8, 12, 20, 40),
        },
    ),
    "co_visits": Baseline(
        "co-visit threshold, components",
        projections.prepare_pairs,
        projections.co_visit_threshold,
        {"window": tuple(projections.WINDOWS), "times": (2, 3, 4, 5, 6, 8, 10, 12), **SIZES},
    ),
    "hypergeometric": Baseline(
        "global hypergeometric projection",
        projections.prepare_tests,
        projections.global_hypergeometric,
        {
            "level": (0.01, 1e-4, 1e-8, 1e-12, 1e-16, 1e-24),
            "correction": ("bonferroni", "benjamini"),
            "grouping": ("components", "communities"),
            **SIZES,
        },
    ),
    "fraud_weighted": Baseline(
        "co-visits, fraud-weighted communities",
        projections.prepare_likelihood,
        projections.fraud_weighted,
        {
            "window": tuple(projections.WINDOWS),
            "times": (2, 3, 4, 6, 8),
            "strength": (1.0, 4.0),
            "resolution": (1.0, 8.0),
            "count": (15, 30, 60),
        },
    ),
    "m_zoom": Baseline(
        "M-Zoom, patient x place x day",
        blocks.prepare_zoom,
        blocks.m_zoom,
        {
            "measure": ("arithmetic", "geometric", "suspicious"),
            "damped": (False, True),
            "bound": blocks.BOUNDS,
            "count": (5, 15, 30, 60),
            **SIZES,
        },
    ),
}


def score_groups(visits: Visits, groups: list[Ints], truth: Truth) -> Score:
    """Judge groups of patient codes as `bench rings` judges a list."""
    listed = {
        f"G{number:05d}": {("patient", visits.patients[code]) for code in group.tolist()}
        for number, group in enumerate(groups)
    }
    return score_sets(truth[0], listed, truth[1])


def tune(method: Baseline, cities: list[tuple[Visits, Truth]]) -> tuple[dict[str, Any], float]:
    """The knobs with the highest F1 over all cities together; the first of equals."""
    best: tuple[dict[str, Any], float] = ({}, -1.0)
    prepared = [method.prepare(visits) for visits, _ in cities]
    for knobs in method.settings():
        total = Score()
        for (visits, truth), ready in zip(cities, prepared, strict=True):
            total += score_groups(visits, method.groups(visits, ready, **knobs), truth)
        f1 = total.figures()["f1"] or 0.0
        if f1 > best[1]:
            best = (knobs, f1)
    return best


def main(argv: list[str]) -> int:
    """List with the kept knobs, score, print a table, write json; or tune the knobs and stop."""
    options = _options(argv)
    names = options.only.split(",") if options.only else list(BASELINES)
    if options.tune:
        _tune_all(options, names)
        return 0
    kept = json.loads(KNOBS.read_text(encoding="utf-8"))
    totals: dict[tuple[str, str], Score] = defaultdict(Score)
    seconds: dict[str, list[float]] = defaultdict(list)
    for kind, claims, seed in cities_asked_for(options):
        city = city_folder(options.work, kind, claims, seed)
        visits, truth = read_visits(city), read_truth(truth_of(city))
        for name in names:
            method, began = BASELINES[name], time.monotonic()
            groups = method.groups(visits, method.prepare(visits), **kept[name]["knobs"])
            seconds[name].append(time.monotonic() - began)
            totals[name, kind] += score_groups(visits, groups, truth)
        print(f"{kind} seed {seed} done", file=sys.stderr, flush=True)
    _print(totals)
    means = {name: round(sum(spent) / len(spent), 1) for name, spent in seconds.items()}
    print("seconds a city:", ", ".join(f"{name} {mean}" for name, mean in means.items()))
    write_figures(
        options,
        "baselines",
        {
            "knobs": {name: kept[name] for name in names},
            "seconds": means,
            "table": [
                {"method": name, "kind": kind, **score.figures()} for (name, kind), score in totals.items()
            ],
        },
    )
    return 0


def _tune_all(options: argparse.Namespace, names: list[str]) -> None:
    claims = options.claims or (60_000 if options.quick else 400_000)
    seeds = TUNING_SEEDS[:1] if options.quick else TUNING_SEEDS
    folders = [
        city_folder(options.work, kind, claims, seed) for kind in ("standard", "hard") for seed in seeds
    ]
    cities = [(read_visits(city), read_truth(truth_of(city))) for city in folders]
    kept = json.loads(KNOBS.read_text(encoding="utf-8")) if KNOBS.exists() else {}
    for name in names:
        began = time.monotonic()
        knobs, f1 = tune(BASELINES[name], cities)
        kept[name] = {"knobs": knobs, "tuning_f1": round(f1, 4)}
        print(
            f"{name:16} F1 {f1:.3f}  {knobs}  {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True
        )
        if not options.quick:
            KNOBS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def _print(totals: dict[tuple[str, str], Score]) -> None:
    print(
        f"{'method':40} {'kind':9} {'recall':>7} {'precision':>9} {'F1':>6} {'people right':>12} {'listed':>7}"
    )
    for (name, kind), score in totals.items():
        told = score.figures()
        cells = [
            "     -" if told[column] is None else f"{told[column]:6.3f}"
            for column in ("recall", "precision", "f1", "patients_right_share")
        ]
        print(
            f"{BASELINES[name].title:40} {kind:9} {cells[0]:>7} {cells[1]:>9} {cells[2]:>6} {cells[3]:>12} {told['listed']:>7}"
        )


def _options(argv: list[str]) -> argparse.Namespace:
    made = parser("baselines", __doc__)
    made.add_argument(
        "--tune",
        action="store_true",
        help="choose the knobs again on the tuning seeds, keep them (not with --quick) and stop",
    )
    made.add_argument("--only", default="", help=f"of {', '.join(BASELINES)}; several with commas")
    return made.parse_args(argv)

"""Promised against realised false rings: `python -m bench calibration [--quick] [--kind …] [--seeds …] [--claims N]`.

Twenty cities (five seeds of none, standard, stealth and hard, 160,000 claims each: smaller than those of `bench
rings`, for time) are run with `--calibrate`. For every t, all rings with a q-value of at most t are looked at, listed or
not. False are those that are not matched one to one to a planted ring (so fragments and padded groups count as
false); beside it stands the share of them with no planted person at all. The interval is a bootstrap over cities.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from bench.rings.cities import cities_asked_for, city_folder, parser, run_fraudgraph, truth_of, write_figures
from bench.rings.scoring import match, read_truth

__all__ = ["Tally", "compare", "main", "tally"]

PROMISED = (0.01, 0.05, 0.10, 0.20)
SEEDS = {False: "1,2,3,4,5", True: "301,302,303,304,305"}
CLAIMS = 160_000
SHUFFLES = 3
"""Deals of the same claims to people anew that each run makes."""
DRAWS = 4_000
AIM = (0.7, 1.3)
AIM_COST = 3.0
"""Calibration takes at most so many times what the run takes without it, import and dossiers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One city at one t."""

    rings: int
    false: int
    strangers_only: int
    told: float
    """The largest q-value among the rings: what the program says of this set."""


def tally(rings: dict[str, tuple[float, set[str]]], planted: dict[str, set[str]], *, at: float) -> Tally:
    """Count false rings among those with a q-value of at most `at`; `rings` is (q-value, patients) by ring."""
    chosen = {name: people for name, (q, people) in rings.items() if q <= at}
    guilty = set().union(*planted.values()) if planted else set()
    return Tally(
        rings=len(chosen),
        false=len(chosen) - len(match(planted, chosen)),
        strangers_only=sum(not people & guilty for people in chosen.values()),
        told=max((rings[name][0] for name in chosen), default=0.0),
    )


def compare(tallies: list[Tally], *, at: float, seed: int = 7) -> dict[str, Any]:
    """Realised share, its 95 % interval over cities, and how it compares with what was promised."""
    counts = np.array([[t.rings, t.false, t.strangers_only, t.told * t.rings] for t in tallies], dtype=float)
    if counts[:, 0].sum() == 0:
        return {"promised": at, "cities": len(tallies), "rings": 0}
    draws = np.random.default_rng(seed).integers(0, len(tallies), (DRAWS, len(tallies)))
    drawn = counts[draws].sum(axis=1)
    drawn = drawn[drawn[:, 0] > 0]
    rings, false, strangers, told = counts.sum(axis=0)
    low, high = np.quantile(drawn[:, 1] / drawn[:, 0], (0.025, 0.975))
    far_low, far_high = np.quantile(drawn[:, 2] / drawn[:, 0], (0.025, 0.975))
    return {
        "promised": at,
        "cities": len(tallies),
        "rings": int(rings),
        "false_share": round(false / rings, 4),
        "false_share_95": [round(float(low), 4), round(float(high), 4)],
        "ratio": round(false / rings / at, 2),
        "ratio_95": [round(float(low) / at, 2), round(float(high) / at, 2)],
        "told": round(told / rings, 4),
        "no_planted_people_share": round(strangers / rings, 4),
        "no_planted_people_ratio": round(strangers / rings / at, 2),
        "no_planted_people_ratio_95": [round(float(far_low) / at, 2), round(float(far_high) / at, 2)],
    }


def read_rings(out: Path) -> dict[str, tuple[float, set[str]]]:
    """(q-value, patients) of every ring that has a q-value."""
    found: dict[str, tuple[float, set[str]]] = {
        row["ring_id"]: (row["q_value"], set())
        for row in pq.read_table(out / "rings.parquet", columns=["ring_id", "q_value"]).to_pylist()
        if row["q_value"] is not None
    }
    columns = ["ring_id", "entity_type", "entity_id"]
    for row in pq.read_table(out / "ring_members.parquet", columns=columns).to_pylist():
        if row["entity_type"] == "patient" and row["ring_id"] in found:
            found[row["ring_id"]][1].add(row["entity_id"])
    return found


def cost(out: Path) -> float:
    """Seconds of calibration over those of the rest of the run, import and dossiers apart (as in `bench speed`)."""
    stages = {
        stage["name"]: float(stage["seconds"])
        for stage in json.loads((out / "run.json").read_text(encoding="utf-8"))["stages"]
    }
    rest = sum(seconds for name, seconds in stages.items() if name not in ("calibrate", "read", "dossiers"))
    return stages["calibrate"] / rest


def main(argv: list[str]) -> int:
    """Run the cities, compare, print, write."""
    made = parser("calibration", __doc__)
    made.add_argument(
        "--reuse", action="store_true", help="use calibrated runs that stand in the work folder"
    )
    options = made.parse_args(argv)
    if not options.quick:
        options.seeds = options.seeds or SEEDS[options.report]
        options.claims = options.claims or CLAIMS
    by_city: list[dict[float, Tally]] = []
    seconds: list[float] = []
    costs: list[float] = []
    for kind, claims, seed in cities_asked_for(options):
        city = city_folder(options.work, kind, claims, seed)
        out = options.work / f"calibrated-{city.name}"
        if not (options.reuse and (out / "run.json").exists()):
            try:
                seconds.append(run_fraudgraph(city, out, ["--calibrate", str(SHUFFLES)]))
            except SystemExit as problem:
                print(f"not calibrated: {problem}")
                return 1
        rings = read_rings(out)
        if not rings and pq.read_metadata(out / "rings.parquet").num_rows:
            print(f"not calibrated: no ring of {out} has a q-value")
            return 1
        costs.append(cost(out))
        planted = {name: ring.patients for name, ring in read_truth(truth_of(city))[0].items()}
        by_city.append({at: tally(rings, planted, at=at) for at in PROMISED})
        told = " ".join(f"q<={at}: {t.false}/{t.rings}" for at, t in by_city[-1].items())
        print(f"{kind} seed {seed}: {told}", flush=True)
    table = [compare([city[at] for city in by_city], at=at) for at in PROMISED]
    for row in table:
        print(row)
    print(f"{SHUFFLES} shuffles take {median(costs):.1f} times the run (middle city; aim {AIM_COST:.0f})")
    write_figures(
        options,
        "calibration",
        {
            "aim_ratio_95_inside": AIM,
            "table": table,
            "seconds": [round(s, 1) for s in seconds],
            "aim_cost": AIM_COST,
            "shuffles": SHUFFLES,
            "calibration_over_run": [round(c, 2) for c in costs],
        },
    )
    return 0

"""From three cards to the ring: `python -m bench expansion [--quick] [--kind …] [--seeds …]`.

For every planted ring of six patients or more, three of its cards are drawn by seed and handed to `fraudgraph expand`.
Recovered is the share of the ring's patients in the group that comes back (the three included; without them beside
it); strangers is the share of the group who are not in that ring. Means over rings.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from bench.rings.cities import cities_asked_for, city_folder, parser, run_fraudgraph, truth_of, write_figures
from bench.rings.scoring import Planted, read_truth

__all__ = ["Expansion", "judge", "main"]

CARDS = 3
LEAST = 6
AIMS = {"recovered": 0.8, "strangers": 0.2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """What came back for one ring. Shares 0 to 1."""

    ring: str
    typology: str
    patients: int
    recovered: float
    recovered_rest: float
    strangers: float
    outsiders: float
    """Share of the group in no planted ring at all."""
    stop_reason: str


def judge(ring: str, planted: dict[str, Planted], cards: list[str], answer: dict[str, Any]) -> Expansion:
    """Compare the group that came back with the ring the cards were drawn from."""
    mine = planted[ring].patients
    anyone = set().union(*(other.patients for other in planted.values()))
    group = {m["entity_id"] for m in answer["members"] if m["entity_type"] == "patient"} | set(cards)
    rest = mine - set(cards)
    return Expansion(
        ring=ring,
        typology=planted[ring].typology,
        patients=len(mine),
        recovered=len(group & mine) / len(mine),
        recovered_rest=len(group & rest) / len(rest),
        strangers=len(group - mine) / len(group),
        outsiders=len(group - anyone) / len(group),
        stop_reason=str(answer.get("stop_rule") or answer.get("stop_reason", "")),
    )


def expand(out: Path, cards: list[str]) -> dict[str, Any]:
    """Call the program as a user would."""
    command = [
        sys.executable,
        "-m",
        "fraudgraph",
        "expand",
        str(out),
        "--patients",
        ",".join(cards),
        "--json",
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"fraudgraph expand ended with {done.returncode} on {out}:\n{done.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def main(argv: list[str]) -> int:
    """Run each city once, expand from three cards of each ring, print and write what came back."""
    made = parser("expansion", __doc__, kinds="standard,stealth,hard")
    made.add_argument("--reuse", action="store_true", help="use runs that stand in the work folder")
    options = made.parse_args(argv)
    found: dict[str, list[Expansion]] = defaultdict(list)
    for kind, claims, seed in cities_asked_for(options):
        city = city_folder(options.work, kind, claims, seed)
        out = options.work / f"run-{city.name}"
        if not (options.reuse and (out / "run.json").exists()):
            run_fraudgraph(city, out, [])
        planted, _ = read_truth(truth_of(city))
        draw = np.random.default_rng([seed, 3])
        for ring in sorted(planted):
            people = sorted(planted[ring].patients)
            if len(people) < LEAST:
                continue
            cards = sorted(draw.choice(people, CARDS, replace=False).tolist())
            found[kind].append(judge(ring, planted, cards, expand(out, cards)))
        _print_row(f"{kind} up to seed {seed}", found[kind])
    everything = [one for rows in found.values() for one in rows]
    for typology in sorted({one.typology for one in everything}):
        _print_row(f"  {typology}", [one for one in everything if one.typology == typology])
    _print_row("all", everything)
    print("stopped because:", dict(Counter(one.stop_reason for one in everything).most_common()))
    figures = {kind: summary(rows) for kind, rows in found.items()} | {"all": summary(everything)}
    write_figures(
        options, "expansion", {"aims": AIMS, "by_kind": figures, "rings": [asdict(one) for one in everything]}
    )
    return 0


def summary(rows: list[Expansion]) -> dict[str, float]:
    """Means over rings."""
    return {
        "rings": len(rows),
        **{
            name: round(mean(getattr(one, name) for one in rows), 4)
            for name in ("recovered", "recovered_rest", "strangers", "outsiders")
        },
    }


def _print_row(title: str, rows: list[Expansion]) -> None:
    if rows:
        print(
            f"{title:24} " + " ".join(f"{name}={value}" for name, value in summary(rows).items()), flush=True
        )

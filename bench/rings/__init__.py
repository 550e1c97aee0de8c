"""Ring detection against planted rings: `python -m bench rings [--quick] [--kind …] [--claims N] [--seeds …]`.

Seeds 1 to 9 are for tuning; seeds from 101 on are for reporting and are run once. CARD.md says what the cities hold
and what they can't show. Cities are kept under the work folder and used again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.rings.scoring import Score, score_run
from fraudgraph.claims.city import CITY_VERSION, RING_KINDS, make_city

__all__ = ["city_folder", "main"]

TUNING_SEEDS = (1, 2, 3)
MONTHS = 12
_COLUMNS = (
    "recall", "precision", "f1", "planted", "listed", "found", "patients_wrong", "patients_right_share", "lookalikes_listed", "places_f1", "money_found_share",
)  # fmt: skip


def city_folder(work: Path, kind: str, claims: int, seed: int, *, big_block: bool = False) -> Path:
    """A city of a kind, made now or taken from an earlier call."""
    name = f"city-v{CITY_VERSION}-{kind}-{claims}-{MONTHS}-{seed}{'-block' if big_block else ''}"
    folder = work / name
    if not (folder / "claims.parquet").exists():
        made = make_city(folder, claims=claims, months=MONTHS, rings=kind, seed=seed, big_block=big_block)
        print(
            f"made {name}: {made.rings} rings, {made.lawful_groups} lawful groups, {made.seconds:.1f} s",
            file=sys.stderr,
        )
    return folder


def run_fraudgraph(city: Path, out: Path, extra: list[str]) -> float:
    """Run the program on a city as a user would; seconds of wall clock."""
    command = [sys.executable, "-m", "fraudgraph", "run", str(city), "--out", str(out), "--replace", *extra]
    began = time.monotonic()
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"fraudgraph run ended with {done.returncode} on {city}:\n{done.stderr[-2000:]}")
    return time.monotonic() - began


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench rings", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="one city of 60,000 claims with standard rings and one without"
    )
    parser.add_argument(
        "--kind",
        default="none,standard,stealth,hard",
        help=f"of {', '.join(RING_KINDS)}; several with commas",
    )
    parser.add_argument(
        "--claims", type=int, default=0, help="claims a city (default 400,000; real 4,000,000)"
    )
    parser.add_argument(
        "--seeds",
        default=",".join(map(str, TUNING_SEEDS)),
        help="several with commas; tuning 1-9, reporting 101+",
    )
    parser.add_argument(
        "--big-block", action="store_true", help="also plant the block of 122 doctors and 181 patients"
    )
    parser.add_argument(
        "--work",
        type=Path,
        default=Path(tempfile.gettempdir()) / "fraudgraph-bench",
        help="where cities and runs are kept",
    )
    parser.add_argument(
        "--json",
        type=Path,
        default=None,
        help="where the figures go (default: rings.json in the work folder)",
    )
    parser.add_argument(
        "--run-option",
        action="append",
        default=[],
        help="an option handed on to `fraudgraph run`, such as --run-option=--settings=F",
    )
    parser.add_argument(
        "--score",
        nargs=2,
        type=Path,
        metavar=("OUT", "TRUTH"),
        help="only score this output folder against this truth folder",
    )
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    """Make the cities, run the program, score the lists, print a table, write json."""
    options = _options(argv)
    if options.score:
        print(json.dumps(score_run(*options.score).figures(), ensure_ascii=False, indent=1))
        return 0
    kinds = ["standard", "none"] if options.quick else options.kind.split(",")
    seeds = [1] if options.quick else [int(seed) for seed in options.seeds.split(",")]
    options.work.mkdir(parents=True, exist_ok=True)
    result: dict[str, Any] = {"city_version": CITY_VERSION, "runs": []}
    totals: dict[str, Score] = {}
    for kind in kinds:
        claims = options.claims or (60_000 if options.quick else 4_000_000 if kind == "real" else 400_000)
        for seed in seeds:
            city = city_folder(options.work, kind, claims, seed, big_block=options.big_block)
            out = options.work / f"run-{city.name}"
            seconds = run_fraudgraph(city, out, options.run_option)
            score = score_run(out, city.with_name(city.name + "-truth"))
            result["runs"].append(
                {
                    "kind": kind,
                    "seed": seed,
                    "claims": claims,
                    "seconds": round(seconds, 1),
                    **score.figures(),
                }
            )
            totals[kind] = totals[kind] + score if kind in totals else score
            _print_row(f"{kind} seed {seed}", score, seconds)
    print()
    result["by_kind"] = {kind: score.figures() for kind, score in totals.items()}
    for kind, score in totals.items():
        _print_row(f"{kind}, all seeds", score, None)
        figures = score.figures()
        if figures["by_typology"]:
            print(
                "   found/planted:",
                ", ".join(
                    f"{name} {found}/{planted}" for name, (planted, found) in figures["by_typology"].items()
                ),
            )
        if figures["lookalike_kinds"]:
            print(
                "   lawful groups listed:",
                ", ".join(f"{name} {count}" for name, count in figures["lookalike_kinds"].items()),
            )
    target = options.json or options.work / "rings.json"
    target.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"figures in {target}")
    return 0


def _print_row(title: str, score: Score, seconds: float | None) -> None:
    figures = score.figures()
    cells = " ".join(f"{name}={figures[name]}" for name in _COLUMNS if figures[name] is not None)
    print(f"{title:24} {cells}{'' if seconds is None else f' seconds={seconds:.1f}'}", flush=True)

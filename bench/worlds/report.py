"""`python -m bench worlds`: makes worlds, runs the program on each as a user would, scores its list; the worst world is the headline."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.rings.cities import code_digest
from bench.worlds.files import LEVELS, Level, truth_folder
from bench.worlds.kept import (
    FIRST_REPORT_SEED,
    LAST_TUNING_SEED,
    REPORT_SEEDS,
    TUNING_SEEDS,
    WORLDS,
    Case,
    case_of,
    make_world,
    run_case,
)
from bench.worlds.scoring import Score, fund_of_claims, mean_of, read_truth, score

__all__ = ["cases_asked_for", "main", "worst"]

USUAL_CLAIMS = 400_000
CLAIMS = {"real": 4_000_000}
QUICK_CLAIMS = 60_000
USUAL_LEVELS = ("standard", "stealth", "hard", "none")
_COLUMNS = ("recall", "recall_visible", "precision", "named", "places_f1", "money", "cited", "per_4m")


def main(argv: list[str]) -> int:
    """Measure the list in the worlds asked for."""
    options = _parser().parse_args(argv)
    scores: dict[tuple[str, str], list[Score]] = {}
    cases = []
    for case in cases_asked_for(options):
        told = _measure(case, options)
        cases.append(told)
        scores.setdefault((case.world, case.level), []).append(told.pop("score"))
    rows = {key: mean_of(found) for key, found in scores.items()}
    _print(rows)
    _write(options, rows, cases)
    return 0


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m bench worlds", description=__doc__)
    made.add_argument("--worlds", nargs="+", default=list(WORLDS), choices=WORLDS)
    made.add_argument("--levels", nargs="+", default=None, choices=LEVELS)
    made.add_argument(
        "--seeds",
        nargs="+",
        type=int,
        default=None,
        help="tuning 1 to 20 (default 1 2 3); 301 and up with --report",
    )
    made.add_argument(
        "--claims", type=int, default=0, help="claims a world (default 400,000; real 4,000,000)"
    )
    made.add_argument(
        "--work",
        type=Path,
        default=Path(tempfile.gettempdir()) / "fraudgraph-worlds",
        help="where worlds and runs are kept",
    )
    made.add_argument(
        "--terms",
        type=Path,
        default=None,
        help="a table of terms in place of the program's own (setting rings.terms_file)",
    )
    made.add_argument("--keep", action="store_true", help="take a kept run if program and terms are the same")
    made.add_argument(
        "--forget", action="store_true", help="remove worlds and runs as soon as they are scored"
    )
    made.add_argument("--quick", action="store_true", help="small and few: does it work at all")
    made.add_argument(
        "--report", action="store_true", help="the reporting seeds, 301 and up: run once, when all is settled"
    )
    made.add_argument(
        "--json",
        type=Path,
        default=None,
        help="where the figures go (default: worlds.json in the work folder)",
    )
    return made


def cases_asked_for(options: argparse.Namespace) -> list[Case]:
    """The cases that the options name.

    Raises
    ------
    SystemExit
        Reporting seeds without --report, or with it seeds that were tuned on.
    """
    usual = REPORT_SEEDS if options.report else TUNING_SEEDS[:1] if options.quick else TUNING_SEEDS
    seeds = options.seeds or usual
    if options.report and min(seeds) < FIRST_REPORT_SEED:
        raise SystemExit(f"Seeds below {FIRST_REPORT_SEED} are for tuning: nothing is reported on them.")
    if not options.report and max(seeds) > LAST_TUNING_SEED:
        raise SystemExit(
            f"Seeds 1 to {LAST_TUNING_SEED} are for tuning, those from {FIRST_REPORT_SEED} on for reporting and are run once: add --report if this is that once."
        )
    levels: list[Level] = options.levels or (["standard", "none"] if options.quick else list(USUAL_LEVELS))
    return [
        case_of(
            options.work,
            world,
            level,
            options.claims or (QUICK_CLAIMS if options.quick else CLAIMS.get(level, USUAL_CLAIMS)),
            seed,
        )
        for world in options.worlds
        for level in levels
        for seed in seeds
    ]


def _measure(case: Case, options: argparse.Namespace) -> dict[str, Any]:
    make_world(case)
    seconds = run_case(case, terms=options.terms, keep=options.keep)
    truth = read_truth(truth_folder(case.delivery))
    fund = fund_of_claims(case.delivery, truth.ring_claims.claim_id) if len(truth.ring_claims) else None
    told = score(case.out, truth, claims=case.claims, fund=fund)
    if options.forget:
        for folder in (case.delivery, truth_folder(case.delivery), case.out):
            shutil.rmtree(folder)
    print(
        f"{case.name}: listed {told.listed}, matched {told.matched} of {told.planted} ({told.visible} visible), decoys {told.decoys}"
        f"{'' if seconds is None else f', {seconds:.0f} s'}",
        flush=True,
    )
    return {"case": case.name, "seconds": seconds, "score": told, **asdict(told)}


def worst(rows: dict[tuple[str, str], dict[str, Any]], level: str) -> str | None:
    """The world where the list is worth least at a level.

    That is the least harmonic mean of recall (of what an oracle sees) and precision; without rings, the most listed.
    """
    of_level = {world: row for (world, at), row in rows.items() if at == level}
    if not of_level:
        return None
    if level == "none":
        return max(sorted(of_level), key=lambda world: of_level[world]["per_4m"] or 0.0)

    def worth(world: str) -> float:
        recall, precision = of_level[world]["recall_visible"] or 0.0, of_level[world]["precision"] or 0.0
        return 2 * recall * precision / (recall + precision) if recall and precision else 0.0

    return min(sorted(of_level), key=worth)


def _print(rows: dict[tuple[str, str], dict[str, Any]]) -> None:
    print(
        f"\n{'world':12} {'level':9}"
        + "".join(f"{name:>15}" for name in _COLUMNS)
        + f"{'listed':>8}{'decoys':>8}"
    )
    for (world, level), row in rows.items():
        cells = "".join(f"{'-' if row[name] is None else format(row[name], '.2f'):>15}" for name in _COLUMNS)
        print(f"{world:12} {level:9}{cells}{row['listed']:8}{row['decoys']:8}")
    print("\nWorst world")
    for level in dict.fromkeys(level for _, level in rows):
        world = worst(rows, level)
        row = rows[str(world), level]
        if level == "none":
            print(f"  {level:9} {world}: {row['per_4m']} listed per 4,000,000 claims")
        else:
            print(
                f"  {level:9} {world}: recall {row['recall_visible']} of what an oracle sees, precision {row['precision']}, people named {row['named']}"
            )


def _write(
    options: argparse.Namespace, rows: dict[tuple[str, str], dict[str, Any]], cases: list[dict[str, Any]]
) -> None:
    target: Path = options.json or options.work / "worlds.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    told = {
        "code": code_digest(),
        "terms": None if options.terms is None else options.terms.name,
        "report": options.report,
        "cores": len(os.sched_getaffinity(0)),
        "worst": {level: worst(rows, level) for level in dict.fromkeys(level for _, level in rows)},
        "rows": [{"world": world, "level": level, **row} for (world, level), row in rows.items()],
        "cases": cases,
    }
    target.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"figures in {target}")

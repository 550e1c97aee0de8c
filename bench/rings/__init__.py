"""Ring detection against planted rings: `python -m bench rings [--quick] [--kind …] [--claims N] [--seeds …] [--ablate]`.

Seeds 1 to 12 are for tuning; seeds from 301 on are for reporting and are run once (`--report`). CARD.md says what the
cities hold and what they can't show. Cities are kept under the work folder and used again.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from bench.rings.cities import cities_asked_for, city_folder, parser, run_fraudgraph, truth_of, write_figures
from bench.rings.scoring import Score, score_run

__all__ = ["city_folder", "main"]

_COLUMNS = (
    "recall", "precision", "f1", "planted", "listed", "found", "patients_wrong", "patients_right_share", "lookalikes_listed", "places_f1", "money_found_share",
)  # fmt: skip


def main(argv: list[str]) -> int:
    """Make the cities, run the program, score the lists, print a table, write json."""
    options = _options(argv)
    if options.score:
        print(json.dumps(score_run(*options.score).figures(), ensure_ascii=False, indent=1))
        return 0
    if options.quick:
        options.kind = "standard,none"
    runs: list[dict[str, Any]] = []
    totals: dict[str, Score] = {}
    ablated: dict[tuple[str, str], Score] = {}
    for kind, claims, seed in cities_asked_for(options):
        city = city_folder(options.work, kind, claims, seed, big_block=options.big_block)
        out = options.work / f"run-{city.name}"
        seconds = run_fraudgraph(city, out, options.run_option)
        score = score_run(out, truth_of(city))
        runs.append(
            {"kind": kind, "seed": seed, "claims": claims, "seconds": round(seconds, 1), **score.figures()}
        )
        totals[kind] = totals.get(kind, Score()) + score
        _print_row(f"{kind} seed {seed}", score, seconds)
        for part, settings in _parts(out) if options.ablate else ():
            beside = options.work / f"ablated-{city.name}"
            run_fraudgraph(city, beside, options.run_option, settings=settings)
            ablated[kind, part] = ablated.get((kind, part), Score()) + score_run(beside, truth_of(city))
            _print_row(f"{kind} seed {seed} {part}", ablated[kind, part], None)
    print()
    _print_totals(totals, ablated)
    by_part = [
        {"kind": kind, "part": part, **score.figures()} for (kind, part), score in sorted(ablated.items())
    ]
    write_figures(
        options,
        "rings",
        {
            "runs": runs,
            "by_kind": {kind: score.figures() for kind, score in totals.items()},
            "ablations": by_part,
        },
    )
    return 0


def _parts(out: Path) -> Iterator[tuple[str, str]]:
    """Each part that can be switched off, as a run tells them: (its name, the settings that switch it off)."""
    told = json.loads((out / "run.json").read_text(encoding="utf-8"))
    for view in told["views"]:
        if view["on"]:
            yield f"without view {view['view']}", f"[meetings]\noff = {json.dumps([view['view']])}\n"
    tried = pq.read_table(out / "explanations.parquet", columns=["name"]).column("name").to_pylist()
    for name in sorted(set(tried)):
        yield f"without explanation {name}", f"[rings]\nexplanations_off = {json.dumps([name])}\n"


def _options(argv: list[str]) -> argparse.Namespace:
    made = parser("rings", __doc__)
    made.add_argument(
        "--big-block", action="store_true", help="also plant the block of 122 doctors and 181 patients"
    )
    made.add_argument(
        "--ablate",
        action="store_true",
        help="run again with each view off and with each lawful explanation off (some 25 runs a city)",
    )
    made.add_argument(
        "--run-option",
        action="append",
        default=[],
        help="an option handed on to `fraudgraph run`, such as --run-option=--seed=3",
    )
    made.add_argument(
        "--score",
        nargs=2,
        type=Path,
        metavar=("OUT", "TRUTH"),
        help="only score this output folder against this truth folder",
    )
    options = made.parse_args(argv)
    if options.ablate and any(option.startswith("--settings") for option in options.run_option):
        raise SystemExit("--ablate hands over settings of its own: leave --run-option=--settings out.")
    return options


def _print_totals(totals: dict[str, Score], ablated: dict[tuple[str, str], Score]) -> None:
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
        for (of, part), without in ablated.items():
            if of == kind:
                _print_row(f"   {part}", without, None)


def _print_row(title: str, score: Score, seconds: float | None) -> None:
    figures = score.figures()
    cells = " ".join(f"{name}={figures[name]}" for name in _COLUMNS if figures[name] is not None)
    print(f"{title:24} {cells}{'' if seconds is None else f' seconds={seconds:.1f}'}", flush=True)

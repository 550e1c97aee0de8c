"""Cities and runs that the quality benchmarks share: which seeds, how large, where they are kept, how a run is called."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fraudgraph
from fraudgraph.synthetic.city import CITY_VERSION, RING_KINDS, make_city

__all__ = [
    "MONTHS",
    "REPORT_SEEDS",
    "TUNING_SEEDS",
    "cities_asked_for",
    "city_folder",
    "code_digest",
    "parser",
    "run_fraudgraph",
    "truth_of",
    "write_figures",
]

MONTHS = 12
TUNING_SEEDS = (1, 2, 3)
REPORT_SEEDS = {
    "none": tuple(range(301, 311)),  # ten cities of 400,000: the aim is told per 4,000,000 claims
    "standard": (301, 302, 303),
    "stealth": (301, 302, 303),
    "hard": (301, 302, 303),
    "real": (301,),
}
"""Looked at once, when everything is settled. These are the third set: 101 to 110 and 201 to 210 were reported on earlier states."""
FIRST_REPORT_SEED = 301
"""Seeds below are for tuning: 1 to 12 from the beginning, those that earlier states were reported on since."""
CLAIMS = {"real": 4_000_000}
USUAL_CLAIMS = 400_000
QUICK_CLAIMS = 60_000


def city_folder(work: Path, kind: str, claims: int, seed: int, *, big_block: bool = False) -> Path:
    """A city of a kind, made now or taken from an earlier call."""
    name = f"city-v{CITY_VERSION}-{kind}-{claims}-{MONTHS}-{seed}{'-block' if big_block else ''}"
    folder = work / name
    if not (folder / "claims.parquet").exists():
        work.mkdir(parents=True, exist_ok=True)
        made = make_city(folder, claims=claims, months=MONTHS, rings=kind, seed=seed, big_block=big_block)
        print(
            f"made {name}: {made.rings} rings, {made.lawful_groups} lawful groups, {made.seconds:.1f} s",
            file=sys.stderr,
        )
    return folder


def truth_of(city: Path) -> Path:
    """The folder that tells what was planted in a city."""
    return city.with_name(city.name + "-truth")


def run_fraudgraph(sources: Path, out: Path, extra: list[str], *, settings: str = "") -> float:
    """Run the program on a folder as a user would; seconds of wall clock.

    `settings` is the text of a settings file, beside what stands in `extra`.
    """
    command = [
        sys.executable,
        "-m",
        "fraudgraph",
        "run",
        str(sources),
        "--out",
        str(out),
        "--replace",
        *extra,
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".toml", encoding="utf-8") as file:
        if settings:
            file.write(settings)
            file.flush()
            command += ["--settings", file.name]
        began = time.monotonic()
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"fraudgraph run ended with {done.returncode} on {sources}:\n{done.stderr[-2000:]}")
    return time.monotonic() - began


def parser(
    name: str, text: str | None, *, kinds: str = "none,standard,stealth,hard"
) -> argparse.ArgumentParser:
    """The options that all benchmarks on cities have."""
    made = argparse.ArgumentParser(prog=f"python -m bench {name}", description=text)
    made.add_argument("--quick", action="store_true", help="small and few: does it work at all")
    made.add_argument("--kind", default=kinds, help=f"of {', '.join(RING_KINDS)}; several with commas")
    made.add_argument("--claims", type=int, default=0, help="claims a city (default 400,000; real 4,000,000)")
    made.add_argument(
        "--seeds",
        default="",
        help="several with commas; tuning up to 300 (default 1,2,3), reporting only with --report",
    )
    made.add_argument(
        "--report", action="store_true", help="the reporting seeds, 301 and up: run once, when all is settled"
    )
    made.add_argument(
        "--work",
        type=Path,
        default=Path(tempfile.gettempdir()) / "fraudgraph-bench",
        help="where cities and runs are kept",
    )
    made.add_argument(
        "--json",
        type=Path,
        default=None,
        help=f"where the figures go (default: {name}.json in the work folder)",
    )
    return made


def cities_asked_for(options: argparse.Namespace) -> Iterator[tuple[str, int, int]]:
    """(kind, claims, seed) of each city; refuses reporting seeds without --report."""
    seeds = tuple(int(seed) for seed in options.seeds.split(",") if seed)
    if not options.report and any(seed >= FIRST_REPORT_SEED for seed in seeds):
        raise SystemExit(
            f"Seeds from {FIRST_REPORT_SEED} on are for reporting and are run once: add --report if this is that once."
        )
    for kind in options.kind.split(","):
        usual = QUICK_CLAIMS if options.quick else CLAIMS.get(kind, USUAL_CLAIMS)
        of_kind = seeds or (
            REPORT_SEEDS[kind] if options.report else TUNING_SEEDS[:1] if options.quick else TUNING_SEEDS
        )
        for seed in of_kind:
            yield kind, options.claims or usual, seed


def code_digest() -> str:
    """What the program's own files say, in twelve letters: figures of two moments are of one program only if it is the same."""
    root = Path(fraudgraph.__file__).parent
    told = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".sql", ".toml", ".csv"):
            told.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return told.hexdigest()[:12]


def write_figures(options: argparse.Namespace, name: str, figures: dict[str, Any]) -> Path:
    """Write what was measured as json, with what it was measured on; returns where."""
    target: Path = options.json or options.work / f"{name}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    told = {
        "city_version": CITY_VERSION,
        "code": code_digest(),
        "cores": len(os.sched_getaffinity(0)),
        **figures,
    }
    target.write_text(json.dumps(told, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")
    print(f"figures in {target}")
    return target

"""Worlds and runs kept in the work folder: which there are, how they are made, how a run is called."""

from __future__ import annotations

import importlib
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench.rings.cities import code_digest, run_fraudgraph
from bench.worlds.files import LEVELS, Level, truth_folder

__all__ = [
    "FIRST_REPORT_SEED",
    "LAST_TUNING_SEED",
    "REPORT_SEEDS",
    "TUNING_SEEDS",
    "WORLDS",
    "Case",
    "case_of",
    "kept_runs",
    "make_world",
    "run_case",
]

WORLDS = (
    "city",
    "world_a",
    "county",
    "metropolis",
    "longstay",
    "payer",
    "mosaic",
    "coast",
    "valley",
    "delta",
)
"""Modules of this folder, each with `make(out, *, claims, seed, level)`."""
TUNING_SEEDS = (1, 2, 3)
LAST_TUNING_SEED = 20
REPORT_SEEDS = (301, 302, 303)
FIRST_REPORT_SEED = 301


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One world at one level with one seed: its delivery and the run on it."""

    world: str
    level: Level
    claims: int
    seed: int
    delivery: Path
    out: Path

    @property
    def name(self) -> str:
        """As its folders are called."""
        return self.delivery.name


def case_of(work: Path, world: str, level: Level, claims: int, seed: int) -> Case:
    """Where a case is kept below the work folder."""
    name = f"{world}-{level}-{claims}-{seed}"
    return Case(
        world=world,
        level=level,
        claims=claims,
        seed=seed,
        delivery=work / "worlds" / name,
        out=work / "runs" / name,
    )


def make_world(case: Case) -> float:
    """Make the world unless it is kept already; seconds. Half a world is never kept: its folder appears last."""
    if case.delivery.exists():
        return 0.0
    began = time.monotonic()
    beside = case.delivery.parent / "making" / case.name
    shutil.rmtree(beside, ignore_errors=True)
    beside.parent.mkdir(parents=True, exist_ok=True)
    module = importlib.import_module(f"bench.worlds.{case.world}")
    module.make(beside, claims=case.claims, seed=case.seed, level=case.level)
    shutil.rmtree(truth_folder(case.delivery), ignore_errors=True)
    truth_folder(beside).rename(truth_folder(case.delivery))
    beside.rename(case.delivery)
    seconds = time.monotonic() - began
    print(f"made {case.name}: {seconds:.0f} s", file=sys.stderr, flush=True)
    return seconds


def run_case(case: Case, *, terms: Path | None = None, keep: bool = False) -> float | None:
    """Run the program on the delivery as a user would; seconds, or nothing if a kept run of the same program and terms is taken.

    The note beside the run says by which program and terms it was made.
    """
    told = f"{code_digest()}\n{'' if terms is None else terms.read_text(encoding='utf-8')}"
    note = case.out.with_name(case.name + ".by")
    if keep and note.is_file() and note.read_text(encoding="utf-8") == told:
        return None
    note.unlink(missing_ok=True)
    case.out.parent.mkdir(parents=True, exist_ok=True)
    settings = "" if terms is None else f"[rings]\nterms_file = '{terms.resolve()}'\n"
    seconds = run_fraudgraph(case.delivery, case.out, [], settings=settings)
    note.write_text(told, encoding="utf-8")
    return seconds


def kept_runs(work: Path, patterns: list[str] | None = None) -> list[Case]:
    """Cases whose run is kept in the work folder, by name; patterns as `county-*-400000-[1-3]` narrow them."""
    folders = {p for pattern in patterns or ["*"] for p in (work / "runs").glob(pattern) if p.is_dir()}
    cases = []
    for folder in sorted(folders):
        world, level, claims, seed = folder.name.rsplit("-", 3)
        if level not in LEVELS:
            raise SystemExit(f"{folder} is called by no level; a run's folder is WORLD-LEVEL-CLAIMS-SEED.")
        cases.append(case_of(work, world, level, int(claims), int(seed)))
    if not cases:
        raise SystemExit(
            f"No run is kept in {work / 'runs'} for {patterns or 'any name'}: run `python -m bench worlds` first."
        )
    return cases

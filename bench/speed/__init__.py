"""How fast, and in how much memory: `python -m bench speed [--claims N] [--quick]`.

Every time is given beside a floor measured in the same call: DuckDB with two threads reads the same Parquet, orders it
by place and time, and writes all columns plus the gap to the previous event at its place back to Parquet. The run is
compared without import and dossiers, which are timed apart. Peak memory is the largest resident size of the process.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.rings import city_folder

__all__ = ["Figures", "main"]

APART = ("read", "dossiers")
"""Stages that are timed apart: import and dossiers."""

AIMS = {"run_over_floor": 12.0, "peak_gib": 4.0, "csv_rows_per_second": 200_000.0}
"""What is aimed at, at 10 million claims."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One call's findings. Seconds are wall clock."""

    claims: int
    cores: int
    floor_seconds: float
    stages: dict[str, float]
    run_seconds: float
    run_over_floor: float
    whole_seconds: float
    peak_gib: float
    csv_seconds: float
    csv_rows_per_second: float


def main(argv: list[str]) -> int:
    """Make the city, measure floor, run and import, print a table, write json."""
    options = _options(argv)
    claims = options.claims or (60_000 if options.quick else 1_000_000)
    repeats = 1 if options.quick else options.repeats
    options.work.mkdir(parents=True, exist_ok=True)
    city = city_folder(options.work, "standard", claims, seed=1)
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        figures = measure(city, Path(folder), claims=claims, repeats=repeats)
    _print(figures)
    target = options.json or options.work / f"speed-{claims}.json"
    target.write_text(json.dumps(asdict(figures), indent=1) + "\n", encoding="utf-8")
    print(f"figures in {target}")
    return 0


def measure(city: Path, scratch: Path, *, claims: int, repeats: int) -> Figures:
    """Floor before and after the run (the machine may change its mind), then the csv import."""
    floors = [_work("floor", city, scratch / "floor.parquet") for _ in range(repeats)]
    runs = [_run(city, scratch / "run") for _ in range(repeats)]
    floors += [_work("floor", city, scratch / "floor.parquet") for _ in range(repeats)]
    floor_seconds = statistics.median(floors)
    middle = sorted(runs, key=lambda run: run[0])[len(runs) // 2]
    whole, stages, _ = middle
    shutil.rmtree(scratch / "run", ignore_errors=True)
    _work("csv", city, scratch / "delivery")
    csv_seconds = _work("read", scratch / "delivery", scratch / "store")
    run_seconds = sum(seconds for name, seconds in stages.items() if name not in APART)
    return Figures(
        claims=claims,
        cores=len(os.sched_getaffinity(0)),
        floor_seconds=round(floor_seconds, 3),
        stages={name: round(seconds, 2) for name, seconds in stages.items()},
        run_seconds=round(run_seconds, 2),
        run_over_floor=round(run_seconds / floor_seconds, 1),
        whole_seconds=round(whole, 1),
        peak_gib=round(max(run[2] for run in runs), 2),
        csv_seconds=round(csv_seconds, 2),
        csv_rows_per_second=round(claims / csv_seconds),
    )


def _work(piece: str, source: Path, target: Path) -> float:
    done = subprocess.run(
        [sys.executable, "-m", "bench.speed.work", piece, str(source), str(target)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"{piece} on {source} failed:\n{done.stderr[-2000:]}")
    return float(done.stdout)


def _run(city: Path, out: Path) -> tuple[float, dict[str, float], float]:
    """The program as a user calls it: whole seconds, seconds by stage, peak memory in GiB."""
    command = [sys.executable, "-m", "fraudgraph", "run", str(city), "--out", str(out), "--replace", "--json"]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)  # ru_maxrss of this one process, not of all there were
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            raise SystemExit(
                f"fraudgraph run ended with {process.returncode} on {city}:\n{said.read()[-2000:]}"
            )
        said.seek(0)
        seconds = float(json.loads(said.read())["seconds"])
    peak_bytes = usage.ru_maxrss * (1 if platform.system() == "Darwin" else 1024)
    return seconds, _stages(out / "run.json"), peak_bytes / 1024**3


def _stages(manifest: Path) -> dict[str, float]:
    found: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    return {stage["name"]: float(stage["seconds"]) for stage in found["stages"]}


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench speed", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="60,000 claims, once: does it work at all")
    parser.add_argument("--claims", type=int, default=0, help="claims of the city (default 1,000,000)")
    parser.add_argument("--repeats", type=int, default=3, help="runs; the median counts (default 3)")
    parser.add_argument(
        "--work",
        type=Path,
        default=Path(tempfile.gettempdir()) / "fraudgraph-bench",
        help="where cities and figures are kept",
    )
    parser.add_argument(
        "--json", type=Path, default=None, help="where the figures go (default: in the work folder)"
    )
    return parser.parse_args(argv)


def _print(figures: Figures) -> None:
    rows = [
        ("floor", f"{figures.floor_seconds:.2f} s", ""),
        *((f"  {name}", f"{seconds:.2f} s", "apart" if name in APART else "") for name, seconds in figures.stages.items()),
        ("run without import and dossiers", f"{figures.run_seconds:.2f} s", f"{figures.run_over_floor:.1f} x floor (aim at 10 M: {AIMS['run_over_floor']:.0f})"),
        ("whole run", f"{figures.whole_seconds:.1f} s", ""),
        ("peak memory", f"{figures.peak_gib:.2f} GiB", f"(aim at 10 M: {AIMS['peak_gib']:.0f})"),
        ("import of GB18030 csv", f"{figures.csv_seconds:.2f} s", f"{figures.csv_rows_per_second:,} rows/s (aim {AIMS['csv_rows_per_second']:,.0f})"),
    ]  # fmt: skip
    print(f"{figures.claims:,} claims on {figures.cores} cores")
    for title, value, note in rows:
        print(f"{title:34} {value:>12}  {note}")

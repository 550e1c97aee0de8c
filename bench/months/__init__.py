"""Twelve months in a row: `python -m bench months [--quick] [--part identities,changed,quiet,daily,verdicts,kills,speed,corrections,events] [--kills N]`.

changed: the last month scored anew with 2 % of the claims gone; whether untouched rings keep their names. identities: rings that grow, split, merge, sleep and wake in a sample city; whether each keeps its name, how late it is
listed, and whether its next session is foreseen better than by guessing. quiet: the same months without any ring.
daily: how much of a ring's money is paid before a day's look or a month's list first names it.
verdicts: precision at k before and after simulated verdicts. kills: a job killed at random points, then made again.
corrections: twelve months late, corrected, repeated, withdrawn and in parts, against what should count. events: take-in,
migration and erasure killed at file-system events, then done again. speed: a month's delivery onto a window, with what earlier jobs kept and without; a day's look onto the same window.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from bench.months.beginning import begin, do_job, named_rings
from bench.months.corrections import compare_months
from bench.months.daily import daily
from bench.months.events import kill_at_events
from bench.months.judging import judge
from bench.months.kills import kill_jobs
from bench.months.script import Life
from bench.months.speed import new_delivery
from bench.months.verdicts import learn_from_verdicts
from fraudgraph.casework.forecast import Session, forecast
from fraudgraph.jobs import Workspace
from fraudgraph.jobs.deliveries import deliveries, sha256_of, write_delivery
from fraudgraph.records import Month

__all__ = ["main"]


def _year(
    work: Path, name: str, options: argparse.Namespace, *, sets: int
) -> tuple[Workspace, Life, list[float], float]:
    """A city of fifteen months; the last twelve are published one after the other."""
    start = begin(work, name, options, sets=sets)
    workspace, months, seconds = start.workspace, start.life.months, []
    for month in months:
        (workspace.inbox / start.files[month].name).write_bytes(start.files[month].read_bytes())
        seconds.append(do_job(workspace, "month", month))
        print(f"{name} {month}: {seconds[-1]:.1f} s", file=sys.stderr)
    return workspace, start.life, seconds, do_job(workspace, "month", months[-1])


def _foreseen(life: Life) -> dict[str, Any]:
    """Each ring's next session, foreseen at every month's end from its true past sessions, against what came."""
    tried = day_right = both_right = 0
    guess = chance = 0.0
    for name, sessions in sorted(life.sessions.items()):
        if "/" in name:
            continue
        past = sorted({Session(day, place) for day, place in sessions})
        for month in life.months[:-1]:
            today = Month.parse(month).last_day
            later = [one for one in past if one.day > today]
            told = forecast(past, today)
            if told is None or not later:
                continue
            tried += 1
            day_right += told.day == later[0].day
            both_right += told.day == later[0].day and told.place_id == later[0].place_id
            chance += told.chance
            guess += told.guess

    def share(value: float) -> float | None:
        return round(value / tried, 4) if tried else None

    return {
        "foreseen": tried, "day_right_share": share(day_right), "day_and_place_right_share": share(both_right),
        "chance_told": share(chance), "guess": share(guess),
    }  # fmt: skip


def identities(work: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Twelve months with rings that live."""
    workspace, life, seconds, noop = _year(work, "living", options, sets=1 if options.quick else 2)
    judged = judge(life, *named_rings(workspace, life.months))
    return {
        **judged.figures(),
        **_foreseen(life),
        "month_seconds": [round(s, 1) for s in seconds],
        "noop_seconds": round(noop, 2),
    }


def quiet(work: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Twelve months without any ring: every name is a wrong one."""
    workspace, life, _, _ = _year(work, "quiet", options, sets=0)
    _, listed = named_rings(workspace, life.months)
    names = {name for month in life.months for name in listed[month]}
    return {"new_wrong_names": len(names), "months": len(life.months)}


def changed(work: Path, options: argparse.Namespace) -> dict[str, Any]:
    """The last month of `identities` again, two claims in a hundred gone from every delivery."""
    workspace = Workspace(work / "living-changed")
    subprocess.run(["rm", "-rf", str(workspace.root)], check=True)
    shutil.copytree(work / "living", workspace.root)
    month = str(workspace.published()[-1])
    before, _ = named_rings(workspace, [month])
    chance = random.Random(options.seed)
    for one in deliveries(workspace):
        files = []
        for file in one.files:
            path = one.folder / "files" / file.name
            if path.name.startswith("claims-"):
                table = pq.read_table(path)
                kept = [number for number in range(table.num_rows) if chance.random() >= 0.02]
                pq.write_table(table.take(kept), path)
            files.append(replace(file, sha256=sha256_of(path), size=path.stat().st_size))
        write_delivery(replace(one, files=tuple(files)), one.folder)
    do_job(workspace, "month", month, "--from-stage", "score")
    after, _ = named_rings(workspace, [month])
    untouched = {name: people for name, people in before[month].items() if people in after[month].values()}
    same = sum(after[month].get(name) == people for name, people in untouched.items())
    kept_names = sum(
        len(after[month].get(name, frozenset()) & people) >= len(people) / 2
        for name, people in before[month].items()
    )
    return {
        "rings": len(before[month]),
        "same_people": len(untouched),
        "of_them_same_name": same,
        "kept_name": kept_names,
    }


def main(argv: list[str]) -> int:
    """Run the parts asked for, print their figures, write them as json."""
    parser = argparse.ArgumentParser(prog="python -m bench months", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="four months, one set of rings, few kills")
    parser.add_argument(
        "--part", default="identities,changed,quiet,daily,verdicts,kills", help="several with commas"
    )
    parser.add_argument("--claims", type=int, default=75_000, help="claims of the city's fifteen months")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=0, help="how often to kill (default 50, quick 3)")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "fraudgraph-bench-months")
    parser.add_argument("--speed-claims", type=int, default=1_000_000, help="claims of the year, for speed")
    parser.add_argument("--speed-city", type=Path, default=None, help="a made city to use, for speed")
    parser.add_argument("--runs", type=Path, default=None, help="work folder of `bench rings`, for verdicts")
    options = parser.parse_args(argv)
    options.work.mkdir(parents=True, exist_ok=True)
    kills = options.kills or (3 if options.quick else 50)
    parts = {
        "identities": lambda: identities(options.work, options),
        "changed": lambda: changed(options.work, options),
        "quiet": lambda: quiet(options.work, options),
        "daily": lambda: daily(options.work, options),
        "verdicts": lambda: learn_from_verdicts(
            options.work, cities=2 if options.quick else 8, runs=options.runs
        ),
        "kills": lambda: kill_jobs(options.work, kills, random.Random(options.seed), signal.SIGKILL),
    }
    parts["corrections"] = lambda: compare_months(
        options.work, random.Random(options.seed), count=4 if options.quick else 12
    )
    parts["events"] = lambda: kill_at_events(options.work, options.kills or 60, random.Random(options.seed))
    parts["speed"] = lambda: new_delivery(
        options.work, claims=options.speed_claims, day_claims=options.speed_claims * 3 // 100,
        city=options.speed_city, seed=options.seed,
    )  # fmt: skip
    target = options.work / "months.json"
    figures: dict[str, Any] = json.loads(target.read_text(encoding="utf-8")) if target.exists() else {}
    for name in options.part.split(","):
        figures[name] = parts[name]()
        print(name, json.dumps(figures[name], ensure_ascii=False, indent=1), flush=True)
        target.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"figures in {target}")
    return 0

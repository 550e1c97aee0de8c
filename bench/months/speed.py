"""How long a new delivery takes: the month with what earlier jobs kept against the same month without, and a day's look."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from bench.months.commands import job_command
from fraudgraph.jobs import Workspace, init_workspace
from fraudgraph.jobs.taking_in import take_in
from fraudgraph.records import Month
from fraudgraph.settings import load_settings
from fraudgraph.synthetic.city import make_city

__all__ = ["new_delivery"]

_OF_DAYS = "SELECT * FROM read_parquet($claims) WHERE started_at >= $first AND started_at < $after"


def new_delivery(work: Path, *, claims: int, day_claims: int, city: Path | None, seed: int) -> dict[str, Any]:
    """A year's city, delivered month by month: the eleventh month is published, a day of the twelfth is looked at, the
    twelfth is done with what was kept, and once more with nothing kept.

    Parameters
    ----------
    work : Path
        Where the workspace is made.
    claims : int
        Claims of the year.
    day_claims : int
        At least so many new claims come with the day that is looked at.
    city : Path, optional
        A made city (canonical Parquet, one year) in place of a new one without rings.
    seed : int
        Of the city.
    """
    if city is None:
        city = work / f"speed-city-{claims}-{seed}"
        if not (city / "claims.parquet").exists():
            make_city(city, claims=claims, months=12, rings="none", seed=seed)
    workspace = Workspace(work / "speed")
    shutil.rmtree(workspace.root, ignore_errors=True)
    init_workspace(workspace.root)
    last = _last_month(city)
    first = date(last.year, last.month, 1)
    day, after = _day_with(city, first, day_claims), _after(last)
    before = Month.of(first - timedelta(days=1))
    for register in sorted(city.glob("*.parquet")):
        if register.name != "claims.parquet":
            shutil.copy(register, workspace.inbox / register.name)
    settings = load_settings(workspace.settings)
    told: dict[str, Any] = {"claims_before": 0}
    for month in _months_before(city, first):
        told["claims_before"] += _deliver(city, workspace, month, _after(Month.of(month)))
        take_in(workspace, settings)
    told["month_before"] = _timed(workspace, "month", str(before))
    told["day_claims"] = _deliver(city, workspace, first, day + timedelta(days=1))
    told["watch"] = _timed(workspace, "watch", str(day))
    told["watch_known_again"] = _timed(workspace, "watch", str(day), "--known")
    told["month_claims"] = told["day_claims"] + _deliver(city, workspace, day + timedelta(days=1), after)
    told["month_with_kept"] = _timed(workspace, "month", str(last))
    told["stages_with_kept"] = _stages(workspace, last)
    told["kept_mib"] = round(
        sum(path.stat().st_size for path in workspace.kept.rglob("*") if path.is_file()) / 2**20
    )
    shutil.rmtree(workspace.work)
    told["month_without"] = _timed(workspace, "month", str(last), "--from-stage", "score")
    told["stages_without"] = _stages(workspace, last)
    for what in ("seconds", "cpu_seconds"):
        told[f"ratio_{what}"] = round(told["month_with_kept"][what] / told["month_without"][what], 3)
    return told


def _last_month(city: Path) -> Month:
    with duckdb.connect() as con:
        row = con.execute(
            "SELECT max(started_at) FROM read_parquet($claims)", {"claims": str(city / "claims.parquet")}
        ).fetchone()
    assert row is not None
    return Month.of(row[0].date())


def _after(month: Month) -> date:
    return month.last_day + timedelta(days=1)


def _day_with(city: Path, first: date, count: int) -> date:
    """The first working day by whose end so many claims of the month have come."""
    with duckdb.connect() as con:
        rows = con.execute(
            "SELECT CAST(started_at AS DATE) AS day, count(*) FROM read_parquet($claims) WHERE started_at >= $first GROUP BY day ORDER BY day",
            {"claims": str(city / "claims.parquet"), "first": first},
        ).fetchall()
    total = 0
    for day, number in rows:
        total += int(number)
        if total >= count and day.weekday() < 5:
            return date.fromisoformat(str(day))
    return date.fromisoformat(str(rows[-1][0]))


def _months_before(city: Path, first: date) -> list[date]:
    with duckdb.connect() as con:
        rows = con.execute(
            "SELECT DISTINCT CAST(date_trunc('month', started_at) AS DATE) AS m FROM read_parquet($claims) WHERE started_at < $first AND started_at >= TIMESTAMP '2000-01-01' ORDER BY m",
            {"claims": str(city / "claims.parquet"), "first": first},
        ).fetchall()
    return [date.fromisoformat(str(row[0])) for row in rows]


def _deliver(city: Path, workspace: Workspace, first: date, after: date) -> int:
    """Put the claims of some days into the inbox; how many they are."""
    days = {"claims": str(city / "claims.parquet"), "first": first, "after": after}
    with duckdb.connect(config={"threads": 2, "memory_limit": "3GiB"}) as con:
        target = workspace.inbox / f"claims-{first}.parquet"
        con.execute(f"COPY ({_OF_DAYS}) TO '{target}' (FORMAT parquet)", days).fetchall()
        row = con.execute(f"SELECT count(*) FROM ({_OF_DAYS})", days).fetchone()
    return int(row[0]) if row else 0


def _timed(workspace: Workspace, *command: str) -> dict[str, float]:
    """Seconds by the clock and of the processors, the whole command."""
    line = job_command(workspace, *command)
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(line, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)  # of this one process, not of all there were
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"{' '.join(line)} ended with {process.returncode}:\n{said.read()[-2000:]}")
    told = {
        "seconds": round(time.monotonic() - began, 1),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_gib": round(usage.ru_maxrss / 2**20, 2),
    }
    print(*command, told, file=sys.stderr, flush=True)
    return told


def _stages(workspace: Workspace, month: Month) -> dict[str, float]:
    found = json.loads((workspace.month(month) / "run.json").read_text(encoding="utf-8"))
    return {str(stage["name"]): round(float(stage["seconds"]), 1) for stage in found["stages"]}

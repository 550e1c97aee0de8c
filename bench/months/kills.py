"""A monthly job killed at random points: afterwards nothing is half, and the next job makes the same month."""

from __future__ import annotations

import hashlib
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.months.commands import job_command
from fraudgraph.jobs import Workspace, init_workspace
from tests.jobs.town import crowd, deliver, ordinary, team

__all__ = ["kill_jobs"]

_NOT_COMPARED = {"run.json", "fraudgraph.duckdb", "SHA256SUMS", "month.json"}


def kill_jobs(work: Path, count: int, chance: random.Random, how: signal.Signals) -> dict[str, Any]:
    """Kill a job so many times, each at a point of its own, and make the month again after each.

    Returns
    -------
    dict
        How many recovered, how many left something half, how many changed a name or a byte.
    """
    base = _base(work / "kill-base")
    whole = work / "kill-whole"
    shutil.rmtree(whole, ignore_errors=True)
    shutil.copytree(base, whole)
    began = time.monotonic()
    _run(whole)
    lasts = time.monotonic() - began
    expected, before = _print(whole / "months" / "2025-11"), _print(base / "months")
    recovered = half = changed = 0
    for number in range(count):
        place = work / "kill-one"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(base, place)
        process = subprocess.Popen(
            job_command(Workspace(place), "month", "2025-11"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(chance.uniform(0.0, lasts))
        process.send_signal(how)
        process.wait()
        half += _half(place, before, expected)
        code = _run(place)
        recovered += code in (0, 99)
        changed += _print(place / "months" / "2025-11") != expected
        print(f"kill {number + 1}/{count}: code {code}", file=sys.stderr)
    return {
        "kills": count,
        "recovered": recovered,
        "left_half": half,
        "changed": changed,
        "job_seconds": round(lasts, 1),
    }


def _base(root: Path) -> Path:
    shutil.rmtree(root, ignore_errors=True)
    workspace = Workspace(root)
    init_workspace(root)
    for month in ("2025-08", "2025-09", "2025-10"):
        deliver(
            workspace.inbox,
            f"claims-{month}.csv",
            ordinary(month),
            team(month, "A", crowd(0, 5), "H3702020001"),
        )
    _run(root, "2025-10")
    deliver(
        workspace.inbox, "claims-2025-11.csv", ordinary("2025-11"), team("2025-11", "A", crowd(0, 7), "H3702020001"),
        team("2025-11", "C", crowd(20, 26), "H3702030002", hour=10),
    )  # fmt: skip
    return root


def _run(root: Path, month: str = "2025-11") -> int:
    return subprocess.run(
        job_command(Workspace(root), "month", month), check=False, capture_output=True
    ).returncode


def _print(folder: Path) -> str:
    """A hash of all that readers can see under a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and path.name not in _NOT_COMPARED:
            digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


def _half(root: Path, before: str, expected: str) -> bool:
    """Whether readers see anything but the months before, alone or with the whole new one."""
    new = root / "months" / "2025-11"
    if new.exists():
        return _print(new) != expected
    return _print(root / "months") != before

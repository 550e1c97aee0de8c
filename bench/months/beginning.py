"""How the twelve months begin: a city, the rings' life in it, a workspace with what was delivered before; and what came out."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from bench.months.commands import job_command
from bench.months.script import Life, make_life, write_months
from fraudgraph.jobs import Workspace, init_workspace
from fraudgraph.records import Month
from fraudgraph.synthetic.city import make_city

__all__ = ["Beginning", "begin", "do_job", "named_rings"]

_REGISTERS = ("doctor_sites", "doctors", "facilities", "patients", "pharmacies")


@dataclass(frozen=True)
class Beginning:
    """A workspace before its first month, and each month's delivery."""

    workspace: Workspace
    life: Life
    files: dict[str, Path]


def begin(work: Path, name: str, options: argparse.Namespace, *, sets: int) -> Beginning:
    """Make the city if need be, let the rings live in it, and deliver the three months before."""
    city = work / f"city-{options.claims}-{options.seed}"
    if not (city / "claims.parquet").exists():
        make_city(city, claims=options.claims, months=15, rings="none", seed=options.seed)
    months = _months(Month(2025, 1), 12 if not options.quick else 4)
    before = _months(Month(2024, 10), 3)
    life = make_life(city, city.with_name(city.name + "-truth"), months, sets=sets, seed=options.seed)
    files = write_months(city, life, work / f"{name}-files", seed=options.seed, before=before)
    workspace = Workspace(work / name)
    shutil.rmtree(workspace.root, ignore_errors=True)
    init_workspace(workspace.root)
    for register in _REGISTERS:
        (workspace.inbox / f"{register}.parquet").write_bytes((city / f"{register}.parquet").read_bytes())
    for month in before:
        (workspace.inbox / files[month].name).write_bytes(files[month].read_bytes())
    return Beginning(workspace, life, files)


def _months(first: Month, count: int) -> list[str]:
    at = first.year * 12 + first.month - 1
    return [str(Month((at + i) // 12, (at + i) % 12 + 1)) for i in range(count)]


def do_job(workspace: Workspace, command: str, *more: str) -> float:
    """Do a job as a scheduler does; its seconds."""
    began = time.monotonic()
    done = subprocess.run(job_command(workspace, command, *more), check=False, capture_output=True, text=True)
    if done.returncode not in (0, 99):
        raise SystemExit(f"{command} {' '.join(more)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return time.monotonic() - began


def named_rings(
    workspace: Workspace, months: list[str]
) -> tuple[dict[str, dict[str, frozenset[str]]], dict[str, list[str]]]:
    """By month: the patients of every ring with a lasting name, and the names put forward."""
    named: dict[str, dict[str, frozenset[str]]] = {}
    listed: dict[str, list[str]] = {}
    for month in months:
        folder = workspace.months / month
        people: dict[str, set[str]] = {}
        for row in pq.read_table(folder / "ring_members.parquet").to_pylist():
            if row["entity_type"] == "patient" and row["ring_id"].startswith("R-"):
                people.setdefault(row["ring_id"], set()).add(row["entity_id"])
        named[month] = {name: frozenset(some) for name, some in people.items()}
        listed[month] = [
            row["ring_id"] for row in pq.read_table(folder / "rings.parquet").to_pylist() if row["listed"]
        ]
    return named, listed

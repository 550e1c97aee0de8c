"""What the daily look found, as records and as files."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from fraudgraph.casework.forecast import Forecast
from fraudgraph.jobs.outputs import csv_bytes
from fraudgraph.jobs.workspace import put_in_place
from fraudgraph.records import Month, ReferralList
from fraudgraph.report import write_referral
from fraudgraph.report.day_page import day_page
from fraudgraph.report.files import save
from fraudgraph.rings import Candidate
from fraudgraph.settings import Settings

__all__ = ["DaySummary", "Move", "NextSession", "write_day"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Members of a known ring at one place on the day. `usual` is how many of them are there on a day otherwise."""

    ring_id: str
    place_id: str
    place_name: str
    present: int
    usual: float
    first_at: str
    last_at: str
    claims: int
    fund_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class NextSession:
    """Where and when a ring is likely to be next."""

    ring_id: str
    place_name: str
    told: Forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySummary:
    """What a day's look found."""

    day: date
    out: Path
    claims: int
    moved: tuple[Move, ...]
    crossed: tuple[str, ...]
    expected: tuple[NextSession, ...]
    seconds: float


def write_day(summary: DaySummary, crossed: tuple[Candidate, ...], month: Month, settings: Settings) -> None:
    """Write a day's folder: whole, or as it was."""
    beside = summary.out.with_name(f".{summary.out.name}.partial")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True, mode=0o700)
    rings = tuple(one.ring for one in crossed)
    plain: dict[str, Any] = {**asdict(summary), "out": str(summary.out)}
    save(beside / "day.json", json.dumps(plain, ensure_ascii=False, indent=2, default=str) + "\n")
    header = (
        "ring_id",
        "place_id",
        "place_name",
        "present",
        "usual",
        "first_at",
        "last_at",
        "claims",
        "fund_amount",
    )
    save(
        beside / "moved.csv",
        csv_bytes(header, ([getattr(one, name) for name in header] for one in summary.moved)),
    )
    expected = [
        (one.ring_id, one.told.day, one.told.place_id, one.place_name, one.told.chance, one.told.chance_day, one.told.guess, one.told.rule, one.told.tried)
        for one in summary.expected
    ]  # fmt: skip
    header = ("ring_id", "day", "place_id", "place_name", "chance", "chance_day", "guess", "rule", "tried")
    save(beside / "expected.csv", csv_bytes(header, expected))
    write_referral(beside, ReferralList(month=month, rings=rings), settings, generated_for=str(summary.day))
    save(beside / "day.html", day_page(summary.day, summary.moved, rings, summary.expected))
    put_in_place(beside, summary.out)

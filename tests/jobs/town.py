"""A small town, month by month: teams that come together at a counter, and everybody else."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from fraudgraph.jobs import init_workspace

HEADER = "claim_id,patient_id,facility_id,claim_type,started_at,total_amount,fund_amount"
DAYS = (2, 5, 9, 13, 16, 20, 23, 27)


def team(
    month: str, name: str, people: Sequence[str], place: str, *, days: Iterable[int] = DAYS, hour: int = 15
) -> list[str]:
    """People at one counter within minutes, on some days of a month."""
    return [
        f"{name}{month}-{day}-{person},{person},{place},outpatient,{month}-{day:02d} {hour}:{3 * number:02d}:00,300.00,200.00"
        for day in days
        for number, person in enumerate(people)
    ]


def others(month: str, place: str, *, a_day: int = 18) -> list[str]:
    """Three hundred people on days and at times of their own."""
    chance = random.Random(f"{month} {place}")
    return [
        f"B{place}{month}-{day}-{number},Q{place}{chance.randrange(300)},{place},outpatient,{month}-{day:02d} "
        f"{chance.randrange(8, 18):02d}:{chance.randrange(60):02d}:00,90.00,50.00"
        for day in range(1, 29)
        for number in range(a_day)
    ]


def crowd(first: int, last: int) -> list[str]:
    """People by number."""
    return [f"P{number:02d}" for number in range(first, last)]


def deliver(inbox: Path, name: str, *parts: list[str]) -> Path:
    """Put a file of claims into an inbox."""
    path = inbox / name
    path.write_text("\n".join([HEADER, *(row for part in parts for row in part), ""]), encoding="utf-8")
    return path


def ordinary(month: str) -> list[str]:
    """A month at the town's two places without any team."""
    return [*others(month, "H3702020001"), *others(month, "H3702030002")]


def small_workspace(root: Path) -> None:
    """A workspace that puts forward what it finds whatever its score: in a town of some hundred claims hardly a fact is known."""
    init_workspace(root)
    settings = root / "fraudgraph.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8") + "\n[rings]\nlist_score = -100\n", encoding="utf-8"
    )

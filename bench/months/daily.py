"""How early a day's look is: the share of a ring's money paid by the end of the day that first names it.

`fraudgraph watch` is called on the days on which a ring meets that nobody has named yet (on other days it could name
none of them: it names who was together that day), `fraudgraph month` at each month's end. Whoever names a ring first
counts. A ring that is never named counts as 1.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bench.months.beginning import Beginning, begin, do_job, named_rings
from bench.months.judging import best_name
from fraudgraph.jobs import Workspace
from fraudgraph.records import Month

__all__ = ["daily", "paid_by"]


def daily(work: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Days and months one after the other until every ring is named or the year is over."""
    start = begin(work, "daily", options, sets=1 if options.quick else 2)
    life, named_on, seconds = start.life, dict[str, date](), list[float]()
    rings = sorted(name for name in life.by_day if "/" not in name)
    by_watch: set[str] = set()
    for month in life.months:
        last: date | None = None
        for day in sorted(day for day in {d for n in rings for d in life.by_day[n]} if str(day)[:7] == month):
            if not any(day in life.by_day[name] for name in rings if name not in named_on):
                continue
            _deliver(start, month, after=last, until=day)
            last = day
            seconds.append(do_job(start.workspace, "watch", str(day)))
            fresh = [
                one for one in _found(start, month, _crossed(start.workspace, day)) if one not in named_on
            ]
            by_watch.update(fresh)
            named_on |= dict.fromkeys(fresh, day)
        _deliver(start, month, after=last, until=Month.parse(month).last_day)
        do_job(start.workspace, "month", month)
        named, listed = named_rings(start.workspace, [month])
        put_forward = {name: named[month][name] for name in listed[month] if name in named[month]}
        for name in _found(start, month, put_forward):
            named_on.setdefault(name, Month.parse(month).last_day)
        print(f"daily {month}: {len(named_on)} of {len(rings)} rings named", file=sys.stderr)
        if set(rings) <= set(named_on):
            break
    shares = {name: paid_by(life.by_day[name], named_on.get(name)) for name in rings}
    return {
        "rings": len(rings), "named": len(named_on), "named_by_watch": len(by_watch),
        "paid_share_median": round(median(shares.values()), 4), "paid_share_worst": round(max(shares.values()), 4),
        "looks": len(seconds), "look_seconds_median": round(median(seconds), 1) if seconds else None,
    }  # fmt: skip


def paid_by(paid: dict[date, float], named_on: date | None) -> float:
    """The share of a ring's money that was paid by the end of a day; 1 for one that nobody ever named."""
    if named_on is None:
        return 1.0
    return sum(fund for day, fund in paid.items() if day <= named_on) / sum(paid.values())


def _deliver(start: Beginning, month: str, *, after: date | None, until: date) -> None:
    """What was billed since the last delivery."""
    table = pq.read_table(start.files[month])
    days = [value.date() for value in table["started_at"].to_pylist()]
    chosen = table.filter(pa.array([day <= until and (after is None or day > after) for day in days]))
    if chosen.num_rows:
        pq.write_table(chosen, start.workspace.inbox / f"claims-{until}.parquet")


def _crossed(workspace: Workspace, day: date) -> dict[str, frozenset[str]]:
    """Rings that the day's look put forward, with their patients."""
    lines = (workspace.days / str(day) / "referral_list.jsonl").read_text(encoding="utf-8").splitlines()
    return {
        told["ring_id"]: frozenset(
            one["entity_id"] for one in told["members"] if one["entity_type"].endswith("patient")
        )
        for told in map(json.loads, lines)
    }


def _found(start: Beginning, month: str, named: dict[str, frozenset[str]]) -> list[str]:
    """True rings that some of these names mean."""
    return [
        ring.name
        for ring in start.life.rings[month]
        if "/" not in ring.name and ring.name in start.life.by_day and best_name(ring, named) is not None
    ]

"""Rings with a life: what they do in each of twelve months, on the people and places of a sample city without rings."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["KINDS", "Life", "RingMonth", "make_life", "write_months"]

KINDS = ("stable", "growing", "turnover", "splitting", "merging", "sleeping", "late", "ending", "shrinking")
_FIRST_GAP_S, _GAP_S = 60, 150


@dataclass(frozen=True)
class RingMonth:
    """One true ring in one month: its name, people, whether it meets, and the names that would all be right for it."""

    name: str
    people: tuple[str, ...]
    meets: bool
    place: str
    weekday: int
    also: tuple[str, ...] = ()


@dataclass
class Life:
    """All true rings by month, and each one's sessions and money."""

    months: list[str]
    rings: dict[str, list[RingMonth]] = field(default_factory=dict)
    sessions: dict[str, list[tuple[date, str]]] = field(default_factory=dict)
    money: dict[str, dict[str, float]] = field(default_factory=dict)
    by_day: dict[str, dict[date, float]] = field(default_factory=dict)


def make_life(city: Path, truth: Path, months: list[str], *, sets: int, seed: int) -> Life:
    """Choose people and places, and what becomes of them; people of the city's lawful groups stay out."""
    chance = random.Random(seed)
    lawful = set(pq.read_table(truth / "lookalikes.parquet")["patient_id"].to_pylist())
    pool = [p for p in pq.read_table(city / "patients.parquet")["patient_id"].to_pylist() if p not in lawful]
    chance.shuffle(pool)
    places = pq.read_table(city / "pharmacies.parquet")["pharmacy_id"].to_pylist()
    places += pq.read_table(city / "facilities.parquet")["facility_id"].to_pylist()
    chance.shuffle(places)
    life = Life(months=months, rings={month: [] for month in months})
    number = 0
    for _ in range(sets):
        for kind in KINDS:
            number += 1
            people = [pool.pop() for _ in range(chance.randint(8, 12))]
            _live(life, kind, f"{kind}-{number}", people, pool, places[number % len(places)], chance)
    return life


def _live(
    life: Life, kind: str, name: str, people: list[str], pool: list[str], place: str, chance: random.Random
) -> None:
    weekday = chance.randrange(5)
    second = [pool.pop() for _ in range(6)] if kind == "merging" else []
    for number, month in enumerate(life.months):
        meets = True
        if kind == "growing" and number and number % 2 == 0:
            people = [*people, pool.pop()]
        if kind == "turnover" and number:
            people = [*people[1:], pool.pop()]
        if kind == "shrinking" and number % 3 == 2 and len(people) > 5:
            people = people[:-1]
        if kind == "sleeping":
            meets = not 4 <= number <= 7
        if kind == "late":
            meets = number >= 4
        if kind == "ending":
            meets = number <= 5
        if kind == "late" and not meets:
            continue
        here = life.rings[month]
        if kind == "splitting" and number >= 5:
            half = (len(people) + 2) // 2
            here.append(RingMonth(f"{name}/a", tuple(people[:half]), meets, place, weekday, (name,)))
            here.append(RingMonth(f"{name}/b", tuple(people[half:]), meets, place, (weekday + 2) % 5))
        elif kind == "merging" and number < 6:
            here.append(RingMonth(f"{name}/a", tuple(people), meets, place, weekday))
            here.append(RingMonth(f"{name}/b", tuple(second), meets, place, (weekday + 2) % 5))
        elif kind == "merging":
            both = (f"{name}/a", f"{name}/b")
            here.append(RingMonth(f"{name}/ab", (*people, *second), meets, place, weekday, both))
        else:
            here.append(RingMonth(name, tuple(people), meets, place, weekday))


def write_months(city: Path, life: Life, out: Path, *, seed: int, before: list[str]) -> dict[str, Path]:
    """Write each month's claims, the city's and the rings', as a delivery of its own; returns the files by month."""
    out.mkdir(parents=True, exist_ok=True)
    claims = pq.read_table(city / "claims.parquet")
    started = [str(value)[:7] for value in claims["started_at"].to_pylist()]
    chance = random.Random(seed)
    paths: dict[str, Path] = {}
    for month in [*before, *life.months]:
        own = claims.filter(pa.array([one == month for one in started]))
        rows = _claims_of(life, month, chance) if month in life.rings else []
        paths[month] = out / f"claims-{month}.parquet"
        pq.write_table(pa.concat_tables([own, _like(rows, claims.schema)]), paths[month])
    return paths


def _claims_of(life: Life, month: str, chance: random.Random) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for ring in life.rings[month]:
        if not ring.meets:
            continue
        for day in _days(month, ring.weekday, chance):
            present = [person for person in ring.people if chance.random() < 0.85]
            if len(present) < 3:
                continue
            life.sessions.setdefault(ring.name, []).append((day, ring.place))
            at = datetime(day.year, day.month, day.day, chance.randint(8, 16), chance.randrange(60))
            at += timedelta(seconds=_FIRST_GAP_S)
            for person in present:
                at += timedelta(seconds=chance.expovariate(1 / _GAP_S))
                fund = round(chance.uniform(120, 320), 2)
                paid = life.money.setdefault(ring.name, {})
                paid[month] = paid.get(month, 0.0) + fund
                of_day = life.by_day.setdefault(ring.name, {})
                of_day[day] = of_day.get(day, 0.0) + fund
                shop = ring.place.startswith("P")
                rows.append(
                    {
                        "claim_id": f"Z{month}-{ring.name}-{len(rows)}", "patient_id": person,
                        "pharmacy_id": ring.place if shop else None, "facility_id": None if shop else ring.place,
                        "claim_type": "pharmacy" if shop else "outpatient", "started_at": at.replace(microsecond=0), "settled_at": at.replace(microsecond=0),
                        "total_amount": fund + 20, "fund_amount": fund,
                    }
                )  # fmt: skip
    return rows


def _days(month: str, weekday: int, chance: random.Random) -> list[date]:
    """The ring's weekday, most weeks; now and then a day later."""
    first = date.fromisoformat(f"{month}-01")
    days = [first + timedelta(days=i) for i in range(28) if (first + timedelta(days=i)).weekday() == weekday]
    return [day + timedelta(days=chance.random() < 0.15) for day in days if chance.random() < 0.9]


def _like(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as a table of the city's own shape."""
    columns = []
    for column in schema:
        values = [row.get(column.name) for row in rows]
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            values = [None if value is None else str(value) for value in values]
        elif pa.types.is_decimal(column.type):
            columns.append(pa.array(values, pa.float64()).cast(column.type, safe=False))
            continue
        columns.append(pa.array(values, column.type))
    return pa.table(columns, schema=schema)

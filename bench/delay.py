"""How early: `python -m bench delay [--quick] [--kind …] [--seeds …]`.

The program is run on a city's claims up to the end of month 3, 4, … 12, as a bureau would from month to month with all
it has. A planted ring is listed in the first month in which a listed ring has a Jaccard index of 0.5 or more with the
patients who have done anything for the ring by then (matched one to one). Told is the share of the ring's fund amount
that was paid by the end of that month; a ring that is never listed counts as 1.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from bench.rings.cities import cities_asked_for, city_folder, parser, run_fraudgraph, truth_of, write_figures
from bench.rings.scoring import match
from bench.rings.variants import listed_rings, variant

__all__ = ["Doings", "first_listed", "main", "ring_doings"]

AIM = 0.5
FIRST_MONTH, LAST_MONTH, YEAR = 3, 12, 2025
Doings = dict[str, list[tuple[date, str, float]]]
"""By ring: what was billed for it, as (day, patient, fund amount in yuan)."""

DOINGS = """
SELECT ring_id, started_at::DATE, patient_id, fund_amount::DOUBLE
FROM (SELECT DISTINCT ring_id, claim_id FROM read_parquet($ring_claims))
JOIN (SELECT DISTINCT claim_id, patient_id, started_at, fund_amount FROM read_parquet($claims)) USING (claim_id)
WHERE patient_id IS NOT NULL AND started_at >= TIMESTAMP '2000-01-01'
ORDER BY ALL
"""


def ring_doings(city: Path) -> Doings:
    """What each planted ring billed, refunds with their minus."""
    files = {
        "ring_claims": str(truth_of(city) / "ring_claims.parquet"),
        "claims": str(city / "claims.parquet"),
    }
    doings: Doings = {}
    with duckdb.connect() as con:
        for ring, day, patient, fund in con.execute(DOINGS, files).fetchall():
            doings.setdefault(ring, []).append((day, patient, fund))
    return doings


def first_listed(
    doings: Doings, listed: dict[int, dict[str, set[str]]]
) -> dict[str, tuple[int | None, float]]:
    """By ring: the first month in which it is on the list (None: never), and the share of its money paid by then."""
    told: dict[str, tuple[int | None, float]] = dict.fromkeys(doings, (None, 1.0))
    for month in sorted(listed):
        end = date(YEAR + month // 12, month % 12 + 1, 1)
        active = {ring: {who for day, who, _ in rows if day < end} for ring, rows in doings.items()}
        pairs = match({ring: people for ring, people in active.items() if people}, listed[month])
        for ring in pairs:
            if told[ring][0] is None:
                whole = sum(fund for _, _, fund in doings[ring])
                paid = sum(fund for day, _, fund in doings[ring] if day < end)
                told[ring] = (month, paid / whole if whole else 1.0)
    return told


def main(argv: list[str]) -> int:
    """Run month by month, find when each ring is first listed, print and write."""
    options = parser("delay", __doc__, kinds="standard,stealth,hard").parse_args(argv)
    rows: list[dict[str, Any]] = []
    months = range(9, 13) if options.quick else range(FIRST_MONTH, LAST_MONTH + 1)
    for kind, claims, seed in cities_asked_for(options):
        city = city_folder(options.work, kind, claims, seed)
        listed: dict[int, dict[str, set[str]]] = {}
        for month in months:
            end = datetime(YEAR + month // 12, month % 12 + 1, 1)
            query = "SELECT * FROM {claims} WHERE started_at < $end_of_month"
            part = variant(city, options.work / "delay-city", {"claims": query}, end_of_month=end)
            run_fraudgraph(part, options.work / "delay-run", [])
            listed[month] = {
                ring: {who for type_, who in members if type_ == "patient"}
                for ring, members in listed_rings(options.work / "delay-run").items()
            }
        told = first_listed(ring_doings(city), listed)
        rows += [
            {"kind": kind, "seed": seed, "ring": ring, "month": month, "paid_share": round(share, 4)}
            for ring, (month, share) in sorted(told.items())
        ]
        _print_row(f"{kind} seed {seed}", rows[-len(told) :])
    _print_row("all", rows)
    by_kind = {
        kind: _summary([r for r in rows if r["kind"] == kind]) for kind in {r["kind"]: 0 for r in rows}
    }
    write_figures(options, "delay", {"aim": AIM, "all": _summary(rows), "by_kind": by_kind, "rings": rows})
    return 0


def _summary(rows: list[dict[str, Any]]) -> dict[str, float | int | None]:
    caught = [row["paid_share"] for row in rows if row["month"] is not None]
    return {
        "rings": len(rows),
        "ever_listed": len(caught),
        "median_paid_share": median(row["paid_share"] for row in rows) if rows else None,
        "median_paid_share_of_listed": median(caught) if caught else None,
    }


def _print_row(title: str, rows: list[dict[str, Any]]) -> None:
    print(f"{title:24} " + " ".join(f"{name}={value}" for name, value in _summary(rows).items()), flush=True)

"""Does a ring stay the same when nothing about it changed: `python -m bench stability [--quick] [--kind …] [--seeds …]`.

Each city is run as it is, and then again
- with the rows of every file in another order: the whole list must be equal;
- with 2 % of the claims changed, all of persons in no ring (planted or found), half of them dropped, half moved by one
  to seven days: no listed ring is touched, so each should come back;
- with one placeholder: an "unknown doctor" on 5 % of all claims; a default phone for 20 % of the patients, taken from
  those whose phone nobody shares (where it would replace a shared phone, evidence would be gone as well). No ring may change.
"Same" means the same members, of every kind, and listed; same people means the same patients.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from bench.rings.cities import (
    cities_asked_for,
    city_folder,
    code_digest,
    parser,
    run_fraudgraph,
    truth_of,
    write_figures,
)
from bench.rings.variants import Member, listed_rings, shuffled, variant

__all__ = ["Kept", "compare", "main", "variants_of"]

AIMS = {
    "shuffled": "all the same, none new",
    "changed": ">= 0.95 the same",
    "doctor": "all the same, none new",
    "phone": "all the same, none new",
}

CHANGED = """
SELECT * EXCLUDE (draw, outside, touched, days, dropped) REPLACE (
    CASE WHEN touched THEN started_at + INTERVAL 1 DAY * days ELSE started_at END AS started_at,
    CASE WHEN touched THEN ended_at + INTERVAL 1 DAY * days ELSE ended_at END AS ended_at,
    CASE WHEN touched THEN settled_at + INTERVAL 1 DAY * days ELSE settled_at END AS settled_at
)
FROM (
    SELECT claims.*,
        coalesce(outside, FALSE) AND draw % 1000 < $share AS touched,
        ((draw // 1000) % 7 + 1) * (CASE  -- nobody is moved out of the city's year
            WHEN started_at < TIMESTAMP '2025-01-09' THEN 1 WHEN started_at > TIMESTAMP '2025-12-23' THEN -1
            WHEN (draw // 7000) % 2 = 0 THEN 1 ELSE -1 END) AS days,
        touched AND (draw // 14000) % 2 = 0 AS dropped
    FROM (
        SELECT *, hash(claim_id, $seed) AS draw,
            patient_id NOT IN (SELECT patient_id FROM read_parquet($in_rings)) AS outside
        FROM {claims}
    ) AS claims
) WHERE NOT dropped
"""
DOCTOR = """
SELECT * REPLACE (
    CASE WHEN hash(claim_id, $seed) % 100 < 5 THEN 'D000000000000' ELSE doctor_id END AS doctor_id
) FROM {claims}
"""
PHONE = """
SELECT * REPLACE (
    CASE WHEN hash(patient_id, $seed) % 1000 < $share AND (phone IS NULL OR phone IN (
        SELECT phone FROM {patients} WHERE phone IS NOT NULL GROUP BY phone HAVING count(*) = 1
    )) THEN '13800000000' ELSE phone END AS phone
) FROM {patients}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of the list. Counts of rings."""

    before: int
    same: int
    same_people: int
    after: int
    new: int
    """Listed now, and the same people were not listed before."""
    moved: dict[str, int]
    """Members that left or joined rings whose people are the same, such as {"doctor left": 2}."""


def compare(before: dict[str, frozenset[Member]], after: dict[str, frozenset[Member]]) -> Kept:
    """Set the two lists side by side; numbers and ranks of rings may differ."""

    def people(rings: dict[str, frozenset[Member]]) -> dict[frozenset[Member], frozenset[Member]]:
        return {frozenset(m for m in ring if m[0] == "patient"): ring for ring in rings.values()}

    was, now = people(before), people(after)
    moved: Counter[str] = Counter()
    for patients in was.keys() & now.keys():
        moved.update(f"{kind} left" for kind, _ in was[patients] - now[patients])
        moved.update(f"{kind} joined" for kind, _ in now[patients] - was[patients])
    return Kept(
        before=len(before),
        same=len(set(before.values()) & set(after.values())),
        same_people=len(was.keys() & now.keys()),
        after=len(after),
        new=len(now.keys() - was.keys()),
        moved=dict(sorted(moved.items())),
    )


def variants_of(city: Path, work: Path, *, seed: int, in_rings: set[str]) -> Iterator[tuple[str, Path]]:
    """(what is different, the folder) one after another; each folder is gone when the next is made."""
    folder = work / "stability-city"
    yield "shuffled", shuffled(city, folder, seed=seed)
    people = work / "stability-people.parquet"
    pq.write_table(pa.table({"patient_id": pa.array(sorted(in_rings), pa.string())}), people)
    with duckdb.connect() as con:
        outside = con.execute(
            "SELECT avg((patient_id NOT IN (SELECT patient_id FROM read_parquet($people)))::INTEGER) "
            "FROM read_parquet($claims) WHERE patient_id IS NOT NULL",
            {"people": str(people), "claims": str(city / "claims.parquet")},
        ).fetchall()[0][0]
    # 2 % of all claims, all taken from those outside rings
    yield (
        "changed",
        variant(
            city, folder, {"claims": CHANGED}, seed=seed, in_rings=str(people), share=round(20 / outside)
        ),
    )
    yield "doctor", variant(city, folder, {"claims": DOCTOR}, seed=seed)
    with duckdb.connect() as con:
        lone = con.execute(
            "SELECT avg((holders <= 1)::INTEGER) FROM (SELECT count(phone) OVER (PARTITION BY phone) AS holders FROM read_parquet($patients))",
            {"patients": str(city / "patients.parquet")},
        ).fetchall()[0][0]
    yield "phone", variant(city, folder, {"patients": PHONE}, seed=seed, share=round(min(1000, 200 / lone)))


def main(argv: list[str]) -> int:
    """Run each city and its variants, compare, print, write."""
    made = parser("stability", __doc__, kinds="standard,hard")
    options = made.parse_args(argv)
    rows: list[dict[str, Any]] = []
    for kind, claims, seed in cities_asked_for(options):
        city = city_folder(options.work, kind, claims, seed)
        out, beside = options.work / f"run-{city.name}", options.work / "stability-run"
        code = code_digest()
        run_fraudgraph(city, out, [])
        before = listed_rings(out)
        in_rings = {
            row["entity_id"]
            for folder in (out, truth_of(city))
            for row in pq.read_table(folder / "ring_members.parquet").to_pylist()
            if row["entity_type"] == "patient"
        }
        for what, folder in variants_of(city, options.work, seed=seed, in_rings=in_rings):
            run_fraudgraph(folder, beside, [])
            kept = compare(before, listed_rings(beside))
            equal_bytes = (out / "rings.parquet").read_bytes() == (beside / "rings.parquet").read_bytes()
            rows.append(
                {"kind": kind, "seed": seed, "what": what, "equal_bytes": equal_bytes, **asdict(kept)}
            )
            print(f"{kind} seed {seed} {what:9} {asdict(kept)} equal_bytes={equal_bytes}", flush=True)
        if code_digest() != code:
            raise SystemExit("The program was changed while its runs were being compared: run this again.")
    told = {}
    for what, aim in AIMS.items():
        of = [row for row in rows if row["what"] == what]
        counts = {name: sum(row[name] for row in of) for name in ("before", "same", "same_people", "new")}
        told[what] = counts | {
            "same_share": round(counts["same"] / counts["before"], 4) if counts["before"] else None,
            "same_people_share": round(counts["same_people"] / counts["before"], 4)
            if counts["before"]
            else None,
        }
        print(f"{what:9} {told[what]}  aim: {aim}")
    write_figures(options, "stability", {"aims": AIMS, "by_change": told, "runs": rows})
    return 0

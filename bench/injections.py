"""Blocks laid into real-shaped claims: `python -m bench injections --data DIR [--quick] [--injections 20]`.

DIR holds outpatient.csv.gz, inpatient.csv.gz and beneficiary.csv.gz, a public training set shaped like US Medicare
claims (no clock, no pharmacies). It is not part of the project. Each injection draws existing patients and existing
facilities, links each patient to each facility with the chance of one half, and bills one outpatient claim a link on a
random date by a physician of that facility for an amount that the facility has billed; ordinary claims are kept. The
program is run on each, and the listed ring that fits best is scored by patient F1 (0 where nothing fits).
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

import duckdb
import numpy as np

from bench.rings.cities import parser, run_fraudgraph, write_figures
from bench.rings.variants import listed_rings

__all__ = ["SHAPES", "Block", "best_f1", "draw_block", "lay_in", "main"]

SHAPES = {"50x10": (50, 10), "20x6": (20, 6)}
AIMS = {"50x10": 0.95, "20x6": 0.6}
PARTICIPATION = 0.5
FILES = ("outpatient.csv.gz", "inpatient.csv.gz", "beneficiary.csv.gz")
OPEN = "CREATE TABLE outpatient AS SELECT * FROM read_csv($path, header = true, all_varchar = true, nullstr = 'NA')"
PATIENTS = 'SELECT DISTINCT "BeneID" FROM outpatient WHERE "BeneID" IS NOT NULL ORDER BY ALL'
DAYS = 'SELECT min("ClaimStartDt"::DATE), max("ClaimStartDt"::DATE) FROM outpatient'
BILLED = """
SELECT "Provider", list("AttendingPhysician" ORDER BY "ClaimID"), list("InscClaimAmtReimbursed" ORDER BY "ClaimID")
FROM outpatient
WHERE "Provider" IS NOT NULL AND "AttendingPhysician" IS NOT NULL AND "InscClaimAmtReimbursed" IS NOT NULL
GROUP BY ALL ORDER BY "Provider"
"""
ADD = """
INSERT INTO outpatient BY NAME
SELECT "BeneID", "ClaimID", "ClaimStartDt", "ClaimStartDt" AS "ClaimEndDt", "Provider", "InscClaimAmtReimbursed",
  "AttendingPhysician", '0' AS "DeductibleAmtPaid", '4019' AS "ClmDiagnosisCode_1"
FROM injected
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One injection: who, and the claims that are added."""

    patients: frozenset[str]
    claims: list[tuple[str, str, str, str, str, str]]


def draw_block(con: duckdb.DuckDBPyConnection, *, shape: str, seed: int) -> Block:
    """Draw a block from the patients, facilities and days of the data; people without a single link don't count."""
    patients, facilities = SHAPES[shape]
    draw = np.random.default_rng([seed, patients, facilities])
    everyone = [row[0] for row in con.execute(PATIENTS).fetchall()]
    billed = con.execute(BILLED).fetchall()
    first, last = con.execute(DAYS).fetchall()[0]
    people = [everyone[i] for i in draw.choice(len(everyone), patients, replace=False)]
    places = [billed[i] for i in draw.choice(len(billed), facilities, replace=False)]
    claims = []
    for person in people:
        for place, physicians, amounts in places:
            if draw.random() < PARTICIPATION:
                day = np.datetime64(first) + int(draw.integers(0, (last - first).days + 1))
                physician = physicians[draw.integers(len(physicians))]
                amount = amounts[draw.integers(len(amounts))]
                claims.append((person, f"CLMX{len(claims):06d}", str(day), place, amount, physician))
    return Block(patients=frozenset(row[0] for row in claims), claims=claims)


def lay_in(data: Path, folder: Path, *, shape: str, seed: int) -> Block:
    """Write the three files with a block among the outpatient claims."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in FILES[1:]:
        shutil.copyfile(data / name, folder / name)
    with duckdb.connect(config={"threads": 2}) as con:
        con.execute("SET enable_progress_bar = false").fetchall()
        con.execute(OPEN, {"path": str(data / FILES[0])}).fetchall()
        block = draw_block(con, shape=shape, seed=seed)
        con.execute(
            'CREATE TABLE injected ("BeneID" VARCHAR, "ClaimID" VARCHAR, "ClaimStartDt" VARCHAR, "Provider" VARCHAR, '
            '"InscClaimAmtReimbursed" VARCHAR, "AttendingPhysician" VARCHAR)'
        ).fetchall()
        con.executemany("INSERT INTO injected VALUES (?, ?, ?, ?, ?, ?)", block.claims)
        con.execute(ADD).fetchall()
        con.execute(
            f'COPY (SELECT * FROM outpatient ORDER BY "ClaimStartDt", "ClaimID") '
            f"TO '{folder / FILES[0]}' (FORMAT csv, HEADER, NULLSTR 'NA', COMPRESSION gzip)"
        ).fetchall()
    return block


def best_f1(planted: frozenset[str], listed: dict[str, set[str]]) -> float:
    """Patient F1 of the listed ring that fits best."""
    return max(
        (2 * len(planted & people) / (len(planted) + len(people)) for people in listed.values() if people),
        default=0.0,
    )


def _patients(out: Path, *, also_unlisted: bool) -> dict[str, set[str]]:
    rings = listed_rings(out, also_unlisted=also_unlisted)
    return {ring: {who for kind, who in members if kind == "patient"} for ring, members in rings.items()}


def main(argv: list[str]) -> int:
    """Inject, run, score, print, write."""
    made = parser("injections", __doc__)
    made.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("FRAUDGRAPH_MEDICARE_LIKE", "medicare_like")),
        help="the folder of the data (or the environment variable FRAUDGRAPH_MEDICARE_LIKE)",
    )
    made.add_argument("--injections", type=int, default=20, help="of each shape (default 20)")
    options = made.parse_args(argv)
    missing = [name for name in FILES if not (options.data / name).exists()]
    if missing:
        print(f"Nothing measured: {options.data} holds no {', '.join(missing)}. Name the folder with --data.")
        return 0
    number = 2 if options.quick else options.injections
    first = 301 if options.report else 1
    rows: list[dict[str, Any]] = []
    for shape in SHAPES:
        for seed in range(first, first + number):
            block = lay_in(options.data, options.work / "injected", shape=shape, seed=seed)
            out = options.work / "injected-run"
            run_fraudgraph(options.work / "injected", out, [])
            listed, found = _patients(out, also_unlisted=False), _patients(out, also_unlisted=True)
            f1, held_back = best_f1(block.patients, listed), best_f1(block.patients, found)
            rows.append(
                {"shape": shape, "seed": seed, "f1": round(f1, 4), "f1_of_all": round(held_back, 4)}
                | {"listed": len(listed), "rings": len(found)}
            )
            print(
                f"{shape} seed {seed}: F1 {f1:.3f} among {len(listed)} listed rings, {held_back:.3f} among all {len(found)}",
                flush=True,
            )
        of_shape = [row["f1"] for row in rows if row["shape"] == shape]
        print(f"{shape}: mean F1 {mean(of_shape):.3f}, median {median(of_shape):.3f}, aim {AIMS[shape]}")
    told = {
        shape: {
            "mean_f1": round(mean(r["f1"] for r in rows if r["shape"] == shape), 4),
            "mean_listed": round(mean(r["listed"] for r in rows if r["shape"] == shape), 1),
        }
        for shape in SHAPES
    }
    write_figures(options, "injections", {"aims": AIMS, "by_shape": told, "injections": rows})
    return 0

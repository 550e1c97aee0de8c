"""What all models cost on millions of claims: each model's seconds as a multiple of one scan of the same Parquet.

The claims are those of a finished run; fee lines and the tables beyond claims are invented on top of them, so that every model runs.
"""

from __future__ import annotations

import resource
import shutil
import time
from multiprocessing import get_context
from pathlib import Path

from fraudgraph.claims.schema.schema import CANONICAL, create_table_sql
from fraudgraph.screening import screen_claims
from fraudgraph.settings import ScreeningSettings
from fraudgraph.store import Store

ITEMS = """
INSERT INTO claim_items BY NAME
SELECT c.claim_id, 'X' || lpad(CAST((c.n * 7 + line * 13 + line * c.n % 11) % 2000 AS VARCHAR), 6, '0') AS item_code,
  'item ' || CAST((c.n * 7 + line * 13) % 2000 AS VARCHAR) AS item_name,
  list_extract(['01', '03', '04', '05', '07', '08', '09', '11'], 1 + CAST((c.n + line * 3) % 8 AS BIGINT)) AS item_type,
  CAST(1 + (c.n + line) % 3 AS DECIMAL(16, 4)) AS quantity, CAST(10 + (c.n + line) % 90 AS DECIMAL(16, 4)) AS unit_price,
  CAST(round(c.total_amount / $lines, 2) AS DECIMAL(16, 2)) AS amount,
  c.started_at + to_days(CAST(least(line, greatest(date_diff('day', c.started_at, coalesce(c.ended_at, c.started_at)), 0)) AS INTEGER)) AS charged_at,
  c.doctor_id AS ordered_by, CASE WHEN line = 0 THEN '8' || lpad(CAST(c.n AS VARCHAR), 19, '0') END AS trace_code, FALSE AS split_pack
FROM (SELECT *, row_number() OVER () AS n FROM claims) AS c CROSS JOIN range($lines) AS r(line)
"""
"""Fee lines: some per claim, over two thousand codes."""
BESIDE = {
    "item_catalogue": """SELECT 'X' || lpad(CAST(n AS VARCHAR), 6, '0') AS item_code, 'item ' || CAST(n AS VARCHAR) AS name, CAST(500 AS DECIMAL(16,4)) AS price_limit,
        CASE WHEN n % 100 = 0 THEN '1' END AS sex, CASE WHEN n % 90 = 0 THEN 18 END AS min_age, CASE WHEN n % 80 = 0 THEN 14 END AS max_age, CAST(4 AS DECIMAL(16,4)) AS daily_max,
        CAST(7 AS DOUBLE) AS supply_days, CAST(CASE WHEN n % 10 = 0 THEN 20 END AS DOUBLE) AS minutes, CASE WHEN n % 50 = 0 THEN 'dental' END AS specialty,
        CASE WHEN n % 40 = 0 THEN 'C34,C50' END AS scope_diagnoses, CASE WHEN n % 20 = 0 THEN 60 END AS min_interval_days, n % 30 = 0 AS resale_prone,
        DATE '2025-07-01' AS trace_required_from FROM range(2000) AS r(n)""",
    "item_rules": """SELECT list_extract(['exclusive', 'component', 'disease_drug'], 1 + n % 3) AS rule_kind, 'X' || lpad(CAST(n AS VARCHAR), 6, '0') AS item_code,
        CASE WHEN n % 3 = 2 THEN 'I10' ELSE 'X' || lpad(CAST(n + 1 AS VARCHAR), 6, '0') END AS other_code FROM range(600) AS r(n)""",
    "stock_moves": """SELECT 'm' || CAST(row_number() OVER () AS VARCHAR) AS move_id, place_id, 'X' || lpad(CAST(n * 20 AS VARCHAR), 6, '0') AS item_code,
        list_extract(['opening', 'purchase', 'sale'], 1 + month % 3) AS move_type, TIMESTAMP '2025-01-01' + to_days(CAST(month * 30 AS INTEGER)) AS moved_at,
        CAST(100 AS DECIMAL(16,4)) AS quantity, CAST(10 + n % 7 AS DECIMAL(16,4)) AS unit_price, 'I1' AS invoice_number, 'S1' AS slip_number, 'ph' || place_id AS pharmacist_id,
        CAST(NULL AS TIMESTAMP) AS deleted_at FROM (SELECT DISTINCT place_id FROM claims) AS p CROSS JOIN range(100) AS r(n) CROSS JOIN range(12) AS s(month)""",
    "staff": "SELECT doctor_id AS staff_id, min(place_id) AS place_id, min(patient_id) AS patient_id, CAST(NULL AS DATE) AS left_on FROM claims WHERE doctor_id IS NOT NULL GROUP BY doctor_id",
    "staff_absences": "SELECT doctor_id AS staff_id, DATE '2025-08-01' AS started_on, DATE '2025-08-03' AS ended_on, 'leave' AS kind FROM claims WHERE doctor_id IS NOT NULL GROUP BY doctor_id",
    "person_events": """SELECT patient_id, list_extract(['custody', 'accident'], CAST(1 + hash(patient_id) % 2 AS BIGINT)) AS kind, DATE '2025-05-01' AS started_on, DATE '2025-05-20' AS ended_on, FALSE AS recovered
        FROM claims WHERE hash(patient_id) % 200 = 0 GROUP BY patient_id""",
    "certifications": """SELECT 't' || patient_id AS certification_id, patient_id, 'I10' AS disease_code, min(doctor_id) AS certifier_id, min(place_id) AS facility_id, DATE '2025-12-31' AS certified_on,
        'g' || CAST(hash(patient_id) % 40000 AS VARCHAR) AS agent_id FROM claims WHERE claim_type = 'chronic' GROUP BY patient_id""",
    "claim_details": """SELECT claim_id, 'inv' || claim_id AS invoice_number, CAST(0 AS DECIMAL(16,2)) AS hospital_paid_amount, CAST(1 + hash(claim_id) % 900 AS DECIMAL(16,2)) AS account_balance, patient_id AS payer_account_id,
        'v' || patient_id AS device_id, FALSE AS mid_settlement, 'r' || claim_id AS prescription_id, CASE WHEN hash(claim_id) % 9 = 0 THEN 'CC' ELSE '' END AS complication_level,
        CAST(9000 AS DECIMAL(16,2)) AS price_cap, CASE WHEN hash(claim_id) % 50 = 0 THEN 'manual' ELSE 'online' END AS settlement_kind FROM claims""",
    "prescriptions": "SELECT 'r' || claim_id AS prescription_id, patient_id, doctor_id, started_at AS issued_at FROM claims WHERE claim_type = 'pharmacy'",
    "holidays": "SELECT DATE '2025-01-01' + CAST(n * 30 AS INTEGER) AS day, 'holiday' AS name FROM range(12) AS r(n)",
    "place_events": "SELECT DISTINCT place_id, list_extract(['suspended', 'cancelled', 'expanded'], CAST(1 + hash(place_id) % 3 AS BIGINT)) AS kind, DATE '2025-06-01' AS happened_on FROM claims WHERE hash(place_id) % 50 = 0",
    "enrolments": "SELECT patient_id, 'e' || CAST(hash(patient_id) % 30000 AS VARCHAR) AS employer, DATE '2025-01-15' AS started_on FROM claims GROUP BY patient_id",
    "devices": "SELECT DISTINCT facility_id, 'X000100' AS item_code, 2 AS device_count, 30 AS sessions_per_day FROM claims WHERE facility_id IS NOT NULL",
    "agency_actions": """SELECT claim_id || action AS action_id, claim_id, action, 'a' || CAST(hash(claim_id || action) % 80 AS VARCHAR) AS staff_id, started_at + to_hours(step) AS acted_at
        FROM claims CROSS JOIN (VALUES ('file', 24), ('review', 48), ('approve', 72)) AS s(action, step) WHERE hash(claim_id) % 50 = 0""",
    "delivered_versions": "SELECT claim_id, day AS delivered_on, patient_id, place_id, fund_amount, TRUE AS present FROM claims CROSS JOIN (VALUES (DATE '2025-10-01'), (DATE '2025-11-01')) AS d(day)",
}  # fmt: skip
"""The tables beyond claims, by SELECT."""


def measure_cost(out: Path, folder: Path, *, lines: int, memory_gib: float) -> None:
    """Print each model's seconds, the scan's, the ratio and the peak of memory.

    Parameters
    ----------
    out : Path
        The OUT of a finished run.
    folder : Path
        For the copy and the Parquet; emptied first.
    lines : int
        Fee lines a claim.
    """
    shutil.rmtree(folder, ignore_errors=True)
    making = get_context("spawn").Process(target=prepare, args=(out, folder, lines, memory_gib))
    making.start()  # a process of its own, so that its memory does not count
    making.join()
    if making.exitcode == 0:
        screen_prepared(folder, memory_gib)


def prepare(out: Path, folder: Path, lines: int, memory_gib: float) -> None:
    """Lay the claims, the fee lines and the tables beyond claims into a store, and the first two into Parquet."""
    with Store(folder, threads=2, memory_limit_gib=memory_gib) as store:
        _copy(store, out)
        store.run(ITEMS, lines=lines)
        for table, select in BESIDE.items():
            store.run(f"INSERT INTO {table} BY NAME {select}")
        names = ", ".join(f"'{name}'" for name in CANONICAL)
        store.run(
            f"CREATE OR REPLACE TABLE column_catalog AS SELECT table_name, column_name, TRUE AS delivered, 1.0 AS filled_share FROM duckdb_columns() WHERE database_name = current_database() AND table_name IN ({names})"
        )
        for name in ("claims", "claim_items"):
            store.write_parquet(f"SELECT * FROM {name}", folder / f"{name}.parquet")


def screen_prepared(folder: Path, memory_gib: float) -> None:
    """Scan, run all models, print."""
    with Store(folder, threads=2, memory_limit_gib=memory_gib) as store:
        scan = _scan(store, folder)
        begun = time.perf_counter()
        report = screen_claims(store, ScreeningSettings())
        seconds = time.perf_counter() - begun
        claims, items = store.count("claims"), store.count("claim_items")
    for one in sorted(report.outcomes, key=lambda one: -one.seconds):
        print(
            f"{one.model:6} {one.state:5} {one.hits:9} hits {one.seconds:8.2f} s {one.seconds / scan:6.2f} scans  {one.reason_en}"
        )
    ran = [one for one in report.outcomes if one.state == "ran"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"{claims} claims, {items} items; scan {scan:.2f} s; {len(ran)} of {len(report.outcomes)} models in {seconds:.0f} s, {seconds / len(ran) / scan:.2f} scans a model; peak {peak:.2f} GiB"
    )


def _copy(store: Store, out: Path) -> None:
    path = str(out / "fraudgraph.duckdb").replace("'", "''")
    store.run(f"ATTACH '{path}' AS finished (READ_ONLY)")
    for name, table in CANONICAL.items():
        store.run(create_table_sql(table))
        store.run(f"INSERT INTO {name} BY NAME SELECT * FROM finished.main.{name}")
    store.run("DETACH finished")


def _scan(store: Store, folder: Path) -> float:
    """Seconds to read every column of claims and fee lines from Parquet once; the better of two."""
    best = float("inf")
    for _ in range(2):
        begun = time.perf_counter()
        for name in ("claims", "claim_items"):
            columns = [
                one
                for (one,) in store.rows(
                    "SELECT column_name FROM duckdb_columns() WHERE table_name = $name AND database_name = current_database()",
                    name=name,
                )
            ]
            path = str(folder / f"{name}.parquet").replace("'", "''")
            store.rows(
                f"SELECT {', '.join(f'max({column})' for column in columns)} FROM read_parquet('{path}')"
            )
        best = min(best, time.perf_counter() - begun)
    return best

"""What was settled, from a run's OUT: its claims and lines as the visit's settlement side."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from fraudgraph.hospital.landing import Landed, TakenTable
from fraudgraph.store import DATABASE_NAME, Store

__all__ = ["is_run", "take_run"]

_CLAIMS = """INSERT INTO s_claims (row_id, place_id, source_file, source_row, claim_id, patient_id, care_type, started_at, ended_at, settled_at, total_amount,
  fund_amount, diagnosis_code, refund_of, name, birth_on)
SELECT (SELECT coalesce(max(row_id), 0) FROM s_claims) + row_number() OVER (ORDER BY c.claim_id), coalesce(c.facility_id, c.pharmacy_id), $file,
  row_number() OVER (ORDER BY c.claim_id), c.claim_id, c.patient_id, c.claim_type, c.started_at, c.ended_at, c.settled_at, c.total_amount, c.fund_amount,
  c.diagnosis_code, c.refund_of, p.name, p.birth_date
FROM settled.claims c LEFT JOIN settled.patients p ON p.patient_id = c.patient_id
WHERE ($place = '' OR coalesce(c.facility_id, c.pharmacy_id) = $place)
ORDER BY c.claim_id"""
_LINES = """INSERT INTO s_lines (row_id, place_id, source_file, source_row, claim_id, item_code, item_name, hosp_item_code, hosp_item_name, item_class, quantity,
  unit_price, amount, charged_at, ordered_by)
SELECT (SELECT coalesce(max(row_id), 0) FROM s_lines) + row_number() OVER numbered, c.place_id, $file, row_number() OVER numbered, i.claim_id, i.item_code,
  i.item_name, i.hosp_item_code, i.hosp_item_name, i.item_type, i.quantity, i.unit_price, i.amount, i.charged_at, i.ordered_by
FROM settled.claim_items i JOIN s_claims c ON c.claim_id = i.claim_id AND c.source_file = $file
WINDOW numbered AS (ORDER BY i.claim_id, i.item_code, i.charged_at, i.amount, i.quantity, i.hosp_item_code)"""


def is_run(path: Path) -> bool:
    """Whether a folder is a run's OUT."""
    return path.is_dir() and (path / DATABASE_NAME).is_file() and (path / "run.json").is_file()


def take_run(store: Store, run: Path, place: str) -> tuple[TakenTable, ...]:
    """Copy a run's claims and lines of one place, or of all where none is named, into the visit."""
    file = str(run)
    known = store.one("SELECT count(*) FROM taken WHERE sha256 = $sha", sha=f"run:{file}")[0]
    if known:
        return ()
    path = str(run / DATABASE_NAME).replace("'", "''")
    store.run(f"ATTACH '{path}' AS settled (READ_ONLY)")
    try:
        store.run(_CLAIMS, file=file, place=place)
        store.run(_LINES, file=file)
    finally:
        store.run("DETACH settled")
    found = []
    for table, money in (("s_claims", "total_amount"), ("s_lines", "amount")):
        rows, yuan = store.one(
            f"SELECT count(*), coalesce(sum({money}), 0) FROM {table} WHERE source_file = $file", file=file
        )
        landed = Landed(rows, rows, 0, Decimal(yuan), Decimal(yuan), Decimal(0))
        found.append(
            TakenTable(
                file=file,
                sheet=table,
                table=table,
                nearest=None,
                missing=(),
                columns={},
                unknown=(),
                landed=landed,
            )
        )
    return tuple(found)

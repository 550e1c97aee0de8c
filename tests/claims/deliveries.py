"""Deliveries for the tests of reading: small files in the forms that suppliers send."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

SETTLEMENT_COLUMNS = (
    "setl_id",
    "mdtrt_id",
    "psn_no",
    "psn_name",
    "fixmedins_code",
    "med_type",
    "begndate",
    "enddate",
    "setl_time",
    "medfee_sumamt",
    "fund_pay_sumamt",
    "refd_setl_flag",
    "vali_flag",
)


def settlement(number: int, **changes: str) -> dict[str, str]:
    """One good settlement of the national table; `changes` spoil or alter it."""
    row = {
        "setl_id": f"S{number:05d}",
        "mdtrt_id": f"M{number:05d}",
        "psn_no": f"37020019500101{number % 50:04d}",
        "psn_name": "张三",
        "fixmedins_code": "H37020100001",
        "med_type": "11",
        "begndate": "2025-03-04",
        "enddate": "2025-03-04",
        "setl_time": f"2025-03-04 09:{number % 60:02d}:07",
        "medfee_sumamt": f"{100 + number}.50",
        "fund_pay_sumamt": "60.25",
        "refd_setl_flag": "0",
        "vali_flag": "1",
    }
    return {**row, **changes}


def canonical(number: int, **changes: str) -> dict[str, str]:
    """One good claim under canonical names."""
    row = {
        "claim_id": f"C{number:05d}",
        "patient_id": f"P{number % 50:04d}",
        "facility_id": "H37020100001",
        "pharmacy_id": "",
        "doctor_id": "D1",
        "claim_type": "outpatient",
        "started_at": f"2025-03-04 09:{number % 60:02d}:07",
        "ended_at": "",
        "total_amount": f"{100 + number}.50",
        "fund_amount": "60.25",
        "refund_of": "",
    }
    return {**row, **changes}


def as_csv(rows: Sequence[dict[str, str]], delimiter: str = ",") -> str:
    """Rows as csv text with a header."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write_csv(
    path: Path, rows: Sequence[dict[str, str]], *, encoding: str = "utf-8", delimiter: str = ","
) -> Path:
    """Write rows as a csv file."""
    path.write_bytes(as_csv(rows, delimiter).encode(encoding))
    return path

"""A city's claims as the baselines see them: cleaned, in codes from 0, in the order of patient, time and place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import duckdb
import numpy as np
import numpy.typing as npt

__all__ = ["Ints", "OnDemand", "Visits", "read_visits"]

Ints = npt.NDArray[np.int64]

CLEAN = """
CREATE TEMP TABLE visits AS
WITH delivered_once AS (
    SELECT DISTINCT ON (claim_id) * FROM read_parquet($claims) ORDER BY claim_id, patient_id NULLS LAST, started_at DESC, total_amount
), reversed AS (
    SELECT refund_of AS claim_id FROM delivered_once WHERE refund_of IS NOT NULL
), kept AS (
    SELECT * FROM delivered_once
    WHERE refund_of IS NULL AND total_amount >= 0 AND patient_id IS NOT NULL AND started_at >= TIMESTAMP '2000-01-01'
      AND coalesce(facility_id, pharmacy_id) IS NOT NULL AND claim_id NOT IN (SELECT claim_id FROM reversed)
)
SELECT
    kept.patient_id,
    coalesce(kept.facility_id, pharmacy_id) AS place_id,
    doctors.doctor_id,                                   -- a placeholder has no facility of its own
    pharmacy_id IS NOT NULL AS at_pharmacy,
    claim_type = 'inpatient' AS is_stay,
    date_diff('day', DATE '2000-01-01', started_at::DATE) AS day,
    date_diff('minute', TIMESTAMP '2000-01-01', started_at) AS minute,
    total_amount::DOUBLE AS total,
    fund_amount::DOUBLE AS fund
FROM kept LEFT JOIN read_parquet($doctors) AS doctors
  ON doctors.doctor_id = kept.doctor_id AND doctors.facility_id IS NOT NULL
ORDER BY patient_id, started_at, place_id, claim_id
"""


Key = TypeVar("Key")
Value = TypeVar("Value")


class OnDemand(dict[Key, Value]):
    """Parts of a preparation, each worked out when it is first asked for: tuning asks for all, a run for one."""

    def __init__(self, make: Callable[[Key], Value]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, key: Key) -> Value:
        self[key] = self.make(key)
        return self[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """One row a claim that stands; `doctor` is -1 where none is known. Amounts are yuan."""

    registers: Path
    patients: list[str]
    patient: Ints
    place: Ints
    doctor: Ints
    day: Ints
    minute: Ints
    at_pharmacy: npt.NDArray[np.bool_]
    is_stay: npt.NDArray[np.bool_]
    total: npt.NDArray[np.float64]
    fund: npt.NDArray[np.float64]

    @property
    def place_day(self) -> Ints:
        """Code of place and day together, from 0 without gaps."""
        return np.unique(self.place * 100_000 + self.day, return_inverse=True)[1].astype(np.int64)

    def objects(self, name: str) -> tuple[Ints, Ints]:
        """(patient, object) of every visit that has one; object is place, doctor or place_day."""
        column: Ints = getattr(self, name)
        known = column >= 0
        return self.patient[known], column[known]


def read_visits(city: Path) -> Visits:
    """Clean a city's claims as anybody would: rows sent twice, refunds and what they reverse, rows without a person or with a date of 1900."""
    with duckdb.connect(config={"threads": 2}) as con:
        con.execute("SET enable_progress_bar = false").fetchall()
        con.execute(
            CLEAN, {"claims": str(city / "claims.parquet"), "doctors": str(city / "doctors.parquet")}
        ).fetchall()
        rows = con.execute(
            "SELECT * FROM visits ORDER BY patient_id, minute, place_id, total, fund"
        ).fetchnumpy()
    patients, patient = np.unique(rows["patient_id"].astype(str), return_inverse=True)
    place = np.unique(rows["place_id"].astype(str), return_inverse=True)[1]
    missing = np.ma.getmaskarray(rows["doctor_id"]) | np.array([d is None for d in rows["doctor_id"]])
    doctor = np.full(len(patient), -1, dtype=np.int64)
    doctor[~missing] = np.unique(rows["doctor_id"][~missing].astype(str), return_inverse=True)[1]
    return Visits(
        registers=city,
        patients=patients.tolist(),
        patient=patient.astype(np.int64),
        place=place.astype(np.int64),
        doctor=doctor,
        day=np.asarray(rows["day"], dtype=np.int64),
        minute=np.asarray(rows["minute"], dtype=np.int64),
        at_pharmacy=np.asarray(rows["at_pharmacy"], dtype=bool),
        is_stay=np.asarray(rows["is_stay"], dtype=bool),
        total=np.asarray(rows["total"], dtype=np.float64),
        fund=np.asarray(rows["fund"], dtype=np.float64),
    )

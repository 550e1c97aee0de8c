"""A hand-made town for the comparison with peers: 60 clinics, 60 pharmacies, 60 doctors, 600 people, half a year.

Everyone behaves alike but for number 7 of each kind, who is odd in one way and no larger than number 8. Pharmacy 1 and
doctor and clinic 1 are large and ordinary; pharmacy 2 is far larger than any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from fraudgraph.claims.schema.schema import CANONICAL, create_table_sql
from fraudgraph.store import Store

PREPARE = Path(__file__).parents[2] / "fraudgraph" / "meetings" / "prepare"
FIRST_DAY = np.datetime64("2025-01-01")
PLACES, PEOPLE, DAYS, VISITS = 60, 600, 180, 80


@dataclass(frozen=True, kw_only=True)
class Town:
    """How the town is delivered. `order_seed` shuffles its claims; nothing else changes."""

    order_seed: int | None = None
    clock: bool = True
    odd: bool = True
    notes: bool = False


def open_town(folder: Path, town: Town) -> Store:
    """The town in a store, coded as the graph room leaves it."""
    store = Store(folder)
    for table in CANONICAL.values():
        store.run(create_table_sql(table))
    claims = _claims(town)
    if town.order_seed is not None:
        order = np.random.default_rng(town.order_seed).permutation(claims.num_rows)
        claims = claims.take(pa.array(order))
    store.put("town", claims)
    store.run("INSERT INTO claims BY NAME SELECT * FROM town; DROP TABLE town")
    store.run(
        "INSERT INTO patients (patient_id, birth_date) "
        "SELECT DISTINCT patient_id, DATE '1970-01-01' FROM claims ORDER BY patient_id"
    )
    store.run(
        "INSERT INTO facilities (facility_id, level, ownership) "
        "SELECT DISTINCT facility_id, 'clinic', 'private' FROM claims WHERE facility_id IS NOT NULL ORDER BY facility_id"
    )
    store.run(
        "INSERT INTO doctors (doctor_id, specialty) "
        "SELECT DISTINCT doctor_id, 'general' FROM claims WHERE doctor_id IS NOT NULL ORDER BY doctor_id"
    )
    if town.notes:
        store.run("UPDATE claims SET extra = '{\"ring\": \"' || patient_id || '\"}'")
        store.run(
            "CREATE TABLE labels AS SELECT DISTINCT patient_id AS entity_id, true AS in_ring FROM claims"
        )
    for name in ("10_codes", "20_visits", "25_stays"):
        store.run((PREPARE / f"{name}.sql").read_text(encoding="utf-8"))
    return store


def _claims(town: Town) -> pa.Table:
    rng = np.random.default_rng(11)
    parts = [_at_place(rng, kind, number, town.odd) for kind in ("H", "K") for number in range(PLACES)]
    rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    if town.odd:
        _make_patient_odd(rows)
    at = FIRST_DAY + rows["day"].astype("timedelta64[D]") + rows["minute"].astype("timedelta64[m]")
    pharmacy = np.char.startswith(rows["place"], "K")
    amounts = pa.array(np.char.mod("%d", rows["yuan"])).cast(pa.decimal128(16, 2))
    fund = pa.array(np.char.mod("%d", rows["yuan"] // 2)).cast(pa.decimal128(16, 2))
    return pa.table(
        {
            "claim_id": [f"C{number:06d}" for number in range(len(at))],
            "patient_id": rows["patient"],
            "facility_id": pa.array(rows["place"], mask=pharmacy),
            "pharmacy_id": pa.array(rows["place"], mask=~pharmacy),
            "doctor_id": rows["doctor"],
            "claim_type": np.where(pharmacy, "pharmacy", "outpatient"),
            "started_at": at.astype("datetime64[us]"),
            "total_amount": amounts,
            "fund_amount": fund,
            "place_id": rows["place"],
            "place_type": np.where(pharmacy, "pharmacy", "facility"),
            "event_date": at.astype("datetime64[D]"),
            "event_at": pa.array(at.astype("datetime64[us]"), mask=np.full(len(at), not town.clock)),
            "is_refund": np.zeros(len(at), bool),
            "net_total_amount": amounts,
            "net_fund_amount": fund,
            "counted": np.ones(len(at), bool),
        }
    )


def _at_place(rng: np.random.Generator, kind: str, number: int, odd: bool) -> dict[str, np.ndarray]:
    size = VISITS + int(rng.integers(-15, 16))
    if number == 1:
        size = 3 * VISITS
    if (kind, number) == ("K", 2):
        size = 20 * VISITS
    if number in {7, 8}:
        size = VISITS
    day, minute = rng.integers(0, DAYS, size), rng.integers(480, 1080, size)
    yuan = np.exp(rng.normal(4.2, 0.5, size)).astype(np.int64)
    doctor = np.full(size, number) if kind == "H" else rng.integers(0, PLACES, size)
    if odd and number == 7:
        # Eight evenings of ten cards, one a minute at the pharmacy and all in one minute at the clinic, for one sum.
        day = np.repeat(rng.choice(DAYS, 8, replace=False), size // 8)
        minute = 1290 + (
            np.tile(np.arange(size // 8), 8) if kind == "K" else np.repeat(np.arange(8), size // 8)
        )
        yuan = np.full(size, 75)
    if odd and kind == "K":
        # The prescriptions of doctor 7 are filled at pharmacy 7.
        doctor = np.full(size, 7) if number == 7 else np.where(doctor == 7, 9, doctor)
    return {
        "patient": np.array([f"P{person:04d}" for person in _people(rng, size)]),
        "place": np.full(size, f"{kind}{number:03d}"),
        "doctor": np.array([f"D{who:03d}" for who in doctor]),
        "day": day,
        "minute": minute,
        "yuan": yuan,
    }


def _people(rng: np.random.Generator, size: int) -> np.ndarray:
    return rng.integers(0, PEOPLE, size)


def _make_patient_odd(rows: dict[str, np.ndarray]) -> None:
    """Person 7 goes to several places a day, in few days, as often as person 8, who keeps her own days."""
    ordinary = ~np.isin(rows["place"], ["H007", "K007", "H008", "K008", "K002", "H001", "K001"])
    for name in ("P0007", "P0008"):
        rows["patient"][rows["patient"] == name] = "P0009"
    _, first = np.unique(np.where(ordinary, rows["place"], ""), return_index=True)
    chosen = first[1:33]
    rows["patient"][chosen[:16]] = "P0007"
    rows["day"][chosen[:16]] = np.repeat([20, 21, 22, 23], 4)
    rows["patient"][chosen[16:]] = "P0008"
    rows["day"][chosen[16:]] = np.linspace(3, 175, 16).astype(np.int64)

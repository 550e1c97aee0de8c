"""The city as Parquet files under the canonical names, and its truth in a folder beside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fraudgraph.synthetic.city.arrays import Bools, Ints
from fraudgraph.synthetic.city.finishing import Dirt
from fraudgraph.synthetic.city.ids import Ids
from fraudgraph.synthetic.city.ledger import INPATIENT, SHOP, TYPES
from fraudgraph.synthetic.city.ordinary import City
from fraudgraph.synthetic.city.people import NO_PHONE
from fraudgraph.synthetic.city.places import PHARMACY, SPECIALTIES
from fraudgraph.synthetic.city.words import DIAGNOSES, firm_names, person_names, place_words

__all__ = ["money", "write_claims", "write_registers"]

_CHUNK = 983_040
_MONEY = pa.decimal128(16, 2)
_LEVELS = ("tertiary", "secondary", "primary", "primary", "clinic", "clinic")
_TITLES = ("chief", "associate chief", "attending", "physician")
_MED_TYPE = {0: "11", 1: "14", 2: "21", 3: "41"}


def money(fen: Ints, null: Bools | None = None) -> pa.Array:
    """Fen as DECIMAL(16,2)."""
    words = np.empty((len(fen), 2), dtype=np.int64)
    words[:, 0] = fen
    words[:, 1] = np.where(fen < 0, -1, 0)
    array = pa.Array.from_buffers(_MONEY, len(fen), [None, pa.py_buffer(words.tobytes())])
    return array if null is None else pc.if_else(pa.array(null), pa.scalar(None, _MONEY), array)


def _words(index: Ints, dictionary: pa.Array, null: Bools | None = None) -> pa.Array:
    """Strings by their position; negative positions and `null` rows are NULL."""
    empty = index < 0 if null is None else (index < 0) | null
    chosen = pa.array(np.where(empty, 0, index).astype(np.int32), mask=empty)
    return pa.DictionaryArray.from_arrays(chosen, dictionary).cast(pa.string())


def _moments(city: City, second: Ints, null: Bools | None = None) -> pa.Array:
    base = np.datetime64(city.plan.first_day, "s")
    return pa.array((base + second.astype("timedelta64[s]")).astype("datetime64[us]"), mask=null)


def claim_chunks(city: City, rows: dict[str, Any], ids: Ids, dirt: Dirt) -> Iterator[pa.Table]:
    """The claims as canonical tables, some hundred thousand rows at a time."""
    count = len(rows["patient"])
    positions = np.sort(np.r_[np.arange(count), dirt.duplicates])
    for low in range(0, len(positions), _CHUNK):
        at = positions[low : low + _CHUNK]
        yield _claim_table(city, {name: column[at] for name, column in rows.items()}, at, ids, dirt)


def _claim_table(city: City, rows: dict[str, Any], at: Ints, ids: Ids, dirt: Dirt) -> pa.Table:
    at_shop = rows["kind"] == SHOP
    place = rows["place"].astype(np.int64)
    doctor = np.where(dirt.unknown_doctor[at], len(ids.doctors) - 1, rows["doctor"])
    fund = np.where(dirt.fund_above_total[at], rows["total"] * 3 + 1_000, rows["fund"])
    self_paid = rows["total"] - rows["fund"] - rows["account"]
    end = np.where(rows["kind"] == INPATIENT, rows["start"] + rows["stay"], rows["settled"])
    end = np.where(dirt.end_before_start[at], rows["start"] - 3 * 86_400, end)
    start = np.where(
        dirt.bad_start[at], -(city.plan.first_day - date(1900, 1, 1)).days * 86_400, rows["start"]
    )
    stay = rows["kind"] == INPATIENT
    ways = pa.array([str(n) for n in range(10)])
    refund_of = np.where(dirt.unpaired_refund[at], -1, rows["refund_of"])
    claim_type = pa.array(TYPES)
    return pa.table(
        {
            "claim_id": ids.claim(at),
            "patient_id": _words(rows["patient"].astype(np.int64), ids.patients, dirt.missing_patient[at]),
            "facility_id": _words(place, ids.places, at_shop),
            "pharmacy_id": _words(place, ids.places, ~at_shop),
            "doctor_id": _words(doctor, ids.doctors),
            "claim_type": _words(rows["kind"].astype(np.int64), claim_type),
            "started_at": _moments(city, start),
            "ended_at": _moments(city, end, at_shop),
            "settled_at": _moments(city, rows["settled"]),
            "diagnosis_code": _words(
                rows["dx"].astype(np.int64), pa.array(DIAGNOSES), dirt.missing_diagnosis[at]
            ),
            "total_amount": money(rows["total"], dirt.missing_total[at]),
            "fund_amount": money(fund),
            "account_amount": money(rows["account"]),
            "self_paid_amount": money(self_paid),
            "operator_id": _words(ids.first_desk[place] + rows["desk"], ids.desks, dirt.missing_operator[at]),
            "prescriber_facility_id": _words(rows["prescriber"].astype(np.int64), ids.places),
            "admission_way": _words(np.where(stay, rows["admission"], -1).astype(np.int64), ways),
            "discharge_way": _words(np.where(stay, rows["discharge"], -1).astype(np.int64), ways),
            "med_type_raw": _words(rows["kind"].astype(np.int64), pa.array([_MED_TYPE[k] for k in range(4)])),
            "refund_of": ids.claim(refund_of),
        }
    )


def write_claims(folder: Path, city: City, rows: dict[str, Any], ids: Ids, dirt: Dirt) -> None:
    """Write claims.parquet."""
    writer: pq.ParquetWriter | None = None
    for table in claim_chunks(city, rows, ids, dirt):
        if writer is None:
            writer = pq.ParquetWriter(folder / "claims.parquet", table.schema, compression="zstd")
        writer.write_table(table, row_group_size=122_880)
    if writer is not None:
        writer.close()


def write_registers(folder: Path, city: City, ids: Ids) -> None:
    """Write patients, doctors, doctor_sites, facilities and pharmacies."""
    pq.write_table(_patients(city, ids), folder / "patients.parquet", compression="zstd")
    doctors, sites = _doctors(city, ids)
    pq.write_table(doctors, folder / "doctors.parquet", compression="zstd")
    pq.write_table(sites, folder / "doctor_sites.parquet", compression="zstd")
    facilities, pharmacies = _places(city, ids)
    pq.write_table(facilities, folder / "facilities.parquet", compression="zstd")
    pq.write_table(pharmacies, folder / "pharmacies.parquet", compression="zstd")


def _patients(city: City, ids: Ids) -> pa.Table:
    people, rng = city.people, city.plan.rng(500)
    count = len(people)
    names = person_names(rng, people.surname, count)
    town_names = place_words(rng, int(city.villages.town.max()) + 1)
    village_names = place_words(rng, len(city.villages))
    addresses: list[str | None] = []
    for person, (village, number) in enumerate(
        zip(people.village.tolist(), people.house_number.tolist(), strict=True)
    ):
        own = people.address.get(person)
        street = f"{town_names[int(city.villages.town[village])]}镇{village_names[village]}{'社区' if city.villages.urban[village] else '村'}"
        if own is not None:
            what, _, home = own[1:].partition(":")
            word = "颐养院" if what.startswith("home") else "集体宿舍"
            addresses.append(f"{village_names[int(home)]}{word}")
        else:
            addresses.append(None if number < 0 else f"{street}{number}号")
    firms = firm_names(rng, people.firms)
    schools = [
        f"{word}学校" for word in place_words(rng, max(1, int(people.employer.max()) - people.firms + 1))
    ]
    base = city.plan.first_day
    birth = [
        base - timedelta(days=int(a) * 365 + a // 4 + int(b))
        for a, b in zip(people.age.tolist(), people.birth_day.tolist(), strict=True)
    ]
    gone = people.death_day < city.plan.days
    death = [
        base + timedelta(days=int(d)) if g else None
        for d, g in zip(people.death_day.tolist(), gone.tolist(), strict=True)
    ]
    no_household = rng.random(count) < 0.12
    table = pa.table(
        {
            "patient_id": ids.patients,
            "name": pa.array(names),
            "birth_date": pa.array(birth, pa.date32()),
            "sex": pa.array(np.where(people.male, "1", "2").tolist()),
            "address": pa.array(addresses, pa.string()),
            "phone": _digits(people.phone, people.phone == NO_PHONE),
            "bank_account": _digits(people.account, people.account == 0),
            "employer": _words(people.employer, pa.array(firms + schools)),
            "household_id": pc.if_else(pa.array(no_household), pa.scalar(None, pa.string()), pc.binary_join_element_wise("HK", pa.array(ids.household(people.household)).cast(pa.string()), "")),
            "agent_id": _words(people.agent, ids.patients),
            "residence_code": pa.array([f"990101{town:03d}{village % 1000:03d}" for town, village in zip(city.villages.town[people.village].tolist(), people.village.tolist(), strict=True)]),
            "insurance_type": pa.array(np.where(people.employee, "310", "390").tolist()),
            "identity_class": _words(people.identity - 1, pa.array([f"230{n}" for n in range(1, 9)])),
            "death_date": pa.array(death, pa.date32()),
        }
    )  # fmt: skip
    return table.sort_by("patient_id")


def _digits(number: Ints, null: Bools) -> pa.Array:
    return pc.if_else(pa.array(null), pa.scalar(None, pa.string()), pa.array(number).cast(pa.string()))


def _doctors(city: City, ids: Ids) -> tuple[pa.Table, pa.Table]:
    doctors, rng = city.doctors, city.plan.rng(501)
    count = len(doctors)
    names = person_names(rng, rng.integers(0, 1_000, count), count)
    table = pa.table(
        {
            "doctor_id": ids.doctors,
            "name": pa.array([*names, "未知医师"]),
            "facility_id": _words(np.r_[doctors.facility, -1], ids.places),
            "specialty": _words(np.r_[doctors.specialty, -1], pa.array(SPECIALTIES)),
            "title": _words(np.r_[doctors.title, -1], pa.array(_TITLES)),
        }
    )
    who = np.r_[np.arange(count), np.fromiter(doctors.second_site, dtype=np.int64)]
    where = np.r_[doctors.facility, np.fromiter(doctors.second_site.values(), dtype=np.int64)]
    sites = pa.table({"doctor_id": _words(who, ids.doctors), "facility_id": _words(where, ids.places)})
    return table.sort_by("doctor_id"), sites.sort_by(
        [("doctor_id", "ascending"), ("facility_id", "ascending")]
    )


_PLACE_WORD = ("中心医院", "医院", "医院", "卫生院", "门诊部", "卫生室", "大药房")


def _places(city: City, ids: Ids) -> tuple[pa.Table, pa.Table]:
    places, rng = city.places, city.plan.rng(502)
    count = len(places)
    owners = int(places.owner.max()) + 1
    owner_names = person_names(rng, rng.integers(0, 1_000, owners), owners)
    owner_account = 8_110_000_000_000_000 + rng.permutation(owners) * 1_000 + rng.integers(0, 1_000, owners)
    words = place_words(rng, count)
    known = places.private | (places.kind == PHARMACY)
    columns: dict[str, Any] = {
        "name": [f"{word}{_PLACE_WORD[k]}" for word, k in zip(words, places.kind.tolist(), strict=True)],
        "legal_representative": [
            owner_names[o] if k else None for o, k in zip(places.owner.tolist(), known.tolist(), strict=True)
        ],
        "phone": [f"0532{n:08d}" for n in (80_000_000 + rng.permutation(count) * 7).tolist()],
        "address": [
            f"{word}路{n}号"
            for word, n in zip(place_words(rng, count), rng.integers(1, 300, count).tolist(), strict=True)
        ],
        "account": [
            str(a) if k else None
            for a, k in zip(
                owner_account[places.owner].tolist(), (rng.random(count) < 0.8).tolist(), strict=True
            )
        ],
        "longitude": np.round(120.3 + places.x / 92.0, 5),
        "latitude": np.round(36.2 + places.y / 111.0, 5),
    }
    facility = np.arange(places.facilities)
    shop = np.arange(places.facilities, count)

    def part(rows: Ints) -> dict[str, Any]:
        return {name: pa.array([values[i] for i in rows.tolist()]) for name, values in columns.items()}

    extra = {
        "level": pa.array([_LEVELS[k] for k in places.kind[facility].tolist()]),
        "ownership": pa.array(np.where(places.private[facility], "private", "public").tolist()),
        "beds": pa.array(np.where(places.beds[facility] > 0, places.beds[facility], 0), pa.int32()),
    }
    own = part(facility)
    facilities = pa.table(
        {"facility_id": ids.places.take(pa.array(facility)), "name": own.pop("name"), **extra, **own}
    )
    pharmacies = pa.table({"pharmacy_id": ids.places.take(pa.array(shop)), **part(shop)})
    return facilities.sort_by("facility_id"), pharmacies.sort_by("pharmacy_id")

"""What a table must not be: a register that holds what claims hold, a doctors' register that is a list of sites, a hospital's own table."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fraudgraph.claims.columns.assigning import LIMIT, Columns
from fraudgraph.claims.columns.header_words import readings
from fraudgraph.claims.columns.meanings import meanings
from fraudgraph.claims.columns.vocabulary import INITIALS

__all__ = [
    "HospitalTable",
    "better_key",
    "has_moments",
    "holds_claims",
    "hospital_table",
    "lists_sites",
    "says_too_little",
    "speaks_of_doctors",
]

_EVENT = frozenset(
    {"visit", "service", "admission", "discharge", "purchase", "claim", "occur", "charge", "outpatient", "inpatient", "prescription"}
)  # fmt: skip
_MONEY = frozenset({"amount", "price", "charge", "pay", "reimbursed", "fund"})
_SURE = 0.82
_IDENTITY = frozenset({"idcard"})
_CARDS = frozenset({"idcard", "card"})
_SOMEBODY = frozenset({"person", "enrolled", "insurance"})
_REGISTERS = ("patients", "doctors", "facilities", "pharmacies", "institutions")
_ENTERED = frozenset({"upload", "other", "registered", "enrolled", "valid"})
_FEW, _MANY = 2, 6


@dataclass(frozen=True, slots=True)
class HospitalTable:
    """A table of a hospital's own system: it waits for the hospital side and is never read as settlements."""

    name: str
    title_zh: str
    title_en: str


def holds_claims(columns: Columns) -> bool:
    """Whether headers speak of a claim's id, or of amounts beside days of care or beside items: no register has them."""
    days = amounts = items = 0
    for header in columns.plain:
        found = readings(header)
        if not found or found[0].way == INITIALS or "other" in found[0].notions:
            continue
        notions = set(found[0].notions)
        if "claim" in notions and _means(header, "claim_id"):
            return True
        days += bool("time" in notions and notions & _EVENT and not notions & {"birth", "death"})
        amounts += "amount" in notions or {"total", "charge"} <= notions
        items += "item" in notions and bool(notions & {"id", "name", "quantity", "type"})
    return amounts > 0 and (days > 0 or items > 0)


def _means(header: str, field: str) -> bool:
    return any(one.field == field and one.sure >= _SURE for one in meanings("claims", header)[:1])


def says_too_little(known: int, unmapped: int) -> bool:
    """Whether so little of a table is understood that it could be anything."""
    return known <= _FEW and unmapped >= _MANY


def has_moments(unmapped: Sequence[int], columns: Columns) -> bool:
    """Whether a column that a register has no use for holds a moment with its clock on nearly every row, other than when the row was entered."""
    if not columns.shapes:
        return False
    for position in unmapped:
        shape = columns.shapes[position]
        said = {one for reading in readings(columns.plain[position])[:1] for one in reading.notions}
        if min(shape.written_day, shape.clock) >= _SURE and shape.filled and not said & _ENTERED:
            return True
    return False


def speaks_of_doctors(unmapped: Sequence[int], columns: Columns) -> bool:
    """Whether a column that a register of places has no use for is where a doctor practises."""
    said = [
        set(reading.notions) for position in unmapped for reading in readings(columns.plain[position])[:1]
    ]
    return any("practice" in one and one & {"institution", "place"} for one in said)


def lists_sites(file_name: str, values: Sequence[Sequence[object]], key: int) -> bool | None:
    """Whether doctors with their places are a list of practice sites: it says so, or a doctor comes more than once; None if nothing tells."""
    name = file_name.casefold()
    if any(hint in name for hint in ("site", "多点", "执业地点", "多机构")):
        return True
    filled = [str(value) for value in values[key] if value not in (None, "")] if values else []
    if len(set(filled)) < len(filled):
        return True
    return False if any(hint in name for hint in ("doctor", "dr_", "医师", "医生")) or filled else None


def better_key(kind: str, field: str, columns: Columns, key: int, free: Sequence[int]) -> int | None:
    """A column that other files are likelier to join to than the one taken for a key.

    A person's own number goes before an identity number, a visit's before a ward's or clinic's; in a register also a column
    that only says "id" and has one for every row.
    """
    notions = {one for reading in readings(columns.plain[key])[:1] for one in reading.notions}
    visit = field == "encounter_id" and not notions & {"visit", "registered"}
    identity = field != "encounter_id" and bool(notions & _IDENTITY)
    if not visit and not identity:
        return None
    for position in free:
        said = readings(columns.plain[position])[:1]
        if not said or said[0].unknown or "other" in said[0].notions:
            continue
        held = set(said[0].notions)
        means = any(
            one.field == field and one.sure >= LIMIT for one in meanings(kind, columns.plain[position])[:1]
        )
        shape = columns.shapes[position] if columns.shapes else None
        if shape is not None and not shape.filled:
            continue
        if means and ("visit" in held if visit else not held & _CARDS and bool(held & _SOMEBODY)):
            return position
        bare = (
            held == {"id"} and shape is not None and shape.distinct == shape.filled and shape.length >= _MANY
        )
        if identity and bare and kind in _REGISTERS:
            return position
    return None


def hospital_table(
    columns: Columns, fields: Mapping[str, int] | None, kind: str | None
) -> HospitalTable | None:
    """Which table of a hospital's own system the headers are; None if they are none.

    Parameters
    ----------
    columns : Columns
        The delivered table.
    fields, kind : mapping, str, optional
        What it would be read as otherwise.
    """
    marks = [_marks(header) for header in columns.plain]
    counts = {name: sum(name in one for one in marks) for name in _told()}
    own = sum("his" in one for one in marks)
    if kind == "claim_items" and fields is not None:
        settled = "claim_id" in fields or _national(columns, fields)
        return None if settled or not own else _table("hischarge")
    best = max((name for name in counts if name != "hischarge"), key=lambda name: counts[name], default=None)
    if best is None or counts[best] < int(str(_told()[best]["least"])):
        return None
    return _table(best)


def _marks(header: str) -> frozenset[str]:
    return frozenset(
        one for reading in readings(header)[:2] for one in reading.notions if one.startswith("his")
    )


def _national(columns: Columns, fields: Mapping[str, int]) -> bool:
    """Whether the items' codes are the insurance's: only then can lines without a settlement's id be settled ones."""
    position = fields.get("item_code")
    if position is None:
        return False
    notions = {one for reading in readings(columns.headers[position])[:1] for one in reading.notions}
    header = columns.headers[position].casefold()
    return bool(notions & {"insurance", "national"}) or header.startswith(("hilist", "med_list"))


def _table(name: str) -> HospitalTable:
    told = _told()[name]
    return HospitalTable(str(told["name"]), str(told["title_zh"]), str(told["title_en"]))


@cache
def _told() -> dict[str, dict[str, object]]:
    path = Path(__file__).parent.parent / "presets" / "hospital.toml"
    found: dict[str, dict[str, object]] = tomllib.loads(path.read_text(encoding="utf-8"))["tables"]
    return found

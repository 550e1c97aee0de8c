"""Ids whose headers nobody knows, told by the names beside them: one id a name, one name an id, and both come again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from fraudgraph.claims.columns.header_words import readings
from fraudgraph.claims.columns.meanings import meanings
from fraudgraph.claims.columns.value_shapes import Shape
from fraudgraph.claims.columns.vocabulary import INITIALS
from fraudgraph.claims.schema.fields import Kind

__all__ = ["ids_beside_names", "spoken_for"]

_NAMED = {
    "claims": {"patient_id": "patient_name", "place_id": "place_name", "doctor_id": "doctor_name"},
    "claim_items": {"item_code": "item_name"},
}
_SAME = {"place_id": ("place_id", "facility_id", "pharmacy_id")}
_NUMBERS = frozenset({"id", "serial", "run", "card", "idcard"})
_WHOSE = {
    "patient_id": frozenset({"person", "enrolled"}),
    "place_id": frozenset({"institution", "place", "pharmacy"}),
    "doctor_id": frozenset({"doctor", "attending", "prescription"}),
}
_FEWEST = 3
"""Different names below which nothing is proved."""
_CODES = 0.95
_CENTS = 0.1
_KINDS_OF_NAMES = (
    ("pharmacy", re.compile(r"(?i).*(?:pharmac|drug ?store|chemist|药店|药房|大药).*")),
    ("hospital", re.compile(r"(?i).*(?:hospital|clinic|infirmary|(?:medical|health|care|dialysis) cent|polyclinic|医院|卫生院|诊所|卫生室).*")),
    ("doctor", re.compile(r"(?:(?i:dr[. ]|doctor ).*|.*,? (?i:m\.?d\.?|mbbs)|[A-Z][A-Za-z'-]+, [A-Z][A-Za-z'. -]*)")),
)  # fmt: skip
_MOSTLY = 0.7
_NAME = re.compile(r"(?i)^([a-z]{2,8})[_ .-]?(?:full)?[_ .-]?(?:name|nm)$|^([a-z]{2,8})名称?$")
_CODE_OF = re.compile(r"(?i)^([a-z]{2,8})[_ .-]?(?:code|cd|id|no)$")
_WORDS_OF = re.compile(r"(?i)^([a-z]{2,8})[_ .-]?(?:narrative|description|desc|name|nm)$")


def ids_beside_names(
    kind: Kind,
    headers: Sequence[str],
    values: Sequence[Sequence[object]],
    shapes: Sequence[Shape],
    known: Mapping[str, int],
    free: Sequence[int],
) -> dict[str, int]:
    """Fields of ids that headers left open and the one column each that goes with the name that is known.

    Parameters
    ----------
    kind : Kind
        The table that the columns would make.
    headers, values, shapes : sequence
        Of the delivered table, by position.
    known : mapping
        Fields that have a column.
    free : sequence of int
        Positions without a field.
    """
    found: dict[str, int] = {}
    if not values:
        return found
    if kind.name == "claim_items" and not {"item_code", "item_name"} & set(known):
        found |= _code_and_words(headers, values, shapes, free)
    for name, beside in _NAMED.get(kind.name, {}).items():
        at = known.get(beside, -1)
        if at < 0 or set(_SAME.get(name, (name,))) & set(known):
            continue
        fits = [
            position
            for position in free
            if position not in found.values()
            and _may_number(kind, name, headers[position], shapes[position])
            and _one_to_one(values[position], values[at])
        ]
        if fits:
            found[name] = min(fits, key=lambda position: (abs(position - at), position))
    return found


def _code_and_words(
    headers: Sequence[str], values: Sequence[Sequence[object]], shapes: Sequence[Shape], free: Sequence[int]
) -> dict[str, int]:
    """The one pair of columns of a code and its words under a name that nobody knows: CCSD Code, CCSD Narrative."""
    codes = {match[1].casefold(): i for i in free if (match := _CODE_OF.match(headers[i].strip()))}
    pairs = [
        (codes[match[1].casefold()], i)
        for i in free
        if (match := _WORDS_OF.match(headers[i].strip()))
        and match[1].casefold() in codes
        and shapes[i].letters >= _MOSTLY
        and all(one.unknown for one in readings(match[1]) if one.way != INITIALS)
        and _one_to_one(values[codes[match[1].casefold()]], values[i])
    ]
    return {"item_code": pairs[0][0], "item_name": pairs[0][1]} if len(pairs) == 1 else {}


def _may_number(kind: Kind, name: str, header: str, shape: Shape) -> bool:
    """Whether a column can hold ids, and its header says so or says nothing at all."""
    if (
        shape.code < _CODES
        or shape.cents > _CENTS
        or shape.written_day > _CENTS
        or shape.distinct >= shape.filled
    ):
        return False
    said = readings(header)
    if any("other" in one.notions for one in said if one.way != INITIALS):
        return False
    if any(one.field != name and not one.unknown for one in meanings(kind.name, header)):
        return False
    notions = set(said[0].notions) if said else set()
    return bool(_NUMBERS & notions) or notions <= _WHOSE.get(name, frozenset())


def _one_to_one(ids: Sequence[object], names: Sequence[object]) -> bool:
    """Whether every id has one name and every name one id, over names that come again."""
    pairs = {
        (str(one).strip(), str(name).strip())
        for one, name in zip(ids, names, strict=True)
        if one not in (None, "") and name not in (None, "")
    }
    numbers, called = {one for one, _ in pairs}, {name for _, name in pairs}
    return len(pairs) == len(numbers) == len(called) >= _FEWEST


def spoken_for(headers: Sequence[str], values: Sequence[Sequence[object]]) -> dict[str, str]:
    """Words of a file's own that its names explain: HCI is a hospital where HCI_NAME holds names of hospitals."""
    found: dict[str, str] = {}
    for header, column in zip(headers, values, strict=False):
        match = _NAME.match(header.strip())
        texts = [str(one) for one in column if one not in (None, "")]
        if match is None or not texts:
            continue
        word = (match[1] or match[2]).casefold()
        for meant, form in _KINDS_OF_NAMES:
            if sum(form.match(text) is not None for text in texts) >= _MOSTLY * len(texts):
                found.setdefault(word, meant)
                break
    return found

"""Which field of a table a header can mean: its notions against the patterns of presets/meanings.toml and the synonyms."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from fraudgraph.claims.columns.header_words import readings
from fraudgraph.claims.columns.mapping import preset_rules
from fraudgraph.claims.columns.vocabulary import INITIALS, PINYIN, WORDS, Reading
from fraudgraph.claims.schema.fields import KINDS

__all__ = ["Meaning", "meanings", "names_someone", "only_numbers", "speaks", "speaks_of"]

_SURE = {WORDS: 0.92, PINYIN: 0.86, INITIALS: 0.74}
_LOOSE = 0.14
"""What a pattern costs that only says enough inside its table."""
_WHOSE_CLAIM = frozenset({"institution", "place", "pharmacy", "person", "prescription"})
_SOMEONE = frozenset({"person", "enrolled", "doctor", "institution", "place", "pharmacy", "claim", "visit", "item"})  # fmt: skip
_BARE = frozenset({"id", "run", "serial", "staff", "weak"})
_BARE_NAMES = frozenset({"id", "name", "fullname", "run", "serial", "type"})
_PLAIN = 0.85
_SPOKEN_OF = ("claims", "claim_items", "patients", "doctors", "facilities", "pharmacies")
_BY_SYNONYM = 0.04
_SECOND = 0.03
"""What a pattern costs beside which a better column may stand."""
_LATER = 0.008
"""What each likelier way to read the same initials costs."""
_WEAK, _CONTEXT, _UNKNOWN, _SPECIFIC = 0.01, 0.05, 0.2, 0.012
_CONTEXTS = frozenset({"visit", "claim", "outpatient", "inpatient", "insurance", "service", "national", "purchase", "affair", "belongs", "occur", "charge"})  # fmt: skip
"""Notions that may stand before what a column is about: 结算机构编号 is the place's id, 机构结算编号 is not."""
_SAY_NOTHING = frozenset(
    {"id", "name", "type", "time", "amount", "total", "insurance", "flag", "description", "serial", "weak",
     "begin", "end", "level", "main", "way", "pay", "price", "other", "claim", "visit", "item", "person", "service"}
)  # fmt: skip
"""A synonym of these notions alone says too little to be put to use in other words."""
_PREFIXES = {"patients": "patient_", "doctors": "doctor_", "facilities": "place_", "pharmacies": "place_", "institutions": "place_"}  # fmt: skip

_SUBJECTS = {"patient_": frozenset({"person", "enrolled"}), "doctor_": frozenset({"doctor"}), "place_": frozenset({"institution", "place", "pharmacy"})}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meaning:
    """A field that a header can mean: how sure (0 to 1), how many of its pieces nobody knows, and how it was read."""

    field: str
    sure: float
    unknown: int
    way: int


@dataclass(frozen=True, slots=True)
class _Pattern:
    field: str
    must: tuple[frozenset[str], ...]
    may: frozenset[str]
    cost: float
    about: frozenset[str] = frozenset()
    """Whom a register or an attached column speaks of: may stand before everything."""

    def fits(self, reading: Reading) -> float | None:
        """How sure this pattern is of a reading; None if it doesn't fit."""
        held = frozenset(reading.notions)
        if "other" in held or not all(held & one for one in self.must):
            return None
        if reading.unknown and frozenset().union(*self.must) <= _BARE_NAMES:
            return None  # an unknown word before a mere "number" or "name" says whose it is, and it is nobody we know
        own = self.may.union(*self.must)
        first = next(place for place, notion in enumerate(reading.notions) if notion in own)
        cost = 0.0
        for place, notion in enumerate(reading.notions):
            if notion in own:
                continue
            if notion in ("weak", "run"):
                cost += _WEAK if notion == "weak" else 0.0
            elif place < first and (notion in self.about or (notion in _CONTEXTS and self.cost < _LOOSE)):
                cost += _CONTEXT
            else:
                return None
        specific = _SPECIFIC * min(4, len([one for one in self.must if held & one]) + len(held & self.may))
        return _SURE[reading.way] + specific - self.cost - cost - _UNKNOWN * reading.unknown


@cache
def meanings(kind: str, header: str) -> tuple[Meaning, ...]:
    """The fields of a kind of table that a header can mean, each once, surest first."""
    best: dict[str, Meaning] = {}
    short = 0
    for reading in readings(header):
        later = _LATER * min(short, 6)
        short += reading.way == INITIALS
        if reading.unknown > 1 or "other" in reading.notions:
            continue
        for pattern in _patterns(kind):
            sure = pattern.fits(reading)
            sure = None if sure is None else sure - later
            if sure is not None and (pattern.field not in best or sure > best[pattern.field].sure):
                best[pattern.field] = Meaning(pattern.field, round(sure, 4), reading.unknown, reading.way)
    order = {name: place for place, name in enumerate(KINDS[kind].field_names)}
    return tuple(sorted(best.values(), key=lambda one: (-one.sure, order[one.field])))


@cache
def speaks(text: str) -> bool:
    """Whether a text plainly names a field of claims, their items, people or places."""
    return any(
        one.sure >= _PLAIN and not one.unknown for kind in _SPOKEN_OF for one in meanings(kind, text)[:1]
    )


def speaks_of(text: str, kind: str) -> bool:
    """Whether a header names those whose register a kind of table is."""
    subject = _SUBJECTS.get(_PREFIXES.get(kind, ""), frozenset())
    return any(subject & set(one.notions) for one in readings(text)[:1])


def names_someone(text: str) -> bool:
    """Whether a text can stand for a person, a doctor, a place, or what happened: no mere mark of a table."""
    return any(_SOMEONE & set(one.notions) for one in readings(text)[:3])


def only_numbers(header: str) -> bool:
    """Whether a header only says "number", and not whose or of what."""
    return all(set(one.notions) <= _BARE for one in readings(header)[:1])


@cache
def _patterns(kind: str) -> tuple[_Pattern, ...]:
    told = _told()
    loose = told["tables"].get(kind, {})
    prefix = _PREFIXES.get(kind, "")
    found: list[_Pattern] = []
    unpatterned: list[str] = []
    for name in KINDS[kind].field_names:
        key = name if name in told["meanings"] and prefix + name not in told["meanings"] else prefix + name
        found += [_pattern(name, text, 0.0) for text in told["meanings"].get(key, ())]
        unpatterned += [name] if key not in told["meanings"] else []
        for other in dict.fromkeys((name, key)):
            found += [_pattern(name, text, _LOOSE) for text in loose.get(other, ())]
    return tuple(
        replace(one, about=_about(kind, one.field)) for one in (*found, *_of_synonyms(kind, unpatterned))
    )


def _about(kind: str, field: str) -> frozenset[str]:
    if field in ("claim_id", "refund_of", "encounter_id"):
        return _WHOSE_CLAIM
    named = next((subject for prefix, subject in _SUBJECTS.items() if field.startswith(prefix)), None)
    return named or _SUBJECTS.get(_PREFIXES.get(kind, ""), frozenset())


@cache
def _told() -> dict[str, dict[str, Any]]:
    path = Path(__file__).parent.parent / "presets" / "meanings.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _pattern(field: str, text: str, cost: float) -> _Pattern:
    second = text.startswith("~")
    parts = text.removeprefix("~").split()
    must = tuple(frozenset(part.split("|")) for part in parts if not part.endswith("?"))
    may = frozenset(one.removesuffix("?") for part in parts if part.endswith("?") for one in part.split("|"))
    return _Pattern(field, must, may, cost + second * _SECOND)


def _of_synonyms(kind: str, names: Sequence[str]) -> list[_Pattern]:
    """Patterns from the headers that presets know: other words of the same notions mean the same field."""
    found: dict[tuple[str, frozenset[str]], _Pattern] = {}
    for rule in preset_rules():
        if rule.table != kind or rule.only:
            continue
        for name in names:
            for synonym in (*rule.synonyms(name), KINDS[kind].field(name).title_zh, name):
                for reading in readings(synonym)[:1]:
                    held = frozenset(reading.notions) - {"weak"}
                    if reading.unknown or reading.way != WORDS or held <= _SAY_NOTHING or "other" in held:
                        continue
                    must = tuple(frozenset({one}) for one in sorted(held))
                    found.setdefault((name, held), _Pattern(name, must, frozenset(), _BY_SYNONYM))
    return list(found.values())

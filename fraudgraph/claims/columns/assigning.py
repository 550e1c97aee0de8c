"""Columns that no synonym names, given to fields by what their headers mean; the values decide between candidates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from fraudgraph.claims.columns.beside_names import spoken_for
from fraudgraph.claims.columns.header_words import is_word, readings
from fraudgraph.claims.columns.meanings import Meaning, meanings, names_someone
from fraudgraph.claims.columns.value_shapes import AGREES, CONTRADICTS, Shape, agreement, shape_of
from fraudgraph.claims.columns.vocabulary import INITIALS
from fraudgraph.claims.schema.fields import Kind

__all__ = ["LIMIT", "Columns", "assigned", "leaves_amounts"]

LIMIT = 0.6
"""A column that is less sure of its field stays unmapped."""
_FOR_VALUES = 0.04
_SUREST = 0.985
"""Below what a known name is worth."""
_CLOSE, _CLOSE_AMOUNTS = 0.015, 0.05
"""Nearer than this two meanings are as good as each other; amounts by their initials (ZFJE) need more."""
_SAYS_MORE = 0.82
"""Below it a header only says "number", "name" or the like; what it numbers has to be told by others."""
_FEWEST_INITIALS = 3
_FEWEST_MARKED = 4
_UNFORMED = ("id", "text", "level", "ownership")
"""Fields whose values have no form that could prove an abbreviation."""
_AMOUNTS = ("total_amount", "fund_amount", "account_amount", "self_paid_amount")
_REGISTERS = ("patients", "doctors", "doctor_sites", "facilities", "pharmacies", "institutions", "encounters")
_ALL_CENTS = 0.8
_ALIKE = (
    frozenset({"claim_type", "med_type_raw"}),
    frozenset({"place_id", "facility_id", "pharmacy_id"}),
)
"""Fields between which it doesn't matter."""
_ENDS = frozenset({"ended_at", "settled_at"})
_OWN_NAME = re.compile(r"(?i)^([a-z]{2,8})[_ .-]?(?:full)?[_ .-]?(?:name|nm)$|^([a-z]{2,8})名称?$")
"""A name of what only the file itself has a word for."""


def _is_known(word: str | None) -> bool:
    """Whether a word says by itself whose a column is; a provider can be a doctor or a place."""
    if word is None or word.casefold() in ("provider", "prov", "prvdr", "prv"):
        return word is None
    return is_word(word) or any(not one.unknown and one.way != INITIALS for one in readings(word))


class Columns:
    """The columns of a delivered table: their headers and, read only if they are asked for, the shapes of their values."""

    def __init__(
        self, headers: Sequence[str], values: Callable[[], Sequence[Sequence[object]]] | None = None
    ) -> None:
        self.headers = tuple(headers)
        self._values = values

    @cached_property
    def plain(self) -> tuple[str, ...]:
        """The headers without the mark of their table, where most begin with the same one (YB_JSRQ, YB_ZFY), a file's own words said plainly (HCI_NAME)."""
        plain = self._unmarked()
        own = [
            header
            for header in plain
            if (match := _OWN_NAME.match(header.strip())) and not _is_known(match[1])
        ]
        meant = spoken_for(own, [self.values[plain.index(one)] for one in own]) if own and self.values else {}
        if any(header.strip().casefold() == "doa" for header in plain):
            meant["dod"] = "discharge date"  # beside a day of admission it is no death
        if not meant:
            return plain
        words = re.compile(rf"(?i)(?<![a-z])({'|'.join(sorted(meant))})(?![a-z])")
        return tuple(words.sub(lambda match: meant[match[1].casefold()], header) for header in plain)

    def _unmarked(self) -> tuple[str, ...]:
        marks = Counter(header.partition("_")[0] for header in self.headers if "_" in header)
        mark, count = marks.most_common(1)[0] if marks else ("", 0)
        if (
            count < _FEWEST_MARKED
            or count * 10 < len(self.headers) * 6
            or is_word(mark)
            or names_someone(mark)
        ):
            return self.headers
        return tuple(header.removeprefix(f"{mark}_") for header in self.headers)

    @cached_property
    def shapes(self) -> tuple[Shape, ...] | None:
        """The shape of every column; None where no values can be had."""
        return tuple(shape_of(values) for values in self.values) if self.values else None

    @cached_property
    def values(self) -> Sequence[Sequence[object]]:
        """The first values of every column; empty where none can be had."""
        given = self._values() if self._values is not None else ()
        return given if len(given) == len(self.headers) else ()


def assigned(
    kind: Kind, columns: Columns, free: Sequence[int], taken: Sequence[str]
) -> dict[str, tuple[int, float]]:
    """Fields for columns that are still free, each with the column's position and how sure it is.

    Parameters
    ----------
    kind : Kind
        The table that the columns would belong to.
    free : sequence of int
        Positions without a field.
    taken : sequence of str
        Fields that have a column.
    """
    candidates = {
        position: usable
        for position in free
        if columns.headers[position]
        and (
            usable := [one for one in meanings(kind.name, columns.plain[position]) if one.field not in taken]
        )
    }
    if not candidates:
        return {}
    weighed = {
        position: _weighed(kind, usable, columns.shapes[position] if columns.shapes else None)
        for position, usable in candidates.items()
    }
    found = _ended_or_settled(_best(kind, weighed), weighed, columns.plain)
    return _without_few_initials(_without_doubtful(found, weighed), weighed)


def leaves_amounts(kind: Kind, unmapped: Sequence[int], columns: Columns) -> bool:
    """Whether a register or the like would leave the amounts of settlements aside: by their headers, or by values of amounts beside places."""
    if kind.name == "claims" or len(unmapped) < 2:
        return False
    names = {one.name for one in kind.fields}
    left = {
        one.field
        for position in unmapped
        for one in meanings("claims", columns.plain[position])
        if one.field in _AMOUNTS and one.field not in names and one.way != INITIALS
    }
    if {"total_amount", "fund_amount"} <= left:
        return True
    if kind.name not in _REGISTERS or columns.shapes is None:
        return False
    shapes = [columns.shapes[position] for position in unmapped]
    amounts = sum(shape.cents >= _ALL_CENTS and shape.number >= _ALL_CENTS for shape in shapes)
    places = any(shape.place >= _ALL_CENTS for shape in shapes)
    return amounts >= 2 and (places or kind.name != "patients")


_Weighed = Mapping[int, Mapping[str, tuple[float, Meaning]]]


def _weighed(kind: Kind, usable: Sequence[Meaning], shape: Shape | None) -> dict[str, tuple[float, Meaning]]:
    """What the values leave of a header's meanings, with how sure each is now."""
    needed = {name for group in kind.needs for name in group}
    found: dict[str, tuple[float, Meaning]] = {}
    for one in usable:
        said = 0 if shape is None else agreement(kind.field(one.field), shape)
        wanted = kind.field(one.field).type
        # an unknown word may turn the meaning: never of an amount, and elsewhere only where the column is needed or fits
        turned = one.unknown and (
            wanted in ("money", "number") or (said != AGREES and one.field not in needed)
        )
        unproved = shape is not None and one.way == INITIALS and wanted not in _UNFORMED and said != AGREES
        bare = one.field == "claim_id" and one.way != INITIALS and one.sure < _SAYS_MORE
        if said == CONTRADICTS or turned or unproved or (bare and not _counts_on(shape)):
            continue
        sure = round(min(_SUREST, one.sure + _FOR_VALUES * said), 4)
        if sure >= LIMIT:
            found[one.field] = (sure, one)
    return found


def _counts_on(shape: Shape | None) -> bool:
    """Whether a column that only says "number" has one for every row, longer than a count of rows."""
    return shape is not None and shape.distinct == shape.filled > 0 and shape.length >= 6


def _best(kind: Kind, weighed: _Weighed) -> dict[str, tuple[int, float]]:
    """The surest pairs first, then, as long as that raises the sum, one column moves on to its other field."""
    order = {name: place for place, name in enumerate(kind.field_names)}
    pairs = sorted(
        (-sure, order[field], position, field)
        for position, fields in weighed.items()
        for field, (sure, _) in fields.items()
    )
    of_field: dict[str, tuple[int, float]] = {}
    used: set[int] = set()
    for sure, _, position, field in pairs:
        if field not in of_field and position not in used:
            of_field[field] = (position, -sure)
            used.add(position)
    for position in sorted(set(weighed) - used):
        _move_over(position, weighed, of_field)
    return of_field


def _move_over(position: int, weighed: _Weighed, of_field: dict[str, tuple[int, float]]) -> None:
    """Find room for a column that came too late: its rival has another field that is nearly as sure and free."""
    for field, (sure, _) in sorted(weighed[position].items(), key=lambda one: (-one[1][0], one[0])):
        rival, _ = of_field[field]
        others = sorted(
            (
                (other_sure, other)
                for other, (other_sure, _) in weighed[rival].items()
                if other not in of_field
            ),
            key=lambda one: (-one[0], one[1]),
        )
        if others and others[0][0] >= weighed[rival][field][0] - 0.1:
            of_field[others[0][1]] = (rival, others[0][0])
            of_field[field] = (position, sure)
            return


def _ended_or_settled(
    found: dict[str, tuple[int, float]], weighed: _Weighed, headers: Sequence[str]
) -> dict[str, tuple[int, float]]:
    """JS may stand for 结束 and for 结算: the end is written like the start (KSRQ, JSRQ), a settlement mostly is not."""
    unclear = [
        position
        for field in ("ended_at", "settled_at")
        if field in found and {"ended_at", "settled_at"} <= weighed[position := found[field][0]].keys()
    ]
    start = next((headers[i] for name, (i, _) in found.items() if name == "started_at"), None)
    if start is None or not unclear or any(headers[i][-2:].isascii() is False for i in unclear):
        return found
    kept = {name: one for name, one in found.items() if one[0] not in unclear}
    for position in unclear:
        paired = (
            start[:2].casefold() == "ks" and headers[position][-2:] == start[-2:] and "ended_at" not in kept
        )
        field = "ended_at" if paired else "settled_at"
        if field not in kept:
            kept[field] = (position, weighed[position][field][0])
    return kept


def _without_doubtful(found: dict[str, tuple[int, float]], weighed: _Weighed) -> dict[str, tuple[int, float]]:
    """Leave out what could as well be something else: a column with two free fields, a field with two columns."""
    kept: dict[str, tuple[int, float]] = {}
    for field, (position, sure) in found.items():
        parts = [
            one
            for one, fields in weighed.items()
            if field == "self_paid_amount" and field in fields and fields[field][0] >= sure - _CLOSE
        ]
        if len(parts) > 1:
            continue  # copayment and coinsurance: each is a part only
        short = weighed[position][field][1].way == INITIALS
        close = _CLOSE_AMOUNTS if short and field.endswith("amount") else _CLOSE
        rivals = {
            other
            for other, (other_sure, _) in weighed[position].items()
            if other != field and other not in found and other_sure >= sure - close
        }
        settled = _ENDS if weighed[position][field][1].way == INITIALS else frozenset()
        if all(any({field, other} <= alike for alike in (*_ALIKE, settled)) for other in rivals):
            kept[field] = (position, sure)
    return kept


def _without_few_initials(
    found: dict[str, tuple[int, float]], weighed: _Weighed
) -> dict[str, tuple[int, float]]:
    """Two letters can be anything: abbreviations count where several columns of a table are written so."""
    short = [field for field, (position, _) in found.items() if weighed[position][field][1].way == INITIALS]
    if len(short) >= _FEWEST_INITIALS:
        return found
    return {field: one for field, one in found.items() if field not in short}

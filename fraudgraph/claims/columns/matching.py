"""From suppliers' headers to ours: which of a table's columns is which field of a kind. What a mapping file says wins over the presets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from fraudgraph.claims.columns.assigning import LIMIT, Columns, assigned
from fraudgraph.claims.columns.balance import last_column, paid_column
from fraudgraph.claims.columns.beside_names import ids_beside_names
from fraudgraph.claims.columns.header_words import BRACKETS, simplified
from fraudgraph.claims.columns.mapping import TableRule, preset_rules
from fraudgraph.claims.schema.fields import KINDS, Kind

__all__ = [
    "TableMapping",
    "forms",
    "has_all",
    "in_other_words",
    "is_complete",
    "known_columns",
    "missing_groups",
    "normalised",
    "resolved",
]

_ALIAS = re.compile(r"^(?:[A-Za-z_][A-Za-z0-9_$]*\.)+(?=.)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMapping:
    """What a delivered table is. `columns` maps a field to the position of its column; `unmapped` are the positions that nothing claimed. `sure` has the
    fields that no known name gave but the words of the header did (0 to 1); `clocks` times of day beside the days of a field.
    """

    kind: Kind
    rule: TableRule
    columns: dict[str, int]
    sums: dict[str, tuple[int, ...]] = field(default_factory=dict)
    unmapped: tuple[int, ...] = ()
    sure: dict[str, float] = field(default_factory=dict)
    clocks: dict[str, int] = field(default_factory=dict)

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields that were delivered, in the kind's order."""
        delivered = {*self.columns, *self.sums, *self.rule.constants}
        return tuple(name for name in self.kind.field_names if name in delivered)


@cache
def normalised(header: str) -> str:
    """A header without case, width, spaces, punctuation and the old form of characters: '結算 ID' and '结算id' are one."""
    folded = simplified(header.casefold())
    return "".join(char for char in folded if char.isalnum())


@cache
def forms(header: str) -> tuple[str, ...]:
    """The header as it is, without bracketed notes, then its Latin and its Chinese part alone."""
    folded = unicodedata.normalize("NFKC", header)
    latin = "".join(char for char in folded if char.isascii())
    chinese = "".join(char for char in folded if not char.isascii())
    found = [
        normalised(header),
        normalised(BRACKETS.sub("", folded)),
        normalised(_ALIAS.sub("", folded)),
        normalised(latin),
        normalised(chinese),
    ]
    return tuple(dict.fromkeys(form for form in found if form))


def known_columns(
    kind: str, headers: Sequence[str], values: Callable[[], Sequence[Sequence[object]]] | None = None
) -> dict[str, int]:
    """The fields of one kind that headers tell, with their positions, however few they are."""
    rule = next(one for one in preset_rules() if one.table == kind and not one.has)
    return dict(in_other_words(resolved(rule, headers), Columns(headers, values)).columns)


def has_all(rule: TableRule, headers: Sequence[str]) -> bool:
    """Whether a table has all the headers that a rule is known by."""
    present = {form for header in headers for form in forms(header)}
    return all(any(normalised(one) in present for one in name.split("|")) for name in rule.has)


def resolved(rule: TableRule, headers: Sequence[str]) -> TableMapping:
    """Give each header to at most one field: what the rule names first, then the presets' synonyms."""
    kind = KINDS[rule.table]
    positions: dict[str, list[int]] = {}
    for depth in range(5):
        for position, header in enumerate(headers):
            found = forms(header)
            if depth < len(found):
                positions.setdefault(found[depth], []).append(position)
    taken: dict[str, int] = {}
    used: set[int] = set()

    def take(name: str, synonyms: Sequence[str]) -> None:
        if name in taken or name in rule.sums or name in rule.constants:
            return
        for synonym in synonyms:
            for position in positions.get(normalised(synonym), ()):
                if position not in used:
                    taken[name] = position
                    used.add(position)
                    return

    for name in rule.columns:
        take(name, rule.synonyms(name)[:1] if rule.only else ())
    for name in kind.field_names:
        take(name, (name, *rule.synonyms(name)) if not rule.only else rule.synonyms(name))
    if not rule.only and rule not in preset_rules():
        base = next(one for one in preset_rules() if one.table == rule.table and not one.has)
        for name in kind.field_names:
            take(name, base.synonyms(name))
    sums = {
        name: tuple(positions[normalised(part)][0] for part in parts if normalised(part) in positions)
        for name, parts in rule.sums.items()
    }
    claimed = used | {position for parts in sums.values() for position in parts}
    return TableMapping(
        kind=kind,
        rule=rule,
        columns=taken,
        sums=sums,
        unmapped=tuple(position for position in range(len(headers)) if position not in claimed),
    )


def in_other_words(found: TableMapping, columns: Columns, *, asked: bool = False) -> TableMapping:
    """Columns that no synonym names, by what the words of their headers mean; nothing by values alone where an operator was `asked`."""
    if found.rule.only or not found.unmapped:
        return found
    taken = (*found.columns, *found.sums, *found.rule.constants)
    more = assigned(found.kind, columns, found.unmapped, taken)
    if not asked and columns.shapes:
        more |= _by_values(found, columns, more)
    if not more:
        return found
    positions = {position for position, _ in more.values()}
    return replace(
        found,
        columns={**found.columns, **{name: position for name, (position, _) in more.items()}},
        unmapped=tuple(position for position in found.unmapped if position not in positions),
        sure={name: sure for name, (_, sure) in more.items()},
    )


def _by_values(
    found: TableMapping, columns: Columns, told: Mapping[str, tuple[int, float]]
) -> dict[str, tuple[int, float]]:
    """What the values tell of columns whose headers don't: ids beside their names, what was paid, and the last columns that a table needs."""
    assert columns.shapes is not None  # only called where values can be had
    more: dict[str, tuple[int, float]] = {}

    def known() -> dict[str, int]:
        delivered = {
            **found.columns,
            **{name: position for name, (position, _) in (*told.items(), *more.items())},
        }
        return {**delivered, **dict.fromkeys((*found.sums, *found.rule.constants), -1)}

    def free() -> list[int]:
        taken = set(known().values())
        return [position for position in found.unmapped if position not in taken]

    if (
        found.kind.name == "claims" and {"total_amount", "fund_amount"} & set(known())
    ) or found.kind.name == "claim_items":
        beside = ids_beside_names(found.kind, columns.plain, columns.values, columns.shapes, known(), free())
        more |= {name: (position, LIMIT) for name, position in beside.items()}
    if found.kind.name == "claims" and "fund_amount" not in known():
        paid = paid_column(columns.plain, columns.values, columns.shapes, known(), free())
        more |= {} if paid is None else {"fund_amount": (paid, LIMIT)}
    if len(known()) > len(free()):
        last = last_column(found.kind, columns.plain, columns.values, columns.shapes, known(), free())
        more |= {} if last is None else {last[0]: (last[1], LIMIT)}
    return more


def missing_groups(found: TableMapping) -> tuple[tuple[str, ...], ...]:
    """The groups of fields of which a table of the kind needs one each and has none."""
    delivered = set(found.fields)
    return tuple(group for group in found.kind.needs if not delivered.intersection(group))


def is_complete(found: TableMapping) -> bool:
    """Whether nothing is missing."""
    return not missing_groups(found)

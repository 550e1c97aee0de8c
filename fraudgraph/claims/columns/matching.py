"""From suppliers' headers to ours: which table a sheet is, and which of its columns is which field.

What a mapping file says wins over the presets.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from functools import cache

from fraudgraph.claims.columns.assigning import LIMIT, Columns, assigned, leaves_amounts
from fraudgraph.claims.columns.balance import last_column, paid_column
from fraudgraph.claims.columns.header_words import BRACKETS, simplified
from fraudgraph.claims.columns.mapping import TableRule, preset_rules
from fraudgraph.claims.columns.meanings import meanings, only_numbers, speaks_of
from fraudgraph.claims.columns.table_kind import (
    HospitalTable,
    better_key,
    holds_claims,
    hospital_table,
    lists_sites,
    says_too_little,
)
from fraudgraph.claims.schema.fields import KINDS, PLAIN_KINDS, Kind
from fraudgraph.errors import SettingsError, nearest_hint

__all__ = ["TableMapping", "Understood", "forms", "known_columns", "match_table", "normalised", "understand"]

_ALIAS = re.compile(r"^(?:[A-Za-z_][A-Za-z0-9_$]*\.)+(?=.)")
_ALL_SHOPS = 0.95
_EXACT = 4
"""Columns known by name after which a table beyond claims may hold twice as many that it has no use for."""
_TELLING = {
    "patients": ("birth_date", "sex", "insurance_type", "identity_class"),
    "doctors": ("title",),
    "facilities": ("level", "beds"),
    "pharmacies": (),
    "institutions": ("level", "beds", "place_kind"),
}
"""Columns that tell whose register a table is where its key does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMapping:
    """What a delivered table is, and which of its columns is which field.

    `columns` maps a field to the position of its column; `unmapped` are the positions that nothing claimed. `sure` has the
    fields that no known name gave but the words of the header did, each with how sure that is (0 to 1).
    """

    kind: Kind
    rule: TableRule
    columns: dict[str, int]
    sums: dict[str, tuple[int, ...]] = field(default_factory=dict)
    unmapped: tuple[int, ...] = ()
    sure: dict[str, float] = field(default_factory=dict)

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


def match_table(
    file_name: str,
    sheet: str | None,
    headers: Sequence[str],
    rules: Sequence[TableRule] = (),
    values: Callable[[], Sequence[Sequence[object]]] | None = None,
) -> TableMapping | None:
    """Which table this is and which column is which field; None if it is none of ours.

    Parameters
    ----------
    file_name, sheet : str
        Where the headers were found.
    headers : sequence of str
        As delivered.
    rules : sequence of TableRule
        The operator's rules; the first that names the file wins over all presets.
    values : callable, optional
        Gives the first values of every column; asked only where headers leave something open.

    Raises
    ------
    SettingsError
        If the operator's rule names a header that the file does not have.
    """
    return understand(file_name, sheet, headers, rules, values).table


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What was made of a delivered table: `table` if it is one of ours, else what it nearly is or whose it is.

    `nearest` are the columns of the kind that it nearly is; `missing` the groups of fields that it would still need;
    `refused` why a table that has all it needs is not taken (English, Chinese). `hospital`: a table of a hospital's own.
    """

    table: TableMapping | None = None
    nearest: TableMapping | None = None
    missing: tuple[tuple[str, ...], ...] = ()
    refused: tuple[str, str] | None = None
    hospital: HospitalTable | None = None


def understand(
    file_name: str,
    sheet: str | None,
    headers: Sequence[str],
    rules: Sequence[TableRule] = (),
    values: Callable[[], Sequence[Sequence[object]]] | None = None,
) -> Understood:
    """The one decision what a table is; `match_table` tells the parameters. `inspect`, `import` and `run` all ask it.

    Raises
    ------
    SettingsError
        If the operator's rule names a header that the file does not have.
    """
    columns = Columns(headers, values)
    for rule in rules:
        if _is_meant(rule, file_name, sheet, headers):
            return Understood(table=_by_rule(rule, file_name, columns))
    file = f"{file_name} {sheet or ''}".casefold()
    candidates: list[_Scored] = []
    refused: list[tuple[_Scored, tuple[str, str]]] = []
    nearly: list[_Scored] = []
    claimed = holds_claims(columns)
    for rank, rule in enumerate(preset_rules()):
        if rule.has and not _has_all(rule, headers):
            continue
        found = _kept_apart(_in_other_words(_resolve(rule, headers), columns), columns)
        hinted = any(hint in file for hint in rule.hints)
        score = (round(_fit(found), 2), int(hinted), -rank)
        missing = _missing(found)
        if missing:
            known = len(found.columns) - 2 * len(missing) + 3 * hinted
            register = rule.table in _TELLING or rule.table in ("doctor_sites", "encounters")
            if not (rule.has or rule.table in PLAIN_KINDS or (claimed and register)) and len(missing) < len(
                found.kind.needs
            ):
                nearly.append(((known, len(found.columns), -rank), found))
            continue
        if rule.has:
            return Understood(table=found)
        reason = _refusal(found, columns, hinted=hinted, claimed=claimed)
        if reason is None:
            candidates.append((score, found))
        elif rule.table not in PLAIN_KINDS:
            refused.append(((score, found), reason))
    best = _best_of(candidates, file, columns)
    hospital = None if best and best.kind.name == "claims" else _of_a_hospital(best, columns)
    if best is not None and hospital is None:
        return Understood(table=best)
    if hospital is not None:
        return Understood(nearest=best, hospital=hospital)
    return _nearest(nearly, refused)


_Scored = tuple[tuple[float, int, int], TableMapping]


def _nearest(nearly: Sequence[_Scored], refused: Sequence[tuple[_Scored, tuple[str, str]]]) -> Understood:
    """What a table nearly is: of the kinds that lack something the closest, unless one that lacks nothing was refused and is closer."""
    close = max(nearly, key=lambda one: one[0], default=None)
    whole = max(refused, key=lambda one: one[0][0], default=None)
    if close is not None and (whole is None or len(close[1].columns) >= len(whole[0][1].columns)):
        return Understood(nearest=close[1], missing=_missing(close[1]))
    if whole is not None:
        return Understood(nearest=whole[0][1], refused=whole[1])
    return Understood()


_ANYBODYS = (
    "its headers do not say whose register it is: name the table in a mapping file, or the file after what it holds",
    "表头没有说明是谁的名册：请在映射文件中指明，或按内容为文件命名",
)
_CLAIMS_IN_IT = (
    "it holds ids, amounts or items of claims, which no register does",
    "其中有结算编号、费用金额或收费项目，名册不会有这些列",
)
_TOO_LITTLE = (
    "too few of its columns are understood",
    "能识别的列太少",
)


def _refusal(found: TableMapping, columns: Columns, *, hinted: bool, claimed: bool) -> tuple[str, str] | None:
    """Why a table that has all it needs is not taken as this kind; None if it is."""
    name = found.kind.name
    if leaves_amounts(found.kind, found.unmapped, columns):
        return _CLAIMS_IN_IT
    if name in PLAIN_KINDS:
        known = len(found.columns) * (2 if len(found.columns) - len(found.sure) >= _EXACT else 1)
        return _TOO_LITTLE if len(found.unmapped) >= known else None
    if name in _TELLING or name == "doctor_sites":
        if claimed:
            return _CLAIMS_IN_IT
        if not hinted and _could_be_anybodys(found, columns):
            return _ANYBODYS
        if not hinted and says_too_little(len(found.columns), len(found.unmapped)):
            return _TOO_LITTLE
    return None


def _best_of(candidates: Sequence[_Scored], file: str, columns: Columns) -> TableMapping | None:
    if not candidates:
        return None
    by_kind = {found.kind.name: found for _, found in sorted(candidates, key=lambda one: one[0])}
    best = max(candidates, key=lambda one: one[0])[1]
    if (
        best.kind.name == "claim_items"
        and "claims" in by_kind
        and _one_row_a_claim(by_kind["claims"], columns)
    ):
        best = by_kind["claims"]
    if {"doctors", "doctor_sites"} <= set(by_kind) and best.kind.name in ("doctors", "doctor_sites"):
        register, sites = by_kind["doctors"], by_kind["doctor_sites"]
        bare = set(register.columns) <= {"doctor_id", "name", "facility_id", "valid_flag"}
        if bare:
            listed = lists_sites(file, columns.values, sites.columns["doctor_id"])
            best = sites if listed or ("name" not in register.columns and listed is None) else register
    return _of_one_kind(best, columns)


def _one_row_a_claim(found: TableMapping, columns: Columns) -> bool:
    """Whether a table that could be claims or their items has one row a claim, or numbers the lines of each."""
    if "line_number" in found.columns:
        return True
    shape = (
        columns.shapes[found.columns["claim_id"]] if columns.shapes and "claim_id" in found.columns else None
    )
    return shape is not None and shape.distinct == shape.filled > 1


def _of_a_hospital(best: TableMapping | None, columns: Columns) -> HospitalTable | None:
    if best is not None and best.kind.name != "claim_items" and best.kind.name in _TELLING:
        return None
    return hospital_table(columns, best.columns if best else None, best.kind.name if best else None)


def _kept_apart(found: TableMapping, columns: Columns) -> TableMapping:
    """The institution's own item code stands in where the insurance's is not given; a register's key is what others join to; a claim line's columns."""
    known = dict(found.columns)
    for name in (
        ("item_code", "item_name") if found.kind.name == "claim_items" and not found.rule.only else ()
    ):
        if name not in known and f"hosp_{name}" in known:
            known[name] = known.pop(f"hosp_{name}")
    free = list(found.unmapped)
    key = found.kind.needs[0][0] if found.kind.name in _TELLING else "patient_id"
    for name in (key, "encounter_id") if not found.rule.only else ():
        if name in known:
            other = better_key(found.kind.name, name, columns, known[name], free)
            if other is not None:
                free = [*(position for position in free if position != other), known[name]]
                known[name] = other
    if "line_number" in known and found.kind.name == "claims":
        known, free = _line_columns(known, free, columns)
    if known == found.columns:
        return found
    return replace(found, columns=known, unmapped=tuple(sorted(free)))


_OF_A_LINE = {"item_code": "line_item_code", "item_name": "line_item_name", "quantity": "line_quantity", "amount": "line_amount"}  # fmt: skip


def _line_columns(
    known: dict[str, int], free: Sequence[int], columns: Columns
) -> tuple[dict[str, int], list[int]]:
    """What a claim's lines say of themselves, in columns that the claim has no use for."""
    left = []
    for position in free:
        fields = [one.field for one in meanings("claim_items", columns.plain[position])]
        name = next((_OF_A_LINE[one] for one in fields[:1] if one in _OF_A_LINE), None)
        if name is None or name in known:
            left.append(position)
        else:
            known[name] = position
    return known, left


def known_columns(
    kind: str, headers: Sequence[str], values: Callable[[], Sequence[Sequence[object]]] | None = None
) -> dict[str, int]:
    """The fields of one kind that headers tell, with their positions, however few they are."""
    rule = next(one for one in preset_rules() if one.table == kind and not one.has)
    return dict(_in_other_words(_resolve(rule, headers), Columns(headers, values)).columns)


def _is_meant(rule: TableRule, file_name: str, sheet: str | None, headers: Sequence[str]) -> bool:
    return (
        rule.means(file_name)
        and (rule.sheet is None or (sheet is not None and fnmatch(sheet, rule.sheet)))
        and _has_all(rule, headers)
    )


def _has_all(rule: TableRule, headers: Sequence[str]) -> bool:
    present = {form for header in headers for form in forms(header)}
    return all(any(normalised(one) in present for one in name.split("|")) for name in rule.has)


def _by_rule(rule: TableRule, file_name: str, columns: Columns) -> TableMapping:
    headers = columns.headers
    known = {normalised(header) for header in headers}
    for name in [*rule.columns, *rule.sums]:
        wanted = rule.synonyms(name) or rule.sums[name]
        lacking = [header for header in wanted if normalised(header) not in known]
        if lacking and (name in rule.sums or len(lacking) == len(wanted)):
            hint_en, hint_zh = nearest_hint(lacking[0], list(headers))
            raise SettingsError(
                f"The mapping file takes {name} from column {lacking[0]!r}, which {file_name} does not have; {hint_en}",
                f"映射文件把 {name} 指定为列 {lacking[0]!r}，但 {file_name} 中没有该列；{hint_zh}",
            )
    found = _in_other_words(_resolve(rule, headers), columns, asked=True)
    missing = _missing(found)
    if missing:
        groups = ", ".join("/".join(group) for group in missing)
        raise SettingsError(
            f"With the mapping file, {file_name} as {rule.table} still lacks: {groups}. Name the columns under [table.columns] or give [table.constants].",
            f"按映射文件把 {file_name} 读作 {rule.table}，仍缺少：{groups}。请在 [table.columns] 中指明列，或在 [table.constants] 中给出常量。",
        )
    return found


def _resolve(rule: TableRule, headers: Sequence[str]) -> TableMapping:
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


def _in_other_words(found: TableMapping, columns: Columns, *, asked: bool = False) -> TableMapping:
    """Columns that no synonym names, by what the words of their headers mean; nothing by values alone where an operator was `asked`."""
    if found.rule.only or not found.unmapped:
        return found
    taken = (*found.columns, *found.sums, *found.rule.constants)
    more = assigned(found.kind, columns, found.unmapped, taken)
    known = {**found.columns, **{name: position for name, (position, _) in more.items()}}
    given = {**known, **dict.fromkeys((*found.sums, *found.rule.constants), -1)}
    if not asked and len(known) > len(found.unmapped) - len(more) and columns.shapes:
        free = [position for position in found.unmapped if position not in known.values()]
        last = last_column(found.kind, columns.plain, columns.values, columns.shapes, given, free)
        more |= {} if last is None else {last[0]: (last[1], LIMIT)}
    if found.kind.name == "claims" and "fund_amount" not in {**given, **more} and columns.shapes:
        known = {**found.columns, **{name: position for name, (position, _) in more.items()}}
        free = [position for position in found.unmapped if position not in known.values()]
        paid = paid_column(columns.plain, columns.values, columns.shapes, known, free)
        more |= {} if paid is None else {"fund_amount": (paid, LIMIT)}
    if not more:
        return found
    positions = {position for position, _ in more.values()}
    return replace(
        found,
        columns={**found.columns, **{name: position for name, (position, _) in more.items()}},
        unmapped=tuple(position for position in found.unmapped if position not in positions),
        sure={name: sure for name, (_, sure) in more.items()},
    )


def _could_be_anybodys(found: TableMapping, columns: Columns) -> bool:
    """Whether a register's key only says "number" and no column says whose register it is."""
    told = _TELLING.get(found.kind.name)
    key = found.kind.needs[0][0]
    if told is None or key not in found.sure or set(told) & set(found.columns):
        return False
    named = any(speaks_of(columns.plain[position], found.kind.name) for position in found.columns.values())
    return not named and only_numbers(columns.plain[found.columns[key]])


def _of_one_kind(found: TableMapping, columns: Columns) -> TableMapping:
    """A register of institutions that says of none which kind it is, as hospitals or as pharmacies if its values are all of one."""
    told = "place_kind" in found.columns and "place_kind" not in found.sure
    if found.kind.name != "institutions" or told or columns.shapes is None:
        return found
    shops = [
        columns.shapes[found.columns[name]].shop for name in ("place_id", "name") if name in found.columns
    ]
    kind = "facilities" if max(shops) == 0 else "pharmacies" if max(shops) >= _ALL_SHOPS else None
    for rule in preset_rules():
        if rule.table == kind and not rule.has:
            alike = _in_other_words(_resolve(rule, columns.headers), columns)
            fields = len(found.columns) - ("place_kind" in found.columns)
            return alike if _complete(alike) and len(alike.columns) >= fields else found
    return found


def _fit(found: TableMapping) -> float:
    """How well the headers fit the kind: fields found, as sure as they are, less the columns that it has no use for."""
    known = len(found.columns) - len(found.sure)
    return known + sum(found.sure.values()) - len(found.unmapped)


def _missing(found: TableMapping) -> tuple[tuple[str, ...], ...]:
    delivered = set(found.fields)
    return tuple(group for group in found.kind.needs if not delivered.intersection(group))


def _complete(found: TableMapping) -> bool:
    return not _missing(found)

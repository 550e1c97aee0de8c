"""The one decision what a delivered table is: one of ours, nearly one of ours, or a hospital's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fraudgraph.claims.columns.asked import by_rule, is_meant
from fraudgraph.claims.columns.assigning import Columns, leaves_amounts
from fraudgraph.claims.columns.mapping import TableRule, preset_rules
from fraudgraph.claims.columns.matching import (
    TableMapping,
    has_all,
    in_other_words,
    is_complete,
    missing_groups,
    resolved,
)
from fraudgraph.claims.columns.meanings import only_numbers, speaks_of
from fraudgraph.claims.columns.own_columns import TELLING, kept_apart
from fraudgraph.claims.columns.table_kind import (
    HospitalTable,
    has_moments,
    holds_claims,
    hospital_table,
    lists_sites,
    says_too_little,
    speaks_of_doctors,
)
from fraudgraph.claims.schema.fields import PLAIN_KINDS

__all__ = ["Understood", "match_table", "understand"]

_ALL_SHOPS = 0.95
_OF_PLACES = ("facilities", "pharmacies", "institutions")


_EXACT = 4
"""Columns known by name after which a table beyond claims may hold twice as many that it has no use for."""


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
        if is_meant(rule, file_name, sheet, headers):
            return Understood(table=by_rule(rule, file_name, columns))
    file = f"{file_name} {sheet or ''}".casefold()
    candidates: list[_Scored] = []
    refused: list[tuple[_Scored, tuple[str, str]]] = []
    nearly: list[_Scored] = []
    claimed = holds_claims(columns)
    for rank, rule in enumerate(preset_rules()):
        if rule.has and not has_all(rule, headers):
            continue
        found = kept_apart(in_other_words(resolved(rule, headers), columns), columns)
        hinted = any(hint in file for hint in rule.hints)
        score = (round(_fit(found), 2), int(hinted), -rank)
        missing = missing_groups(found)
        if missing:
            known = len(found.columns) - 2 * len(missing) + 3 * hinted
            register = rule.table in TELLING or rule.table in ("doctor_sites", "encounters")
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
        return Understood(nearest=close[1], missing=missing_groups(close[1]))
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


_EVENTS = (
    "its rows have a moment each, which no register has: they are events",
    "每行都有时刻，是事件记录而不是名册",
)


_DOCTORS = (
    "it speaks of doctors with their places, not of places",
    "列出的是医师及其机构，而不是机构",
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
    if name in TELLING or name == "doctor_sites":
        return _CLAIMS_IN_IT if claimed else _no_register(found, columns, hinted=hinted)
    return None


def _no_register(found: TableMapping, columns: Columns, *, hinted: bool) -> tuple[str, str] | None:
    """Why a table without claims is no register all the same."""
    told = set(TELLING.get(found.kind.name, ())) & set(found.columns)
    if not hinted and _could_be_anybodys(found, columns):
        return _ANYBODYS
    if not told and has_moments(found.unmapped, columns):
        return _EVENTS
    if found.kind.name in _OF_PLACES and speaks_of_doctors(found.unmapped, columns):
        return _DOCTORS
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
    if best is not None and best.kind.name != "claim_items" and best.kind.name in TELLING:
        found = hospital_table(columns, None, None)
        return found if best.kind.name == "doctors" and found is not None and found.name == "h_rota" else None
    return hospital_table(columns, best.columns if best else None, best.kind.name if best else None)


def _could_be_anybodys(found: TableMapping, columns: Columns) -> bool:
    """Whether a register's key only says "number" and no column says whose register it is."""
    told = TELLING.get(found.kind.name)
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
            alike = in_other_words(resolved(rule, columns.headers), columns)
            fields = len(found.columns) - ("place_kind" in found.columns)
            return alike if is_complete(alike) and len(alike.columns) >= fields else found
    return found


def _fit(found: TableMapping) -> float:
    """How well the headers fit the kind: fields found, as sure as they are, less the columns that it has no use for."""
    known = len(found.columns) - len(found.sure)
    return known + sum(found.sure.values()) - len(found.unmapped)

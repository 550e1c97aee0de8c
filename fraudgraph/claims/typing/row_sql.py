"""The SELECT that turns a delivered table's columns, whatever their form, into typed fields and a fault number.

This is import, tied to the engine that reads the files, so it is composed here and not kept as portable SQL.
Column positions `c0, c1, …` stand for the delivered columns; values never enter the text except code sets of ours
and of the operator's mapping file, always as quoted literals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fraudgraph.claims.columns.matching import TableMapping, normalised
from fraudgraph.claims.schema.fields import Field
from fraudgraph.claims.schema.landing_form import content_columns, required_fields
from fraudgraph.claims.typing.column_forms import ColumnForms
from fraudgraph.claims.typing.column_sql import ValueReader
from fraudgraph.claims.typing.form_survey import undecided_sql
from fraudgraph.claims.typing.literals import MERGED, literal
from fraudgraph.claims.typing.no_records import no_record_sql
from fraudgraph.claims.typing.place_sql import place_sql
from fraudgraph.claims.typing.value_sql import mended_sql, rounded_sql

__all__ = ["Fault", "TypedSelect", "typed_select"]

_EARLIEST, _OLDEST = "TIMESTAMP '1990-01-01'", "TIMESTAMP '1920-01-01'"
_AFTER_TOMORROW = "CAST(current_date + 2 AS TIMESTAMP)"
_COUNTED_IDS = ("operator_id", "ordered_by", "trace_code")
"""Ids that a row can do without: one that lost digits is left empty, and counted."""
_KEYS = (
    "claim_id",
    "patient_id",
    "facility_id",
    "pharmacy_id",
    "place_id",
    "doctor_id",
    "encounter_id",
    "refund_of",
)
_CLOSED_SETS = ("move_type", "rule_kind")
"""Code sets of which every value must be known: a move of stock that is left out makes the balance wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that can be wrong with a row of one sheet: `number` stands for it in the landing table."""

    number: int
    field: str
    column: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedSelect:
    """The SELECT over `relation` (the delivered columns as c0, c1, …) and the faults that it numbers."""

    sql: str
    faults: tuple[Fault, ...]


def typed_select(
    mapping: TableMapping,
    headers: Sequence[str],
    types: Sequence[str],
    relation: str,
    *,
    forms: ColumnForms,
    odd_spaces: bool,
    not_in_extra: frozenset[str] = frozenset(),
) -> TypedSelect:
    """Compose the SELECT for one sheet.

    Parameters
    ----------
    mapping : TableMapping
        Which column is which field.
    headers, types : sequence of str
        The delivered columns' names and SQL types.
    relation : str
        SQL that gives `_line`, `_fault` and the delivered columns as c0, c1, ….
    forms : ColumnForms
        How the columns write numbers and dates. What numbers the faults have does not depend on it.
    odd_spaces : bool
        Whether wide or invisible spaces have to be trimmed too.
    not_in_extra : frozenset of str
        Normalised headers that are kept elsewhere already.
    """
    composer = _Composer(mapping, headers, types, odd_spaces, forms)
    return composer.compose(relation, not_in_extra)


class _Composer(ValueReader):
    def __init__(
        self, mapping: TableMapping, headers: Sequence[str], types: Sequence[str], odd_spaces: bool, forms: ColumnForms
    ) -> None:  # fmt: skip
        super().__init__(mapping, headers, types, odd_spaces, forms)
        self.faults: list[Fault] = []
        self.conditions: list[tuple[str, str]] = []

    def compose(self, relation: str, not_in_extra: frozenset[str]) -> TypedSelect:
        typed = [f"{self.typed(field)} AS {field.name}" for field in self.kind.fields]
        if self.kind.name == "claims":
            typed.append(f"{self.settled_time()} AS settled_time")
        if self.kind.name in ("claims", "encounters"):
            typed.append(f"{self._extra(not_in_extra)} AS extra")
        self._collect_faults()
        cases = " ".join(f"WHEN {when} THEN {fault.number}" for fault, (when, _) in self._numbered())
        values = " ".join(f"WHEN {fault.number} THEN {value}" for fault, (_, value) in self._numbered())
        outputs = ["line", *content_columns(self.kind.name, self.kind.fields)]
        place = (
            place_sql(self.read_fields(), self.mapping.rule.claim_type)
            if self.kind.name == "claims"
            else "SELECT * FROM typed"
        )
        sql = (
            f"WITH delivered AS ({relation}), "
            f"cleaned AS ({self.cleaned('delivered')}), "
            f"typed AS (SELECT _line AS line, {self._row_fault()} AS _fault, {', '.join(self.texts())}, {', '.join(typed)}, {self._undecided()} AS undecided FROM cleaned), "
            f"placed AS ({place}), "
            f"judged AS (SELECT *, {self._open_ends()} AS open_ends, {self._mended()} AS mended, CASE {cases} END AS fault_no FROM placed) "
            f"SELECT {', '.join(outputs)}, {self._blanked()} - open_ends AS blanked, open_ends, mended, fault_no, CASE fault_no {values} END AS fault_value FROM judged"
        )
        return TypedSelect(sql=sql, faults=tuple(self.faults))

    def _extra(self, not_in_extra: frozenset[str]) -> str:
        kept = [
            i
            for i in self.mapping.unmapped
            if normalised(self.headers[i]) not in not_in_extra and self.headers[i]
        ]
        if not kept:
            return "CAST(NULL AS VARCHAR)"
        names: dict[str, int] = {}
        for position in kept:
            names.setdefault(self.headers[position], position)
        missing = ", ".join(literal(token) for token in ("", *self.mapping.rule.missing))
        parts = []
        for header in sorted(names):
            value = f"CAST(c{names[header]} AS VARCHAR)"
            if self.odd_spaces and self.types[names[header]] == "VARCHAR":
                value = f"replace({value}, '{MERGED}', '')"
            key = f"to_json(CAST({literal(header)} AS VARCHAR)) || ':'"
            parts.append(f"CASE WHEN {value} IN ({missing}) THEN NULL ELSE {key} || to_json({value}) END")
        return f"nullif('{{' || concat_ws(',', {', '.join(parts)}) || '}}', '{{}}')"

    # ---- faults ----

    def _fault(self, field: str, code: str, when: str, value: str) -> None:
        position = self.mapping.columns.get(field)
        column = self.headers[position] if position is not None else field
        self.faults.append(Fault(number=len(self.faults) + 1, field=field, column=column, code=code))
        self.conditions.append((when, value))

    def _numbered(self) -> list[tuple[Fault, tuple[str, str]]]:
        return list(zip(self.faults, self.conditions, strict=True))

    def _collect_faults(self) -> None:
        for code in ("E_ENCODING", "E_COLUMNS", "E_QUOTE", "E_VOID", "E_NO_RECORD", "E_OTHER_RECORD"):
            self._fault("", code, f"_fault = '{code}'", "CAST(NULL AS VARCHAR)")
        read = self.read_fields()
        if "valid_flag" in self.kind.field_names:
            self._fault("valid_flag", "E_VOID", "NOT valid_flag", "'0'")
        required = required_fields(self.kind.name)
        for field in self.kind.fields:
            if field.name in read:
                self._field_faults(field)
            if field.name in required:
                self._fault(field.name, "E_REQUIRED", f"{field.name} IS NULL", "CAST(NULL AS VARCHAR)")
        if self.kind.name == "claims":
            both = "facility_id IS NOT NULL AND pharmacy_id IS NOT NULL"
            self._fault(
                "place_id",
                "E_PLACE",
                f"facility_id IS NULL AND pharmacy_id IS NULL OR {both}",
                "concat_ws(' ', facility_id, pharmacy_id)",
            )
            named = "med_type_raw" if "med_type_raw" in read else "claim_type"
            self._fault(named, "E_CODE", "claim_type IS NULL", f"r_{named}" if named in read else "NULL")

    def _row_fault(self) -> str:
        """What is wrong with a row as a whole: found on reading, a total, a footer, one more header, or another kind of record."""
        found = self._no_record()
        other = self._other_record()
        return f"coalesce({found}, CASE WHEN {other} THEN 'E_OTHER_RECORD' END)" if other else found

    def _other_record(self) -> str:
        """The condition under which a row has none of the values that the rule keeps; empty where it keeps all."""
        plain = [normalised(header) for header in self.headers]
        tests = [
            f"coalesce(trim(CAST(c{plain.index(normalised(header))} AS VARCHAR)), '') NOT IN ({', '.join(literal(one) for one in values)})"
            for header, values in self.mapping.rule.keep.items()
            if normalised(header) in plain
        ]
        return " OR ".join(tests)

    def _no_record(self) -> str:
        required = [f"r_{name}" for name in self.read_fields() if name in required_fields(self.kind.name)]
        header_at = self._first_id(self.read_fields())
        names: dict[str, None] = {}
        if header_at is not None:
            header = self.headers[self.mapping.columns[header_at]].strip()
            names = dict.fromkeys((header, *self.mapping.rule.synonyms(header_at), header_at))
        return no_record_sql(
            [f"CAST(c{i} AS VARCHAR)" for i in range(len(self.headers))],
            required,
            None if header_at is None else f"r_{header_at}",
            list(names),
        )

    def _first_id(self, read: Sequence[str]) -> str | None:
        """The leftmost delivered column that a row can't do without, if it is an id in text: totals say so there."""
        ids = [
            name
            for name in read
            if name in self.mapping.columns
            and self.kind.field(name).type == "id"
            and self.types[self.mapping.columns[name]] == "VARCHAR"
        ]
        return min(ids, key=lambda name: self.mapping.columns[name], default=None)

    def _field_faults(self, field: Field) -> None:
        value, text = f"r_{field.name}", f"CAST(r_{field.name} AS VARCHAR)"
        if field.name in _KEYS:
            rounded = f"CASE WHEN {value} IS NOT NULL AND {field.name} IS NULL THEN {rounded_sql(value)} END"
            self._fault(field.name, "E_ID_PRECISION", rounded, text)
        if field.strict and field.type in _CLOSED_SETS:
            self._fault(field.name, "E_CODE", f"{value} IS NOT NULL AND {field.name} IS NULL", text)
        if not field.strict or field.type not in ("money", "number", "timestamp", "date"):
            return
        code = "E_NUMBER" if field.type in ("money", "number") else "E_DATE"
        if field.type in ("money", "number"):
            merged = f"starts_with({text}, '{MERGED}')" if self.odd_spaces else "FALSE"
            self._fault(field.name, "E_MERGED", merged, f"replace({text}, '{MERGED}', '')")
        unread = f"{value} IS NOT NULL AND {field.name} IS NULL"
        if self.can_be_open(field):
            unread = f"CASE WHEN {unread} THEN NOT {self.open_end(field)} ELSE FALSE END"
        if self.kind.name == "claims" and field.name == "settled_at":
            unread += " AND settled_time IS NULL"
        old = f"{field.name} >= {_OLDEST} AND {field.name} < {_EARLIEST}"
        ranged = f"{field.name} < {_OLDEST} OR {field.name} >= {_AFTER_TOMORROW}"
        self._fault(field.name, code, unread, text)
        if field.type in ("timestamp", "date") and self.kind.name in ("claims", "claim_items", "encounters"):
            self._fault(field.name, "E_DATE_RANGE", ranged, text)
            self._fault(field.name, "E_DATE_OLD", old, text)

    def _blanked(self) -> str:
        """How many values of a row could not be read and are left empty (fields where that doesn't cost the row)."""
        read = set(self.read_fields())
        lenient = [
            f
            for f in self.kind.fields
            if f.name in read and f.type != "text" and (not f.strict or f.name in _COUNTED_IDS)
        ]
        parts = [f"CAST(r_{f.name} IS NOT NULL AND {f.name} IS NULL AS INTEGER)" for f in lenient]
        lenient_names = {f.name for f in lenient}
        parts += [
            f"CAST({self.open_end(f)} AS INTEGER)"
            for f in self.kind.fields
            if f.name in read and f.name not in lenient_names and self.can_be_open(f)
        ]
        return " + ".join(parts) if parts else "CAST(0 AS INTEGER)"

    def _open_ends(self) -> str:
        """How many dates of a row say that there is none."""
        read = set(self.read_fields())
        parts = [
            f"CAST({self.open_end(f)} AS INTEGER)"
            for f in self.kind.fields
            if f.name in read and self.can_be_open(f)
        ]
        return " + ".join(parts) if parts else "CAST(0 AS INTEGER)"

    def _mended(self) -> str:
        """How many ids of a row were put right; while nothing is decided yet, minus the values that wait for it."""
        ids = [f.name for f in self.kind.fields if f.name in set(self.read_fields()) and f.type == "id"]
        parts = [f"CAST(coalesce({mended_sql(f'r_{name}')}, FALSE) AS INTEGER)" for name in ids]
        mended = " + ".join(parts) if parts else "CAST(0 AS INTEGER)"
        return f"CASE WHEN undecided > 0 THEN -undecided ELSE {mended} END" if self.forms.plain else mended

    def _undecided(self) -> str:
        return undecided_sql(self) if self.forms.plain else "CAST(0 AS INTEGER)"

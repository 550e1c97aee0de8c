"""The SELECT that turns a delivered table's columns, whatever their form, into typed fields and a fault number.

This is import, tied to the engine that reads the files, so it is composed here and not kept as portable SQL.
Column positions `c0, c1, …` stand for the delivered columns; values never enter the text except code sets of ours
and of the operator's mapping file, always as quoted literals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fraudgraph.claims.fields import Field, FieldType
from fraudgraph.claims.landing_form import SQL_TYPES, landing_columns, required_fields
from fraudgraph.claims.matching import TableMapping, normalised
from fraudgraph.claims.place_sql import place_sql
from fraudgraph.claims.value_sql import (
    MISSING,
    id_sql,
    literal,
    lookup_sql,
    number_sql,
    timestamp_sql,
)

__all__ = ["Fault", "TypedSelect", "typed_select"]

_ODD_SPACES = " \t\r\n\x00\u3000\u00a0\ufeff\u200b"
_TEMPORAL = ("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S")
_EARLIEST = "TIMESTAMP '1990-01-01'"
_AFTER_TOMORROW = "CAST(current_date + 2 AS TIMESTAMP)"
_KEYS = ("claim_id", "patient_id", "facility_id", "pharmacy_id", "place_id", "doctor_id", "encounter_id")


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
    odd_spaces : bool
        Whether wide or invisible spaces have to be trimmed too.
    not_in_extra : frozenset of str
        Normalised headers that are kept elsewhere already.
    """
    composer = _Composer(mapping, headers, types, odd_spaces)
    return composer.compose(relation, not_in_extra)


class _Composer:
    def __init__(
        self, mapping: TableMapping, headers: Sequence[str], types: Sequence[str], odd_spaces: bool
    ) -> None:
        self.mapping = mapping
        self.headers = headers
        self.types = types
        self.odd_spaces = odd_spaces
        self.kind = mapping.kind
        self.faults: list[Fault] = []
        self.conditions: list[tuple[str, str]] = []

    def compose(self, relation: str, not_in_extra: frozenset[str]) -> TypedSelect:
        raw = [f"{self._raw(name)} AS r_{name}" for name in self._read_fields()]
        typed = [f"{self._typed(field)} AS {field.name}" for field in self.kind.fields]
        if self.kind.name == "claims":
            typed.append(f"{self._settled_time()} AS settled_time")
        if self.kind.name in ("claims", "encounters"):
            typed.append(f"{self._extra(not_in_extra)} AS extra")
        self._collect_faults()
        cases = " ".join(f"WHEN {when} THEN {fault.number}" for fault, (when, _) in self._numbered())
        values = " ".join(f"WHEN {fault.number} THEN {value}" for fault, (_, value) in self._numbered())
        outputs = [name for name, _ in landing_columns(self.kind.name, self.kind.fields)][:-3]
        place = (
            place_sql(self._read_fields(), self.mapping.rule.claim_type)
            if self.kind.name == "claims"
            else "SELECT * FROM typed"
        )
        sql = (
            f"WITH delivered AS ({relation}), "
            f"cleaned AS (SELECT *{''.join(', ' + one for one in raw)} FROM delivered), "
            f"typed AS (SELECT _line AS line, _fault, {', '.join(f'r_{name}' for name in self._read_fields())}, {', '.join(typed)} FROM cleaned), "
            f"placed AS ({place}), "
            f"judged AS (SELECT *, {self._blanked()} AS blanked, CASE {cases} END AS fault_no FROM placed) "
            f"SELECT {', '.join(outputs)}, blanked, fault_no, CASE fault_no {values} END AS fault_value FROM judged"
        )
        return TypedSelect(sql=sql, faults=tuple(self.faults))

    # ---- from delivered text to a clean value ----

    def _read_fields(self) -> list[str]:
        return [
            name
            for name in self.kind.field_names
            if name in {*self.mapping.columns, *self.mapping.rule.constants}
        ]

    def _is_typed(self, position: int, wanted: FieldType) -> bool:
        """Whether a column comes in a type that can be cast as it is, without a detour over text."""
        found = self.types[position]
        if wanted in {"timestamp", "date"}:
            return found in _TEMPORAL
        if wanted in ("money", "number", "double", "integer"):
            return found != "VARCHAR" and not found.startswith(("TIM", "DATE", "BLOB"))
        return False

    def _raw(self, name: str) -> str:
        """The delivered value as clean text, NULL where it is missing."""
        rule = self.mapping.rule
        if name in rule.constants and name not in self.mapping.columns:
            return literal(rule.constants[name])
        position = self.mapping.columns[name]
        column, found = f"c{position}", self.types[position]
        wanted = self.kind.field(name).type
        if self._is_typed(position, wanted):
            return column
        if found in ("DOUBLE", "FLOAT"):
            column = f"CASE WHEN {column} = trunc({column}) AND abs({column}) < 9007199254740992 THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE CAST({column} AS VARCHAR) END"
        elif found != "VARCHAR":
            column = f"CAST({column} AS VARCHAR)"
        trimmed = f"trim({column}, {literal(_ODD_SPACES)})" if self.odd_spaces else f"trim({column})"
        missing = ("", *rule.missing) if wanted == "text" else (*MISSING, *rule.missing)
        listed = ", ".join(literal(token) for token in missing)
        return f"CASE WHEN {trimmed} IN ({listed}) THEN NULL ELSE {trimmed} END"

    def _typed(self, field: Field) -> str:
        """The field's value in its own type, NULL where it can't be read."""
        if field.name in self.mapping.sums:
            return self._sum(field.name)
        sql_type = SQL_TYPES[field.type]
        if field.name not in self._read_fields():
            return f"CAST(NULL AS {sql_type})"
        value = f"r_{field.name}"
        position = self.mapping.columns.get(field.name)
        if position is not None and self._is_typed(position, field.type):
            cast = f"TRY_CAST({value} AS {sql_type})"
            return self._yuan(cast) if field.type == "money" else cast
        readers: dict[FieldType, Callable[[str], str]] = {
            "id": id_sql,
            "text": lambda one: one,
            "money": lambda one: self._yuan(number_sql(one, "DECIMAL(16,2)")),
            "number": lambda one: number_sql(one, "DECIMAL(16,4)"),
            "timestamp": lambda one: timestamp_sql(one, self.mapping.rule.dates),
            "date": lambda one: f"CAST({timestamp_sql(one, self.mapping.rule.dates)} AS DATE)",
            "integer": lambda one: f"TRY_CAST({number_sql(one, 'DECIMAL(18,2)')} AS INTEGER)",
            "double": lambda one: f"TRY_CAST({one} AS DOUBLE)",
            "flag": lambda one: f"CAST({lookup_sql(one, 'flag')} AS BOOLEAN)",
            "sex": lambda one: lookup_sql(one, "sex"),
            "level": lambda one: lookup_sql(one, "level", "level_words"),
            "ownership": lambda one: lookup_sql(one, "ownership", "ownership_words"),
        }
        return readers[field.type](value)

    def _yuan(self, value: str) -> str:
        """Amounts in fen become yuan; the cast before keeps whole fen, so nothing is rounded away."""
        return value if self.mapping.rule.unit == "yuan" else f"CAST({value} * 0.01 AS DECIMAL(16,2))"

    def _sum(self, name: str) -> str:
        """Several delivered amounts as one; a part that is missing counts nothing, one that can't be read spoils it."""
        missing = ", ".join(literal(token) for token in (*MISSING, *self.mapping.rule.missing))
        amounts, spoilt = [], []
        for part in self.mapping.sums[name]:
            text = f"trim(CAST(c{part} AS VARCHAR))"
            amount = number_sql(text, "DECIMAL(16,2)")
            amounts.append(amount)
            spoilt.append(f"({text} NOT IN ({missing}) AND {amount} IS NULL)")
        some = " OR ".join(f"{amount} IS NOT NULL" for amount in amounts)
        total = " + ".join(f"coalesce({amount}, 0)" for amount in amounts)
        yuan = self._yuan(f"CAST({total} AS DECIMAL(16,2))")
        return f"CASE WHEN {' OR '.join(f'coalesce({one}, FALSE)' for one in spoilt)} THEN NULL WHEN {some} THEN {yuan} END"

    def _settled_time(self) -> str:
        """A settlement time that came without a day (also as a spreadsheet's day zero)."""
        if "settled_at" not in self._read_fields():
            return "CAST(NULL AS TIME)"
        position = self.mapping.columns.get("settled_at")
        if position is not None and self._is_typed(position, "timestamp"):
            return "CAST(NULL AS TIME)"
        value = "r_settled_at"
        return (
            f"CASE WHEN length({value}) <= 8 AND contains({value}, ':') THEN TRY_CAST({value} AS TIME) "
            f"WHEN regexp_full_match({value}, '(1899|1900)-[0-9-]+[ T][0-9:.]+') THEN CAST(TRY_CAST({value} AS TIMESTAMP) AS TIME) "
            f"WHEN regexp_full_match({value}, '[0-2][0-9][0-5][0-9][0-5][0-9]') "
            f"THEN TRY_CAST(left({value}, 2) || ':' || substr({value}, 3, 2) || ':' || right({value}, 2) AS TIME) END"
        )

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
        for code in ("E_ENCODING", "E_COLUMNS", "E_QUOTE"):
            self._fault("", code, f"_fault = '{code}'", "CAST(NULL AS VARCHAR)")
        if "valid_flag" in self.kind.field_names:
            self._fault("valid_flag", "E_VOID", "NOT valid_flag", "'0'")
        required = required_fields(self.kind.name)
        read = self._read_fields()
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

    def _field_faults(self, field: Field) -> None:
        value, text = f"r_{field.name}", f"CAST(r_{field.name} AS VARCHAR)"
        if field.name in _KEYS:
            rounded = f"contains(lower({value}), 'e+') AND regexp_full_match({value}, '[0-9](\\.[0-9]+)?[eE]\\+[0-9]+')"
            self._fault(field.name, "E_ID_PRECISION", rounded, text)
        if not field.strict or field.type not in ("money", "number", "timestamp", "date"):
            return
        code = "E_NUMBER" if field.type in ("money", "number") else "E_DATE"
        unread = f"{value} IS NOT NULL AND {field.name} IS NULL"
        if self.kind.name == "claims" and field.name == "settled_at":
            unread += " AND settled_time IS NULL"
        ranged = f"{field.name} < {_EARLIEST} OR {field.name} >= {_AFTER_TOMORROW}"
        if self.kind.name == "claims" and field.name == "settled_at":
            ranged = f"settled_time IS NULL AND ({ranged})"
        self._fault(field.name, code, unread, text)
        if field.type in ("timestamp", "date") and self.kind.name in ("claims", "claim_items", "encounters"):
            self._fault(field.name, "E_DATE_RANGE", ranged, text)

    def _blanked(self) -> str:
        """How many values of a row could not be read and are left empty (fields where that doesn't cost the row)."""
        read = set(self._read_fields())
        lenient = [
            f for f in self.kind.fields if f.name in read and not f.strict and f.type not in ("id", "text")
        ]
        parts = [f"CAST(r_{f.name} IS NOT NULL AND {f.name} IS NULL AS INTEGER)" for f in lenient]
        return " + ".join(parts) if parts else "CAST(0 AS INTEGER)"

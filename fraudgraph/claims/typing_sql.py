"""The SELECT that turns a delivered table's columns, whatever their form, into typed fields and a fault number.

This is import, tied to the engine that reads the files, so it is composed here and not kept as portable SQL.
Column positions `c0, c1, …` stand for the delivered columns; values never enter the text except code sets of ours
and of the operator's mapping file, always as quoted literals.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fraudgraph.claims.fields import Field, FieldType
from fraudgraph.claims.mapping import TableMapping, normalised
from fraudgraph.claims.schema import CANONICAL, CLAIM_TYPES

__all__ = ["Fault", "TypedSelect", "landing_columns", "typed_select"]

_MISSING = ("", "NULL", "null", "\\N", "None", "none", "NaN", "nan", "<NA>", "NaT")
_ODD_SPACES = " \t\r\n\x00\u3000\u00a0\ufeff\u200b"
_SQL_TYPES: dict[FieldType, str] = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "money": "DECIMAL(16,2)",
    "number": "DECIMAL(16,4)",
    "timestamp": "TIMESTAMP",
    "date": "DATE",
    "integer": "INTEGER",
    "double": "DOUBLE",
    "flag": "BOOLEAN",
    "sex": "VARCHAR",
    "level": "VARCHAR",
    "ownership": "VARCHAR",
}
_TEMPORAL = ("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S")
_DATE_FORMATS = (
    "%Y%m%d %H:%M:%S",
    "%Y%m%d %H:%M",
    "%Y.%m.%d",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%Y年%m月%d日",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日%H时%M分%S秒",
    "%Y年%m月%d日 %H时%M分%S秒",
)
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


def literal(value: str) -> str:
    """A text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


@cache
def _values() -> dict[str, dict[str, str]]:
    path = Path(__file__).parent / "presets" / "values.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def landing_columns(kind_name: str, fields: Sequence[Field]) -> list[tuple[str, str]]:
    """Names and SQL types of a landing table's columns, in the order of `typed_select`."""
    columns = [("line", "BIGINT")] + [(field.name, _SQL_TYPES[field.type]) for field in fields]
    if kind_name == "claims":
        columns += [("settled_time", "TIME")]
    if kind_name in ("claims", "encounters"):
        columns += [("extra", "VARCHAR")]
    return [*columns, ("blanked", "INTEGER"), ("fault_no", "INTEGER"), ("fault_value", "VARCHAR")]


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
        place = self._place() if self.kind.name == "claims" else "SELECT * FROM typed"
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
        missing = ("", *rule.missing) if wanted == "text" else (*_MISSING, *rule.missing)
        listed = ", ".join(literal(token) for token in missing)
        return f"CASE WHEN {trimmed} IN ({listed}) THEN NULL ELSE {trimmed} END"

    def _typed(self, field: Field) -> str:
        """The field's value in its own type, NULL where it can't be read."""
        if field.name in self.mapping.sums:
            return self._sum(field.name)
        sql_type = _SQL_TYPES[field.type]
        if field.name not in self._read_fields():
            return f"CAST(NULL AS {sql_type})"
        value = f"r_{field.name}"
        position = self.mapping.columns.get(field.name)
        if position is not None and self._is_typed(position, field.type):
            cast = f"TRY_CAST({value} AS {sql_type})"
            return self._yuan(cast) if field.type == "money" else cast
        readers: dict[FieldType, Callable[[str], str]] = {
            "id": self._id,
            "text": lambda one: one,
            "money": lambda one: self._yuan(_number(one, "DECIMAL(16,2)")),
            "number": lambda one: _number(one, "DECIMAL(16,4)"),
            "timestamp": self._timestamp,
            "date": lambda one: f"CAST({self._timestamp(one)} AS DATE)",
            "integer": lambda one: f"TRY_CAST({_number(one, 'DECIMAL(18,2)')} AS INTEGER)",
            "double": lambda one: f"TRY_CAST({one} AS DOUBLE)",
            "flag": lambda one: f"CAST({_lookup(one, 'flag')} AS BOOLEAN)",
            "sex": lambda one: _lookup(one, "sex"),
            "level": lambda one: _lookup(one, "level", "level_words"),
            "ownership": lambda one: _lookup(one, "ownership", "ownership_words"),
        }
        return readers[field.type](value)

    def _id(self, value: str) -> str:
        return f"CASE WHEN ends_with({value}, '.0') AND regexp_full_match({value}, '[0-9]+\\.0') THEN left({value}, -2) ELSE {value} END"

    def _yuan(self, value: str) -> str:
        """Amounts in fen become yuan; the cast before keeps whole fen, so nothing is rounded away."""
        return value if self.mapping.rule.unit == "yuan" else f"CAST({value} * 0.01 AS DECIMAL(16,2))"

    def _sum(self, name: str) -> str:
        """Several delivered amounts as one; a part that is missing counts nothing, one that can't be read spoils it."""
        missing = ", ".join(literal(token) for token in (*_MISSING, *self.mapping.rule.missing))
        amounts, spoilt = [], []
        for part in self.mapping.sums[name]:
            text = f"trim(CAST(c{part} AS VARCHAR))"
            amount = _number(text, "DECIMAL(16,2)")
            amounts.append(amount)
            spoilt.append(f"({text} NOT IN ({missing}) AND {amount} IS NULL)")
        some = " OR ".join(f"{amount} IS NOT NULL" for amount in amounts)
        total = " + ".join(f"coalesce({amount}, 0)" for amount in amounts)
        yuan = self._yuan(f"CAST({total} AS DECIMAL(16,2))")
        return f"CASE WHEN {' OR '.join(f'coalesce({one}, FALSE)' for one in spoilt)} THEN NULL WHEN {some} THEN {yuan} END"

    def _timestamp(self, value: str) -> str:
        own = self.mapping.rule.dates
        formats = ", ".join(literal(one) for one in (*own, *_DATE_FORMATS))
        plain = (
            f"coalesce(TRY_CAST({value} AS TIMESTAMP), CASE length({value}) "
            f"WHEN 8 THEN try_strptime({value}, '%Y%m%d') WHEN 14 THEN try_strptime({value}, '%Y%m%d%H%M%S') "
            f"WHEN 12 THEN try_strptime({value}, '%Y%m%d%H%M') "
            f"WHEN 10 THEN CASE WHEN ends_with({value}, '.0') THEN try_strptime(left({value}, 8), '%Y%m%d') END END, "
            f"try_strptime({value}, [{formats}]))"
        )
        if not own:
            return plain
        return f"coalesce(try_strptime({value}, [{', '.join(literal(one) for one in own)}]), {plain})"

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

    # ---- places and care types of claims ----

    def _place(self) -> str:
        """Which kind of place billed, and the claim type: explicit columns win, then the code's letter, then the care type."""
        read = self._read_fields()
        given = _claim_type("r_claim_type", self.mapping.rule.claim_type) if "claim_type" in read else "NULL"
        care = _claim_type("med_type_raw", self.mapping.rule.claim_type) if "med_type_raw" in read else "NULL"
        return f"""
            SELECT * REPLACE (
                CASE WHEN is_pharmacy THEN facility_id ELSE coalesce(facility_id, place_id) END AS facility_id,
                CASE WHEN is_pharmacy THEN coalesce(pharmacy_id, place_id) ELSE pharmacy_id END AS pharmacy_id,
                CASE
                    WHEN said_type IS NULL AND unknown_type THEN NULL
                    WHEN place_id IS NOT NULL AND is_pharmacy THEN 'pharmacy'
                    WHEN place_id IS NOT NULL AND said_type = 'pharmacy' THEN 'outpatient'
                    WHEN said_type IS NOT NULL THEN said_type
                    WHEN is_pharmacy THEN 'pharmacy'
                    WHEN CAST(ended_at AS DATE) > CAST(started_at AS DATE) OR admission_way IS NOT NULL THEN 'inpatient'
                    ELSE 'outpatient'
                END AS claim_type
            ) FROM (
                SELECT *,
                    coalesce(CASE
                        WHEN facility_id IS NOT NULL THEN FALSE
                        WHEN pharmacy_id IS NOT NULL THEN TRUE
                        WHEN regexp_matches(place_id, '^[Pp][0-9]') THEN TRUE
                        WHEN regexp_matches(place_id, '^[Hh][0-9]') THEN FALSE
                        ELSE said_type = 'pharmacy'
                    END, FALSE) AS is_pharmacy
                FROM (
                    SELECT *, coalesce({given}, {care}) AS said_type,
                        {"r_claim_type" if "claim_type" in read else "NULL"} IS NOT NULL OR med_type_raw IS NOT NULL AS unknown_type
                    FROM typed
                )
            )"""

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
        required = _required(self.kind.name)
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


def _required(kind_name: str) -> set[str]:
    if kind_name == "claims":
        return {"claim_id", "patient_id", "total_amount", "fund_amount"}
    if kind_name == "encounters":
        return {"encounter_id"}
    if kind_name == "institutions":
        return {"place_id"}
    required = {column.name for column in CANONICAL[kind_name].columns if column.required}
    return required - {"claim_id"} if kind_name == "claim_items" else required


def _number(value: str, sql_type: str) -> str:
    """Text as a number: thousands separators, currency marks and wide digits are allowed for where plain reading fails."""
    tidy = f"translate({value}, '０１２３４５６７８９．－,，¥￥元 ', '0123456789.-')"
    return f"coalesce(TRY_CAST({value} AS {sql_type}), TRY_CAST({tidy} AS {sql_type}))"


def _plain_code(value: str) -> str:
    """A code as number or zero-padded text: '11', '11.0' and '011' are one; words in lower case."""
    return (
        f"coalesce(CAST(TRY_CAST(TRY_CAST({value} AS DECIMAL(18,2)) AS BIGINT) AS VARCHAR), lower({value}))"
    )


def _lookup(value: str, table: str, words: str | None = None) -> str:
    code = _plain_code(value)
    exact = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in sorted(_values()[table].items()))
    found = f"CASE {code} {exact} END"
    if words is None:
        return found
    contained = " ".join(
        f"WHEN contains({value}, {literal(k)}) THEN {literal(v)}" for k, v in _values()[words].items()
    )
    return f"coalesce({found}, CASE {contained} END)"


def _claim_type(value: str, own: dict[str, str]) -> str:
    """The claim type behind a code or a word; NULL if it is neither."""
    code = _plain_code(value)
    exact = {**{one: one for one in CLAIM_TYPES}, **own}
    chosen = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in sorted(exact.items()))
    own_codes = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in sorted(own.items()))
    prefixes = sorted(_values()["claim_type"].items(), key=lambda one: (-len(one[0]), one[0]))
    by_code = " ".join(f"WHEN starts_with({code}, {literal(k)}) THEN {literal(v)}" for k, v in prefixes)
    words = " ".join(
        f"WHEN contains(lower({value}), {literal(k)}) THEN {literal(v)}"
        for k, v in _values()["claim_type_words"].items()
    )
    by_own = f"CASE {code} {own_codes} END, " if own else ""
    return f"coalesce(CASE {value} {chosen} END, {by_own}CASE {by_code} END, CASE {words} END)"

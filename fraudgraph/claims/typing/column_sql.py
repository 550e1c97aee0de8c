"""The SQL that turns one delivered column, whatever its form, into clean text and then into a typed value."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fraudgraph.claims.columns.matching import TableMapping
from fraudgraph.claims.schema.fields import Field, FieldType
from fraudgraph.claims.schema.landing_form import SQL_TYPES
from fraudgraph.claims.typing.value_sql import MISSING, coded_sql, id_sql, literal, lookup_sql
from fraudgraph.claims.typing.written_sql import money_sql, number_sql, sum_sql, timestamp_sql, unit_of

__all__ = ["ValueReader"]

_ODD_SPACES = " \t\r\n\x00\u3000\u00a0\ufeff\u200b"
_MARKS = "=\"'"
_TEMPORAL = ("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S")


class ValueReader:
    """How the columns of one sheet are read.

    Parameters
    ----------
    mapping : TableMapping
        Which column is which field.
    headers, types : sequence of str
        The delivered columns' names and SQL types.
    odd_spaces : bool
        Whether wide or invisible spaces and spreadsheet marks have to be trimmed too.
    """

    def __init__(
        self, mapping: TableMapping, headers: Sequence[str], types: Sequence[str], odd_spaces: bool
    ) -> None:
        self.mapping = mapping
        self.headers = headers
        self.types = types
        self.odd_spaces = odd_spaces
        self.kind = mapping.kind

    def read_fields(self) -> list[str]:
        """Fields that have a column or a constant, in the kind's order."""
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

    def raw(self, name: str) -> str:
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
        trimmed = self._tidy(column, wanted) if self.odd_spaces else f"trim({column})"
        missing = ("", *rule.missing) if wanted == "text" else (*MISSING, *rule.missing)
        listed = ", ".join(literal(token) for token in missing)
        return f"CASE WHEN {trimmed} IN ({listed}) THEN NULL ELSE {trimmed} END"

    def _tidy(self, column: str, wanted: FieldType) -> str:
        """Without odd spaces and, but for free text, without the marks that keep a spreadsheet from counting: ="001", '001."""
        trimmed = f"trim({column}, {literal(_ODD_SPACES)})"
        if wanted == "text":
            return trimmed
        marked = '="[^"]*"|\'[0-9A-Za-z][0-9A-Za-z -]*\'?'
        return f"CASE WHEN regexp_full_match({trimmed}, {literal(marked)}) THEN trim({trimmed}, {literal(_MARKS)}) ELSE {trimmed} END"

    def typed(self, field: Field) -> str:
        """The field's value in its own type, NULL where it can't be read."""
        if field.name in self.mapping.sums:
            return self._sum(field.name)
        sql_type = SQL_TYPES[field.type]
        if field.name not in self.read_fields():
            return f"CAST(NULL AS {sql_type})"
        value = f"r_{field.name}"
        position = self.mapping.columns.get(field.name)
        if position is not None and self._is_typed(position, field.type):
            cast = f"TRY_CAST({value} AS {sql_type})"
            factor = self._factor(position) if field.type == "money" else "1"
            return cast if factor == "1" else f"TRY_CAST({value} * {factor} AS {sql_type})"
        readers: dict[FieldType, Callable[[str], str]] = {
            "id": id_sql,
            "text": lambda one: one,
            "money": lambda one: money_sql(one, self._factor(position)),
            "number": lambda one: number_sql(one, "DECIMAL(16,4)"),
            "timestamp": lambda one: timestamp_sql(one, self.mapping.rule.dates),
            "date": lambda one: f"CAST({timestamp_sql(one, self.mapping.rule.dates)} AS DATE)",
            "integer": lambda one: f"TRY_CAST({number_sql(one, 'DECIMAL(18,2)')} AS INTEGER)",
            "double": lambda one: f"TRY_CAST({one} AS DOUBLE)",
            "flag": lambda one: f"CAST({lookup_sql(one, 'flag')} AS BOOLEAN)",
        }
        reader = readers.get(field.type)
        return reader(value) if reader is not None else coded_sql(value, field.type)

    def _factor(self, position: int | None) -> str:
        """The yuan that one unit of a column is: what the mapping file says, else what stands in the header's brackets."""
        rule = self.mapping.rule
        if "unit" in rule.model_fields_set or position is None:
            return "0.01" if rule.unit == "fen" else "1"
        return unit_of(self.headers[position])

    def _sum(self, name: str) -> str:
        parts = [(f"trim(CAST(c{i} AS VARCHAR))", self._factor(i)) for i in self.mapping.sums[name]]
        return sum_sql(parts, (*MISSING, *self.mapping.rule.missing))

    def settled_time(self) -> str:
        """A settlement time that came without a day (also as a spreadsheet's day zero)."""
        if "settled_at" not in self.read_fields():
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

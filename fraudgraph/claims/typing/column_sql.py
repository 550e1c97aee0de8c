"""The SQL that turns one delivered column, whatever its form, into clean text and then into a typed value."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fraudgraph.claims.columns.matching import TableMapping
from fraudgraph.claims.schema.fields import Field, FieldType
from fraudgraph.claims.schema.landing_form import SQL_TYPES, required_fields
from fraudgraph.claims.typing.clock_sql import clock_sql
from fraudgraph.claims.typing.column_forms import ColumnForms
from fraudgraph.claims.typing.literals import MERGED, chained, literal
from fraudgraph.claims.typing.missing_words import is_missing_sql, stands_for_someone
from fraudgraph.claims.typing.number_sql import number_sql
from fraudgraph.claims.typing.open_ends import open_end_sql
from fraudgraph.claims.typing.time_sql import TimeForm, timestamp_sql
from fraudgraph.claims.typing.value_sql import coded_sql, id_sql, lookup_sql
from fraudgraph.claims.typing.written_sql import money_sql, sum_sql, unit_of
from fraudgraph.claims.typing.zones import local_sql

__all__ = ["ODD_SPACES", "ValueReader"]

_FORMAT_MARKS = "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
"""Invisible: they change no person into another."""
ODD_SPACES = f" \t\r\n\x00\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000{_FORMAT_MARKS}"
"""What surrounds a value without being of it."""
_WIDE = "".join(chr(code) for code in range(0xFF01, 0xFF5F))
_NARROW = "".join(chr(code) for code in range(0x21, 0x7F))
_MARKS = "=\"'"
_TEMPORAL = ("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S")
_WRITTEN_CODES = ("diagnosis_code",)
"""Codes of which decimals are a part: 250.0."""
_NUMBERS: tuple[FieldType, ...] = ("money", "number")
_MOMENTS: tuple[FieldType, ...] = ("timestamp", "date")


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
    forms : ColumnForms
        How the columns write numbers and dates.
    """

    def __init__(
        self, mapping: TableMapping, headers: Sequence[str], types: Sequence[str], odd_spaces: bool, forms: ColumnForms
    ) -> None:  # fmt: skip
        self.mapping = mapping
        self.headers = headers
        self.types = types
        self.odd_spaces = odd_spaces
        self.forms = forms
        self.own_missing = (*mapping.rule.missing, *forms.settings.missing)
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

    def cleaned(self, relation: str, names: Sequence[str] | None = None) -> str:
        """A SELECT that adds each field's delivered value as clean text r_NAME, NULL where it is missing, k_NAME for clocks beside it, m_NAME for the moment that it is."""
        wanted = self.read_fields() if names is None else list(names)
        tidy = [f"{self._tidied(name)} AS r_{name}" for name in wanted]
        clocks = [name for name in self.mapping.clocks if name in wanted]
        tidy += [f"{self._clock_text(name)} AS k_{name}" for name in clocks]
        present = [f"{self._present(name)} AS r_{name}" for name in wanted if self._may_be_missing(name)]
        present += [f"CASE WHEN {self._missing(f'k_{name}', name)} THEN NULL ELSE k_{name} END AS k_{name}" for name in clocks]  # fmt: skip
        replaced = f" REPLACE ({', '.join(present)})" if present else ""
        moments = [f", {self._read_moment(name)} AS m_{name}" for name in wanted if self.kind.field(name).type in _MOMENTS]  # fmt: skip
        texts = f"SELECT *{replaced} FROM (SELECT *{''.join(', ' + one for one in tidy)} FROM {relation})"
        return f"SELECT *{''.join(moments)} FROM ({texts})" if moments else texts

    def texts(self) -> list[str]:
        """The columns that `cleaned` adds."""
        read = self.read_fields()
        moments = [f"m_{name}" for name in read if self.kind.field(name).type in _MOMENTS]
        return [*(f"r_{name}" for name in read), *(f"k_{name}" for name in self.mapping.clocks), *moments]

    def _may_be_missing(self, name: str) -> bool:
        position = self.mapping.columns.get(name)
        return position is not None and not self._is_typed(position, self.kind.field(name).type)

    def _missing(self, value: str, name: str) -> str:
        someone = self.kind.field(name).type == "id" and stands_for_someone(name)
        return is_missing_sql(value, self.own_missing, names_someone=someone)

    def _present(self, name: str) -> str:
        return f"CASE WHEN {self._missing(f'r_{name}', name)} THEN NULL ELSE r_{name} END"

    def _tidied(self, name: str) -> str:
        """The delivered value as text without what surrounds it."""
        rule = self.mapping.rule
        if name in rule.constants and name not in self.mapping.columns:
            return literal(rule.constants[name])
        position = self.mapping.columns[name]
        wanted = self.kind.field(name).type
        if self.forms.refused(position):
            return "CAST(NULL AS VARCHAR)"
        if self._is_typed(position, wanted):
            if self.types[position] == "TIMESTAMP WITH TIME ZONE":
                return local_sql(f"make_timestamp(epoch_us(c{position}))", self.forms.settings.zone)
            return f"c{position}"
        return self._as_text(position, wanted)

    def _as_text(self, position: int, wanted: FieldType) -> str:
        column, found = f"c{position}", self.types[position]
        if found in ("DOUBLE", "FLOAT"):
            column = f"CASE WHEN {column} = trunc({column}) AND abs({column}) < 9007199254740992 THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE CAST({column} AS VARCHAR) END"
        elif found != "VARCHAR":
            column = f"CAST({column} AS VARCHAR)"
        if self.odd_spaces:
            return self._tidy(column, wanted)
        return self._closed_up(f"trim({column})") if wanted == "id" else f"trim({column})"

    @staticmethod
    def _closed_up(value: str) -> str:
        """A number without the blanks between its digits."""
        return f"CASE WHEN contains({value}, ' ') AND regexp_full_match({value}, '[0-9 ]+([Xx]|[.]0+)?') THEN replace({value}, ' ', '') ELSE {value} END"

    def _clock_text(self, name: str) -> str:
        return self._as_text(self.mapping.clocks[name], "timestamp")

    def _tidy(self, column: str, wanted: FieldType) -> str:
        """Without odd spaces and, but for free text, without the marks that keep a spreadsheet from counting: ="001", '001.

        Ids are without width and invisible marks too. A value from a merged cell is every row's, but for amounts.
        """
        if wanted in _NUMBERS:
            trimmed = f"trim({column}, {literal(ODD_SPACES)})"
        elif wanted == "text":
            return f"trim(translate({column}, '{MERGED}', ''), {literal(ODD_SPACES)})"
        else:
            taken, put = f"{_WIDE}‘’{_FORMAT_MARKS}{MERGED}", f"{_NARROW}''"
            plain = (
                f"translate({column}, {literal(taken)}, {literal(put)})"
                if wanted == "id"
                else f"translate({column}, '{MERGED}', '')"
            )
            trimmed = f"trim({plain}, {literal(ODD_SPACES)})"
        if wanted == "id":
            trimmed = self._closed_up(trimmed)
        marked = '="[^"]*"|"[^"]*"|\'[0-9A-Za-z][0-9A-Za-z -]*\'?'
        return f"CASE WHEN regexp_full_match({trimmed}, {literal(marked)}) THEN trim({trimmed}, {literal(_MARKS + ' ')}) ELSE {trimmed} END"

    def typed(self, field: Field) -> str:
        """The field's value in its own type, NULL where it can't be read."""
        if field.name in self.mapping.sums:
            return self._sum(field.name)
        sql_type = SQL_TYPES[field.type]
        if field.name not in self.read_fields():
            return f"CAST(NULL AS {sql_type})"
        value = f"r_{field.name}"
        position = self.mapping.columns.get(field.name)
        if field.type in _MOMENTS:
            return self._moment(field)
        if position is not None and self._is_typed(position, field.type):
            cast = f"TRY_CAST({value} AS {sql_type})"
            factor = self._factor(position) if field.type == "money" else "1"
            return cast if factor == "1" else f"TRY_CAST({value} * {factor} AS {sql_type})"
        mark = self.forms.mark(position)
        readers: dict[FieldType, Callable[[str], str]] = {
            "id": (lambda one: one) if field.name in _WRITTEN_CODES else id_sql,
            "text": lambda one: one,
            "money": lambda one: money_sql(one, self._factor(position), mark),
            "number": lambda one: number_sql(one, "DECIMAL(16,4)", mark),
            "integer": lambda one: f"TRY_CAST({number_sql(one, 'DECIMAL(18,2)', mark)} AS INTEGER)",
            "double": lambda one: f"TRY_CAST({one} AS DOUBLE)",
            "flag": lambda one: f"CAST({self._flag(field, one)} AS BOOLEAN)",
        }
        reader = readers.get(field.type)
        return reader(value) if reader is not None else coded_sql(value, field.type)

    def _flag(self, field: Field, value: str) -> str:
        words = "refund_words" if field.name == "refund_flag" else None
        return lookup_sql(value, "flag", words)

    def time_form(self, position: int | None) -> TimeForm:
        """How the moments of a column are written."""
        order = self.forms.orders.get(position, "none") if position is not None else "none"
        return TimeForm(
            zone=self.forms.settings.zone, order=order, own=self.mapping.rule.dates, day_zero=self.forms.day_zero
        )  # fmt: skip

    def _read_moment(self, name: str) -> str:
        """A moment or a day as it was written, with the clock that stands beside it."""
        value, position = f"r_{name}", self.mapping.columns.get(name)
        if position is not None and self._is_typed(position, self.kind.field(name).type):
            moment = f"TRY_CAST({value} AS TIMESTAMP)"
        else:
            plain = self.forms.plain or position in self.forms.quick
            moment = timestamp_sql(value, self.time_form(position), plain=plain)
        if name not in self.mapping.clocks:
            return moment
        form = self.forms.clocks.get(self.mapping.clocks[name], "hhmm")
        clock = f"k_{name}"
        at = "CAST(NULL AS TIMESTAMP)" if self.forms.plain else f"date_trunc('day', it) + to_seconds({clock_sql(clock, form)})"  # fmt: skip
        return f"CASE WHEN {clock} IS NULL THEN {moment} ELSE {chained(moment, at)} END"

    def _moment(self, field: Field) -> str:
        """A date that means "none" is empty where a row can do without."""
        moment = f"m_{field.name}"
        if self.can_be_open(field):
            moment = f"CASE WHEN {self.open_end(field)} THEN NULL ELSE {moment} END"
        return moment if field.type == "timestamp" else f"CAST({moment} AS DATE)"

    def can_be_open(self, field: Field) -> bool:
        """Whether a date that means "none" is taken for an empty one."""
        return field.type in _MOMENTS and field.name not in required_fields(self.kind.name)

    def open_end(self, field: Field) -> str:
        """SQL: whether a filled date means that there is none."""
        return open_end_sql(f"CAST(r_{field.name} AS VARCHAR)", f"m_{field.name}", field.name)

    def _factor(self, position: int | None) -> str:
        """The yuan that one unit of a column is: what the mapping file says, else what stands in the header's brackets."""
        rule = self.mapping.rule
        if "unit" in rule.model_fields_set or position is None:
            return "0.01" if rule.unit == "fen" else "1"
        return unit_of(self.headers[position])

    def _sum(self, name: str) -> str:
        parts = [
            (f"trim(CAST(c{i} AS VARCHAR), {literal(ODD_SPACES)})", self._factor(i), self.forms.mark(i))
            for i in self.mapping.sums[name]
        ]
        return sum_sql(parts, self.own_missing)

    def settled_time(self) -> str:
        """A settlement time that came without a day (also as a spreadsheet's day zero)."""
        if "settled_at" not in self.read_fields():
            return "CAST(NULL AS TIME)"
        position = self.mapping.columns.get("settled_at")
        if (
            position is not None and self._is_typed(position, "timestamp")
        ) or "settled_at" in self.mapping.clocks:
            return "CAST(NULL AS TIME)"
        value = "r_settled_at"
        return (
            f"CASE WHEN length({value}) <= 8 AND contains({value}, ':') THEN TRY_CAST({value} AS TIME) "
            f"WHEN regexp_full_match({value}, '(1899|1900)-[0-9-]+[ T][0-9:.]+') THEN nullif(CAST(TRY_CAST({value} AS TIMESTAMP) AS TIME), TIME '00:00:00') "
            f"WHEN regexp_full_match({value}, '[0-2][0-9][0-5][0-9][0-5][0-9]') "
            f"THEN TRY_CAST(left({value}, 2) || ':' || substr({value}, 3, 2) || ':' || right({value}, 2) AS TIME) END"
        )

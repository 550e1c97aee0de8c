"""Looks through all values of a table once, where some need it, and decides how its columns write numbers and dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fraudgraph.claims.columns.matching import TableMapping
from fraudgraph.claims.schema.landing_form import required_fields
from fraudgraph.claims.typing.clock_sql import ClockForm, clock_class_sql
from fraudgraph.claims.typing.column_forms import ColumnForms, Told
from fraudgraph.claims.typing.number_sql import Mark, number_class_sql, number_sql
from fraudgraph.claims.typing.time_sql import Order, order_class_sql
from fraudgraph.errors import SourceError
from fraudgraph.settings import SourceSettings
from fraudgraph.store import Store

if TYPE_CHECKING:
    from fraudgraph.claims.typing.column_sql import ValueReader

__all__ = ["survey", "undecided_sql"]

_NUMBERS = ("money", "number", "integer")
_MOMENTS = ("timestamp", "date")


def undecided_sql(reader: ValueReader) -> str:
    """SQL: how many values of a row have a reading only once their column's form is known. Columns as in `cleaned`."""
    parts = []
    for name, position in reader.mapping.columns.items():
        kind = reader.kind.field(name)
        if reader.types[position] != "VARCHAR":
            continue
        if kind.type in _NUMBERS:
            parts.append(f"CAST(r_{name} IS NOT NULL AND {number_sql(f'r_{name}', 'DECIMAL(18,2)', 'plain')} IS NULL AS INTEGER)")  # fmt: skip
        elif kind.type in _MOMENTS:
            parts.append(f"CASE WHEN r_{name} IS NOT NULL AND m_{name} IS NULL THEN CAST(NOT {reader.open_end(kind)} AS INTEGER) ELSE 0 END")  # fmt: skip
    for positions in reader.mapping.sums.values():
        parts += [f"CAST(c{i} IS NOT NULL AND CAST(c{i} AS VARCHAR) <> '' AND {number_sql(f'CAST(c{i} AS VARCHAR)', 'DECIMAL(18,2)', 'plain')} IS NULL AS INTEGER)" for i in positions]  # fmt: skip
    return " + ".join(parts) if parts else "CAST(0 AS INTEGER)"


def survey(
    store: Store, reader: ValueReader, relation: str, title: str, day_zero: str, *, refuse: bool = True
) -> ColumnForms:
    """Decide the forms of a table's columns from all its rows.

    Parameters
    ----------
    store : Store
        Runs the one query.
    reader : ValueReader
        How the columns are cleaned; its forms don't matter.
    relation : str
        SQL of the delivered rows, c0, c1, ….
    title : str
        Of the table, for what is told.
    day_zero : str
        The day that its workbook counts from.
    refuse : bool
        Whether an open column that rows can't do without stops the reading; else it is only told.

    Raises
    ------
    SourceError
        If a column that rows can't do without has two readings and nothing decides between them.
    """
    return _Survey(reader, title, refuse=refuse).decided(store, relation, day_zero)


class _Survey:
    def __init__(self, reader: ValueReader, title: str, *, refuse: bool) -> None:
        self.refuse = refuse
        self.reader, self.title = reader, title
        self.mapping: TableMapping = reader.mapping
        self.settings: SourceSettings = reader.forms.settings
        self.told: list[Told] = []

    def decided(self, store: Store, relation: str, day_zero: str) -> ColumnForms:
        numbers, moments, clocks = self._asked()
        counts = self._count(store, relation, numbers, moments, clocks)
        marks = self._marks(numbers, counts)
        orders = {position: self._order(position, counts[f"t{position}"]) for position in moments}
        forms: dict[int, ClockForm] = {}
        for position in clocks:
            short, long, _, _ = counts[f"k{position}"]
            forms[position] = "hhmm" if short or not long else "hhmmss"
        quick = frozenset(position for position in moments if not counts[f"m{position}"][0])
        return ColumnForms(
            quick=quick, settings=self.settings, marks=marks, orders=orders, clocks=forms, day_zero=day_zero, told=tuple(self.told)
        )  # fmt: skip

    def _asked(self) -> tuple[dict[int, str], dict[int, str], dict[int, str]]:
        """By position: SQL of the cleaned values of columns with numbers, dates and clocks."""
        numbers: dict[int, str] = {}
        moments: dict[int, str] = {}
        for name, position in self.mapping.columns.items():
            if self.reader.types[position] != "VARCHAR":
                continue
            kind = self.reader.kind.field(name).type
            if kind in _NUMBERS:
                numbers[position] = f"r_{name}"
            elif kind in _MOMENTS:
                moments[position] = f"r_{name}"
        for positions in self.mapping.sums.values():
            numbers |= {i: f"CAST(c{i} AS VARCHAR)" for i in positions}
        return numbers, moments, {i: f"k_{name}" for name, i in self.mapping.clocks.items()}

    def _count(
        self, store: Store, relation: str, numbers: dict[int, str], moments: dict[int, str], clocks: dict[int, str]
    ) -> dict[str, tuple[int, int, int, str | None]]:  # fmt: skip
        """For each column: values of class 1, 2 and 3, and an example of the last."""
        classes = (
            [(f"n{i}", value, number_class_sql(value)) for i, value in numbers.items()]
            + [(f"t{i}", value, order_class_sql(value)) for i, value in moments.items()]
            + [
                (f"m{i}", value, f"CAST({value} IS NOT NULL AND m{value[1:]} IS NULL AS INTEGER)")
                for i, value in moments.items()
            ]
            + [(f"k{i}", value, clock_class_sql(value)) for i, value in clocks.items()]
        )
        if not classes:
            return {}
        columns = ", ".join(f"{value} AS v_{key}, {found} AS {key}" for key, value, found in classes)
        asked = ", ".join(
            f"count(*) FILTER ({key} = 1), count(*) FILTER ({key} = 2), count(*) FILTER ({key} = 3), min(v_{key}) FILTER ({key} = 3)"
            for key, _, _ in classes
        )
        row = store.one(
            f"SELECT {asked} FROM (SELECT {columns} FROM ({self.reader.cleaned(f'({relation})')}) WHERE {self._is_record()})"
        )
        return {
            key: (int(row[4 * i]), int(row[4 * i + 1]), int(row[4 * i + 2]), row[4 * i + 3])
            for i, (key, _, _) in enumerate(classes)
        }

    def _is_record(self) -> str:
        """Rows that can be no records (totals, broken lines) decide nothing about their columns."""
        needed = required_fields(self.mapping.kind.name)
        ids = [
            one
            for one in self.reader.read_fields()
            if one in needed and self.reader.kind.field(one).type == "id"
        ]
        return " AND ".join(["_fault IS NULL", *(f"r_{name} IS NOT NULL" for name in ids)])

    def _marks(
        self, numbers: dict[int, str], counts: dict[str, tuple[int, int, int, str | None]]
    ) -> dict[int, Mark]:
        set_to = self.mapping.rule.decimal or self.settings.decimal
        found: dict[int, Mark] = {}
        open_: list[int] = []
        for position in numbers:
            point, comma, either, _ = counts[f"n{position}"]
            if point and comma:
                found[position] = "both"
                self._tell_both_marks(position, point, comma, either)
            elif either and not point and not comma and set_to is not None:
                found[position] = set_to
            elif either and not point and not comma:
                open_.append(position)
            else:
                found[position] = "," if comma else "."
        agreed: set[Mark] = {
            mark for position, mark in found.items() if counts[f"n{position}"][0] or counts[f"n{position}"][1]
        }
        for position in open_:
            field = self._field_at(position)
            measure = field is not None and self.reader.kind.field(field).type != "money"
            if measure and len(agreed) == 1 and agreed <= {".", ","}:
                found[position] = next(iter(agreed))
                self._tell_agreed(position, found[position])
            else:
                found[position] = "refused"
                self._refuse(position, field, *_number_readings(counts[f"n{position}"][3] or ""), "decimal", ('"."', '","'))  # fmt: skip
        return found

    def _order(self, position: int, counts: tuple[int, int, int, str | None]) -> Order:
        first, second, either, example = counts
        set_to = self.mapping.rule.date_order or self.settings.date_order
        if first and second:
            header = self._header(position)
            self.told.append(
                Told(
                    "dates_both_orders",
                    f"{self.title}：列“{header}”中 {first} 个日期月在前、{second} 个日在前；可两读的 {either} 个未读取",
                    f"{self.title}: in column {header!r} {first} dates have the month first and {second} the day; {either} that could be either were not read",
                )
            )
            return "both"
        if either and not first and not second and set_to is not None:
            return set_to
        if either and not first and not second:
            self._refuse(position, self._field_at(position), *_date_readings(example or ""), "date_order", ('"mdy"', '"dmy"'))  # fmt: skip
            return "refused"
        return "mdy" if first else "dmy" if second else "none"

    def _field_at(self, position: int) -> str | None:
        for name, at in self.mapping.columns.items():
            if at == position:
                return name
        return next((name for name, parts in self.mapping.sums.items() if position in parts), None)

    def _header(self, position: int) -> str:
        return self.reader.headers[position]

    def _tell_both_marks(self, position: int, point: int, comma: int, either: int) -> None:
        header = self._header(position)
        self.told.append(
            Told(
                "both_decimal_marks",
                f"{self.title}：列“{header}”中 {point} 个值以点、{comma} 个值以逗号作小数点，各按其唯一读法读取；可两读的 {either} 个未读取",
                f"{self.title}: in column {header!r} {point} values have a decimal point and {comma} a decimal comma, each read the only way it can be; {either} that could be either were not read",
            )
        )

    def _tell_agreed(self, position: int, mark: Mark) -> None:
        header = self._header(position)
        self.told.append(
            Told(
                "decimal_mark_of_table",
                f"{self.title}：列“{header}”的值（如 1.000）本身可两读，按本表其他金额列的小数点 {mark} 读取",
                f"{self.title}: the values of column {header!r} (such as 1.000) could be read two ways; they are read with {mark!r} for decimals like the other amounts of the table",
            )
        )

    def _refuse(
        self, position: int, field: str | None, example: str, one: str, two: str, key: str, choices: tuple[str, str]
    ) -> None:  # fmt: skip
        header = self._header(position)
        en = f"column {header!r} of {self.title} can be read two ways and no value decides: {example!r} is {one} ({key} = {choices[0]}) or {two} ({key} = {choices[1]})"
        zh = f"{self.title} 的列“{header}”可有两种读法，没有能确定读法的值：{example!r} 可读作 {one}（{key} = {choices[0]}）或 {two}（{key} = {choices[1]}）"
        do_en = (
            f"Put {key} under [source] of fraudgraph.toml, or in the [[table]] of a mapping file (--mapping)"
        )
        do_zh = f"请在 fraudgraph.toml 的 [source] 下，或映射文件（--mapping）的 [[table]] 中写明 {key}"
        if self.refuse and field in {*required_fields(self.reader.kind.name), "started_at"}:
            raise SourceError(f"{en[0].upper()}{en[1:]}. {do_en}.", f"{zh}。{do_zh}。")
        self.told.append(
            Told("column_refused", f"{zh}；该列未读取。{do_zh}", f"{en}; the column was left empty. {do_en}")
        )


def _number_readings(example: str) -> tuple[str, str, str]:
    point, comma = example.replace(",", ""), example.replace(".", "").replace(",", ".")
    return example, point, comma


def _date_readings(example: str) -> tuple[str, str, str]:
    import re  # noqa: PLC0415  # only for a message

    found = re.search(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", example)
    if found is None:
        return example, "", ""
    a, b, year = int(found[1]), int(found[2]), found[3]
    return found[0], f"{year}-{a:02d}-{b:02d}", f"{year}-{b:02d}-{a:02d}"

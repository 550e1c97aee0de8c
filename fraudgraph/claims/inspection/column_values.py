"""What the values of a delivered table say about its columns: shares and shortened samples."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fraudgraph.claims.columns.matching import TableMapping
from fraudgraph.claims.formats.sheets import Sheet
from fraudgraph.claims.inspection.sampled_reader import sampled_reader
from fraudgraph.claims.schema.fields import Field, FieldType
from fraudgraph.claims.typing.column_sql import ValueReader
from fraudgraph.claims.typing.literals import MERGED
from fraudgraph.claims.typing.value_sql import claim_type_sql
from fraudgraph.settings import SourceSettings
from fraudgraph.store import Store

__all__ = ["ColumnReport", "column_reports", "shortened"]

_SAMPLES = 3
_PLAIN_TYPES: tuple[FieldType, ...] = (
    "money",
    "number",
    "timestamp",
    "date",
    "integer",
    "flag",
    "sex",
    "level",
)
_DATED_TYPES: tuple[FieldType, ...] = ("timestamp", "date")
_ELEVEN_DIGITS = re.compile(r"\d{11}")
"""As many as a telephone number has: no amount or count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnReport:
    """One delivered column: the field it is, samples as a person may see them, and shares of the rows looked at.

    `parsed_share` is of the values that are filled; 1.0 where nothing has to be parsed. `sure` is below 1 where no known name
    but the words of the header gave the field.
    """

    header: str
    field: str | None
    title_zh: str = ""
    title_en: str = ""
    samples: tuple[str, ...] = ()
    filled_share: float = 0.0
    parsed_share: float = 1.0
    distinct: int = 0
    most_frequent: str = ""
    most_frequent_share: float = 0.0
    has_clock: bool = False
    sure: float = 1.0


def shortened(value: str) -> str:
    """A value as it may be shown: its form, not the person behind it."""
    text = " ".join(value.split())
    if re.search(r"[\u3400-\u9fff\U00020000-\U0003ffff]", text):
        return text if len(text) == 1 else text[0] + "＊" * min(len(text) - 1, 4)
    if len(text) <= 6:
        return text
    return f"{text[:3]}…{text[-2:]} ({len(text)})"


def column_reports(
    store: Store, sheet: Sheet, found: TableMapping | None, settings: SourceSettings | None = None
) -> tuple[ColumnReport, ...]:
    """Shares and samples of every column of the sample; one pass over it for all columns."""
    table = f"scratch.sample_{sheet.number}"
    total = int(store.one(f"SELECT count(*) FROM {table}")[0])
    fields = {position: name for name, position in (found.columns if found else {}).items()}
    fields |= {i: name for name, parts in (found.sums if found else {}).items() for i in parts}
    parsed = _parsed(store, sheet, found, table, settings) if found and total else {}
    often = _most_frequent(store, table, len(sheet.headers))
    return tuple(
        _column(total, header, often.get(i, []), found, fields.get(i), parsed.get(fields.get(i) or ""))
        for i, header in enumerate(sheet.headers)
        if header or i in fields
    )


_Often = list[tuple[str, int, int, int]]
"""Values of a column with how often each stands there, how many are filled and how many differ; the most frequent first."""


def _most_frequent(store: Store, table: str, width: int) -> dict[int, _Often]:
    values = ", ".join(
        f"nullif(trim(replace(CAST(c{i} AS VARCHAR), '{MERGED}', '')), '')" for i in range(width)
    )
    found: dict[int, _Often] = {}
    for position, value, count, filled, distinct in store.rows(
        f"""SELECT position, value, n, sum(n) OVER (PARTITION BY position), count(*) OVER (PARTITION BY position)
        FROM (SELECT position, value, count(*) AS n FROM (SELECT unnest(range({width})) AS position, unnest([{values}]) AS value FROM {table})
            WHERE value IS NOT NULL GROUP BY position, value)
        QUALIFY row_number() OVER (PARTITION BY position ORDER BY n DESC, value) <= {_SAMPLES} ORDER BY position, n DESC, value"""
    ):
        found.setdefault(int(position), []).append((str(value), int(count), int(filled), int(distinct)))
    return found


def _shown(value: str, field: Field | None, parsed: tuple[int, int, int] | None) -> str:
    """Dates and numbers as they are, if the column really holds them; what may name a person only in its form."""
    plain = field is not None and field.type in _PLAIN_TYPES
    holds = parsed is not None and 0 < 0.9 * parsed[0] <= parsed[1]
    long_number = field is not None and field.type not in _DATED_TYPES and _ELEVEN_DIGITS.search(value)
    return value[:40] if plain and holds and not long_number else shortened(value)


def _column(
    total: int,
    header: str,
    often: _Often,
    found: TableMapping | None,
    name: str | None,
    parsed: tuple[int, int, int] | None,
) -> ColumnReport:
    field = found.kind.field(name) if found and name else None
    samples = tuple(_shown(value, field, parsed) for value, *_ in often)
    return ColumnReport(
        header=header,
        field=name,
        title_zh=field.title_zh if field else "",
        title_en=field.title_en if field else "",
        samples=samples,
        filled_share=round(often[0][2] / total, 4) if often else 0.0,
        parsed_share=round(parsed[1] / parsed[0], 4) if parsed and parsed[0] else 1.0,
        distinct=often[0][3] if often else 0,
        most_frequent=samples[0] if samples else "",
        most_frequent_share=round(often[0][1] / total, 4) if often else 0.0,
        has_clock=bool(parsed and parsed[2]),
        sure=found.sure.get(name, 1.0) if found and name else 1.0,
    )


def _parsed(
    store: Store, sheet: Sheet, found: TableMapping, table: str, settings: SourceSettings | None
) -> dict[str, tuple[int, int, int]]:
    """By field: values filled, values that can be read, moments with a clock."""
    reader = sampled_reader(store, sheet, found, settings)
    names = [name for name in reader.read_fields() if name in found.columns]
    typed, counts = [], []
    for name in names:
        field = found.kind.field(name)
        value = reader.typed(field)
        if name in ("med_type_raw", "claim_type"):
            value = claim_type_sql(f"r_{name}", found.rule.claim_type)
        clock = "0"
        if field.type == "timestamp":
            clock = f"count(CASE WHEN CAST(t_{name} AS TIME) <> TIME '00:00:00' THEN 1 END)"
        if name == "settled_at" and found.kind.name == "claims":
            typed.append(f"{reader.settled_time()} AS t_settled_time")
            counts.append(
                f"count(CASE WHEN NOT ({_none(reader, field)}) THEN r_{name} END), count(coalesce(CAST(t_{name} AS VARCHAR), CAST(t_settled_time AS VARCHAR))), {clock} + count(t_settled_time)"
            )
        else:
            counts.append(
                f"count(CASE WHEN NOT ({_none(reader, field)}) THEN r_{name} END), count(t_{name}), {clock}"
            )
        typed.append(f"{value} AS t_{name}")
    row = store.one(
        f"WITH cleaned AS ({reader.cleaned(table, names)}), typed AS (SELECT *, {', '.join(typed)} FROM cleaned) SELECT {', '.join(counts)} FROM typed"
    )
    return {name: (int(row[3 * i]), int(row[3 * i + 1]), int(row[3 * i + 2])) for i, name in enumerate(names)}


def _none(reader: ValueReader, field: Field) -> str:
    """SQL: whether a filled date means that there is none."""
    return f"coalesce({reader.open_end(field)}, FALSE)" if reader.can_be_open(field) else "FALSE"

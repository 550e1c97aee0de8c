"""What the values of a delivered table say about its columns: shares, shortened samples, and columns that look mis-mapped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fraudgraph.claims.fields import FieldType
from fraudgraph.claims.matching import TableMapping
from fraudgraph.claims.sheets import Sheet
from fraudgraph.claims.typing_values import ValueReader
from fraudgraph.claims.value_sql import claim_type_sql
from fraudgraph.store import Store

__all__ = ["ColumnReport", "Remark", "column_reports", "shortened", "value_remarks"]

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
_FEW_ROWS = 50
_LEAST_SHARE = 0.9
_PLACEHOLDER_SHARE = 0.3
_PERSONAL = (
    "patient_id", "phone", "bank_account", "agent_id", "household_id",
    "patient_phone", "patient_bank_account", "patient_agent_id", "patient_household_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnReport:
    """One delivered column: the field it is, samples as a person may see them, and shares of the rows looked at.

    `parsed_share` is of the values that are filled; 1.0 where nothing has to be parsed.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something about the values that a person should look at before importing."""

    code: str
    column: str
    zh: str
    en: str


def shortened(value: str) -> str:
    """A value as it may be shown: its form, not the person behind it."""
    text = " ".join(value.split())
    if re.search(r"[\u3400-\u9fff\U00020000-\U0003ffff]", text):
        return text if len(text) == 1 else text[0] + "＊" * min(len(text) - 1, 4)
    if len(text) <= 6:
        return text
    return f"{text[:3]}…{text[-2:]} ({len(text)})"


def column_reports(store: Store, sheet: Sheet, found: TableMapping | None) -> tuple[ColumnReport, ...]:
    """Shares and samples of every column of the sample; one pass over it for all columns."""
    table = f"scratch.sample_{sheet.number}"
    total = int(store.one(f"SELECT count(*) FROM {table}")[0])
    fields = {position: name for name, position in (found.columns if found else {}).items()}
    fields |= {i: name for name, parts in (found.sums if found else {}).items() for i in parts}
    parsed = _parsed(store, sheet, found, table) if found and total else {}
    return tuple(
        _column(store, table, total, i, header, found, fields.get(i), parsed.get(fields.get(i) or ""))
        for i, header in enumerate(sheet.headers)
        if header or i in fields
    )


def _column(
    store: Store,
    table: str,
    total: int,
    position: int,
    header: str,
    found: TableMapping | None,
    name: str | None,
    parsed: tuple[int, int, int] | None,
) -> ColumnReport:
    text = f"nullif(trim(CAST(c{position} AS VARCHAR)), '')"
    filled, distinct = store.one(f"SELECT count({text}), count(DISTINCT {text}) FROM {table}")
    often = store.rows(
        f"SELECT {text} AS v, count(*) AS n FROM {table} WHERE {text} IS NOT NULL GROUP BY v ORDER BY n DESC, v LIMIT {_SAMPLES}"
    )
    field = found.kind.field(name) if found and name else None
    open_values = field is not None and field.type in _PLAIN_TYPES
    samples = tuple(str(v)[:40] if open_values else shortened(str(v)) for v, _ in often)
    return ColumnReport(
        header=header,
        field=name,
        title_zh=field.title_zh if field else "",
        title_en=field.title_en if field else "",
        samples=samples,
        filled_share=round(filled / total, 4) if total else 0.0,
        parsed_share=round(parsed[1] / parsed[0], 4) if parsed and parsed[0] else 1.0,
        distinct=int(distinct),
        most_frequent=samples[0] if samples else "",
        most_frequent_share=round(often[0][1] / total, 4) if often else 0.0,
        has_clock=bool(parsed and parsed[2]),
    )


def _parsed(store: Store, sheet: Sheet, found: TableMapping, table: str) -> dict[str, tuple[int, int, int]]:
    """By field: values filled, values that can be read, moments with a clock."""
    reader = ValueReader(found, sheet.headers, sheet.types, True)
    names = [name for name in reader.read_fields() if name in found.columns]
    cleaned = ", ".join(f"{reader.raw(name)} AS r_{name}" for name in names)
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
                f"count(r_{name}), count(coalesce(CAST(t_{name} AS VARCHAR), CAST(t_settled_time AS VARCHAR))), {clock} + count(t_settled_time)"
            )
        else:
            counts.append(f"count(r_{name}), count(t_{name}), {clock}")
        typed.append(f"{value} AS t_{name}")
    row = store.one(
        f"WITH cleaned AS (SELECT {cleaned} FROM {table}), typed AS (SELECT *, {', '.join(typed)} FROM cleaned) SELECT {', '.join(counts)} FROM typed"
    )
    return {name: (int(row[3 * i]), int(row[3 * i + 1]), int(row[3 * i + 2])) for i, name in enumerate(names)}


def value_remarks(
    store: Store, sheet: Sheet, found: TableMapping, columns: Sequence[ColumnReport]
) -> tuple[Remark, ...]:
    """What looks mis-mapped or filled with a placeholder: a matter of data quality, never of suspicion."""
    table = f"scratch.sample_{sheet.number}"
    total = int(store.one(f"SELECT count(*) FROM {table}")[0])
    by_field: dict[str, ColumnReport] = {column.field: column for column in columns if column.field}
    remarks = [
        _unread(column)
        for column in by_field.values()
        if column.filled_share and column.parsed_share < _LEAST_SHARE
    ]
    if total >= _FEW_ROWS:
        remarks += _placeholders(found, by_field, total)
        remarks += _repeated_ids(found, by_field, total)
        remarks += _dates_as_amounts(store, table, found, sheet.headers)
        remarks += _lost_digits(store, table, found, sheet.headers)
        remarks += _fund_above_total(store, sheet, found, table)
    return tuple(remarks)


def _unread(column: ColumnReport) -> Remark:
    share = f"{column.parsed_share:.0%}"
    return Remark(
        code="unread",
        column=column.header,
        zh=f"列“{column.header}”按“{column.title_zh}”读取，仅 {share} 的值可识别：可能对应错了列，或需要在映射文件中说明格式或代码",
        en=f"column {column.header!r} read as {column.title_en}: only {share} of its values can be read; it may be another column, or its form or codes need the mapping file",
    )


def _placeholders(found_in: TableMapping, by_field: dict[str, ColumnReport], total: int) -> list[Remark]:
    """One doctor, phone or account on a large share of the rows stands for "not known"."""
    least = {
        "doctor_id": _PLACEHOLDER_SHARE,
        **dict.fromkeys(_PERSONAL, 0.02 if found_in.kind.name == "patients" else 0.1),
    }
    found = []
    for name, column in by_field.items():
        if (
            column.distinct > 1
            and column.most_frequent_share * total >= 4
            and column.most_frequent_share >= least.get(name or "", 2.0)
        ):
            share = f"{column.most_frequent_share:.0%}"
            found.append(
                Remark(
                    code="placeholder",
                    column=column.header,
                    zh=f"列“{column.header}”有 {share} 的行是同一个值（{column.most_frequent}）：像是默认值，不应当作同一{column.title_zh}",
                    en=f"column {column.header!r} holds one value ({column.most_frequent}) on {share} of the rows: it looks like a default, not like one {column.title_en}",
                )
            )
    return found


def _repeated_ids(found: TableMapping, by_field: dict[str, ColumnReport], total: int) -> list[Remark]:
    remarks = []
    claim = by_field.get("claim_id") if found.kind.name == "claims" else None
    if claim is not None and claim.distinct * 2 < total * claim.filled_share:
        remarks.append(
            Remark(
                code="claim_id_repeats",
                column=claim.header,
                zh=f"列“{claim.header}”的值大量重复：像是人员或就诊编号，不像结算ID",
                en=f"the values of column {claim.header!r} repeat a lot: it looks like the id of a person or visit, not of a settlement",
            )
        )
    place = by_field.get("place_id") or by_field.get("facility_id") if found.kind.name == "claims" else None
    if place is not None and place.distinct * 2 > total * place.filled_share > 200:
        remarks.append(
            Remark(
                code="too_many_places",
                column=place.header,
                zh=f"列“{place.header}”几乎每行不同：不像机构编号",
                en=f"column {place.header!r} differs on almost every row: it does not look like the id of an institution",
            )
        )
    return remarks


def _dates_as_amounts(store: Store, table: str, found: TableMapping, headers: Sequence[str]) -> list[Remark]:
    remarks = []
    for name, position in found.columns.items():
        if found.kind.field(name).type != "money":
            continue
        value = f"trim(CAST(c{position} AS VARCHAR))"
        dates, filled = store.one(
            f"SELECT count(CASE WHEN regexp_full_match({value}, '(19|20)[0-9]{{2}}[-/.]?(0[1-9]|1[0-2])[-/.]?[0-3][0-9]([ T].*)?([.]0+)?') THEN 1 END), count(nullif({value}, '')) FROM {table}"
        )
        if filled and dates * 2 > filled:
            title = found.kind.field(name)
            remarks.append(
                Remark(
                    code="dates_as_amounts",
                    column=headers[position],
                    zh=f"列“{headers[position]}”按“{title.title_zh}”读取，但多数值是日期",
                    en=f"column {headers[position]!r} is read as {title.title_en}, but most of its values are dates",
                )
            )
    return remarks


def _lost_digits(store: Store, table: str, found: TableMapping, headers: Sequence[str]) -> list[Remark]:
    """Long ids that nearly all end in zeros: a spreadsheet kept fifteen digits."""
    remarks = []
    for name, position in found.columns.items():
        if found.kind.field(name).type != "id":
            continue
        value = f"trim(CAST(c{position} AS VARCHAR))"
        zeros, long = store.one(
            f"SELECT count(CASE WHEN regexp_full_match({value}, '[0-9]{{15}}0+') THEN 1 END), count(CASE WHEN regexp_full_match({value}, '[0-9]{{17,}}') THEN 1 END) FROM {table}"
        )
        if long >= 20 and zeros * 10 > long * 8:
            remarks.append(
                Remark(
                    code="lost_digits",
                    column=headers[position],
                    zh=f"列“{headers[position]}”的长编号几乎都以 0 结尾：像是被表格软件截去了末位，请让提供方按文本重新导出",
                    en=f"long ids in column {headers[position]!r} nearly all end in zeros: a spreadsheet cut their last digits; ask the supplier to export them as text",
                )
            )
    return remarks


def _fund_above_total(store: Store, sheet: Sheet, found: TableMapping, table: str) -> list[Remark]:
    if found.kind.name != "claims" or not {"total_amount", "fund_amount"} <= set(found.columns):
        return []
    reader = ValueReader(found, sheet.headers, sheet.types, True)
    total, fund = (reader.typed(found.kind.field(name)) for name in ("total_amount", "fund_amount"))
    raw = ", ".join(f"{reader.raw(name)} AS r_{name}" for name in ("total_amount", "fund_amount"))
    above, both = store.one(
        f"SELECT count(CASE WHEN abs(f) > abs(t) THEN 1 END), count(*) FROM (SELECT {total} AS t, {fund} AS f FROM (SELECT {raw} FROM {table})) WHERE t IS NOT NULL AND f IS NOT NULL AND t <> 0"
    )
    if both == 0 or above * 5 < both:
        return []
    header = sheet.headers[found.columns["fund_amount"]]
    return [
        Remark(
            code="fund_above_total",
            column=header,
            zh=f"{above / both:.0%} 的行基金支付大于总额：总额与基金支付两列可能对调了",
            en=f"on {above / both:.0%} of the rows the fund pays more than the total: the two columns may be swapped",
        )
    ]

"""Columns that look mis-mapped or filled with a placeholder, by their values: data quality, never suspicion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fraudgraph.claims.columns.copies_and_clocks import copies, doubled_words
from fraudgraph.claims.columns.matching import TableMapping
from fraudgraph.claims.formats.sheets import Sheet
from fraudgraph.claims.inspection.broken_text import broken_lines
from fraudgraph.claims.inspection.column_values import ColumnReport
from fraudgraph.claims.inspection.sampled_reader import sampled_forms, sampled_reader
from fraudgraph.claims.schema.fields import FieldType
from fraudgraph.settings import SourceSettings
from fraudgraph.store import Store

__all__ = ["Remark", "broken_remark", "value_remarks"]

_FEW_ROWS = 50
_LEAST_SHARE = 0.9
_PLACEHOLDER_SHARE = 0.3
_PERSONAL = (
    "patient_id", "phone", "bank_account", "agent_id", "household_id",
    "patient_phone", "patient_bank_account", "patient_agent_id", "patient_household_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something about the values that a person should look at before importing."""

    code: str
    column: str
    zh: str
    en: str


def value_remarks(
    store: Store,
    sheet: Sheet,
    found: TableMapping,
    columns: Sequence[ColumnReport],
    settings: SourceSettings | None = None,
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
    remarks += _doubled(found, sheet.headers)
    remarks += _missing_words(store, sheet, found, table, settings)
    remarks += _broken(store, sheet, table)
    forms = sampled_forms(store, sheet, found, settings)
    remarks += [Remark(code=told.code, column="", zh=told.zh, en=told.en) for told in forms.told]
    if total >= _FEW_ROWS:
        remarks += _placeholders(found, by_field, total)
        remarks += _repeated_ids(found, by_field, total)
        remarks += _dates_as_amounts(store, table, found, sheet.headers)
        remarks += _lost_digits(store, table, found, sheet.headers)
        remarks += _fund_above_total(store, sheet, found, table, settings)
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


def _missing_words(
    store: Store, sheet: Sheet, found: TableMapping, table: str, settings: SourceSettings | None
) -> list[Remark]:
    """Values that are filled but mean "not known": they are read as empty, and a person should know."""
    reader = sampled_reader(store, sheet, found, settings)
    names = [
        name
        for name, position in found.columns.items()
        if found.kind.field(name).type in ("id", "text") and sheet.types[position] == "VARCHAR"
    ]
    if not names:
        return []
    filled = {name: f"nullif(trim(c{found.columns[name]}), '')" for name in names}
    asked = ", ".join(
        f"count(CASE WHEN r_{name} IS NULL THEN {filled[name]} END), min(CASE WHEN r_{name} IS NULL THEN {filled[name]} END)"
        for name in names
    )
    row = store.one(f"SELECT {asked} FROM ({reader.cleaned(table, names)})")
    remarks = []
    for i, name in enumerate(names):
        count, example = int(row[2 * i]), row[2 * i + 1]
        if count:
            header = sheet.headers[found.columns[name]]
            remarks.append(
                Remark(
                    code="missing_words",
                    column=header,
                    zh=f"列“{header}”有 {count} 个值表示“无”（如 {str(example)[:20]}），按空值读取，不作为任何人或机构",
                    en=f"column {header!r} has {count} values that mean that there is none (such as {str(example)[:20]!r}); they are read as empty, as nobody and no place",
                )
            )
    return remarks


def _broken(store: Store, sheet: Sheet, table: str) -> list[Remark]:
    """Text that went through a wrong encoding before it was delivered."""
    columns = [f"c{i}" for i, kind in enumerate(sheet.types) if kind == "VARCHAR"]
    total, lines, example = broken_lines(store, table, columns)
    return [broken_remark(total, lines, example)] if lines else []


def broken_remark(total: int, lines: int, example: str) -> Remark:
    """What to say of broken text."""
    share = f"{lines / total:.1%}"
    return Remark(
        code="broken_text",
        column="",
        zh=f"{share} 的行（{lines} 行）含有乱码（如 {example[:12]}）：数据在送来之前已按错误编码转换，请让提供方重新导出",
        en=f"{share} of the rows ({lines}) hold broken text (such as {example[:12]!r}): it was converted in a wrong encoding before it was delivered; ask the supplier to export it again",
    )


def _doubled(found: TableMapping, headers: Sequence[str]) -> list[Remark]:
    """Headers that stand twice."""
    remarks = []
    for position in found.columns.values():
        places = copies(headers, position)
        if len(places) > 1:
            en, zh = doubled_words(headers, position, places)
            remarks.append(Remark(code="doubled_header", column=headers[position], zh=zh, en=en))
    return remarks


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


def _counts(
    store: Store, table: str, found: TableMapping, types: tuple[FieldType, ...], *patterns: str
) -> list[tuple[str, list[int]]]:
    """For each field of these types: how many values are filled, and how many fit each pattern."""
    names = [name for name in found.columns if found.kind.field(name).type in types]
    if not names:
        return []
    asked = []
    for name in names:
        value = f"nullif(trim(CAST(c{found.columns[name]} AS VARCHAR)), '')"
        asked.append(f"count({value})")
        asked += [f"count(CASE WHEN regexp_full_match({value}, '{one}') THEN 1 END)" for one in patterns]
    row = store.one(f"SELECT {', '.join(asked)} FROM {table}")
    step = 1 + len(patterns)
    return [(name, [int(one) for one in row[i * step : (i + 1) * step]]) for i, name in enumerate(names)]


def _dates_as_amounts(store: Store, table: str, found: TableMapping, headers: Sequence[str]) -> list[Remark]:
    day = "(19|20)[0-9]{2}[-/.]?(0[1-9]|1[0-2])[-/.]?[0-3][0-9]([ T].*)?([.]0+)?"
    remarks = []
    for name, (filled, dates) in _counts(store, table, found, ("money",), day):
        header, title = headers[found.columns[name]], found.kind.field(name)
        if filled and dates * 2 > filled:
            remarks.append(
                Remark(
                    code="dates_as_amounts",
                    column=header,
                    zh=f"列“{header}”按“{title.title_zh}”读取，但多数值是日期",
                    en=f"column {header!r} is read as {title.title_en}, but most of its values are dates",
                )
            )
    return remarks


def _lost_digits(store: Store, table: str, found: TableMapping, headers: Sequence[str]) -> list[Remark]:
    """Long ids that nearly all end in zeros: a spreadsheet kept fifteen digits."""
    remarks = []
    for name, (_, zeros, long) in _counts(store, table, found, ("id",), "[0-9]{15}0+", "[0-9]{17,}"):
        header = headers[found.columns[name]]
        if long >= 20 and zeros * 10 > long * 8:
            remarks.append(
                Remark(
                    code="lost_digits",
                    column=header,
                    zh=f"列“{header}”的长编号几乎都以 0 结尾：像是被表格软件截去了末位，请让提供方按文本重新导出",
                    en=f"long ids in column {header!r} nearly all end in zeros: a spreadsheet cut their last digits; ask the supplier to export them as text",
                )
            )
    return remarks


def _fund_above_total(
    store: Store, sheet: Sheet, found: TableMapping, table: str, settings: SourceSettings | None
) -> list[Remark]:
    if found.kind.name != "claims" or not {"total_amount", "fund_amount"} <= set(found.columns):
        return []
    reader = sampled_reader(store, sheet, found, settings)
    total, fund = (reader.typed(found.kind.field(name)) for name in ("total_amount", "fund_amount"))
    cleaned = reader.cleaned(table, ("total_amount", "fund_amount"))
    above, both = store.one(
        f"SELECT count(CASE WHEN abs(f) > abs(t) THEN 1 END), count(*) FROM (SELECT {total} AS t, {fund} AS f FROM ({cleaned})) WHERE t IS NOT NULL AND f IS NOT NULL AND t <> 0"
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

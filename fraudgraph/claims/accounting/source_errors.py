"""Why a delivery can't be used at all: the sentences for a supplier or operator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fraudgraph.claims.accounting.rejects import REASONS
from fraudgraph.claims.columns.mapping import TableRule
from fraudgraph.claims.columns.matching import TableMapping
from fraudgraph.claims.columns.understanding import Understood
from fraudgraph.claims.formats.sheets import Sheet
from fraudgraph.claims.formats.source_file import SourceFile
from fraudgraph.claims.schema.fields import Kind
from fraudgraph.errors import SettingsError, SourceError, nearest_hint
from fraudgraph.records import Month
from fraudgraph.store import Store

__all__ = ["first_fault", "no_month", "no_row_usable", "nothing_usable", "rule_without_table"]


def nothing_usable(
    matched: Sequence[tuple[Sheet, TableMapping]],
    unknown: Sequence[tuple[SourceFile, Sheet | None, Understood]],
) -> SourceError:
    """No settlements among the files: says what each of them is, and what the nearest one lacks."""
    found_en = [f"{sheet.title} is a table of {one.kind.title_en}" for sheet, one in matched]
    found_zh = [f"{sheet.title} 为{one.kind.title_zh}表" for sheet, one in matched]
    for source, sheet, made in unknown:
        en, zh = _describe(source, sheet, made)
        found_en.append(en)
        found_zh.append(zh)
    if not found_en:
        found_en.append("no file with rows was among what was given")
        found_zh.append("所给文件中没有带数据行的文件")
    more = len(found_en) - 5
    tail_en = f"; and {more} more" if more > 0 else ""
    tail_zh = f"；另有 {more} 个" if more > 0 else ""
    return SourceError(
        f"No table of claims was found: {'; '.join(found_en[:5])}{tail_en}. Expected a header with claim id, patient id, facility or pharmacy id, total and fund amount under canonical, national (setl_id, psn_no, fixmedins_code, medfee_sumamt, fund_pay_sumamt) or Chinese names; a mapping file (--mapping) can name other headers.",
        f"未找到结算单表：{'；'.join(found_zh[:5])}{tail_zh}。表头应有结算ID、人员编号、定点医药机构编号、医疗费总额、基金支付总额（规范名、国家接口代码或中文名均可）；其他表头可用 --mapping 映射文件说明。",
    )


def _describe(source: SourceFile, sheet: Sheet | None, made: Understood) -> tuple[str, str]:
    if source.size == 0:
        return f"{source.name} is empty", f"{source.name} 是空文件"
    if sheet is None:
        return (
            f"{source.name} holds no table with a header (docs/files.md lists the formats; a table needs at least two columns)",
            f"{source.name} 中没有带表头的表（可读取的格式见 docs/files.md；表至少须有两列）",
        )
    if made.hospital is not None:
        return (
            f"{sheet.title} is a table of a hospital's own ({made.hospital.title_en}), no settlements",
            f"{sheet.title} 是院端数据（{made.hospital.title_zh}），不是结算数据",
        )
    if made.nearest is None:
        shown = ", ".join(header[:30] for header in sheet.headers[:8])
        return f"{sheet.title} has unknown columns ({shown})", f"{sheet.title} 的列无法识别（{shown}）"
    kind = made.nearest.kind
    if made.refused is not None:
        return (
            f"{sheet.title} looks like {kind.title_en}, but {made.refused[0]}",
            f"{sheet.title} 像是{kind.title_zh}，但{made.refused[1]}",
        )
    return (
        f"{sheet.title} looks like {kind.title_en} but has no column for {_groups(kind, made.missing, 'en')}",
        f"{sheet.title} 像是{kind.title_zh}，但缺少列：{_groups(kind, made.missing, 'zh')}",
    )


def _groups(kind: Kind, missing: tuple[tuple[str, ...], ...], lang: str) -> str:
    def title(name: str) -> str:
        field = kind.field(name)
        return f"{field.title_zh if lang == 'zh' else field.title_en} ({name})"

    return ", ".join(title(group[0]) for group in missing)


def rule_without_table(rule: TableRule, tables: Sequence[tuple[str, Sheet | None]]) -> SettingsError:
    """A table of the mapping file that no delivered file fits."""
    wanted = ", ".join(part for part in (rule.match, rule.sheet, *rule.has) if part) or rule.table
    hint_en, hint_zh = nearest_hint(rule.match or rule.sheet or "", sorted({name for name, _ in tables}))
    return SettingsError(
        f"The mapping file describes {rule.table} in {wanted!r}, but no delivered file or sheet fits; {hint_en}",
        f"映射文件说明 {rule.table} 在 {wanted!r} 中，但没有相符的文件或工作表；{hint_zh}",
    )


def no_row_usable(store: Store) -> SourceError:
    """There are claims, but every row had to be set aside."""
    reasons = store.rows(
        "SELECT code, count(*) FROM scratch.set_aside WHERE kind = 'claims' GROUP BY code ORDER BY count(*) DESC, code LIMIT 3"
    )
    total = store.one("SELECT count(*) FROM scratch.claims_in")[0]
    if not total:
        return SourceError(
            "The table of claims has a header but no rows. Ask the supplier for the data.",
            "结算单表只有表头，没有数据行，请向提供方索取数据。",
        )
    listed_en = "; ".join(f"{REASONS[code].en} ({count} rows, {code})" for code, count in reasons)
    listed_zh = ";".join(f"{REASONS[code].zh}（{count} 行，{code}）" for code, count in reasons)
    example = store.rows(
        "SELECT column_name, value FROM scratch.set_aside WHERE kind = 'claims' AND code = $code ORDER BY row_no LIMIT 1",
        code=reasons[0][0],
    )[0]
    first_en, first_zh = first_fault(example[0], example[1])
    return SourceError(
        f"None of the {total} rows of claims can be used: {listed_en}. First: {first_en}. Check the delivery, or map its columns with --mapping.",
        f"结算单的 {total} 行全部不可用：{listed_zh}。首例：{first_zh}。请检查数据，或用 --mapping 指明各列。",
    )


def first_fault(column: str | None, value: str | None) -> tuple[str, str]:
    """Column and value of the first row at fault, as far as there are any."""
    en = [f"column {column}"] if column else []
    zh = [f"列 {column}"] if column else []
    if value is not None:
        shown = value if len(value) <= 40 else value[:40] + "…"
        en.append(f"value {shown!r}")
        zh.append(f"值 {shown!r}")
    elif column:
        en.append("which is empty")
        zh.append("为空")
    return ", ".join(en) or "the whole row", "，".join(zh) or "整行"


def no_month(month: Month, first: date, last: date) -> SourceError:
    """The month asked for has no claims."""
    return SourceError(
        f"There are no claims of {month}: the delivery runs from {first} to {last}. Give a month inside it, or deliver that month.",
        f"没有 {month} 的结算数据：所给数据从 {first} 到 {last}。请选择其中的月份，或补充该月数据。",
    )

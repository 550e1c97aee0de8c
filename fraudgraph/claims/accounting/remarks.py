"""The report of a delivery, with what is worth knowing about it."""

from __future__ import annotations

from collections.abc import Sequence

from fraudgraph.claims.accounting.joins import Join, few_found, join_sentence
from fraudgraph.claims.accounting.read_report import FileReport, Note, ReadReport, TableReport
from fraudgraph.claims.cleaning.claim_lines import LineTotals
from fraudgraph.claims.cleaning.landing import Landing
from fraudgraph.claims.columns.copies_and_clocks import copies, doubled_words
from fraudgraph.store import Store

__all__ = ["remarks"]

_DIFFERING = 0.01
"""Share of claims whose lines may miss the total before it is told."""
_SHOWN = 12
"""Columns that a note lists."""


def remarks(
    store: Store,
    landings: Sequence[Landing],
    files: Sequence[FileReport],
    tables: dict[str, TableReport],
    skipped: Sequence[FileReport],
    lines: Sequence[LineTotals] = (),
    joins: Sequence[Join] = (),
) -> ReadReport:
    """Put the numbers together and say what they mean for the run."""
    months = tuple(
        str(row[0])
        for row in store.rows("SELECT DISTINCT strftime(event_date, '%Y-%m') AS m FROM claims ORDER BY m")
    )
    first, last, clocked = store.one("SELECT min(event_date), max(event_date), count(event_at) FROM claims")
    reasons: dict[str, dict[str, int]] = {}
    for kind, code, count in store.rows(
        "SELECT kind, code, count(*) FROM scratch.set_aside GROUP BY kind, code ORDER BY kind, count(*) DESC, code"
    ):
        reasons.setdefault(str(kind), {})[str(code)] = int(count)
    return ReadReport(
        tables=tables,
        files=tuple(files),
        skipped=tuple(skipped),
        reasons=reasons,
        months=months,
        first_day=first,
        last_day=last,
        last_month=months[-1] if months else None,
        has_clock=clocked > 0,
        notes=(
            *(_lines_note(one) for one in lines),
            *_notes(store, landings, files, skipped, clocked),
            *(_join_note(one) for one in joins if few_found(one)),
            *_line_sum_notes(store),
        ),
    )


def _notes(
    store: Store,
    landings: Sequence[Landing],
    files: Sequence[FileReport],
    skipped: Sequence[FileReport],
    clocked: int,
) -> list[Note]:
    notes = []
    total = store.count("claims")
    if not clocked:
        notes.append(
            Note(
                code="no_clock",
                zh="数据没有时分：需要分钟的视图关闭",
                en="no clock: views that need minutes are off",
            )
        )
    elif clocked < total:
        notes.append(
            Note(
                code="part_clock",
                zh=f"{total - clocked} 条结算单没有时分，不参与需要分钟的视图",
                en=f"{total - clocked} claims have no clock and take no part in views that need minutes",
            )
        )
    if not store.one("SELECT count(pharmacy_id) FROM claims")[0]:
        notes.append(
            Note(
                code="no_pharmacies",
                zh="没有药店结算：需要药店的视图关闭",
                en="no pharmacy claims: views that need pharmacies are off",
            )
        )
    kinds = {one.mapping.kind.name for one in landings}
    if "claim_items" not in kinds:
        notes.append(
            Note(
                code="no_items",
                zh="没有费用明细：需要明细的模型关闭",
                en="no claim items: models that need fee lines are off",
            )
        )
    delivered = {name for one in landings for name in one.mapping.fields if one.mapping.kind.name == "claims"}
    if not delivered & {"claim_type", "med_type_raw"}:
        notes.append(
            Note(
                code="claim_type_guessed",
                zh="没有医疗类别列：按机构类别和住院天数推断就诊类型",
                en="no care type column: claim types are inferred from the kind of place and the length of stay",
            )
        )
    notes += [_skipped_note(one) for one in skipped]
    notes += [_remembered_note(one) for one in files if (one.mapping or "").startswith("remembered ")]
    notes += [_understood_note(one) for one in landings if one.mapping.sure]
    notes += [note for one in landings for note in _doubled_notes(one)]
    notes += [Note(code=told.code, zh=told.zh, en=told.en) for one in landings for told in one.told]
    for one in files:
        notes += _mended_notes(one)
        if one.values_left_empty:
            notes.append(
                Note(
                    code="values_left_empty",
                    zh=f"{one.file}：{one.values_left_empty} 个非必需的值无法识别，已留空",
                    en=f"{one.file}: {one.values_left_empty} values that a row can do without could not be read and are left empty",
                )
            )
    return notes


def _doubled_notes(one: Landing) -> list[Note]:
    """Headers that stand twice: which of the columns was read."""
    headers = one.sheet.headers
    notes = []
    for name, position in one.mapping.columns.items():
        places = copies(headers, position)
        if len(places) > 1:
            en, zh = doubled_words(headers, position, places)
            notes.append(
                Note(
                    code="doubled_header",
                    zh=f"{one.sheet.title}：{zh}（{name}）",
                    en=f"{one.sheet.title}: {en} ({name})",
                )
            )
    return notes


def _mended_notes(one: FileReport) -> list[Note]:
    """Dates that mean "none" and ids in scientific form: what was made of them."""
    notes = []
    if one.open_ends:
        notes.append(
            Note(
                code="open_ends",
                zh=f"{one.file}：{one.open_ends} 个日期表示“无”（如 9999-12-31、0000-00-00、1899-12-30），已留空",
                en=f"{one.file}: {one.open_ends} dates mean that there is none (such as 9999-12-31, 0000-00-00, 1899-12-30) and are empty",
            )
        )
    if one.ids_mended:
        notes.append(
            Note(
                code="ids_mended",
                zh=f"{one.file}：{one.ids_mended} 个编号为科学计数形式但各位数字齐全（如 1.23456E+05），已还原；缺位的已剔除",
                en=f"{one.file}: {one.ids_mended} ids in scientific form had all their digits (such as 1.23456E+05) and were put right; those that lost digits are set aside",
            )
        )
    return notes


def _join_note(one: Join) -> Note:
    en, zh = join_sentence(one)
    return Note(code="keys_not_found", zh=zh, en=en)


def _line_sum_notes(store: Store) -> list[Note]:
    """Fee lines that do not make their claims' totals, over all places; the quality page lists them by place."""
    claims, differing, places, gap = store.one(
        "SELECT coalesce(sum(claim_count), 0), coalesce(sum(differing_count), 0), count(*) FILTER (WHERE differing_count > 0), coalesce(sum(lines_amount - total_amount), 0) FROM line_sums"
    )
    if not claims or differing < _DIFFERING * claims:
        return []
    return [
        Note(
            code="line_sums_differ",
            zh=f"{claims} 条有明细的结算单中，{differing} 条明细之和与总额不符，涉及 {places} 家机构，合计相差 {gap} 元",
            en=f"of {claims} claims with fee lines, {differing} have lines that do not make the total, at {places} places, {gap} yuan in all",
        )
    ]


def _lines_note(one: LineTotals) -> Note:
    """What became of a table with one row a claim line."""
    once, added = ", ".join(one.repeated), ", ".join(one.summed)
    en = [f"counted once a claim: {once}"] * bool(once) + [f"added up over the lines: {added}"] * bool(added)
    zh = [f"每单计一次：{once}"] * bool(once) + [f"按明细行相加：{added}"] * bool(added)
    return Note(
        code="claim_lines",
        zh=f"{one.title} 一行为一条明细：{one.lines} 行合为 {one.claims} 条结算单；{'；'.join(zh)}",
        en=f"{one.title} has one row a claim line: {one.lines} rows became {one.claims} claims; {'; '.join(en)}",
    )


def _understood_note(one: Landing) -> Note:
    """Columns that no known name gave: whoever reads the run's report should check them."""
    found, headers = one.mapping, one.sheet.headers
    listed = [f"{name} = {headers[found.columns[name]]}" for name in found.sure]
    shown, more = listed[:_SHOWN], len(listed) - _SHOWN
    return Note(
        code="headers_understood",
        zh=f"{one.sheet.title}：按表头用词和列值判断的列，请核对：{'，'.join(shown)}{f' 等 {len(listed)} 列' if more > 0 else ''}",
        en=f"{one.sheet.title}: columns understood from the words of their headers and their values, to be checked: {', '.join(shown)}{f' and {more} more' if more > 0 else ''}",
    )


def _remembered_note(one: FileReport) -> Note:
    return Note(
        code="mapping_remembered",
        zh=f"{one.file} 按记住的列名对照读取（{one.mapping}）",
        en=f"{one.file} was read by a mapping that was remembered for its headers ({one.mapping})",
    )


def _skipped_note(one: FileReport) -> Note:
    title = one.file if one.sheet is None else f"{one.file}[{one.sheet}]"
    if one.same_as is not None:
        return Note(
            code="same_file",
            zh=f"{title} 与 {one.same_as} 内容完全相同，只读取一次",
            en=f"{title} is the same as {one.same_as} and was read once",
        )
    if one.hospital is not None:
        return Note(
            code="hospital_table",
            zh=f"{title} 是院端数据（{one.hospital}），留待院端比对，未作为结算数据读取",
            en=f"{title} is a table of a hospital's own ({one.hospital}): it waits for the hospital side and was not read as settlements",
        )
    return Note(
        code="skipped",
        zh=f"{title} 不是可识别的表，未读取",
        en=f"{title} is no table that we know and was not read",
    )

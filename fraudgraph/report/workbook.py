"""The referral list as a workbook: explanation, list, ring summary, members, evidence, lawful explanations, field notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from math import ceil
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from fraudgraph.records import ReferralList
from fraudgraph.report.fields import (
    EVIDENCE_FIELDS,
    EXPLANATION_FIELDS,
    HANDLING,
    LIST_FIELDS,
    MEMBER_FIELDS,
    Cell,
    Field,
)
from fraudgraph.report.ring_summary import SUMMARY_FIELDS
from fraudgraph.report.sanitise import display_width
from fraudgraph.report.words import LEAD_NOT_VERDICT, VERDICTS, VIEWS, Text, word

__all__ = ["SHEETS", "workbook_bytes"]

SHEETS: Final = {
    "explanation": "说明 Explanation",
    "list": "移送清单 List",
    "summary": "团伙概要 Ring summary",
    "members": "成员 Members",
    "evidence": "证据 Evidence",
    "explanations": "合理解释 Explanations",
    "notes": "字段说明 Field notes",
}
LAST_PRINTED: Final = {
    "list": "remark",
    "summary": "nearest_lawful_zh",
    "members": "reason_zh",
    "evidence": "claim_count",
    "explanations": "claim_count",
}
"""The last column that goes on paper; what stands right of it is for the screen."""
CELL_LIMIT = 32_000
FONT = "Microsoft YaHei"
Row = Mapping[str, Cell]


class _Styles:
    """The workbook's formats, made once."""

    def __init__(self, book: Workbook) -> None:
        base = {"font_name": FONT, "font_size": 10, "valign": "top", "bottom": 1, "bottom_color": "#dde4e8"}

        def add(**more: Any) -> Format:
            return book.add_format({**base, **more})

        self.text = add(text_wrap=True, num_format="@", align="left", indent=1)
        self.count = add(num_format="#,##0", align="right", indent=1)
        self.number = add(num_format="0.00##", align="right", indent=1)
        self.amount = add(num_format="#,##0.00", align="right", indent=1)
        self.date = add(num_format="yyyy-mm-dd", align="left", indent=1)
        self.link = add(font_color="#0b5394", underline=1)
        self.fill_in = add(
            text_wrap=True, bg_color="#fff8e1", border=1, border_color="#e6d9b0", num_format="@"
        )
        self.header = add(bold=True, font_size=9, text_wrap=True, bg_color="#1f3a4d", font_color="#ffffff", valign="vcenter", border=1, border_color="#ffffff")  # fmt: skip
        self.title = add(bold=True, font_size=16, bottom=0)
        self.lead = add(text_wrap=True, bg_color="#fff3d6", border=1, border_color="#e0b85c", font_size=11)
        self.label = add(bold=True, font_color="#44586a")

    def of(self, field: Field) -> Format:
        """The format of a column."""
        if field.key in ("handled_by", "due_on", "remark") or field.kind in ("verdict", "handling"):
            return self.fill_in
        named: dict[str, Format] = {
            "count": self.count,
            "number": self.number,
            "amount": self.amount,
            "date": self.date,
            "link": self.link,
            "dossier": self.link,
        }
        return named.get(field.kind, self.text)


def workbook_bytes(
    referral: ReferralList, tables: Mapping[str, Sequence[Row]], *, generated_for: str
) -> bytes:
    """The workbook as bytes: the same for the same list.

    Parameters
    ----------
    referral : ReferralList
        For the explanation sheet.
    tables : mapping of str to rows
        "list", "summary", "members", "evidence" and "explanations".
    generated_for : str
        Whom the list is for.
    """
    buffer = BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )  # fmt: skip
    book.set_properties(
        {
            "title": "移送清单 Referral list",
            "comments": LEAD_NOT_VERDICT.zh,
            "created": datetime(referral.month.year, referral.month.month, 1),
        }
    )
    styles = _Styles(book)
    sheets = {name: book.add_worksheet(title) for name, title in SHEETS.items()}
    _explanation(sheets["explanation"], styles, referral, generated_for)
    fields = {"list": LIST_FIELDS, "summary": SUMMARY_FIELDS, "members": MEMBER_FIELDS, "evidence": EVIDENCE_FIELDS, "explanations": EXPLANATION_FIELDS}  # fmt: skip
    for name, columns in fields.items():
        printed = [field.key for field in columns].index(LAST_PRINTED[name])
        _table(
            sheets[name], styles, columns, tables[name], frozen=2 if name == "list" else 1, printed=printed
        )
    _notes(sheets["notes"], styles, fields)
    sheets["list"].activate()
    sheets["list"].set_first_sheet()
    book.close()
    return buffer.getvalue()


def _table(
    sheet: Worksheet,
    styles: _Styles,
    fields: Sequence[Field],
    rows: Sequence[Row],
    *,
    frozen: int,
    printed: int,
) -> None:
    for column, field in enumerate(fields):
        sheet.set_column(column, column, max(field.width, len(field.key) + 1))
        sheet.write_string(0, column, f"{field.title.zh}\n{field.key}", styles.header)
        _drop_down(sheet, field, column, max(len(rows), 1))
    sheet.set_row(0, 34)
    for number, row in enumerate(rows, 1):
        sheet.set_row(number, _height([(row[field.key], field.width) for field in fields[: printed + 1]]))
        for column, field in enumerate(fields):
            _cell(sheet, (number, column), row[field.key], field, styles)
    sheet.freeze_panes(1, frozen)
    sheet.autofilter(0, 0, max(len(rows), 1), len(fields) - 1)
    sheet.hide_gridlines(2)
    sheet.print_area(0, 0, max(len(rows), 1), printed)
    _print_set_up(sheet, repeat=True)


def _height(cells: Iterable[tuple[Cell, int]]) -> float:
    """Points that a row needs so that its longest text shows; spreadsheets differ in whether they find out themselves."""
    lines = max(
        (
            sum(ceil(max(display_width(part), 1) / max(width - 2, 1)) for part in value.split("\n"))
            for value, width in cells
            if isinstance(value, str) and not value.startswith(("http", "dossiers/"))
        ),
        default=1,
    )
    return min(15.0 * lines + 4.0, 300.0)


def _cell(sheet: Worksheet, at: tuple[int, int], value: Cell, field: Field, styles: _Styles) -> None:
    """One value; text always as text, so nothing is ever taken for a formula."""
    style = styles.of(field)
    if value is None or value == "":
        sheet.write_blank(*at, None, style)
    elif isinstance(value, date):
        sheet.write_datetime(*at, datetime(value.year, value.month, value.day), style)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(*at, float(value), style)
    elif field.kind == "dossier":
        sheet.write_url(*at, f"external:{value}", style, string=value)
    elif field.kind == "link" and len(value) < 2000:
        sheet.write_url(*at, value, style, string="Neo4j Browser")
    else:
        sheet.write_string(*at, value[:CELL_LIMIT], style)


def _drop_down(sheet: Worksheet, field: Field, column: int, rows: int) -> None:
    words = {"verdict": VERDICTS, "handling": HANDLING}.get(field.kind)
    if words is None:
        return
    sheet.data_validation(
        1,
        column,
        rows,
        column,
        {
            "validate": "list",
            "source": [f"{text.zh} {text.en}" for text in words.values()],
            "input_title": field.title.zh,
            "input_message": field.note.zh[:250],
            "error_title": "请从列表中选择",
            "error_message": "请从下拉列表中选择 Choose a value from the list",
        },
    )


def _print_set_up(sheet: Worksheet, *, repeat: bool) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L线索，非结论 lead, not a finding&R&P / &N")
    if repeat:
        sheet.repeat_rows(0)


def _explanation(sheet: Worksheet, styles: _Styles, referral: ReferralList, generated_for: str) -> None:
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 100)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, "移送清单 Referral list", styles.title)
    sheet.set_row(0, 28)
    for row, text in enumerate(LEAD_NOT_VERDICT, 1):
        sheet.merge_range(row, 0, row, 1, "", styles.lead)
        sheet.write_string(row, 0, text, styles.lead)
        sheet.set_row(row, 36)
    for row, (label, text) in enumerate(_facts(referral, generated_for), 4):
        sheet.write_string(row, 0, label, styles.label)
        sheet.write_string(row, 1, text[:CELL_LIMIT], styles.text)
        sheet.set_row(row, _height([(text, 100)]))
    _print_set_up(sheet, repeat=False)


def _facts(referral: ReferralList, generated_for: str) -> Iterable[tuple[str, str]]:
    listed = referral.listed
    fund = sum((ring.fund_amount for ring in listed), Decimal(0))
    if generated_for not in ("", str(referral.month)):
        yield "交付对象 Prepared for", generated_for
    yield "批次月份 Month", str(referral.month)
    yield "列入清单 Listed", f"{len(listed)} 个疑似团伙 rings"
    yield "未列入 Held back", f"{len(referral.rings) - len(listed)} 个，见 index.html  rings; see index.html"
    yield "涉及基金 Fund amount", f"{fund:,.2f} 元 yuan（每张结算单只计一次 each claim counted once）"
    yield "已用视角 Views used", "、".join(_both(word(VIEWS, view)) for view in referral.views_on) or "—"
    for view, reason_zh, reason_en in referral.views_off:
        yield "未用视角 View not used", f"{_both(word(VIEWS, view))}:{reason_zh} {reason_en}"
    yield (
        "如何填写 How to fill in",
        (
            "黄色列由核查人填写：核查结论（待核、查实、排除、证据不足）和办理状态用下拉列表选择。请保留“疑似团伙编号”列，交回后系统据此登记结论。\n"
            "Yellow columns are for the investigator: choose verdict and handling from the drop-downs. Keep the ring_id column: it is how verdicts are taken back."
        ),
    )
    yield (
        "隐私 Privacy",
        (
            "人名只留首字；电话、账号、住址不完整显示。含个人信息，请按规定保管。\n"
            "Names are cut to the first character; phones, accounts and addresses never appear whole. Holds personal data: keep it accordingly."
        ),
    )


def _both(text: Text) -> str:
    return text.zh if text.zh == text.en else f"{text.zh} {text.en}"


def _notes(sheet: Worksheet, styles: _Styles, fields: Mapping[str, Sequence[Field]]) -> None:
    headers: tuple[tuple[str, int], ...] = (("表 Sheet", 28), ("字段 Field", 20), ("名称 Title", 20), ("说明 Meaning", 60), ("Meaning in English", 70))  # fmt: skip
    for column, (title, width) in enumerate(headers):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, styles.header)
    lines = [(SHEETS[name], f.key, f.title.zh, f.note.zh, f.note.en) for name, columns in fields.items() for f in columns]  # fmt: skip
    for row, line in enumerate(lines, 1):
        sheet.set_row(row, _height([(text, width) for text, (_, width) in zip(line, headers, strict=True)]))
        for column, text in enumerate(line):
            sheet.write_string(row, column, text, styles.text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(lines), len(headers) - 1)
    sheet.hide_gridlines(2)
    _print_set_up(sheet, repeat=True)

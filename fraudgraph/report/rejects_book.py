"""The rows set aside as a workbook that a supplier can correct and send back."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from fraudgraph.claims.accounting.reject_rows import CORRECTABLE_LIMIT, NOT_SENT_BACK
from fraudgraph.claims.accounting.rejects import REASONS
from fraudgraph.claims.cleaning.corrections import MARKERS
from fraudgraph.report.sanitise import plain
from fraudgraph.store import Store

__all__ = ["REJECTS_BOOK", "rejects_book", "write_rejects_book"]

REJECTS_BOOK = "rejects.xlsx"
_CELL_LIMIT = 32_000
_MADE = dt.datetime(2025, 1, 1)
_HOW = (
    "1. 每个工作表对应一个来源表，一行是一条被剔除的记录；红色单元格是有问题的列。 Each sheet is one delivered table, each row a record that was set aside; the red cell is at fault.",
    "2. 请直接在原单元格中更正，不要改动前四列和表头；编号按文本填写。 Correct the cells in place; leave the first four columns and the header as they are; write ids as text.",
    "3. 确实无效的记录请整行删除。 Delete the rows that are indeed invalid.",
    "4. 更正后发回：fraudgraph import 原始文件 --retry 本文件 --out 目录。 Then: fraudgraph import SOURCES --retry THIS_FILE --out OUT.",
)


def write_rejects_book(store: Store, folder: Path) -> None:
    """Write rejects.xlsx into a folder."""
    path = folder / REJECTS_BOOK
    path.write_bytes(rejects_book(store))
    path.chmod(0o600)


def rejects_book(store: Store) -> bytes:
    """The workbook: how to use it, counts by reason, and a sheet for each delivered table with rows to correct."""
    out = BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": _MADE})
    styles = {
        "header": book.add_format(
            {"bold": True, "bg_color": "#1f3a4d", "font_color": "#ffffff", "text_wrap": True}
        ),
        "marker": book.add_format({"num_format": "@", "bg_color": "#eef2f4", "font_color": "#5a6a74"}),
        "text": book.add_format({"num_format": "@"}),
        "fault": book.add_format({"num_format": "@", "bg_color": "#f8c9c4"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
    }
    _explanation(book.add_worksheet("说明 Read me"), store, styles)
    titles = [str(row[0]) for row in store.rows("SELECT DISTINCT source_file FROM reject_rows ORDER BY 1")]
    for number, title in enumerate(titles, start=1):
        _table(book.add_worksheet(f"{number} {_sheet_name(title)}"), store, title, styles)
    book.close()
    return out.getvalue()


def _explanation(sheet: Any, store: Store, styles: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 3, 44)
    sheet.write_string(0, 0, "剔除记录 Rows set aside", styles["title"])
    for line, text in enumerate(_HOW, start=2):
        sheet.write_string(line, 0, text)
    top = len(_HOW) + 3
    for column, name in enumerate(("代码 code", "原因", "reason", "行数 rows")):
        sheet.write_string(top, column, name, styles["header"])
    counts = store.rows("SELECT code, count(*) FROM rejects GROUP BY code ORDER BY count(*) DESC, code")
    for line, (code, count) in enumerate(counts, start=top + 1):
        reason = REASONS[str(code)]
        sent = "" if code not in NOT_SENT_BACK else " *"
        sheet.write_string(line, 0, f"{code}{sent}")
        sheet.write_string(line, 1, reason.zh)
        sheet.write_string(line, 2, reason.en)
        sheet.write_number(line, 3, int(count))
    note = f"* 无需更正，不在后面的工作表中。每个来源表最多列出 {CORRECTABLE_LIMIT:,} 行，全部见 rejects.parquet。 * nothing to correct, not in the sheets; at most {CORRECTABLE_LIMIT:,} rows a table, all are in rejects.parquet."
    sheet.write_string(top + len(counts) + 2, 0, note)


def _table(sheet: Any, store: Store, title: str, styles: dict[str, Any]) -> None:
    rows = store.rows(
        """SELECT w."line", w.headers, w.cells, r."column", r.reason_zh, r.reason_en
        FROM reject_rows AS w INNER JOIN rejects AS r ON r.source_file = w.source_file AND r."line" = w."line"
        WHERE w.source_file = $title ORDER BY w."line", r.code""",
        title=title,
    )
    headers = [str(header) for header in rows[0][1]]
    for column, name in enumerate([*MARKERS.values(), *headers]):
        sheet.write_string(0, column, name, styles["header"])
    sheet.freeze_panes(1, len(MARKERS))
    sheet.autofilter(0, 0, len(rows), len(MARKERS) + len(headers) - 1)
    sheet.set_column(0, len(MARKERS) + len(headers) - 1, 18, styles["text"])
    for at, (line, _, cells, fault, zh, en) in enumerate(rows, start=1):
        marks = (title, str(line), str(fault or ""), f"{zh} {en}")
        for column, text in enumerate(marks):
            sheet.write_string(at, column, plain(text, _CELL_LIMIT), styles["marker"])
        for column, value in enumerate(cells):
            style = styles["fault" if headers[column] == fault else "text"]
            sheet.write_string(at, len(marks) + column, str(value or "")[:_CELL_LIMIT], style)


def _sheet_name(title: str) -> str:
    return "".join("_" if char in "[]:*?/\\'" else char for char in title)[-26:]

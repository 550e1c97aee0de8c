"""What goes into the file: findings as a workbook with lines to sign, the visit's page, the pages of the dearest stays."""

from __future__ import annotations

import json
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from fraudgraph.hospital.found import findings_of
from fraudgraph.hospital.page import write_page
from fraudgraph.hospital.stay import write_stay
from fraudgraph.hospital.visit import open_visit
from fraudgraph.report.files import save
from fraudgraph.store import Store

__all__ = ["write_pack"]

_STAYS = 30
_HEAD = ("序号 No.", "模型 Model", "名称 Title", "程度 Certainty", "金额 Yuan", "说明 What", "可能的合理解释 Lawful explanations", "依据 Basis", "就诊号 Visits", "核查结果 Result", "备注 Remarks")  # fmt: skip
_WIDTHS = (7, 8, 22, 12, 12, 60, 40, 40, 24, 14, 20)
_ROWS_HEAD = ("疑点 Finding", "表 Table", "文件 File", "行 Row", "SHA-256")
_MOST_ROWS = 200


def write_pack(visit: Path, *, lang: str = "zh") -> tuple[Path, ...]:
    """Write the workbook and pages into the visit's folder; nothing goes anywhere else.

    Raises
    ------
    UsageError
        If the folder is no visit's.
    """
    with open_visit(visit, read_only=True) as store:
        findings = findings_of(store)
        known = (
            {row[0] for row in store.rows("SELECT visit_no FROM m_visits")}
            if store.has("m_visits")
            else set()
        )
        book = _workbook(store, findings)
    dearest: list[str] = []
    for finding in findings:
        dearest += [one for one in finding["visit_nos"] if one in known and one not in dearest]
    for visit_no in dearest[:_STAYS]:
        write_stay(visit, visit_no, lang=lang)
    path = visit / "findings.xlsx"
    save(path, book)
    return path, write_page(visit, lang=lang)


def _workbook(store: Store, findings: list[dict[str, Any]]) -> bytes:
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})  # fmt: skip
    head = book.add_format(
        {"bold": True, "bg_color": "#e9eef1", "border": 1, "text_wrap": True, "valign": "top"}
    )
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    money = book.add_format({"border": 1, "num_format": "#,##0.00", "valign": "top"})
    sheet = book.add_worksheet("现场核查表 Findings")
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 0)
    for column, (title, width) in enumerate(zip(_HEAD, _WIDTHS, strict=True)):
        sheet.write_string(0, column, title, head)
        sheet.set_column(column, column, width)
    for number, finding in enumerate(findings, start=1):
        texts = (
            str(finding["no"]), finding["model"], f"{finding['title'].zh}\n{finding['title'].en}", f"{finding['certainty'].zh} {finding['certainty'].en}", None,
            f"{finding['reason'].zh}\n{finding['reason'].en}", f"{finding['look_alike'].zh}\n{finding['look_alike'].en}", finding["basis"],
            "\n".join(finding["visit_nos"][:20]), "", "",
        )  # fmt: skip
        for column, text in enumerate(texts):
            if text is None:
                sheet.write_number(number, column, float(finding["amount"]), money)
            else:
                sheet.write_string(number, column, text[:32000], cell)
    last = len(findings) + 2
    sheet.write_string(last, 0, "检查人员（签名）Inspectors (signatures)：______________________    机构负责人（签名）For the hospital (signature)：______________________    日期 Date：____________")  # fmt: skip
    _evidence(book, store, findings, head)
    book.set_properties({"created": datetime(2020, 1, 1)})  # the same findings are the same bytes
    book.close()
    return target.getvalue()


def _evidence(book: Any, store: Store, findings: list[dict[str, Any]], head: Any) -> None:
    """The rows behind each finding with file, row and the file's SHA-256."""
    sheet = book.add_worksheet("证据行 Rows")
    for column, title in enumerate(_ROWS_HEAD):
        sheet.write_string(0, column, title, head)
        sheet.set_column(column, column, 24)
    wanted = [(finding["no"], row) for finding in findings for row in finding["row_ids"][:_MOST_ROWS]]
    tables = sorted({row.partition(":")[0] for _, row in wanted})
    sources: dict[str, tuple[str, int]] = {}
    for table in tables:
        ids = [int(row.partition(":")[2]) for _, row in wanted if row.startswith(f"{table}:")]
        for row_id, file, line in store.rows(
            f"SELECT row_id, source_file, source_row FROM {table} WHERE row_id IN (SELECT unnest(CAST($ids AS BIGINT[])))",
            ids=json.dumps(sorted(set(ids))),
        ):
            sources[f"{table}:{row_id}"] = (file, line)
    hashes = {
        (f"{file}[{sheet_name}]" if sheet_name else file): sha
        for file, sheet_name, sha in store.rows("SELECT file, sheet, sha256 FROM taken")
    }
    for number, (no, row) in enumerate(wanted, start=1):
        file, line = sources.get(row, ("", 0))
        for column, text in enumerate(
            (str(no), row.partition(":")[0], file, str(line), hashes.get(file, ""))
        ):
            sheet.write_string(number, column, text)

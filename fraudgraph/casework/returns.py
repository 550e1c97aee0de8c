"""Returned lists: verdicts read back from the referral list's workbook or from a csv."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import python_calamine

from fraudgraph.casework.returned_cells import unreadable_cells
from fraudgraph.casework.verdicts import VERDICTS, Verdict
from fraudgraph.errors import UsageError

__all__ = ["read_returns"]

_WORDS_ZH = {"待核": "pending", "查实": "confirmed", "排除": "cleared", "证据不足": "insufficient"}
_READ = {"ring_id", "verdict", "handled_by", "remark", "on", "expires_on", "handling"}
"""Columns of a returned list that are read."""
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ((",", "commas", "逗号"), (";", "semicolons", "分号"), ("\t", "tabs", "制表符"))
Tell = Callable[[str, str], None]
"""Told a sentence in English and in Chinese."""
_ALSO = {"by": "handled_by", "reason": "remark"}
"""Plain names that a csv of one's own may use for the list's columns."""


def read_returns(
    path: Path, *, on: date, by: str = "", known: Sequence[Verdict] = (), tell: Tell | None = None
) -> list[Verdict]:
    """Read the verdicts of a returned list; rows that nobody filled in are passed over.

    Parameters
    ----------
    path : Path
        referral_list.xlsx, a district's part of it, or a csv with the columns ring_id and verdict.
    on : date
        The day of the verdicts, where the file has no column `on`.
    by : str
        Who found them, where `handled_by` is empty.
    known : sequence of Verdict
        What was recorded before: a row without a day of its own that says the same again keeps the day it had.
    tell : callable, optional
        Told, in English and Chinese, what was read otherwise than expected.

    Raises
    ------
    UsageError
        If the file can't be read, has no such columns, or a cell holds no verdict.
    """
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise UsageError(
            f"{path} can't be read: {problem.strerror}. Check the path.",
            f"无法读取 {path}：{problem.strerror}。请检查路径。",
        ) from None
    source = f"{path.name} {hashlib.sha256(data).hexdigest()[:12]}"
    say: Tell = tell or (lambda _en, _zh: None)
    if data.startswith(_OLD_WORKBOOK):
        raise UsageError(
            f"{path.name} is a workbook of the old form (xls). Save it as xlsx and read it again. Nothing was taken over.",
            f"{path.name} 是旧格式的工作簿（xls）。请另存为 xlsx 后重新读入。未登记任何结论。",
        )
    rows = _workbook_rows(path) if data.startswith(b"PK") else _csv_rows(path.name, data, say)
    days = {_same(one): one.on for one in known}
    found = []
    for number, row in rows:
        verdict = _verdict(path, number, row, on=on, by=by, source=source)
        if verdict is not None:
            dated = bool(str(row.get("on") or "").strip())
            found.append(verdict if dated else replace(verdict, on=days.get(_same(verdict), verdict.on)))
    return found


def _same(one: Verdict) -> tuple[object, ...]:
    """What two answers have in common that say the same."""
    return (one.ring_id, one.verdict, one.by, one.reason, one.expires_on, one.handling)


def _verdict(
    path: Path, number: int, row: Mapping[str, Any], *, on: date, by: str, source: str
) -> Verdict | None:
    said = str(row.get("verdict") or "").strip()
    name = str(row.get("ring_id") or "").strip()
    who, why = (str(row.get(key) or "").strip() for key in ("handled_by", "remark"))
    verdict = _word(said)
    if not name or verdict is None:
        if not said or not name:
            return None
        raise UsageError(
            f"{path.name}, row {number}, column verdict: {said!r} is no verdict. Expected one of: {', '.join(VERDICTS)}. Nothing was taken over.",
            f"{path.name} 第 {number} 行 verdict 列：{said!r} 不是核查结论，应为：{'、'.join(_WORDS_ZH)}。未登记任何结论。",
        )
    if verdict == "pending" and not why:  # nobody filled it in: the owner stands there beforehand
        return None
    day, expires = (_day(path.name, number, key, row.get(key)) for key in ("on", "expires_on"))
    return Verdict(
        ring_id=name, verdict=verdict, by=who or by, on=day or on, reason=why, expires_on=expires,
        handling=str(row.get("handling") or "").strip(), source=source,
    )  # fmt: skip


def _word(said: str) -> str | None:
    """The verdict that a cell names: 查实, confirmed, or both as in the drop-down."""
    parts = said.split()
    named = {_WORDS_ZH.get(part, part.lower()) for part in parts}
    return named.pop() if len(named) == 1 and named <= set(VERDICTS) else None


def _day(file: str, number: int, column: str, value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value or "").strip()[:10].replace("/", "-").replace(".", "-")
    try:
        return datetime.strptime(text, "%Y-%m-%d").date() if text else None
    except ValueError:
        raise UsageError(
            f"{file}, row {number}, column {column}: {text!r} is no date of the form 2025-10-31. Correct it and read the file again. Nothing was taken over.",
            f"{file} 第 {number} 行 {column} 列：{text!r} 不是形如 2025-10-31 的日期，请改正后重新读入。未登记任何结论。",
        ) from None


def _workbook_rows(path: Path) -> list[tuple[int, dict[str, Any]]]:
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        tables = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    except python_calamine.CalamineError as problem:
        raise UsageError(
            f"{path} can't be read as a workbook: {problem}. Save it as xlsx and try again.",
            f"{path} 无法按工作簿读取：{problem}。请另存为 xlsx 后重试。",
        ) from None
    for name, table in zip(book.sheet_names, tables, strict=True):
        if table and {"ring_id", "verdict"} <= set(_keys(table[0])):
            _check_cells(path, name, _keys(table[0]))
            return _named(table)
    raise _no_columns(path.name)


def _check_cells(path: Path, sheet: str, keys: Sequence[str]) -> None:
    columns = {number for number, key in enumerate(keys) if key in _READ}
    for cell, what in unreadable_cells(path, sheet, columns):
        en, zh = (
            ("holds a formula that was never calculated", "是未经计算的公式")
            if what == "formula"
            else (f"holds the error {what}", f"是错误值 {what}")
        )
        raise UsageError(
            f"{path.name}, sheet {sheet}, cell {cell} {en}; a value is expected. Open the workbook in a spreadsheet program, put the value there and save it. Nothing was taken over.",
            f"{path.name} 工作表 {sheet} 的单元格 {cell} {zh}，应为值。请用表格软件打开，改为值后保存。未登记任何结论。",
        )


def _csv_rows(file: str, data: bytes, say: Tell) -> list[tuple[int, dict[str, Any]]]:
    text = _text(file, data)
    for delimiter, en, zh in _DELIMITERS:
        lines = csv.reader(StringIO(text), delimiter=delimiter)
        table = [[cell.removeprefix("'") for cell in row] for row in lines]
        if table and {"ring_id", "verdict"} <= set(_keys(table[0])):
            if delimiter != ",":
                say(
                    f"{file} is separated by {en}, not by commas; it was read so.",
                    f"{file} 以{zh}分隔而非逗号，已按此读取。",
                )
            return _named(table)
    raise _no_columns(file)


def _text(file: str, data: bytes) -> str:
    """What spreadsheets save: UTF-8, UTF-16 with its mark, or, a Chinese one by default, GB18030."""
    encodings = ("utf-16",) if data.startswith(_UTF_16) else ("utf-8-sig", "gb18030")
    at = 0
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as problem:
            at = problem.start
    line = data.count(b"\n", 0, at) + 1
    raise UsageError(
        f"{file}, line {line}: letters that can't be read as {' or '.join(encodings)}. Save the file as csv in UTF-8 and read it again. Nothing was taken over.",
        f"{file} 第 {line} 行：无法按 {' 或 '.join(encodings)} 读取的字符。请另存为 UTF-8 编码的 csv 后重新读入。未登记任何结论。",
    )


def _keys(header: Sequence[Any]) -> list[str]:
    """A header cell holds a Chinese title and, last, the key."""
    words = [str(cell).split() for cell in header]
    return [_ALSO.get(parts[-1], parts[-1]) if parts else "" for parts in words]


def _named(table: Sequence[Sequence[Any]]) -> list[tuple[int, dict[str, Any]]]:
    keys = _keys(table[0])
    return [(number, dict(zip(keys, row, strict=False))) for number, row in enumerate(table[1:], 2)]


def _no_columns(name: str) -> UsageError:
    return UsageError(
        f"{name} has no columns ring_id and verdict. Return the referral list itself, or a csv with these two columns.",
        f"{name} 中没有 ring_id 和 verdict 两列。请交回移送清单本身，或含这两列的 csv。",
    )

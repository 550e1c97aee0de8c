"""Invented tables as files: text in many encodings, workbooks with text or typed cells, HTML, JSON lines and Parquet."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from bench.fuzz_reading.contents import COLUMNS, Sheet, sheet
from bench.fuzz_reading.forms import ALONE

__all__ = ["File", "file"]

_KINDS = {"cp1252": "western", "cp1252 and utf-8": "western", "big5": "traditional", "big5 and utf-8": "traditional"}  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "gb18030 and utf-8", *_KINDS)
_FOOTERS = (
    ("合计",), ("制表人：李四", "", "审核人：王五"), ("共16条记录",), ("第1页 共2页",), ("打印时间：2025-12-31 10:00:00",), ("以下空白",), ("Total",), ("(16 rows affected)",),
    ("Page 1 of 2",), ("-----", "-----"), ("本页小计",), ("", "合  计"), ("Printed on 2025-12-31",), ("End of report",), ("注：本表金额单位为元",), ("制单：张三",),
)  # fmt: skip
_TITLES = (
    ("某市医疗保险结算明细表",),
    ("统计期间：2025年1月至12月", "单位：元"),
    ("Settlement report",),
    ("导出时间：2025-12-31 10:00:00",),
)


@dataclass(frozen=True, slots=True)
class File:
    """A file, what is true of it by claim, and the forms that it was drawn from."""

    name: str
    content: bytes
    truth: dict[str, dict[str, Any]]
    forms: dict[str, str]

    @property
    def may_be_refused(self) -> bool:
        """Whether a column may leave open what its values are."""
        return any(form in ALONE for form in self.forms.values())


def file(number: int, seed: int) -> File:
    """The file of a number; same seed, same file."""
    chance = random.Random(f"{seed}-{number}")
    container = chance.choices(("text", "sheet", "typed", "html", "json", "parquet"), (70, 7, 8, 6, 4, 5))[0]
    encoding = chance.choice(ENCODINGS) if container == "text" else "utf-8"
    made = sheet(number, chance, _KINDS.get(encoding, "chinese"))
    made.forms |= {"container": container, "encoding": encoding}
    name, content = {
        "text": _text, "sheet": _workbook, "typed": _typed_workbook, "html": _html, "json": _json, "parquet": _parquet,
    }[container](made, chance)  # fmt: skip
    return File(f"setl_{number:05d}{name}", content, made.truth, made.forms)


def _laid_out(made: Sheet, chance: random.Random) -> tuple[list[list[str]], int]:
    """The lines with what stands around records in the files of offices; how many titles stand above."""
    headers, lines, laid = list(made.headers), [list(line) for line in made.lines], []
    width = len(headers)
    drawn = chance.random()
    if drawn < 0.1:
        headers.append("")
        laid.append("a delimiter behind the header")
    elif drawn < 0.2:
        headers.insert(1, headers[1])
        lines = [[line[0], "", *line[1:]] for line in lines]
        laid.append("a header twice, its first column empty")
    elif drawn < 0.25:
        headers.insert(2, headers[1])
        lines = [[*line[:2], "", *line[2:]] for line in lines]
        laid.append("a header twice, its second column empty")
    if chance.random() < 0.15:
        at = chance.randrange(1, len(lines))
        lines[at:at] = [list(headers)]
        laid.append("the header again")
    if chance.random() < 0.2:
        at = chance.randrange(1, len(lines))
        row = [""] * width
        row[chance.choice((0, 0, 1, 2))], row[-2], row[-1] = chance.choice(("小计", "合计", "本页合计")), made.lines[0][-2], made.lines[0][-1]  # fmt: skip
        lines[at:at] = [row]
        laid.append("a subtotal")
    for _ in range(chance.choice((0, 0, 0, 1, 2))):
        words = chance.choice(_FOOTERS)
        lines.append([*words, *[""] * (width - len(words))])
        laid.append("a footer")
    titles = [list(title) for title in chance.sample(_TITLES, 2)] if chance.random() < 0.1 else []
    made.forms["layout"] = " + ".join(laid) or "plain"
    return [*titles, headers, *lines], len(titles)


def _text(made: Sheet, chance: random.Random) -> tuple[str, bytes]:
    delimiter = chance.choice(",,;\t|^")
    rows, _ = _laid_out(made, chance)
    if chance.random() < 0.06:
        rows[-3][2:3] = ["王", "五"]  # a delimiter too many
        made.forms["layout"] += " + a field too many"
    end = chance.choice(("\n", "\r\n"))
    lines = [delimiter.join(_quoted(cell, delimiter) for cell in row) + end for row in rows]
    return chance.choice((".csv", ".txt")), _encoded(lines, made.forms, chance)


def _quoted(cell: str, delimiter: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if delimiter in cell or '"' in cell else cell


def _encoded(lines: Sequence[str], forms: dict[str, str], chance: random.Random) -> bytes:
    first, _, second = forms["encoding"].partition(" and ")
    try:
        if not second:
            return "".join(lines).encode(first)
        joined = chance.random() < 0.5
        half = len(lines) // 2
        return b"".join(
            line.encode(first if (number < half if joined else chance.random() < 0.5) else second)
            for number, line in enumerate(lines)
        )
    except UnicodeEncodeError:  # a form that the encoding has no signs for
        forms["encoding"] = "utf-8"
        return "".join(lines).encode()


def _blocks(made: Sheet, chance: random.Random) -> list[tuple[int, int]]:
    """Rows of one person, whose id and name are merged: first and last."""
    if chance.random() < 0.5:
        return []
    made.forms["layout"] = made.forms.get("layout", "plain") + " + merged cells"
    blocks, at, keys = [], 0, list(made.truth)
    while at < len(made.lines) - 2:
        last = at + chance.randrange(1, 3)
        for row in range(at + 1, last + 1):
            made.lines[row][1:3] = made.lines[at][1:3]
            for column in ("person", "name"):
                made.truth[keys[row]][column] = made.truth[keys[at]][column]
        blocks.append((at, last))
        at = last + 1
    return blocks


def _workbook(made: Sheet, chance: random.Random) -> tuple[str, bytes]:
    blocks = _blocks(made, chance)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        tab = book.add_worksheet("Sheet1")
        for row, line in enumerate([made.headers, *made.lines]):
            for column, text in enumerate(line):
                tab.write_string(row, column, text)
        for first, last in blocks:
            for column in (1, 2):
                tab.merge_range(first + 1, column, last + 1, column, "")
                tab.write_string(first + 1, column, made.lines[first][column])
    return ".xlsx", out.getvalue()


def _typed_workbook(made: Sheet, chance: random.Random) -> tuple[str, bytes]:
    """Amounts as numbers, moments as dates or as bare serial numbers, ids of persons as text or as numbers."""
    counts_from_1904 = chance.random() < 0.5
    as_serials, ids_as_numbers = chance.random() < 0.4, chance.random() < 0.3
    made.forms |= dict.fromkeys(("start", "settled", "total", "fund", "person"), "typed")
    made.forms["layout"] = f"{'1904' if counts_from_1904 else '1900'}{', serials' if as_serials else ''}{', ids as numbers' if ids_as_numbers else ''}"  # fmt: skip
    zero = dt.datetime(1904, 1, 1) if counts_from_1904 else dt.datetime(1899, 12, 30)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": counts_from_1904}) as book:
        tab = book.add_worksheet("Sheet1")
        form = book.add_format({"num_format": chance.choice(("yyyy/m/d h:mm", "yyyy-mm-dd hh:mm:ss", "m/d/yyyy"))})  # fmt: skip
        tab.write_row(0, 0, [made.headers[0], *made.headers[1:6], *made.headers[-5:]])
        if len(made.headers) > len(COLUMNS):
            tab.write_row(0, 6, [made.headers[6]])
            tab.write_row(0, 7, made.headers[-4:])
        for row, (line, texts) in enumerate(zip(made.values, made.lines, strict=True), start=1):
            for column, value in enumerate(line):
                if isinstance(value, dt.datetime) and as_serials:
                    tab.write_number(row, column, (value - zero).total_seconds() / 86400)
                elif isinstance(value, dt.datetime):
                    tab.write_datetime(row, column, value, form)
                elif isinstance(value, Decimal):
                    tab.write_number(row, column, float(value))
                elif column == 1 and value is not None and ids_as_numbers and not value.startswith("0"):
                    tab.write_number(row, column, int(value))
                elif value is not None:
                    tab.write_string(row, column, value)
                else:
                    tab.write_string(row, column, texts[column] if column < 6 else "")
    return ".xlsx", out.getvalue()


def _html(made: Sheet, chance: random.Random) -> tuple[str, bytes]:
    blocks = dict(_blocks(made, chance))
    inner = {row for first, last in blocks.items() for row in range(first + 1, last + 1)}
    rows = ["<tr>" + "".join(f"<th>{escape(header)}</th>" for header in made.headers) + "</tr>"]
    for row, line in enumerate(made.lines):
        cells = []
        for column, text in enumerate(line):
            if column in (1, 2) and row in inner:
                continue
            span = f" rowspan={blocks[row] - row + 1}" if column in (1, 2) and row in blocks else ""
            cells.append(f"<td{span}>{escape(text)}</td>")
        rows.append("<tr>" + "".join(cells) + "</tr>")
    text = '<html><meta charset="utf-8"><table>' + "".join(rows) + "</table></html>"
    return ".xls", text.encode()


def _json(made: Sheet, chance: random.Random) -> tuple[str, bytes]:
    as_numbers = chance.random() < 0.5
    records = []
    for line in made.lines:
        record: dict[str, Any] = dict(zip(made.headers, line, strict=True))
        if as_numbers:
            truth = list(made.truth.values())[len(records)]
            record |= {made.headers[-2]: float(truth["total"]), made.headers[-1]: float(truth["fund"])}
        records.append(record)
    if as_numbers:
        made.forms |= {"total": "typed", "fund": "typed"}
    return ".jsonl", "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records).encode()


def _parquet(made: Sheet, chance: random.Random) -> tuple[str, bytes]:
    zone = chance.choice((None, "UTC", "Asia/Shanghai", "America/New_York"))
    number: Callable[[Decimal], Any] = chance.choice((float, lambda amount: amount))
    made.forms |= dict.fromkeys(("start", "settled", "total", "fund", "person"), "typed")
    made.forms["layout"] = f"zone {zone}"
    east = dt.timezone(dt.timedelta(hours=8))
    columns: dict[str, Any] = {}
    headers = [*made.headers[:6], made.headers[6], *made.headers[-4:]]
    for position, header in enumerate(headers):
        values = [line[position] for line in made.values]
        if position in (6, 7, 8):
            unit = chance.choice(("s", "ms", "us", "ns"))
            moments = [None if one is None else one.replace(tzinfo=east) if zone else one for one in values]
            columns[header] = pa.array(moments, pa.timestamp(unit, zone))
        elif position in (9, 10):
            columns[header] = pa.array([number(one) for one in values])
        else:
            columns[header] = pa.array([line[position] if one is None else one for one, line in zip(values, made.lines, strict=True)])  # fmt: skip
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return ".parquet", out.getvalue()

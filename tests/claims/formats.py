"""One delivery in every format that a bureau's files come in: each maker writes the same rows."""

from __future__ import annotations

import gzip
import json
import struct
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from html import escape
from pathlib import Path

import xlsxwriter

from tests.claims.deliveries import as_csv

Rows = Sequence[dict[str, str]]


def csv_in(encoding: str, *, bom: bytes = b"") -> Callable[[Path, Rows], Path]:
    def make(folder: Path, rows: Rows) -> Path:
        path = folder / "结算.csv"
        path.write_bytes(bom + as_csv(rows).encode(encoding))
        return path

    return make


def csv_with_titles(folder: Path, rows: Rows) -> Path:
    path = folder / "结算.csv"
    title = "某市医保中心结算明细,,,\n统计期：2025年3月,,,\n\n"
    path.write_bytes((title + as_csv(rows)).encode("gb18030"))
    return path


def csv_with_total(folder: Path, rows: Rows) -> Path:
    path = folder / "结算.csv"
    total = ["合计", *[""] * (len(rows[0]) - 1)]
    path.write_bytes((as_csv(rows) + ",".join(total) + "\n").encode("gb18030"))
    return path


def xlsx(folder: Path, rows: Rows) -> Path:
    book = xlsxwriter.Workbook(str(folder / "结算.xlsx"))
    write_sheet(book.add_worksheet("Sheet1"), rows, top=0)
    book.close()
    return folder / "结算.xlsx"


def xlsx_with_titles(folder: Path, rows: Rows) -> Path:
    book = xlsxwriter.Workbook(str(folder / "结算.xlsx"))
    sheet = book.add_worksheet("Sheet1")
    sheet.merge_range(0, 0, 0, 5, "某市医保中心结算明细表")
    sheet.write_string(1, 0, "制表日期：2025年4月1日")
    write_sheet(sheet, rows, top=4)
    book.close()
    return folder / "结算.xlsx"


def write_sheet(sheet: object, rows: Rows, *, top: int) -> None:
    for column, header in enumerate(rows[0]):
        sheet.write_string(top, column, header)  # type: ignore[attr-defined]
        for line, row in enumerate(rows, start=top + 1):
            sheet.write_string(line, column, row[header])  # type: ignore[attr-defined]


def xls(folder: Path, rows: Rows) -> Path:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("结算")
    for column, header in enumerate(rows[0]):
        sheet.write(0, column, header)
        for line, row in enumerate(rows, start=1):
            sheet.write(line, column, row[header])
    book.save(str(folder / "结算.xls"))
    return folder / "结算.xls"


def ods(folder: Path, rows: Rows) -> Path:
    def line(cells: Sequence[str]) -> str:
        return (
            "<table:table-row>"
            + "".join(
                f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
                if cell
                else "<table:table-cell/>"
                for cell in cells
            )
            + "</table:table-row>"
        )

    body = line(list(rows[0])) + "".join(line(list(row.values())) for row in rows)
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="结算">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    path = folder / "结算.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return path


def xlsb(folder: Path, rows: Rows) -> Path:
    """A binary workbook by hand: records of (type, length, bytes), strings inside the cells."""

    def record(kind: int, body: bytes = b"") -> bytes:
        number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
        size, length = b"", len(body)
        while True:
            size += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
            length >>= 7
            if not length:
                return number + size + body

    def text(value: str) -> bytes:
        wide = value.encode("utf-16-le")
        return struct.pack("<I", len(wide) // 2) + wide

    lines = [list(rows[0]), *[list(row.values()) for row in rows]]
    parts = [
        record(129),
        record(148, struct.pack("<4I", 0, len(lines) - 1, 0, len(lines[0]) - 1)),
        record(145),
    ]
    for number, line in enumerate(lines):
        parts.append(record(0, struct.pack("<I", number) + bytes(13)))
        parts += [record(6, struct.pack("<II", column, 0) + text(value)) for column, value in enumerate(line)]
    sheet = b"".join([*parts, record(146), record(130)])
    book = record(131) + record(143)
    book += record(156, struct.pack("<II", 0, 1) + text("rId1") + text("结算")) + record(144) + record(132)
    office = "http://schemas.openxmlformats.org"
    path = folder / "结算.xlsb"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<?xml version="1.0"?><Types xmlns="{office}/package/2006/content-types"><Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
        )
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<?xml version="1.0"?><Relationships xmlns="{office}/package/2006/relationships"><Relationship Id="rId1" Type="{office}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.bin"/></Relationships>',
        )
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return path


def html_xls(folder: Path, rows: Rows) -> Path:
    head = "".join(f"<th>{escape(name)}</th>" for name in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td x:str>{escape(value)}</td>" for value in row.values()) + "</tr>"
        for row in rows
    )
    text = (
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="gbk"><style>td{mso-number-format:"\\@"}</style></head>'
        f"<body><table border=1><tr><td colspan={len(rows[0])}>结算明细</td></tr><tr>{head}</tr>{body}</table></body></html>"
    )
    path = folder / "结算.xls"
    path.write_bytes(text.encode("gb18030"))
    return path


def xml_xls(folder: Path, rows: Rows) -> Path:
    def line(cells: Sequence[str]) -> str:
        return (
            "<Row>"
            + "".join(
                f'<Cell ss:Index="{at}"><Data ss:Type="String">{escape(cell)}</Data></Cell>'
                for at, cell in enumerate(cells, start=1)
                if cell
            )
            + "</Row>"
        )

    text = (
        '<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="结算"><Table>'
        + "".join(line(cells) for cells in [list(rows[0]), *[list(row.values()) for row in rows]])
        + "</Table></Worksheet></Workbook>"
    )
    path = folder / "结算.xls"
    path.write_text(text, encoding="utf-8")
    return path


def json_lines(folder: Path, rows: Rows) -> Path:
    path = folder / "结算.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def json_array(folder: Path, rows: Rows) -> Path:
    path = folder / "结算.json"
    path.write_bytes(json.dumps(list(rows), ensure_ascii=False, indent=1).encode("gb18030"))
    return path


def json_wrapped(folder: Path, rows: Rows) -> Path:
    path = folder / "结算.json"
    wrapped = {"code": 0, "msg": "成功[]", "data": {"list": list(rows), "total": len(rows)}}
    path.write_text(json.dumps(wrapped, ensure_ascii=False), encoding="utf-8")
    return path


def dbf(folder: Path, rows: Rows) -> Path:
    """A dBase III table: names of ten bytes, so the short names of the interface."""
    short = {name: name[:10].encode("gb18030")[:10].decode("gb18030", "ignore") for name in rows[0]}
    widths = {name: max(len(row[name].encode("gb18030")) for row in rows) or 1 for name in rows[0]}
    fields = b"".join(
        short[name].encode("gb18030").ljust(11, b"\0") + b"C" + bytes(4) + bytes([widths[name]]) + bytes(15)
        for name in rows[0]
    )
    size = 32 + len(fields) + 1
    today = date(2025, 4, 1)
    head = struct.pack(
        "<4BIHH20x", 3, today.year - 1900, today.month, today.day, len(rows), size, 1 + sum(widths.values())
    )
    body = b"".join(
        b" " + b"".join(row[name].encode("gb18030").ljust(widths[name]) for name in row) for row in rows
    )
    path = folder / "SETL.DBF"
    path.write_bytes(head + fields + b"\r" + body + b"\x1a")
    return path


class _GbkName(zipfile.ZipInfo):
    """A member whose name is written as a Chinese program does: in GBK, without saying so."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802  # zipfile's own name
        return self.filename.encode("gbk"), 0


def chinese_zip(folder: Path, rows: Rows) -> Path:
    path = folder / "三月.zip"
    half = len(rows) // 2
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in (("数据/结算一.csv", rows[:half]), ("数据/结算二.csv", rows[half:])):
            archive.writestr(_GbkName(name), as_csv(part).encode("gb18030"))
    return path


def zipped_workbook(folder: Path, rows: Rows) -> Path:
    inner = xlsx(folder, rows)
    path = folder / "包.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inner, "内/结算.xlsx")
    inner.unlink()
    return path


def gzipped_workbook(folder: Path, rows: Rows) -> Path:
    inner = xlsx(folder, rows)
    path = folder / "结算.xlsx.gz"
    path.write_bytes(gzip.compress(inner.read_bytes()))
    inner.unlink()
    return path

"""Writes one invented delivery of settlements in every format, row by row, for `bench import`."""

from __future__ import annotations

import gzip
import json
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

__all__ = ["FORMAT_WRITERS", "HEADERS", "mixed_folder", "rows_of"]

HEADERS = ("结算ID", "就诊ID", "人员编号", "姓名", "定点医药机构编号", "医疗类别", "开始日期", "结束日期", "结算时间",
           "医疗费总额", "基金支付总额", "个人账户支出", "个人现金支出", "经办人ID", "退费结算标志")  # fmt: skip
_FIELDS = ("claim_id", "encounter_id", "patient_id", "patient_name", "place_id", "med_type_raw", "started_at", "ended_at", "settled_at",
           "total_amount", "fund_amount", "account_amount", "self_paid_amount", "operator_id", "refund_flag")  # fmt: skip
_WIDTHS = (20, 16, 18, 16, 12, 4, 10, 10, 19, 10, 10, 10, 10, 8, 1)
_NAMES = ("张三", "欧阳明月", "李小兰", "王建国", "赵敏", "司马青衫", "刘洋", "陈静怡", "杨帆", "黄大年")


def rows_of(count: int) -> Iterator[tuple[str, ...]]:
    """So many settlements; the same numbers give the same rows."""
    for i in range(count):
        day = f"2025-{1 + i % 12:02d}-{1 + i // 12 % 28:02d}"
        total, fund = 50 + i * 7919 % 90_000, 30 + i * 7919 % 60_000
        yield (
            f"9912025{i:013d}", f"M{i:012d}", f"3702011950{i * 31 % 12 + 1:02d}{i % 28 + 1:02d}{i * 977 % 10_000:04d}", _NAMES[i % 10],
            f"H3702010{i * 13 % 500:04d}", "11", day, day, f"{day} {8 + i % 10:02d}:{i // 7 % 60:02d}:{i % 60:02d}",
            f"{total}.{i % 100:02d}", f"{min(fund, total)}.00", f"{i % 90}.50", f"{i % 40}.25", f"OP{i % 900:04d}", "0",
        )  # fmt: skip


def _lines(count: int, delimiter: str = ",") -> Iterator[str]:
    yield delimiter.join(HEADERS) + "\n"
    for row in rows_of(count):
        yield delimiter.join(row) + "\n"


def _encoded(out: BinaryIO, count: int, encoding: str) -> None:
    for line in _lines(count):
        out.write(line.encode(encoding))


def _csv(encoding: str, mark: bytes = b"") -> Callable[[Path, int], str]:
    def write(folder: Path, count: int) -> str:
        with (folder / "结算.csv").open("wb") as out:
            out.write(mark)
            _encoded(out, count, encoding)
        return ""

    return write


def _csv_stray(folder: Path, count: int) -> str:
    with (folder / "结算.csv").open("wb") as out:
        for number, line in enumerate(_lines(count)):
            coded = line.encode("gb18030")
            out.write(coded.replace("兰".encode("gb18030"), b"\xff") if number in (3, count - 7) else coded)
    return ""


def _csv_gz(folder: Path, count: int) -> str:
    with gzip.open(folder / "结算.csv.gz", "wb", compresslevel=1) as out:
        _encoded(out, count, "gb18030")
    return ""


def _zip(folder: Path, count: int) -> str:
    with (
        zipfile.ZipFile(folder / "三月.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("结算.csv", "w", force_zip64=True) as out,
    ):
        for line in _lines(count):
            out.write(line.encode("gb18030"))
    return ""


def _fixed(folder: Path, count: int) -> str:
    with (folder / "js.txt").open("wb") as out:
        for row in rows_of(count):
            out.write(
                b"".join(v.encode("gb18030").ljust(w) for v, w in zip(row, _WIDTHS, strict=True)) + b"\n"
            )
    columns = "".join(f'{field} = "{header}"\n' for field, header in zip(_FIELDS, HEADERS, strict=True))
    layout = "".join(f'"{header}" = {width}\n' for header, width in zip(HEADERS, _WIDTHS, strict=True))
    return f'[[table]]\ntable = "claims"\nmatch = "*.txt"\n[table.columns]\n{columns}[table.layout]\n{layout}'


def _dbf(folder: Path, count: int) -> str:
    short = ("setl_id", "mdtrt_id", "psn_no", "psn_name", "机构编号", "med_type", "begndate", "enddate", "setl_time",
             "总费用", "统筹支付", "acct_pay", "现金支付", "opter_id", "退费标志")  # fmt: skip
    fields = b"".join(
        name.encode("gb18030").ljust(11, b"\0") + b"C" + bytes(4) + bytes([width]) + bytes(15)
        for name, width in zip(short, _WIDTHS, strict=True)
    )
    with (folder / "SETL.DBF").open("wb") as out:
        out.write(
            struct.pack("<4BIHH20x", 3, 125, 4, 1, count, 33 + len(fields), 1 + sum(_WIDTHS)) + fields + b"\r"
        )
        for row in rows_of(count):
            out.write(
                b" " + b"".join(v.encode("gb18030").ljust(w) for v, w in zip(row, _WIDTHS, strict=True))
            )
        out.write(b"\x1a")
    return ""


def _objects(count: int) -> Iterator[str]:
    for row in rows_of(count):
        yield json.dumps(dict(zip(HEADERS, row, strict=True)), ensure_ascii=False)


def _json_lines(folder: Path, count: int) -> str:
    with (folder / "结算.jsonl").open("w", encoding="utf-8") as out:
        out.writelines(f"{one}\n" for one in _objects(count))
    return ""


def _json_array(folder: Path, count: int) -> str:
    with (folder / "结算.json").open("w", encoding="utf-8") as out:
        for number, one in enumerate(_objects(count)):
            out.write(("[" if number == 0 else ",\n") + one)
        out.write("]\n")
    return ""


def _parquet(folder: Path, count: int) -> str:
    import duckdb  # noqa: PLC0415  # only this piece needs it

    _csv("utf-8")(folder, count)
    source, target = folder / "结算.csv", folder / "结算.parquet"
    duckdb.execute(
        f"COPY (SELECT * FROM read_csv('{source}', all_varchar=true)) TO '{target}' (FORMAT parquet)"
    )
    source.unlink()
    return ""


def _xlsx(folder: Path, count: int) -> str:
    """Text as inline strings, amounts as numbers."""
    office = "http://schemas.openxmlformats.org"
    with zipfile.ZipFile(folder / "结算.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", f'<?xml version="1.0"?><Types xmlns="{office}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>')  # fmt: skip
        archive.writestr("_rels/.rels", f'<?xml version="1.0"?><Relationships xmlns="{office}/package/2006/relationships"><Relationship Id="rId1" Type="{office}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>')  # fmt: skip
        archive.writestr("xl/_rels/workbook.xml.rels", f'<?xml version="1.0"?><Relationships xmlns="{office}/package/2006/relationships"><Relationship Id="rId1" Type="{office}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>')  # fmt: skip
        archive.writestr("xl/workbook.xml", f'<?xml version="1.0"?><workbook xmlns="{office}/spreadsheetml/2006/main" xmlns:r="{office}/officeDocument/2006/relationships"><sheets><sheet name="结算" sheetId="1" r:id="rId1"/></sheets></workbook>')  # fmt: skip
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as out:
            out.write(
                f'<?xml version="1.0"?><worksheet xmlns="{office}/spreadsheetml/2006/main"><sheetData>'.encode()
            )
            for number, row in enumerate(_with_header(count), start=1):
                cells = "".join(
                    f'<c r="{chr(65 + i)}{number}"><v>{v}</v></c>'
                    if number > 1 and 9 <= i <= 12
                    else f'<c r="{chr(65 + i)}{number}" t="inlineStr"><is><t>{v}</t></is></c>'
                    for i, v in enumerate(row)
                )
                out.write(f'<row r="{number}">{cells}</row>'.encode())
            out.write(b"</sheetData></worksheet>")
    return ""


def _with_header(count: int) -> Iterator[tuple[str, ...]]:
    yield HEADERS
    yield from rows_of(count)


def _xlsb(folder: Path, count: int) -> str:
    from tests.claims.formats import xlsb  # noqa: PLC0415  # only this piece needs it

    xlsb(folder, [dict(zip(HEADERS, row, strict=True)) for row in rows_of(count)])
    return ""


def _ods(folder: Path, count: int) -> str:
    head = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        '<office:body><office:spreadsheet><table:table table:name="结算">'
    )
    with zipfile.ZipFile(folder / "结算.ods", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')  # fmt: skip
        with archive.open("content.xml", "w", force_zip64=True) as out:
            out.write(head.encode())
            for row in _with_header(count):
                cells = "".join(f'<table:table-cell office:value-type="string"><text:p>{v}</text:p></table:table-cell>' for v in row)  # fmt: skip
                out.write(f"<table:table-row>{cells}</table:table-row>".encode())
            out.write(b"</table:table></office:spreadsheet></office:body></office:document-content>")
    return ""


def _html(folder: Path, count: int) -> str:
    with (folder / "结算.xls").open("wb") as out:
        out.write(b'<html><head><meta charset="gbk"></head><body><table>')
        for row in _with_header(count):
            out.write(("<tr>" + "".join(f"<td>{v}</td>" for v in row) + "</tr>\n").encode("gb18030"))
        out.write(b"</table></body></html>")
    return ""


def _xls(folder: Path, count: int) -> str:
    import xlwt  # noqa: PLC0415  # only this piece needs it

    book = xlwt.Workbook()
    sheet = book.add_sheet("结算")
    for number, row in enumerate(_with_header(count)):
        for column, value in enumerate(row):
            sheet.write(number, column, float(value) if number and 9 <= column <= 12 else value)
    book.save(str(folder / "结算.xls"))
    return ""


FORMAT_WRITERS: dict[str, Callable[[Path, int], str]] = {
    "csv-gb18030": _csv("gb18030"),
    "csv-utf8": _csv("utf-8"),
    "csv-utf16": _csv("utf-16-le", b"\xff\xfe"),
    "csv-stray-bytes": _csv_stray,
    "csv-gz": _csv_gz,
    "zip": _zip,
    "fixed": _fixed,
    "dbf": _dbf,
    "json-lines": _json_lines,
    "json-array": _json_array,
    "parquet": _parquet,
    "xlsx": _xlsx,
    "xlsb": _xlsb,
    "ods": _ods,
    "html": _html,
    "xls": _xls,
}
"""By name: writes so many rows into a folder; returns the mapping file that the format needs, if any."""


def mixed_folder(folder: Path, rows: int) -> None:
    """Thirty files: every format but fixed width, each with its own number of rows, twice over."""
    names = [name for name in FORMAT_WRITERS if name != "fixed"] * 2
    for number, name in enumerate(names[:30]):
        part = folder / f"{number:02d}-{name}"
        part.mkdir(parents=True)
        FORMAT_WRITERS[name](part, rows + number)

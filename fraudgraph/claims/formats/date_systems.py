"""The day that a workbook counts its days from: 1900 for most, 1904 for those that began on an old Macintosh."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib

from fraudgraph.claims.formats.source_file import SourceFile

__all__ = ["first_day"]

_FROM_1900, _FROM_1904 = "1899-12-30", "1904-01-01"
_XML = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904\s*=\s*[\"'](?:1|true)[\"']", re.IGNORECASE)
_XLS_RECORD = b"\x22\x00\x02\x00"
_XLSB_PROPERTIES = 0x0099
_HEAD = 4 << 20


def first_day(source: SourceFile) -> str:
    """The first day of a workbook's date system, as ISO text; the usual one where the workbook can't be opened here."""
    try:
        with zipfile.ZipFile(source.path) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" in names:
                return _FROM_1904 if _XML.search(archive.read("xl/workbook.xml")) else _FROM_1900
            if "xl/workbook.bin" in names:
                return _FROM_1904 if _of_xlsb(archive.read("xl/workbook.bin")) else _FROM_1900
            return _FROM_1900
    except (zipfile.BadZipFile, OSError, zlib.error, RuntimeError):
        pass
    with source.path.open("rb") as file:
        head = file.read(_HEAD)
    at = head.find(_XLS_RECORD)
    while at >= 0 and at + 6 <= len(head):
        (value,) = struct.unpack_from("<H", head, at + 4)
        # the record stands between two others of the workbook's settings: PRECISION (0x0E) follows
        if value in (0, 1) and head[at + 6 : at + 10] == b"\x0e\x00\x02\x00":
            return _FROM_1904 if value else _FROM_1900
        at = head.find(_XLS_RECORD, at + 1)
    return _FROM_1900


def _of_xlsb(content: bytes) -> bool:
    """Whether the workbook's properties say 1904: records are a type and a length in seven-bit bytes, then the content."""
    at = 0
    while at < len(content):
        kind, at = _number(content, at, 2)
        length, at = _number(content, at, 4)
        if kind == _XLSB_PROPERTIES:
            return bool(content[at] & 1)
        at += length
    return False


def _number(content: bytes, at: int, most: int) -> tuple[int, int]:
    value = 0
    for i in range(most):
        if at >= len(content):
            return value, at
        byte = content[at]
        value |= (byte & 0x7F) << (7 * i)
        at += 1
        if not byte & 0x80:
            break
    return value, at

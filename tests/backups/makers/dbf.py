"""dBase, FoxPro and Visual FoxPro tables with memo files, written byte by byte from the published layout."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tests.backups.makers import content
from tests.backups.makers.content import Made, Row

_KIND = "dBase / FoxPro"
_CP936 = 0x7A
_JULIAN_1970 = 2_440_588


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    letter: str
    width: int
    decimals: int = 0


_OLD = (
    _Field("ID", "N", 10), _Field("NAME", "C", 60), _Field("CODE", "C", 8), _Field("AMOUNT", "N", 20, 2), _Field("DAY", "D", 8),
    _Field("NOTE", "M", 10), _Field("BIG", "N", 20), _Field("PAID", "L", 1),
)  # fmt: skip
_FOX = (
    _Field("ID", "I", 4), _Field("NAME", "C", 60), _Field("CODE", "C", 8), _Field("AMOUNT", "N", 20, 2), _Field("DAY", "D", 8),
    _Field("AT", "T", 8), _Field("NOTE", "M", 4), _Field("PICTURE", "W", 4), _Field("COST", "Y", 8),
)  # fmt: skip


class _Memos:
    """The file beside the table: dBase III (text to 0x1A), dBase IV (length before it), FoxPro (big-endian)."""

    def __init__(self, form: str) -> None:
        self.form, self.size = form, {"III": 512, "IV": 512, "fox": 64}[form]
        self.data = bytearray(512)

    def put(self, value: bytes, kind: int = 1) -> int:
        self.data += b"\0" * (-len(self.data) % self.size)
        number = len(self.data) // self.size
        if self.form == "III":
            self.data += value + b"\x1a\x1a"
        elif self.form == "IV":
            self.data += b"\xff\xff\x08\x00" + struct.pack("<I", len(value) + 8) + value
        else:
            self.data += struct.pack(">II", kind, len(value)) + value
        return number

    def written(self) -> bytes:
        after = -(-len(self.data) // self.size)
        self.data += b"\0" * (-len(self.data) % self.size)
        head = (
            struct.pack(">IHH", after, 0, self.size)
            if self.form == "fox"
            else struct.pack("<I", after).ljust(16, b"\0")
            + (b"\x03" if self.form == "III" else b"\0\0\0\0\x00\x02")
        )
        return head.ljust(512, b"\0") + bytes(self.data[512:])


def _cell(field: _Field, value: Any, memos: _Memos) -> bytes:  # noqa: PLR0911  # one form a kind of field
    letter, width = field.letter, field.width
    if letter in "MW":
        number = memos.put(value.encode("gbk") if letter == "M" else value, int(letter == "M")) if value else 0  # fmt: skip
        return struct.pack("<I", number) if width == 4 else (str(number) if number else "").rjust(10).encode()
    if letter == "I":
        return struct.pack("<i", value or 0)
    if letter == "Y":
        return struct.pack("<q", 0 if value is None else int(value.scaleb(4)))
    if letter == "T":
        if value is None:
            return b"\0" * 8
        days = (value.date() - date(1970, 1, 1)).days + _JULIAN_1970
        moment = value - datetime.combine(value.date(), datetime.min.time())
        return struct.pack("<ii", days, moment.seconds * 1000)
    if letter == "D":
        return b" " * 8 if value is None else value.strftime("%Y%m%d").encode()
    if letter == "L":
        return {None: b"?", True: b"T", False: b"F"}[value]
    if letter == "N":
        return ("" if value is None else f"{value:.{field.decimals}f}").rjust(width).encode()
    return (value or "").encode("gbk").ljust(width)


def _write(path: Path, version: int, fields: tuple[_Field, ...], rows: list[Row], form: str, *, flags: bool) -> None:  # fmt: skip
    memos, at, described = _Memos(form), 1, b""
    columns = (*fields, _Field("_NullFlags", "0", 2)) if flags else fields
    for one in columns:
        system = (5 if one.letter == "0" else 2) if flags else 0
        described += (
            one.name.encode().ljust(11, b"\0") + one.letter.encode() + struct.pack("<I", at if flags else 0)
        )
        described += bytes([one.width, one.decimals, system]) + b"\0" * 13  # fmt: skip
        at += one.width
    start = 32 + len(described) + 1 + (263 if flags else 0)
    records = []
    for number, row in enumerate(rows):
        cells = b"".join(_cell(one, row[one.name.lower()], memos) for one in fields)
        if flags:
            bits = sum(1 << place for place, one in enumerate(fields) if row[one.name.lower()] is None)
            cells += struct.pack("<H", bits)
        if number % 40 == 7:
            records.append(b"*" + cells)  # a deleted record, with its twin that is not
        records.append(b" " + cells)
    head = bytes([version, 124, 3, 1]) + struct.pack("<IHH", len(records), start, at) + b"\0" * 16
    head += bytes([2 if form == "fox" and flags else 0, _CP936, 0, 0])
    path.write_bytes(head + described + b"\x0d" + b"\0" * (263 if flags else 0) + b"".join(records) + b"\x1a")
    path.with_suffix(".FPT" if form == "fox" else ".dbt").write_bytes(memos.written())


def _old(row: Row) -> Row:
    kept = {name: row[name] for name in ("id", "name", "code", "amount", "day", "note", "big")}
    return kept | {"paid": None if row["big"] is None else row["big"] % 2 == 0}


def _seen_old(row: Row) -> Row:
    """Without null flags nothing tells a blank text from none; an empty memo is none."""
    return row | {"name": row["name"] or "", "code": row["code"] or "", "note": row["note"] or None}


def _fox(row: Row) -> Row:
    kept = {name: row[name] for name in ("id", "name", "code", "amount", "day", "at", "note", "picture")}
    return kept | {"cost": None if row["amount"] is None else row["amount"] % 10**6}


def files(folder: Path, count: int, seed: int) -> Iterator[Made]:
    """Each form with Chinese in code page 936, deleted records, memos; Visual FoxPro with nulls."""
    plain = content.rows(count, seed, "gbk")
    old, fox = [_old(row) for row in plain], [_fox(row) for row in plain]
    forms = (
        ("dBase III", 0x83, _OLD, old, "III"),
        ("dBase IV", 0x8B, _OLD, old, "IV"),
        ("FoxPro 2", 0xF5, _OLD, old, "fox"),
        ("Visual FoxPro", 0x30, _FOX, fox, "fox"),
        ("Visual FoxPro, autoincrement", 0x31, _FOX, fox, "fox"),
    )
    for name, version, fields, rows, form in forms:
        inside = folder / name.replace(" ", "_").replace(",", "")
        inside.mkdir(parents=True)
        path, is_fox = inside / "fee.dbf", version in (0x30, 0x31)
        _write(path, version, fields, rows, form, flags=is_fox)
        seen = rows if is_fox else [_seen_old(row) for row in rows]
        yield Made(_KIND, name, (path,), {"fee": seen})

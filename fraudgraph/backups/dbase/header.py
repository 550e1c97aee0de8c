"""The head of a table: where records begin, how long they are, its fields and its code page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fraudgraph.errors import SourceError

__all__ = ["Field", "Header", "read_header"]

_CODE_PAGES = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252", 0x4D: "gb18030", 0x7A: "gb18030", 0x4F: "big5hkscs", 0x78: "big5hkscs",
    0x13: "cp932", 0x7B: "cp932", 0x4E: "cp949", 0x79: "cp949", 0x65: "cp866", 0x26: "cp866", 0xC9: "cp1251", 0xC8: "cp1250",
}  # fmt: skip
_WESTERN = frozenset(("cp437", "cp850", "cp1252", ""))
_VERSIONS = {
    0x02: "FoxBASE", 0x03: "dBase III", 0x04: "dBase 7", 0x43: "dBase IV", 0x63: "dBase IV", 0x83: "dBase III", 0x8B: "dBase IV", 0x8C: "dBase 7",
    0xCB: "dBase IV", 0xF5: "FoxPro 2", 0xFB: "FoxBASE", 0x30: "Visual FoxPro", 0x31: "Visual FoxPro", 0x32: "Visual FoxPro",
}  # fmt: skip
_HEAD_BYTES = 1 << 16
_SAMPLE_BYTES = 1 << 20
_NULLABLE, _BINARY, _SYSTEM = 0x02, 0x04, 0x01


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of the records. The bits are its places in the record's null flags, -1 for none."""

    name: str
    letter: str
    offset: int
    width: int
    decimals: int
    is_binary: bool
    is_system: bool
    length_bit: int
    null_bit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a table says of itself before its first record."""

    version: str
    made_at: datetime | None
    rows: int
    start: int
    record: int
    codec: str
    codec_is_guess: bool
    fields: tuple[Field, ...]

    @property
    def visual(self) -> bool:
        """Whether it is Visual FoxPro's: memo numbers are binary, fields may be null."""
        return self.version == "Visual FoxPro"


def read_header(path: Path) -> Header:
    """Read a table's header.

    Raises
    ------
    SourceError
        If it is damaged.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        size = path.stat().st_size
        rows, start, record = (
            int.from_bytes(head[4:8], "little"),
            int.from_bytes(head[8:10], "little"),
            int.from_bytes(head[10:12], "little"),
        )
        file.seek(start)
        sample = file.read(_SAMPLE_BYTES)
    seventh = head[0] in (0x04, 0x8C)
    raw = _raw_fields(head, start, seventh=seventh)
    width = 1 + sum(one[2] for one in raw)
    if not raw or width > record:
        raise SourceError(
            f"{path.name} is a dBase table with a damaged head: its fields take {width} bytes, a record has {record}. Ask for it again.",
            f"{path.name} 的 dbf 文件头已损坏：各字段共 {width} 字节，每条记录 {record} 字节。请重新获取。",
        )
    codec, guess = _codec(head, path, sample, b"".join(one[0] for one in raw))
    there = max(size - start, 0) // record
    return Header(
        version=_VERSIONS.get(head[0], "dBase"),
        made_at=_made(head),
        rows=min(rows, there),
        start=start,
        record=record,
        codec=codec,
        codec_is_guess=guess,
        fields=_fields(raw, codec),
    )


def _raw_fields(head: bytes, start: int, *, seventh: bool) -> list[tuple[bytes, str, int, int, int]]:
    """Name, letter, width, decimals, flags of each field."""
    first, step, name_width = (68, 48, 32) if seventh else (32, 32, 11)
    fields = []
    for at in range(first, min(start, len(head)) - 1, step):
        piece = head[at : at + step]
        if piece[:1] in (b"\x0d", b"\x00", b"") or len(piece) < step:
            break
        letter = chr(piece[name_width]).upper()
        place = name_width + 1 if seventh else 16
        width, decimals = piece[place], piece[place + 1]
        if letter == "C" and not seventh:
            width, decimals = width + (decimals << 8), 0
        fields.append(
            (piece[:name_width].split(b"\0")[0], letter, width, decimals, 0 if seventh else piece[18])
        )
    return fields


def _fields(raw: list[tuple[bytes, str, int, int, int]], codec: str) -> tuple[Field, ...]:
    fields, offset, bit = [], 1, 0
    for name, letter, width, decimals, flags in raw:
        length_bit = null_bit = -1
        if letter in "VQ" and not flags & _SYSTEM:
            length_bit, bit = bit, bit + 1
        if flags & _NULLABLE and not flags & _SYSTEM:
            null_bit, bit = bit, bit + 1
        fields.append(
            Field(
                name=name.decode(codec, errors="replace").strip(),
                letter=letter,
                offset=offset,
                width=width,
                decimals=decimals,
                is_binary=bool(flags & _BINARY),
                is_system=letter == "0" or bool(flags & _SYSTEM),
                length_bit=length_bit,
                null_bit=null_bit,
            )
        )
        offset += width
    return tuple(fields)


def _made(head: bytes) -> datetime | None:
    year = head[1] + (2000 if head[1] < 80 else 1900)
    try:
        return datetime(year, head[2], head[3])
    except ValueError:
        return None


def _codec(head: bytes, path: Path, sample: bytes, names: bytes) -> tuple[str, bool]:
    """What the table says, unless that is a Western page and its bytes are Chinese."""
    said = _CODE_PAGES.get(head[29], "")
    page = next((one for one in path.parent.glob(f"{path.stem}.[cC][pP][gG]")), None)
    if page is not None:
        text = page.read_text(encoding="ascii", errors="replace").strip().lower()
        said = {"utf-8": "utf-8", "utf8": "utf-8", "65001": "utf-8", "936": "gb18030", "gbk": "gb18030"}.get(
            text, said
        )
    body = names + sample.rpartition(b" ")[0]
    high = bytes(byte for byte in body if byte > 127)
    if said not in _WESTERN or not high:
        return said or "gb18030", False
    for codec in ("utf-8", "gb18030"):
        if _mostly(body, codec):
            return codec, True
    return said or "gb18030", not said


def _mostly(body: bytes, codec: str) -> bool:
    wrong = body.decode(codec, errors="replace").count("\ufffd")
    return wrong * 200 <= len(body) and wrong * 20 <= sum(byte > 127 for byte in body)

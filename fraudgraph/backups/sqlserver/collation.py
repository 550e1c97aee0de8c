"""Which code page a column's bytes are in, from its collation's number.

A number holds the locale in its low bits (0x024 Chinese_PRC, 0x008 Latin1_General), flags from bit 10 on, and for
SQL_ collations the old sort order in the highest byte (52: SQL_Latin1_General_CP1_CI_AS). Numbers 8, 7 and 36 are
seen in files and public listings; the order of the others follows the locales of Windows NT 4, which those three
fit. A number unknown here is judged by the column's own bytes, and the report says so.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CodePage", "code_page", "locale_page"]

LOCALES = (
    "cp1256", "cp1251", "cp1252", "cp950", "cp1250", "cp1252", "cp1252", "cp1253", "cp1252", "cp1252", "cp1252",
    "cp1252", "cp1255", "cp1250", "cp1252", "cp1252", "cp932", "cp949", "cp1252", "cp1252", "cp1250", "cp1252",
    "cp1250", "cp1251", "cp1250", "cp1250", "cp1250", "cp1252", "cp874", "cp1254", "cp1251", "cp1251", "cp1250",
    "cp1257", "cp1257", "cp1257", "gbk",
)  # fmt: skip
"""By locale number 0 to 36: Arabic … Greek (7), Latin1_General (8) … Lithuanian (35), Chinese_PRC (36)."""

CERTAIN = frozenset({7, 8, 36})
SORT_ORDERS = (
    (30, 35, "cp437"), (40, 49, "cp850"), (50, 54, "cp1252"), (55, 61, "cp850"), (71, 75, "cp1252"),
    (80, 98, "cp1250"), (104, 108, "cp1251"), (112, 124, "cp1253"), (128, 130, "cp1254"), (136, 138, "cp1255"),
    (144, 146, "cp1256"), (152, 160, "cp1257"), (183, 186, "cp1252"), (192, 193, "cp932"), (194, 195, "cp949"),
    (196, 197, "cp950"), (198, 199, "gbk"), (200, 200, "cp932"), (201, 201, "cp949"), (202, 202, "cp950"),
    (203, 203, "gbk"), (204, 206, "cp874"), (210, 217, "cp1252"),
)  # fmt: skip
LCIDS = {
    0x01: "cp1256", 0x02: "cp1251", 0x05: "cp1250", 0x08: "cp1253", 0x0D: "cp1255", 0x0E: "cp1250", 0x11: "cp932",
    0x12: "cp949", 0x15: "cp1250", 0x18: "cp1250", 0x19: "cp1251", 0x1A: "cp1250", 0x1B: "cp1250", 0x1C: "cp1250",
    0x1E: "cp874", 0x1F: "cp1254", 0x22: "cp1251", 0x23: "cp1251", 0x24: "cp1250", 0x25: "cp1257", 0x26: "cp1257",
    0x27: "cp1257", 0x29: "cp1256", 0x2A: "cp1258", 0x2F: "cp1251", 0x3F: "cp1251",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CodePage:
    """A column's code page.

    `name` is a codec of Python's; empty: judged by the column's bytes. `certain` tells that the collation's number
    is known; `may_be_utf8` that it is of the newer kind, of which some are UTF-8.
    """

    name: str
    certain: bool
    may_be_utf8: bool = False


def locale_page(lcid: int) -> str:
    """The code page of a Windows locale; empty if it is not known."""
    if lcid & 0x3FF == 0x04:
        return "gbk" if lcid & 0xFFFF in (0x0804, 0x1004) else "cp950"
    return LCIDS.get(lcid & 0x3FF, "cp1252" if lcid else "")


def code_page(collation: int, database: int, lcid: int) -> CodePage:
    """The code page of a collation.

    Parameters
    ----------
    collation : int
        The column's.
    database : int
        The database's own collation.
    lcid : int
        The database's locale as a backup states it; 0 where unknown.
    """
    sort = collation >> 24 & 0xFF
    if sort:
        found = next((page for low, high, page in SORT_ORDERS if low <= sort <= high), "")
        return CodePage(found, bool(found))
    number = collation & 0x3FF
    newer = bool(collation & 0xFE0000)
    if collation == database and locale_page(lcid):
        return CodePage(locale_page(lcid), True, newer)
    if number < len(LOCALES):
        return CodePage(LOCALES[number], number in CERTAIN, newer)
    return CodePage("", False, True)

"""How one dump writes its text: whether a backslash escapes, which code page, which program's habits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["CODE_PAGES", "Dialect", "codec_of"]

CODE_PAGES = {
    "utf8": "utf-8", "utf8mb3": "utf-8", "utf8mb4": "utf-8", "unicode": "utf-8", "gbk": "gb18030", "gb2312": "gb18030",
    "gb18030": "gb18030", "euc_cn": "gb18030", "big5": "big5hkscs", "latin1": "cp1252", "sql_ascii": "utf-8", "ascii": "ascii",
    "binary": "utf-8", "sjis": "cp932", "cp932": "cp932", "win936": "gb18030", "win1252": "cp1252", "latin2": "iso8859-2",
    "euc_tw": "big5hkscs", "win950": "big5hkscs", "uhc": "cp949", "euckr": "cp949", "hz": "hz",
}  # fmt: skip
"""Names that servers give to code pages, and the codec that reads each."""

_BACKSLASH_CAN_TRAIL = frozenset(("gb18030", "big5hkscs", "cp932", "cp949"))


def codec_of(name: str) -> str | None:
    """The codec for a server's name of a code page, None for one that isn't known."""
    return CODE_PAGES.get(name.lower().replace("-", "").strip("'\"`"))


@dataclass(frozen=True, slots=True)
class Dialect:
    """The habits of a dump at one place in it.

    Parameters
    ----------
    maker : str
        `mysql`, `postgres` or `mssql`.
    backslash : bool
        Whether a backslash inside a string escapes what follows.
    codec : str
        How the bytes of its strings are read.
    """

    maker: Literal["mysql", "postgres", "mssql"]
    backslash: bool
    codec: str = "utf-8"

    @property
    def backslash_can_trail(self) -> bool:
        """Whether 0x5C can be the second byte of a character, as in GBK."""
        return self.codec in _BACKSLASH_CAN_TRAIL

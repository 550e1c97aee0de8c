"""Values as a person may read them: hostile text made harmless, names shortened, numbers with their unit."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from math import isfinite

__all__ = ["amount", "display_width", "formula_safe", "masked_name", "number", "padded", "plain", "shortened"]

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_NATIONAL_ID = re.compile(
    r"(?<![0-9A-Za-z])([1-9]\d{5})(?:18|19|20)\d{2}[01]\d[0-3]\d(\d{3}[\dXx])(?![0-9A-Za-z])"
)
_MOBILE = re.compile(r"(?<![0-9A-Za-z])(1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})(?![0-9A-Za-z])")
_LANDLINE = re.compile(r"(?<![0-9A-Za-z])(0\d{2,3}-)\d{3,4}(\d{4})(?![0-9A-Za-z])")
_ACCOUNT = re.compile(r"(?<![0-9A-Za-z])(?:62|4\d|5[1-5]|3[57])\d{10,15}(\d{4})(?![0-9A-Za-z])")


def plain(value: str, limit: int = 2000) -> str:
    """Text in which nothing is hidden: control, zero-width and direction characters show as their code.

    Parameters
    ----------
    value : str
        Anything a supplier may have delivered.
    limit : int
        Characters kept; what is cut is counted.
    """
    if len(value) <= limit and value.isprintable():
        return value  # nearly all texts; a page holds tens of thousands
    cut = value if len(value) <= limit else value[:limit]
    shown = "".join(_visible(char) for char in cut)
    return shown if len(value) <= limit else f"{shown}…(+{len(value) - limit:,})"


def _visible(char: str) -> str:
    if char in "\n\t\r\v\f\x85":
        return " "
    return f"⟨U+{ord(char):04X}⟩" if unicodedata.category(char) in _INVISIBLE else char


def masked_name(name: str) -> str:
    """A person's name shortened to its first character: 张某某 becomes 张*; an empty name stays empty."""
    for char in name:
        if not char.isspace() and unicodedata.category(char) not in _INVISIBLE:
            return f"{char}*"
    return ""


def shortened(text: str) -> str:
    """A sentence in which no whole phone, bank account or national identity number stands."""
    text = _NATIONAL_ID.sub(r"\1********\2", text)
    text = _MOBILE.sub(r"\1****\2", text)
    text = _LANDLINE.sub(r"\1****\2", text)
    return _ACCOUNT.sub(r"****\1", text)


def formula_safe(value: str) -> str:
    """A csv cell that no spreadsheet takes for a formula: a leading apostrophe where it would."""
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value


def amount(value: Decimal) -> str:
    """Yuan with thousands separators and two decimals: 12,345.60."""
    return f"{value:,.2f}"


def number(value: float | None) -> str:
    """A number as short as it may be: whole numbers with separators, others to three figures."""
    if value is None or not isfinite(value):
        return "—"
    if value == int(value):
        return f"{int(value):,}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2g}" if abs(value) < 0.01 else f"{value:.2f}".rstrip("0").rstrip(".")


def display_width(text: str) -> int:
    """Columns a text takes on a terminal: Chinese characters take two."""
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Text filled with blanks to a terminal width, cut with … where it is longer."""
    if display_width(text) > width:
        kept = ""
        for char in text:
            if display_width(kept + char) > width - 1:
                break
            kept += char
        text = kept + "…"
    blanks = " " * (width - display_width(text))
    return blanks + text if right else text + blanks

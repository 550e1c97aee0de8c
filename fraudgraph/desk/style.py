"""How the desk's figures look: fonts with Chinese, colours that colour-blind readers can tell apart, shapes beside."""

from __future__ import annotations

import os
from typing import Final

__all__ = ["CLAIM_MARKS", "FONT", "GREY", "KIND_COLOURS", "LINE_COLOURS", "LINE_DASHES", "MINUS", "PALETTE", "PLACE_SYMBOLS", "PLUS", "language"]  # fmt: skip

FONT: Final = (
    '"Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei", '
    '"Noto Sans", Arial, sans-serif'
)
PALETTE: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9")
"""Okabe and Ito's colours, the yellow darkened so that it is seen on white."""
GREY: Final = "#8a949c"
PLUS: Final = "#0072b2"
MINUS: Final = "#d55e00"
KIND_COLOURS: Final = {
    "patient": "#0072b2",
    "doctor": "#e69f00",
    "facility": "#009e73",
    "pharmacy": "#cc79a7",
    "operator": "#56b4e9",
    "agent": "#a01c1c",
    "phone": "#5b5b8c",
    "account": "#7a4b00",
    "employer": "#6b7780",
    "device": "#3f6f6f",
    "more": GREY,
}
LINE_COLOURS: Final = {
    "burst": "#d55e00",
    "same_day": "#56b4e9",
    "journey": "#0072b2",
    "batch": "#009e73",
    "identity": "#4a4a4a",
    "steering": "#b8860b",
    "same_bill": "#cc79a7",
    "trace_code": "#7b3294",
    "visited": "#9aa6ad",
}
LINE_DASHES: Final = {
    "identity": "8 5",
    "journey": "8 5",
    "steering": "3 4",
    "same_bill": "2 3",
    "trace_code": "2 3",
}
PLACE_SYMBOLS: Final = ("circle", "diamond", "square", "triangle-up", "pentagon", "star")
"""One for each colour of the palette, so that a place is told by both."""
CLAIM_MARKS: Final = {"chronic": "-dot", "inpatient": "-open"}
"""What a kind of claim adds to its place's symbol; other kinds add nothing."""


def language(lang: str | None) -> str:
    """The reader's language, "zh" or "en": as asked for, or as the environment (LC_ALL, LANG) has it."""
    if lang in ("zh", "en"):
        return lang
    asked = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh" if asked.lower().startswith("zh") else "en"

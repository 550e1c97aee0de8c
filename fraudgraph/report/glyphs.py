"""Which characters of ours, and of people's names, no font of this machine can draw."""

from __future__ import annotations

import subprocess
from functools import cache
from typing import Final

__all__ = ["RARE_IN_NAMES", "chinese_fonts", "missing_glyphs"]

RARE_IN_NAMES: Final = (
    "㛃㬊㭎㮾㳇㴔㸆㻬䂮䃅䌹䎃䏝䓖䗪䜣䝙䥽䲟䴓䶮𠅤𡎚𣗋𤩽𥔲𦈡𨐈𨱏𩽾𪣻𫄨𫍯𫖯𫘜𫚉𬀩𬍛𬭎𬱖龘丂㐂𠮷"
)
"""Characters of the general list of standard Chinese characters, and beyond it, that stand in names of persons and places."""


def chinese_fonts() -> tuple[int, str]:
    """How many fonts with Chinese this machine has, and the characters of names that none of its fonts can draw.

    Returns
    -------
    count, missing : int, str
        0 and "" where fontconfig's `fc-list` is not there.
    """
    families = _lines("fc-list", ":lang=zh-cn", "family")
    return len(families), missing_glyphs(RARE_IN_NAMES) if families else ""


def missing_glyphs(text: str) -> str:
    """The characters of a text that no font can draw, each once, in order; "" where fonts can't be asked."""
    covered = _covered()
    if not covered:
        return ""
    return "".join(
        dict.fromkeys(
            char
            for char in text
            if char.isprintable() and not any(low <= ord(char) <= high for low, high in covered)
        )
    )


@cache
def _covered() -> tuple[tuple[int, int], ...]:
    """Ranges of characters that the fonts of this machine can draw between them."""
    ranges: set[tuple[int, int]] = set()
    for line in _lines("fc-list", ":", "charset"):
        for part in line.rpartition("charset=")[2].split():
            low, _, high = part.partition("-")
            try:
                ranges.add((int(low, 16), int(high or low, 16)))
            except ValueError:
                continue
    return tuple(sorted(ranges))


def _lines(*command: str) -> list[str]:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return [line for line in done.stdout.splitlines() if line.strip()]

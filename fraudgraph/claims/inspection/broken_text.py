"""Signs of text that was once decoded wrongly: 鐜嬬敳 for 王甲, JosÃ© for José, ÍõÎå, 锟斤拷, question marks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fraudgraph.claims.typing.literals import literal
from fraudgraph.store import Store, quoted

__all__ = ["broken_lines", "is_broken"]

_LEADS = "".join(
    dict.fromkeys(
        char
        for lead in range(0xE3, 0xEA)
        for trail in range(0x80, 0xC0)
        if len(char := bytes((lead, trail)).decode("gb18030", errors="ignore")) == 1
    )
)
"""What the first two bytes of a Chinese sign in UTF-8 become where they are taken for GB18030."""
_SIGNS = (
    "\ufffd|锟斤拷|烫烫|屯屯|�|\\?\\?|[ÃÂ][\u0080-\u00bf]|[à-ï][\u0080-\u00bf‚-™Œœžˆ‹›]|[\u00a1-\u00ff]{4,}"
)
_LATIN = re.compile("[\u00a1-\u00ff]{4,}")
_MOST = 5_000
"""So many different values are looked at one by one."""


def is_broken(text: str) -> bool:
    """Whether a text shows that it went through a wrong encoding: read back the other way round it makes sense."""
    if re.search("\ufffd|锟斤拷|烫烫|屯屯|\\?\\?", text):
        return True
    for wrong, right in (
        ("gb18030", "utf-8"),
        ("cp1252", "utf-8"),
        ("latin-1", "utf-8"),
        ("latin-1", "gb18030"),
    ):
        try:
            back = text.encode(wrong).decode(right)
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        if right == "gb18030" and not _LATIN.search(text):
            continue
        if back != text and not text.isascii() and _makes_sense(back, right):
            return True
    return _begins_broken(text)


def _makes_sense(text: str, right: str) -> bool:
    signs = [char for char in text if not char.isascii()]
    usual = sum(
        "\u4e00" <= char <= "\u9fff" or "\u3000" <= char <= "\u303f" or (right == "utf-8" and char.isalpha())
        for char in signs
    )
    return bool(signs) and usual == len(signs)


def _begins_broken(text: str) -> bool:
    """An odd number of bytes leaves a half sign at the end; all but it reads back."""
    if len(text) < 2 or text.isascii():
        return False
    try:
        raw = text.encode("gb18030")
    except UnicodeEncodeError:
        return False
    back = raw.decode("utf-8", errors="ignore")
    chinese = sum("\u4e00" <= char <= "\u9fff" for char in back)
    return chinese >= 2 and chinese * 3 >= len(raw) - 3


def broken_lines(store: Store, relation: str, columns: Sequence[str]) -> tuple[int, int, str]:
    """Rows of a relation, those of them with broken text in one of these columns, and an example.

    Parameters
    ----------
    store : Store
        Holds the relation.
    relation : str
        Name of a table or view.
    columns : sequence of str
        Columns of text.
    """
    total = int(store.one(f"SELECT count(*) FROM {relation}")[0])
    if not columns or not total:
        return total, 0, ""
    pattern = literal(f"[{_LEADS}]|{_SIGNS}")
    names = [quoted(name) for name in columns]
    unioned = " UNION ALL ".join(f"SELECT CAST({name} AS VARCHAR) AS value FROM {relation}" for name in names)
    suspects = store.rows(
        f"SELECT value, count(*) AS n FROM ({unioned}) WHERE value IS NOT NULL AND regexp_matches(value, {pattern}) GROUP BY value ORDER BY n DESC, value LIMIT {_MOST}"
    )
    broken = [str(value) for value, _ in suspects if is_broken(str(value))]
    if not broken:
        return total, 0, ""
    tests = " OR ".join(f"list_contains($broken, CAST({name} AS VARCHAR))" for name in names)
    lines = int(store.one(f"SELECT count(*) FROM {relation} WHERE {tests}", broken=broken)[0])
    return total, lines, broken[0]

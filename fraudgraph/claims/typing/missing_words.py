"""Words that stand where nothing was entered, and the SQL that finds them quickly in millions of values."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from fraudgraph.claims.typing.literals import literal

__all__ = ["is_missing_sql", "missing_words", "stands_for_someone"]

_NOBODY = "0+([.]0+)?|0[0-]*0|0{6,}[Xx]|9{8,}"
"""Digits that stand for nobody where an id names somebody: nothing but zeros, or many nines."""
_TYPED_IN = "|".join(
    [*(f"{digit}{{8,}}" for digit in range(1, 9)), "12345678(9(0(1(2(3(4(5(6(78?)?)?)?)?)?)?)?)?)?"]
)
"""One digit held down, or the keys in their order."""
_STARTS = (*(str(digit) * 8 for digit in range(1, 9)), "12345678")
_BETWEEN = "\x1f"
_AROUND = "()[]{}<>（）［］【】〈〉《》“”‘’\"'`.。;；,，:：!！ "
"""What may stand around such a word: （不详）, 'NULL', null;."""
_NAMED_BY = ("phone", "account", "trace_code", "ordered_by", "refund_of")


@cache
def missing_words() -> tuple[str, ...]:
    """Every word of the data file, in lower case, also in full width."""
    path = Path(__file__).parent.parent / "presets" / "missing.toml"
    words = [word for listed in tomllib.loads(path.read_text(encoding="utf-8")).values() for word in listed]
    return _with_wide(words)


def _with_wide(words: Sequence[str]) -> tuple[str, ...]:
    plain = [word.lower() for word in words]
    wide = [
        "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in word) for word in plain
    ]
    return tuple(dict.fromkeys((*plain, *wide)))


def stands_for_someone(field: str) -> bool:
    """Whether an id names a person, a place or another claim, so that zeros alone name nobody."""
    return field.endswith(_NAMED_BY) or (field.endswith("_id") and field not in ("claim_id", "line_id"))


def is_missing_sql(value: str, own: Sequence[str], *, names_someone: bool) -> str:
    """SQL: whether a value that is not NULL says that there is none.

    Looking at the first character spares nearly all values the long list: it is one look into a short text.
    """
    words = dict.fromkeys((*missing_words(), *_with_wide(own)))
    starts = dict.fromkeys(form for word in words if word for form in (word[0], word[0].upper()))
    starts |= dict.fromkeys(_AROUND.strip())
    listed = literal(_BETWEEN + _BETWEEN.join(words) + _BETWEEN)
    tests = f"contains({listed}, '{_BETWEEN}' || lower({value}) || '{_BETWEEN}') OR contains({listed}, '{_BETWEEN}' || lower(trim({value}, {literal(_AROUND)})) || '{_BETWEEN}')"
    if names_someone:
        starts |= {"0": None, "9": None}
        tests += f" OR regexp_full_match({value}, {literal(_NOBODY)})"
    first = literal("".join(starts))
    typed = ""
    if names_someone:
        begun = ", ".join(literal(one) for one in _STARTS)
        typed = f"WHEN left({value}, 8) IN ({begun}) THEN regexp_full_match({value}, {literal(_TYPED_IN)}) "
    return f"CASE WHEN {value} = '' THEN TRUE WHEN contains({first}, left({value}, 1)) THEN {tests} {typed}ELSE FALSE END"

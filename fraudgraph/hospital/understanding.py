"""Which table of a hospital delivered headers are, and which column is which."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import fraudgraph.claims.columns as _columns
from fraudgraph.claims.columns.header_words import BRACKETS, simplified
from fraudgraph.hospital.tables import SiteColumn, SiteTable, site_tables

__all__ = ["SiteUnderstood", "understand_sheet"]

_HAN = re.compile(r"[\u3400-\u9fff]")
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SAME = {
    "id": "id no num number code cd codg key sn seq uid ident bh hm dm",
    "time": "time date dt tm datetime at on day ts dttm rq sj clock",
    "amt": "amount amt sumamt total cost money je",
    "qty": "quantity qty cnt count sl",
    "name": "name nm mc",
    "dept": "dept department ks",
    "who": "doctor dr physician emp employee staff nurse by operator oper clerk user",
    "item": "item itm",
    "start": "start begin started beg from",
    "end": "end ended finish stop stopped to",
    "report": "report rpt reported",
    "charge": "charge chg charged bill fee",
    "order": "order ord ordered advice",
    "visit": "visit vst enc inp adm admission inpatient",
    "exec": "exec execute executed execution performed",
    "disp": "disp dispense dispensed dispensing",
    "rx": "rx presc prescription recipe",
    "op": "op opr operation surgery surg",
    "device": "device equip equipment instrument machine",
    "anes": "anes anaes anesthesia anaesthesia anesth",
    "national": "si mi nat national insurance nhsa yb",
    "kind": "kind type class category cls",
    "reverse": "red reverse reversed reversal reverses",
    "input": "input entry entered create created",
    "state": "state status stat",
    "value": "value val result",
    "reg": "reg register registered registration",
    "phone": "phone tel mobile telephone",
    "return": "return returned ret",
    "receive": "receive received recv",
    "sample": "sample sampled sampling collect collected specimen",
    "diag": "diag diagnosis diagnoses dx",
}
"""Words of headers that say the same."""
_ALIKE = {word: kind for kind, words in _SAME.items() for word in words.split()}
_TAILS_ZH = ("编号", "编码", "代码", "号码", "流水号", "序号", "标识", "工号", "ID", "id", "号")
_TIMES_ZH = ("日期时间", "时间", "日期", "时刻")
_MORE_SOUNDS = {
    "cang": "仓", "yi": "仪依", "di": "低", "shi": "使失示", "xiu": "修", "dao": "到", "zhan": "占", "ji": "及", "hou": "后",
    "ha": "哈", "qi": "器", "hui": "回", "tu": "图", "an": "安", "bu": "布", "xi": "希析", "gui": "归",
    "da": "打达", "pai": "拍", "zhi": "指置至", "huan": "换还", "gai": "改", "xin": "新", "pian": "片", "jin": "禁",
    "wen": "纹", "feng": "缝", "neng": "能", "fan": "返", "tou": "透", "chong": "重", "xing": "行",
}  # fmt: skip
"""Characters of our headers that presets/pinyin.toml does not have."""
_LEAST = 0.55
_HINT, _MISSED = 1.5, 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteUnderstood:
    """What was made of a delivered table.

    `table` is None where it is none of ours; `nearest` then is what it nearly is and `missing` what it would still need.
    `columns` are positions by column name; `unknown` the headers that nobody took.
    """

    table: SiteTable | None
    columns: dict[str, int]
    unknown: tuple[str, ...]
    nearest: SiteTable | None = None
    missing: tuple[str, ...] = ()
    score: float = 0.0


def understand_sheet(
    file: str, sheet: str | None, headers: Sequence[str], sides: Sequence[str]
) -> SiteUnderstood:
    """Which table headers are.

    Parameters
    ----------
    file, sheet : str
        What the table is called where it came from; words in it count.
    headers : sequence of str
        As delivered.
    sides : sequence of str
        "hospital", "settlement", or both.
    """
    called = f"{file} {sheet or ''}".casefold()
    best: SiteUnderstood | None = None
    nearly: SiteUnderstood | None = None
    for table in site_tables().values():
        if table.side not in sides:
            continue
        columns, score = _assigned(table, headers)
        hints = sum(1 for hint in table.hints if hint in called)
        score += _HINT * min(hints, 2) - _MISSED * (len(headers) - len(columns))
        unknown = tuple(header for i, header in enumerate(headers) if i not in columns.values())
        missing = tuple(name for name in table.required if name not in columns)
        if missing:
            if len(columns) > 1 and (nearly is None or score > nearly.score):
                nearly = SiteUnderstood(
                    table=None, columns=columns, unknown=unknown, nearest=table, missing=missing, score=score
                )
        elif best is None or score > best.score:
            best = SiteUnderstood(table=table, columns=columns, unknown=unknown, score=score)
    if best is not None and best.score > 0:
        return best
    return nearly or SiteUnderstood(table=None, columns={}, unknown=tuple(headers))


def _assigned(table: SiteTable, headers: Sequence[str]) -> tuple[dict[str, int], float]:
    """Columns and headers paired, surest pairs first; a column that few tables have says more about which table it is."""
    pairs = sorted(
        (
            (-_likeness(column, header), place, position)
            for place, column in enumerate(table.columns)
            for position, header in enumerate(headers)
            if _likeness(column, header) >= _LEAST
        ),
    )
    columns: dict[str, int] = {}
    score = 0.0
    for unlike, place, position in pairs:
        column = table.columns[place]
        if column.name in columns or position in columns.values():
            continue
        columns[column.name] = position
        score += -unlike * _tells(column.name, table.side) * (1.5 if column.required else 1.0)
    return columns, score


@cache
def _tells(name: str, side: str) -> float:
    """How much a column says about the table: 1 where only one table of the side has it."""
    having = sum(
        any(column.name == name for column in table.columns)
        for table in site_tables().values()
        if table.side == side
    )
    return float(1.0 / max(1, having) ** 0.5)


@cache
def _likeness(column: SiteColumn, header: str) -> float:
    plain = _plain(header)
    best = 0.0
    for rank, synonym in enumerate(column.headers):
        score = _alike(plain, header, synonym) - 0.012 * rank
        best = max(best, score)
    return round(best, 4)


def _alike(plain: str, header: str, synonym: str) -> float:
    wanted = _plain(synonym)
    if plain == wanted:
        return 1.0
    if _HAN.search(synonym):
        return _alike_zh(plain, wanted) if _HAN.search(plain) else _alike_spoken(plain, synonym)
    return 0.0 if _HAN.search(plain) else _alike_latin(header, synonym)


def _alike_spoken(plain: str, synonym: str) -> float:
    """Pinyin of a Chinese header, whole or its initials."""
    spoken = _spoken(synonym)
    if spoken and plain == "".join(spoken):
        return 0.95
    return 0.85 if len(spoken) > 1 and plain == "".join(one[0] for one in spoken) else 0.0


def _alike_latin(header: str, synonym: str) -> float:
    """The same words in any order, or all words of the synonym and some more."""
    mine, theirs = _tokens(header), _tokens(synonym)
    if mine and mine == theirs:
        return 0.93
    return 0.75 - 0.05 * (len(mine) - len(theirs)) if len(theirs) > 1 and theirs < mine else 0.0


def _alike_zh(plain: str, wanted: str) -> float:
    one, other = _bare(plain), _bare(wanted)
    if one and one == other:
        return 0.93
    if len(wanted) >= 3 and wanted in plain:
        return 0.8 - 0.04 * (len(plain) - len(wanted))
    if len(plain) >= 3 and plain in wanted:
        return 0.7
    return 0.0


def _bare(text: str) -> str:
    """A Chinese header with what it ends in made one: 编号, 代码 and 号 are the same, and so are times."""
    for ending in _TIMES_ZH:
        if text.endswith(ending) and len(text) > len(ending):
            return text.removesuffix(ending) + "时"
    for ending in sorted(_TAILS_ZH, key=len, reverse=True):
        if text.endswith(ending) and len(text) > len(ending):
            return text.removesuffix(ending) + "号"
    return text


@cache
def _plain(header: str) -> str:
    text = BRACKETS.sub("", simplified(unicodedata.normalize("NFKC", header)))
    return re.sub(r"[\s_.\-/:*#]+", "", text).casefold()


@cache
def _tokens(header: str) -> frozenset[str]:
    text = BRACKETS.sub("", unicodedata.normalize("NFKC", header))
    if text.isupper():
        text = text.lower()
    words = [word.casefold() for part in re.split(r"[\s_.\-/]+", text) for word in _PIECES.findall(part)]
    if len(words) > 1 and words[-1] == "doc":
        words[-1] = "doctor"
    return frozenset(_ALIKE.get(word, word) for word in words)


@cache
def _sounds() -> dict[str, str]:
    path = Path(_columns.__path__[0]).parent / "presets" / "pinyin.toml"
    told = tomllib.loads(path.read_text(encoding="utf-8"))["readings"]
    return {char: reading for reading, chars in (*told.items(), *_MORE_SOUNDS.items()) for char in chars}


@cache
def _spoken(text: str) -> tuple[str, ...]:
    """A Chinese header as it is spoken; empty where a character's sound is not known."""
    sounds = _sounds()
    spoken = tuple(sounds.get(char, char.casefold() if char.isascii() else "") for char in text)
    return spoken if all(spoken) else ()

"""What stands in every made backup: rows that have broken readers before, always the same for a seed."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

COLUMNS = ("id", "name", "code", "amount", "day", "at", "note", "picture", "big")
DEPARTMENT = "科室"
DEPARTMENT_COLUMNS = ("编号", "名称")
DEPARTMENTS = [{"编号": i, "名称": name} for i, name in enumerate(("内科", "外科", "儿科", "中医科", "急诊", "医保办", "'; DROP TABLE fee; --"))]  # fmt: skip
Row = dict[str, Any]

_NAMES = (
    "张三", "李四", "O'Brien \"q\"", "\\N", "NULL", "a\r\nb\tc", "换\n行", "誠\\'許", "乗\\", "甛;僜", "''", "\\\\'x\\y", "%_`\"", "-- no comment",
    "/* neither */", "); DROP TABLE fee; --", "，。；：", "０１２", "é", "𠮷田", "😀", "㐂", "꧁", "{0}", "<a>&amp;</a>", "]]>",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """A backup with what it holds.

    Parameters
    ----------
    kind : str
        The family: what the table of results groups by.
    name : str
        Its own name.
    paths : tuple of Path
        What `fraudgraph backups read` is given.
    tables : dict
        Rows by table, sorted by their first column. The truth.
    counts : dict
        Rows by table where only those are known.
    refused : str
        Part of the sentence that must answer; empty where it must be read.
    """

    kind: str
    name: str
    paths: tuple[Path, ...]
    tables: dict[str, list[Row]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    refused: str = ""


Maker = Callable[[Path, int, int], Iterator[Made]]


def rows(count: int, seed: int, codec: str = "utf-8", *, picture: int = 20_000) -> list[Row]:
    """The table `fee`; names and notes hold only what `codec` can write, every fiftieth picture has `picture` bytes."""
    chance = random.Random(f"{seed} {codec}")
    names = [name for name in _NAMES if _fits(name, codec)]
    return [_row(number, chance, names, picture) for number in range(1, count + 1)]


def departments() -> list[Row]:
    """A second table with Chinese names."""
    return [dict(one) for one in DEPARTMENTS]


def tables(count: int, seed: int, codec: str = "utf-8") -> dict[str, list[Row]]:
    """Both tables by name."""
    return {"fee": rows(count, seed, codec), DEPARTMENT: departments()}


def _fits(text: str, codec: str) -> bool:
    try:
        return text.encode(codec).decode(codec) == text
    except UnicodeEncodeError:
        return False


def _row(number: int, chance: random.Random, names: list[str], picture: int) -> Row:
    size = picture if number % 50 == 3 else chance.randrange(64)
    note = "".join(chance.choice(names) for _ in range(chance.choice((0, 1, 2, 40, 400))))
    row = {
        "id": number,
        "name": names[number % len(names)] if number % 3 else chance.choice(names),
        "code": "".join(chance.choice(string.ascii_uppercase + string.digits) for _ in range(8)),
        "amount": Decimal(chance.choice((0, 1, -1, 10**4, -(10**7), 10**17)) + chance.randrange(10**6)).scaleb(-2),
        "day": date(1960, 1, 1) + timedelta(days=chance.randrange(30_000)),
        "at": datetime(2000, 1, 1) + timedelta(seconds=chance.randrange(10**9)),
        "note": note,
        "picture": bytes(range(256)) + chance.randbytes(size - 256) if size > 256 else chance.randbytes(size),
        "big": chance.choice((0, 1, -1, 2**63 - 1, -(2**63), 2**53 + 1)) if number % 4 else chance.randrange(10**12),
    }  # fmt: skip
    for column in COLUMNS[1:]:
        if chance.random() < 0.05:
            row[column] = None
    return row

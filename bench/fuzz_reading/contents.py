"""What an invented file says (its records, the truth) and how its cells are written, drawn by chance."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bench.fuzz_reading.forms import ALONE, CLOCKS, DAYS, IDS, MINUTES, MISSING, MOMENTS, NUMBERS, OPEN, WHOLE

__all__ = ["COLUMNS", "Sheet", "sheet"]

ROWS = 16
COLUMNS = ("claim", "person", "name", "place", "doctor", "type", "start", "end", "settled", "total", "fund")
_HEADERS = (
    ("setl_id", "psn_no", "psn_name", "fixmedins_code", "atddr_no", "med_type", "begntime", "endtime", "setl_time", "medfee_sumamt", "fund_pay_sumamt"),
    ("结算ID", "人员编号", "人员姓名", "定点医药机构编号", "医师编码", "医疗类别", "开始时间", "结束时间", "结算时间", "医疗费总额", "基金支付总额"),
    ("Claim_ID", "Patient_ID", "Patient_Name", "Facility_ID", "Doctor_ID", "claim_type", "Started_At", "Ended_At", "Settled_At", "Total_Amount", "Fund_Amount"),
)  # fmt: skip
_CHINESE = (
    "张伟",
    "欧阳建国",
    "李娜",
    "王芳芳",
    "赵䶮",
    "司马相如",
    "陈静",
    "刘洋",
    "阿依古丽·买买提",
    "无名氏",
)
_TRADITIONAL = ("張偉", "歐陽建國", "李娜", "王芳芳", "趙雲", "劉備", "陳靜", "劉洋")
_WESTERN = ("José Núñez", "Müller", "Zoë Façade", "Ana María", "Bjørn Åsa", "Smith", "Peña", "Lee", "NÚÑEZ", "GÓMEZ", "O’Brien", "Ñuñoa", "Þórður", "Ægir")  # fmt: skip


@dataclass(slots=True)
class Sheet:
    """One table: headers, cells as text, the truth by claim, and for typed cells the values themselves."""

    headers: list[str]
    lines: list[list[str]] = field(default_factory=list)
    values: list[list[Any]] = field(default_factory=list)
    truth: dict[str, dict[str, Any]] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)


def _chosen(chance: random.Random, forms: list[str]) -> list[str]:
    """One form, or two that can stand in one column."""
    first = chance.choice(forms)
    if first in ALONE or chance.random() < 0.7:
        return [first]
    second = chance.choice(forms)
    return [first] if second in ALONE else [first, second]


def _names(kind: str) -> tuple[str, ...]:
    return {"western": _WESTERN, "traditional": _TRADITIONAL}.get(kind, _CHINESE)


def sheet(number: int, chance: random.Random, kind: str) -> Sheet:
    """An invented table; `kind` says which signs its encoding has: chinese, traditional, western."""
    layout = chance.randrange(2 if kind == "chinese" else 1) if kind != "western" else chance.choice((0, 2))
    made = Sheet(list(_HEADERS[layout]))
    split = chance.choice(sorted(CLOCKS)) if chance.random() < 0.12 else ""
    ids, moments, numbers = sorted(IDS), sorted(MOMENTS), sorted(NUMBERS)
    chosen = {
        "claim": _chosen(chance, ids) if chance.random() < 0.2 else ["plain"],
        "person": _chosen(chance, ids),
        "place": _chosen(chance, ids) if chance.random() < 0.2 else ["plain"],
        "doctor": _chosen(chance, ids) if chance.random() < 0.3 else ["plain"],
        "start": ["day"] if split else _chosen(chance, moments),
        "settled": _chosen(chance, moments),
        "total": _chosen(chance, numbers),
        "fund": _chosen(chance, numbers),
    }
    made.forms = {column: " + ".join(forms) for column, forms in chosen.items()}
    if split:
        made.forms["start"] = f"split: {split}"
        made.headers[6:7] = (
            ["begndate", "begntime"] if layout == 0 else ["就诊日期", "就诊时间"] if layout == 1 else ["Visit_Date", "Visit_Time"]
        )  # fmt: skip
    write = {column: _writer(chance, forms) for column, forms in chosen.items()}
    for row in range(ROWS):
        _add_row(made, number * 100 + row, chance, write, kind, CLOCKS[split] if split else None)
    return made


def _writer(chance: random.Random, forms: list[str]) -> Callable[[Any], tuple[str, str]]:
    tables: dict[str, Callable[[Any], str]] = {**IDS, **MOMENTS, **NUMBERS}

    def write(value: Any) -> tuple[str, str]:
        form = chance.choice(forms)
        if isinstance(value, str):
            return IDS[form](value), form
        return (NUMBERS if isinstance(value, Decimal) else tables)[form](_in_form(value, form)), form

    return write


def _in_form(value: Any, form: str) -> Any:
    """What is left of a value in a form that tells less."""
    if isinstance(value, dt.datetime):
        if form in DAYS:
            return value.replace(hour=0, minute=0, second=0)
        return value.replace(second=0) if form in MINUTES else value
    if form in WHOLE:
        return Decimal(int(value)) or Decimal(7)
    return value


def _add_row(
    made: Sheet, number: int, chance: random.Random, write: dict[str, Callable[[Any], tuple[str, str]]], kind: str,
    clock: Callable[[dt.datetime], str] | None,
) -> None:  # fmt: skip
    words = [word for word in MISSING if word.isascii() or kind == "chinese"]
    started = dt.datetime(2025, 1, 1, 10) + dt.timedelta(seconds=chance.randrange(350 * 86400))
    ended = started + dt.timedelta(days=chance.randrange(1, 9)) if chance.random() < 0.5 else None
    settled = started + dt.timedelta(days=chance.randrange(9, 12), seconds=chance.randrange(80000)) if chance.random() < 0.7 else None  # fmt: skip
    total = Decimal(chance.choice((chance.randrange(1, 2_000_000), chance.randrange(1, 90_000)))) / 100
    total = -total if chance.random() < 0.2 else Decimal(int(total) or 7) if chance.random() < 0.2 else total
    fund = (total * chance.choice((Decimal("0.5"), Decimal("0.6"), Decimal(1)))).quantize(Decimal("0.01"))
    person = (
        f"37020119{chance.randrange(10**9, 10**10)}"
        if chance.random() < 0.7
        else f"{chance.randrange(10**6):08d}"
    )
    texts: dict[str, str] = {"type": "11", "claim": write["claim"](f"S{number:09d}")[0]}
    truth: dict[str, Any] = {}
    for column, value in {
        "person": person,
        "place": "H37020100001",
        "doctor": f"D3702{chance.randrange(90000):06d}",
    }.items():
        truth[column] = None if chance.random() < 0.06 else value
        texts[column] = write[column](value)[0] if truth[column] else chance.choice(words)
    truth["name"] = None if chance.random() < 0.06 else chance.choice(_names(kind))
    texts["name"] = truth["name"] or chance.choice([word for word in words if not word[0].isdigit()])
    for column, moment in {"start": started, "end": ended, "settled": settled}.items():
        if moment is None:
            truth[column], texts[column] = None, chance.choice((*OPEN, ""))
            continue
        texts[column], form = write["start" if column == "end" else column](moment)
        truth[column] = _in_form(moment, form)
    for column, amount in {"total": total, "fund": fund}.items():
        texts[column], form = write[column](amount)
        truth[column] = _in_form(amount, form)
    line = [texts[column] for column in COLUMNS]
    if clock is not None:
        truth["start"], line[6:7] = started, [f"{started:%Y-%m-%d}", clock(started)]
    made.lines.append(line)
    made.values.append([f"S{number:09d}", *[truth[column] for column in ("person", "name", "place", "doctor")], "11", *[truth[column] for column in COLUMNS[6:]]])  # fmt: skip
    made.truth[f"S{number:09d}"] = truth

"""Reads invented files in every form with the truth known: `python -m bench fuzz_reading [--files 2000] [--seed S] [--json FILE]`.

Each file draws how its amounts, moments and ids are written, its encoding, delimiter and layout (footers, a header's
stray delimiter, doubled headers, day and clock in two columns, words for "not known"). A value counts as silently wrong
if a row was kept and says something else than the truth. Rows set aside with a reason and columns refused with a
proposal are counted apart, and so are values that were left empty and told. The aim is 0 silently wrong.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from fraudgraph.claims.reading import read_claims
from fraudgraph.errors import SourceError
from fraudgraph.settings import SourceSettings
from fraudgraph.store import Store

__all__ = ["Tally", "fuzz", "main"]

ROWS = 14
PER_READ = 20
"""Files that are read together; where one is refused, each is read by itself."""
_HEADERS = ("setl_id", "psn_no", "psn_name", "fixmedins_code", "med_type", "begntime", "endtime", "setl_time", "medfee_sumamt", "fund_pay_sumamt")  # fmt: skip
_CHINESE = ("张伟", "欧阳建国", "李娜", "王芳芳", "赵䶮", "司马相如", "陈静", "刘洋")
_WESTERN = ("José Núñez", "Müller", "Zoë Façade", "Ana María", "Bjørn Åsa", "Smith", "Peña", "Lee")
_MISSING = ("NULL", "null", "nan", "N/A", "#N/A", "无", "不详", "未知", "-", "(null)", "[NULL]", "undefined", "000000000000000000", "0", "999999999999999999", "空", "\\N", "None", "#REF!")  # fmt: skip
_OPEN = ("9999-12-31", "0000-00-00", "1899-12-30", "1900-01-01", "0001-01-01 00:00:00", "2999-12-31 23:59:59", "99991231", "00000000", "1601-01-01", "2099-12-31")  # fmt: skip
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _grouped(amount: Decimal, group: str, decimal: str) -> str:
    whole, _, cents = f"{abs(amount):,.2f}".partition(".")
    return f"{'-' if amount < 0 else ''}{whole.replace(',', group)}{decimal}{cents}"


def _signed(amount: Decimal, form: str) -> str:
    return form.format(f"{abs(amount):.2f}") if amount < 0 else f"{amount:.2f}"


_WIDE = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
NUMBERS: dict[str, Callable[[Decimal], str]] = {
    "plain": lambda a: f"{a:.2f}",
    "trailing zeros dropped": lambda a: f"{a.normalize():f}",
    "English groups": lambda a: _grouped(a, ",", "."),
    "German": lambda a: _grouped(a, ".", ","),
    "comma only": lambda a: f"{a:.2f}".replace(".", ","),
    "French": lambda a: _grouped(a, " ", ","),
    "French, narrow blank": lambda a: _grouped(a, "\u202f", ","),
    "no-break blank": lambda a: _grouped(a, "\u00a0", "."),
    "Swiss": lambda a: _grouped(a, "'", "."),
    "yuan sign": lambda a: f"￥{_grouped(a, ',', '.')}" if a >= 0 else f"-￥{_grouped(-a, ',', '.')}",
    "yuan word": lambda a: f"{_grouped(a, ',', '.')}元",
    "full width": lambda a: f"{a:.2f}".translate(_WIDE),
    "minus U+2212": lambda a: _signed(a, "\u2212{}"),
    "minus U+2013": lambda a: _signed(a, "\u2013{}"),
    "brackets": lambda a: _signed(a, "({})"),
    "minus behind": lambda a: _signed(a, "{}-"),
    "credit": lambda a: _signed(a, "{}CR"),
    "euro": lambda a: f"{_grouped(a, '.', ',')} €",
    "three decimals": lambda a: f"{a:.3f}",
    "scientific": lambda a: f"{a:.10E}",
    "Indian groups": lambda a: f"{'-' if a < 0 else ''}{_indian(abs(a))}",
}


def _indian(amount: Decimal) -> str:
    whole, cents = f"{amount:.2f}".split(".")
    head, tail = whole[:-3], whole[-3:]
    pairs = [head[max(0, i - 2) : i] for i in range(len(head), 0, -2)][::-1]
    return ",".join([*pairs, tail]) + f".{cents}"


def _half(moment: dt.datetime) -> tuple[int, bool]:
    return moment.hour % 12 or 12, moment.hour >= 12


def _twelve(moment: dt.datetime, words: tuple[str, str]) -> str:
    hour, after = _half(moment)
    return f"{words[after]}{hour}:{moment:%M:%S}"


def _utc(moment: dt.datetime, hours: float = 8) -> dt.datetime:
    return moment - dt.timedelta(hours=hours)


_ZERO = dt.datetime(1899, 12, 30)
MOMENTS: dict[str, Callable[[dt.datetime], str]] = {
    "ISO": lambda m: f"{m:%Y-%m-%d %H:%M:%S}",
    "ISO T": lambda m: f"{m:%Y-%m-%dT%H:%M:%S}",
    "fractions": lambda m: f"{m:%Y-%m-%d %H:%M:%S}.000",
    "slashes": lambda m: f"{m.year}/{m.month}/{m.day} {m.hour}:{m:%M:%S}",
    "compact": lambda m: f"{m:%Y%m%d%H%M%S}",
    "compact T": lambda m: f"{m:%Y%m%dT%H%M%S}",
    "as a number": lambda m: f"{m:%Y%m%d%H%M%S}.0",
    "Z": lambda m: f"{_utc(m):%Y-%m-%dT%H:%M:%SZ}",
    "+00:00": lambda m: f"{_utc(m):%Y-%m-%dT%H:%M:%S}+00:00",
    "+0000": lambda m: f"{_utc(m):%Y-%m-%dT%H:%M:%S}.000+0000",
    "+08:00": lambda m: f"{m:%Y-%m-%d %H:%M:%S}+08:00",
    "-05:00": lambda m: f"{_utc(m, 13):%Y-%m-%dT%H:%M:%S}-05:00",
    "+05:30": lambda m: f"{_utc(m, 2.5):%Y-%m-%dT%H:%M:%S}+05:30",
    "UTC": lambda m: f"{_utc(m):%Y-%m-%d %H:%M:%S} UTC",
    "CST": lambda m: f"{m:%a %b %d %H:%M:%S} CST {m.year}",
    "epoch": lambda m: str(int((_utc(m) - dt.datetime(1970, 1, 1)).total_seconds())),
    "epoch milliseconds": lambda m: str(int((_utc(m) - dt.datetime(1970, 1, 1)).total_seconds()) * 1000),
    "serial": lambda m: repr((m - _ZERO).total_seconds() / 86400),
    "上午 before": lambda m: f"{m.year}/{m.month}/{m.day} {_twelve(m, ('上午', '下午'))}",
    "下午 behind": lambda m: f"{m:%Y-%m-%d} {_half(m)[0]}:{m:%M:%S} {('上午', '下午')[_half(m)[1]]}",
    "PM before": lambda m: f"{m:%Y-%m-%d} {_twelve(m, ('AM ', 'PM '))}",
    "PM behind": lambda m: f"{m:%Y/%m/%d %I:%M:%S %p}",
    "Chinese": lambda m: f"{m.year}年{m.month}月{m.day}日 {m.hour}时{m.minute}分{m.second}秒",
    "weekday": lambda m: f"{m.year}/{m.month}/{m.day} 周{'一二三四五六日'[m.weekday()]} {m.hour}:{m:%M:%S}",
    "month first": lambda m: f"{m:%m/%d/%Y %H:%M:%S}",
    "month first, PM": lambda m: f"{m.month}/{m.day}/{m.year} {m:%I:%M:%S %p}",
    "day first": lambda m: f"{m:%d/%m/%Y %H:%M:%S}",
    "day first, points": lambda m: f"{m:%d.%m.%Y %H:%M:%S}",
    "SQL Server": lambda m: f"{_MONTHS[m.month - 1]} {m.day:2d} {m.year} {m:%I:%M:%S}{m:%p}",
    "Oracle": lambda m: f"{m.day:02d}-{_MONTHS[m.month - 1].upper()}-{m:%y %I.%M.%S}.000000 {m:%p}",
    "Oracle in Chinese": lambda m: f"{m.day:02d}-{m.month}月 -{m:%y %I.%M.%S}.000000 {('上午', '下午')[m.hour >= 12]}",
    "DB2": lambda m: f"{m:%Y-%m-%d-%H.%M.%S}.000000",
    "two digits": lambda m: f"{m:%y-%m-%d %H:%M:%S}",
}  # fmt: skip
CLOCKS: dict[str, Callable[[dt.datetime], str]] = {
    "hhmmss": lambda m: f"{m:%H%M%S}",
    "hhmmss without zeros": lambda m: str(int(f"{m:%H%M%S}")),
    "h:mm:ss": lambda m: f"{m.hour}:{m:%M:%S}",
    "share of a day": lambda m: repr((m.hour * 3600 + m.minute * 60 + m.second) / 86400),
    "day zero": lambda m: f"1899-12-30 {m:%H:%M:%S}",
    "spoken": lambda m: _twelve(m, ("上午", "下午")),
}
IDS: dict[str, Callable[[str], str]] = {
    "plain": lambda i: i,
    "tab behind": lambda i: f"{i}\t",
    "zero width": lambda i: f"\u200b{i}",
    "left to right": lambda i: f"{i}\u200e",
    "no-break blank": lambda i: f"{i}\u00a0",
    "wide blank": lambda i: f"{i}\u3000",
    "apostrophe": lambda i: f"'{i}",
    "formula": lambda i: f'="{i}"',
    "full width": lambda i: i.translate(_WIDE),
    "scientific": lambda i: f"{int(i):.5E}" if i.isdigit() else i,
}
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "cp1252", "lines of two")


@dataclass(slots=True)
class Tally:
    """What came of the files. `wrong` lists what was silently wrong: file, form, column, truth, what was read."""

    files: int = 0
    values: int = 0
    rows_kept: int = 0
    rows_aside: int = 0
    columns_refused: int = 0
    left_empty: int = 0
    rows_lost: int = 0
    wrong: list[tuple[str, ...]] = field(default_factory=list)
    forms: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    content: bytes
    truth: dict[str, dict[str, Any]]
    forms: dict[str, str]


def _file(number: int, chance: random.Random) -> _File:
    encoding = chance.choice(ENCODINGS)
    split = chance.random() < 0.15
    forms = {
        "number": chance.choice(list(NUMBERS)),
        "moment": "split: " + chance.choice(list(CLOCKS)) if split else chance.choice(list(MOMENTS)),
        "id": chance.choice(list(IDS)),
        "encoding": encoding,
    }
    western = encoding == "cp1252"
    truth: dict[str, dict[str, Any]] = {}
    lines: list[list[str]] = []
    for row in range(ROWS):
        record, cells = _row(number, row, forms, chance, western=western)
        truth[record.pop("claim_id")] = record
        lines.append(cells)
    headers = list(_HEADERS)
    if split:
        headers[5:6] = ["begndate", "begntime"]
    delimiter = chance.choice(",;\t|")
    if chance.random() < 0.2:
        lines.append(
            [
                chance.choice(("合计", "制表人：李四", "共14条记录", "Total", "第1页 共2页"))
                if not western
                else "Total",
                *[""] * (len(headers) - 1),
            ]
        )
    if chance.random() < 0.15:
        headers.append("")
    elif chance.random() < 0.15:
        headers.insert(2, "psn_no")
        headers.insert(1, "psn_no")
        del headers[3]
        lines = [[line[0], "", *line[1:]] for line in lines]
    text = [delimiter.join(headers)] + [
        delimiter.join(_quoted(cell, delimiter) for cell in line) for line in lines
    ]
    return _File(f"setl_{number:05d}.csv", _encoded(text, encoding, forms), truth, forms)


def _row(
    number: int, row: int, forms: dict[str, str], chance: random.Random, *, western: bool
) -> tuple[dict[str, Any], list[str]]:
    moment = dt.datetime(2025, 1, 1) + dt.timedelta(seconds=chance.randrange(360 * 86400))
    total = Decimal(chance.choice((chance.randrange(1, 2_000_000), chance.randrange(1, 90_000)))) / 100
    if chance.random() < 0.2:
        total = -total
    if forms["number"] == "three decimals" or chance.random() < 0.2:
        total = Decimal(int(total)) or Decimal(7)
    fund = (total * chance.choice((Decimal("0.5"), Decimal("0.6"), Decimal(1)))).quantize(Decimal("0.01"))
    person = f"37020119{chance.randrange(10**9, 10**10)}"
    name = chance.choice(_WESTERN if western else _CHINESE)
    missing = chance.random() < 0.06 and not western
    words = [word for word in _MISSING if word.isascii() or not western]
    claim = f"S{number:05d}{row:04d}"
    ends = chance.choice(_OPEN) if chance.random() < 0.3 else ""
    amount = NUMBERS[forms["number"]]
    if forms["moment"].startswith("split: "):
        moments = [f"{moment:%Y-%m-%d}", CLOCKS[forms["moment"].removeprefix("split: ")](moment)]
    else:
        moments = [MOMENTS[forms["moment"]](moment)]
    patient = chance.choice(words) if missing else IDS[forms["id"]](person)
    cells = [claim, patient, name, "H37020100001", "11", *moments, ends, "", amount(total), amount(fund)]
    record = {
        "claim_id": claim, "patient_id": None if missing else person, "name": name, "started_at": moment,
        "ended_at": None, "total_amount": total, "fund_amount": fund,
    }  # fmt: skip
    return record, cells


def _quoted(cell: str, delimiter: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if delimiter in cell or '"' in cell else cell


def _encoded(lines: Sequence[str], encoding: str, forms: dict[str, str]) -> bytes:
    if encoding == "lines of two":
        half = len(lines) // 2
        return "\n".join([*lines[:half], ""]).encode("gb18030") + "\n".join([*lines[half:], ""]).encode()
    try:
        return "\n".join([*lines, ""]).encode(encoding)
    except UnicodeEncodeError:  # a form that the encoding has no signs for
        forms["encoding"] = "utf-8"
        return "\n".join([*lines, ""]).encode()


def _same(column: str, truth: Any, found: Any) -> bool:
    if column == "started_at" and truth is not None and found is not None:
        return abs((truth - found).total_seconds()) < 1.5
    return bool(truth == found)


def _judge(store: Store, files: Sequence[_File], tally: Tally) -> None:
    kept = {
        row[0]: dict(
            zip(
                ("patient_id", "name", "started_at", "ended_at", "total_amount", "fund_amount"),
                row[1:],
                strict=True,
            )
        )
        for row in store.rows(
            "SELECT c.claim_id, c.patient_id, p.name, c.started_at, c.ended_at, c.total_amount, c.fund_amount FROM claims AS c LEFT JOIN patients AS p ON p.patient_id = c.patient_id"
        )
    }
    aside = Counter(
        str(row[0]) for row in store.rows("SELECT source_file FROM rejects WHERE code <> 'E_NO_RECORD'")
    )
    for file in files:
        here = [claim for claim in file.truth if claim in kept]
        tally.rows_kept += len(here)
        tally.rows_aside += aside[file.name]
        tally.rows_lost += len(file.truth) - len(here) - aside[file.name]
        for claim in here:
            for column, truth in file.truth[claim].items():
                found = kept[claim][column]
                tally.values += 1
                if _same(column, truth, found):
                    continue
                if found is None:
                    tally.left_empty += 1
                else:
                    tally.wrong.append((file.name, str(file.forms), column, str(truth), str(found)))


def _read(files: Sequence[_File], tally: Tally) -> bool:
    """Read files together; False if one of them was refused."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "delivered"
        place.mkdir()
        for file in files:
            (place / file.name).write_bytes(file.content)
        with Store(Path(folder) / "store") as store:
            try:
                read_claims(store, [place], SourceSettings(max_reject_share=1))
            except SourceError:
                return False
            _judge(store, files, tally)
    return True


def fuzz(count: int, seed: int, tell: Callable[[str], None] = lambda _text: None) -> Tally:
    """Make, read and judge files.

    Parameters
    ----------
    count : int
        How many.
    seed : int
        Same seed, same files.
    tell : callable
        Told how far it is.
    """
    tally = Tally()
    for first in range(0, count, PER_READ):
        files = [_file(n, random.Random(f"{seed}-{n}")) for n in range(first, min(count, first + PER_READ))]
        for file in files:
            tally.forms.update(f"{kind}: {form}" for kind, form in file.forms.items())
        if not _read(files, tally):
            for file in files:
                if not _read([file], tally):
                    tally.columns_refused += 1
        tally.files += len(files)
        tell(f"{tally.files} files, {tally.values} values, {len(tally.wrong)} silently wrong")
    return tally


def main(argv: Sequence[str]) -> int:
    """Print what came of the files; 1 if a value was silently wrong or a row lost."""
    parser = argparse.ArgumentParser(prog="python -m bench fuzz_reading", description=__doc__)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="60 files")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(argv)
    tally = fuzz(60 if asked.quick else asked.files, asked.seed, print)
    for one in tally.wrong[:40]:
        print("WRONG", *one, sep=" | ")
    figures = {
        "files": tally.files, "values": tally.values, "silently_wrong": len(tally.wrong), "rows_lost": tally.rows_lost,
        "rows_kept": tally.rows_kept, "rows_set_aside": tally.rows_aside, "files_refused": tally.columns_refused,
        "values_left_empty": tally.left_empty, "seed": asked.seed, "forms": len(tally.forms),
    }  # fmt: skip
    print(json.dumps(figures))
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 1 if tally.wrong or tally.rows_lost else 0

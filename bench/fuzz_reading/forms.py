"""How people and programs write amounts, moments, times of day and ids: each form by its name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

__all__ = ["ALONE", "CLOCKS", "DAYS", "IDS", "MINUTES", "MISSING", "MOMENTS", "NUMBERS", "OPEN", "WHOLE"]

MISSING = (
    "NULL", "null", "nan", "NaT", "<NA>", "N/A", "NA", "#N/A", "#REF!", "#VALUE!", "无", "不详", "未知", "空", "暂无", "-", "--", "——", "(null)", "[NULL]",
    "undefined", "None", "nil", "\\N", "Ｎ／Ａ", "未填写", "待补", "?", "/", "000000000000000000", "0", "0.0", "999999999999999999",
)  # fmt: skip
OPEN = (
    "9999-12-31", "0000-00-00", "0000-00-00 00:00:00", "1899-12-30", "1899-12-31 00:00:00", "1900-01-01", "1900/1/0", "0001-01-01 00:00:00", "2999-12-31 23:59:59", "99991231",
    "00000000", "99991231235959", "1601-01-01", "1753-01-01", "2099-12-31", "9999/12/31 0:00:00", "1970-01-01 08:00:00", "2958465", "0",
)  # fmt: skip
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WIDE = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
_ZERO = dt.datetime(1899, 12, 30)


def _grouped(amount: Decimal, group: str, decimal: str) -> str:
    whole, _, cents = f"{abs(amount):,.2f}".partition(".")
    return f"{'-' if amount < 0 else ''}{whole.replace(',', group)}{decimal}{cents}"


def _signed(amount: Decimal, form: str) -> str:
    return form.format(f"{abs(amount):.2f}") if amount < 0 else f"{amount:.2f}"


def _indian(amount: Decimal) -> str:
    whole, cents = f"{amount:.2f}".split(".")
    head, tail = whole[:-3], whole[-3:]
    pairs = [head[max(0, i - 2) : i] for i in range(len(head), 0, -2)][::-1]
    return ",".join([*pairs, tail]) + f".{cents}"


def _fours(amount: Decimal) -> str:
    """Groups of four, as ten thousands are counted in Chinese."""
    whole, cents = f"{abs(amount):.2f}".split(".")
    parts = [whole[max(0, i - 4) : i] for i in range(len(whole), 0, -4)][::-1]
    return ("-" if amount < 0 else "") + ",".join(parts) + f".{cents}"


NUMBERS: dict[str, Callable[[Decimal], str]] = {
    "plain": lambda a: f"{a:.2f}",
    "trailing zeros dropped": lambda a: f"{a.normalize():f}",
    "four decimals": lambda a: f"{a:.4f}",
    "leading zeros": lambda a: f"{'-' if a < 0 else ''}{abs(a):011.2f}",
    "plus": lambda a: f"{a:+.2f}",
    "English groups": lambda a: _grouped(a, ",", "."),
    "English, whole": lambda a: f"{a:,.0f}",
    "German": lambda a: _grouped(a, ".", ","),
    "German, whole": lambda a: f"{a:,.0f}".replace(",", "."),
    "comma only": lambda a: f"{a:.2f}".replace(".", ","),
    "comma, zeros dropped": lambda a: f"{a.normalize():f}".replace(".", ","),
    "French": lambda a: _grouped(a, " ", ","),
    "French, narrow blank": lambda a: _grouped(a, "\u202f", ","),
    "no-break blank": lambda a: _grouped(a, "\u00a0", "."),
    "blank, whole": lambda a: f"{a:,.0f}".replace(",", "\u2009"),
    "Swiss": lambda a: _grouped(a, "'", "."),
    "Swiss, curly": lambda a: _grouped(a, "’", "."),
    "yuan sign": lambda a: f"￥{_grouped(a, ',', '.')}" if a >= 0 else f"-￥{_grouped(-a, ',', '.')}",
    "yuan sign, minus inside": lambda a: f"¥{_grouped(a, ',', '.')}",
    "yuan word": lambda a: f"{_grouped(a, ',', '.')}元",
    "ten thousands": lambda a: f"{(a / 10000).normalize():f}万元",
    "full width": lambda a: f"{a:.2f}".translate(_WIDE),
    "minus U+2212": lambda a: _signed(a, "\u2212{}"),
    "minus U+2013": lambda a: _signed(a, "\u2013{}"),
    "minus U+2014": lambda a: _signed(a, "\u2014{}"),
    "minus U+FE63": lambda a: _signed(a, "\ufe63{}"),
    "minus U+2011, blank": lambda a: _signed(a, "\u2011 {}"),
    "brackets": lambda a: _signed(a, "({})"),
    "wide brackets": lambda a: _signed(a, "（{}）"),
    "brackets, yuan": lambda a: _signed(a, "(¥{})"),
    "minus behind": lambda a: _signed(a, "{}-"),
    "minus behind, blank": lambda a: _signed(a, "{} -"),
    "credit": lambda a: _signed(a, "{}CR"),
    "credit, blank": lambda a: _signed(a, "{} CR"),
    "负": lambda a: _signed(a, "负{}"),
    "euro": lambda a: f"{_grouped(a, '.', ',')} €",
    "three decimals": lambda a: f"{a:.3f}",
    "scientific": lambda a: f"{a:.10E}",
    "scientific, small": lambda a: f"{a:.8e}".replace("e+0", "e").replace("e-0", "e-"),
    "scientific, comma": lambda a: f"{a:.10E}".replace(".", ","),
    "Indian groups": lambda a: f"{'-' if a < 0 else ''}{_indian(abs(a))}",
    "groups of four": _fours,
    "quoted blank": lambda a: f" {a:.2f}\t",
}
WHOLE = frozenset({"English, whole", "German, whole", "blank, whole", "three decimals"})
"""Forms of whole amounts."""


def _half(moment: dt.datetime) -> tuple[int, bool]:
    return moment.hour % 12 or 12, moment.hour >= 12


def _twelve(moment: dt.datetime, words: tuple[str, str]) -> str:
    hour, after = _half(moment)
    return f"{words[after]}{hour}:{moment:%M:%S}"


def _utc(moment: dt.datetime, hours: float = 8) -> dt.datetime:
    return moment - dt.timedelta(hours=hours)


def _epoch(moment: dt.datetime) -> int:
    return int((_utc(moment) - dt.datetime(1970, 1, 1)).total_seconds())


def _spoken(moment: dt.datetime) -> str:
    hour = moment.hour
    words = ((6, "凌晨"), (9, "早上"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
    word = next(said for end, said in words if hour < end)
    shown = hour - 12 if hour > 12 else hour
    return f"{word}{shown}点{moment.minute}分"


MOMENTS: dict[str, Callable[[dt.datetime], str]] = {
    "ISO": lambda m: f"{m:%Y-%m-%d %H:%M:%S}",
    "ISO T": lambda m: f"{m:%Y-%m-%dT%H:%M:%S}",
    "ISO, minutes": lambda m: f"{m:%Y-%m-%d %H:%M}",
    "day": lambda m: f"{m:%Y-%m-%d}",
    "compact day": lambda m: f"{m:%Y%m%d}",
    "fractions": lambda m: f"{m:%Y-%m-%d %H:%M:%S}.000",
    "nanoseconds": lambda m: f"{m:%Y-%m-%d %H:%M:%S}.000000000",
    "slashes": lambda m: f"{m.year}/{m.month}/{m.day} {m.hour}:{m:%M:%S}",
    "points": lambda m: f"{m.year}.{m.month}.{m.day} {m.hour}:{m:%M}",
    "compact": lambda m: f"{m:%Y%m%d%H%M%S}",
    "compact, minutes": lambda m: f"{m:%Y%m%d%H%M}",
    "compact T": lambda m: f"{m:%Y%m%dT%H%M%S}",
    "as a number": lambda m: f"{m:%Y%m%d%H%M%S}.0",
    "Z": lambda m: f"{_utc(m):%Y-%m-%dT%H:%M:%SZ}",
    "Z, fractions": lambda m: f"{_utc(m):%Y-%m-%dT%H:%M:%S}.000Z",
    "+00:00": lambda m: f"{_utc(m):%Y-%m-%dT%H:%M:%S}+00:00",
    "+0000": lambda m: f"{_utc(m):%Y-%m-%dT%H:%M:%S}.000+0000",
    "+08": lambda m: f"{m:%Y-%m-%d %H:%M:%S}+08",
    "+08:00": lambda m: f"{m:%Y-%m-%d %H:%M:%S}+08:00",
    "-05:00": lambda m: f"{_utc(m, 13):%Y-%m-%dT%H:%M:%S}-05:00",
    "-0800, blank": lambda m: f"{_utc(m, 16):%Y-%m-%d %H:%M:%S} -0800",
    "+05:30": lambda m: f"{_utc(m, 2.5):%Y-%m-%dT%H:%M:%S}+05:30",
    "UTC": lambda m: f"{_utc(m):%Y-%m-%d %H:%M:%S} UTC",
    "Go": lambda m: f"{_utc(m):%Y-%m-%d %H:%M:%S} +0000 UTC",
    "JavaScript": lambda m: f"{m:%a %b %d %Y %H:%M:%S} GMT+0800 (中国标准时间)",
    "mail": lambda m: f"{_utc(m):%a, %d %b %Y %H:%M:%S} GMT",
    "CST": lambda m: f"{m:%a %b %d %H:%M:%S} CST {m.year}",
    "epoch": lambda m: str(_epoch(m)),
    "epoch milliseconds": lambda m: str(_epoch(m) * 1000),
    "epoch microseconds": lambda m: str(_epoch(m) * 1_000_000),
    "epoch nanoseconds": lambda m: str(_epoch(m) * 1_000_000_000),
    "epoch, scientific": lambda m: f"{_epoch(m):.9E}",
    "serial": lambda m: repr((m - _ZERO).total_seconds() / 86400),
    "上午 before": lambda m: f"{m.year}/{m.month}/{m.day} {_twelve(m, ('上午', '下午'))}",
    "下午 behind": lambda m: f"{m:%Y-%m-%d} {_half(m)[0]}:{m:%M:%S} {('上午', '下午')[_half(m)[1]]}",
    "午後": lambda m: f"{m:%Y-%m-%d} {_twelve(m, ('午前', '午後'))}",
    "spoken": lambda m: f"{m.year}年{m.month}月{m.day}日 {_spoken(m)}",
    "PM before": lambda m: f"{m:%Y-%m-%d} {_twelve(m, ('AM ', 'PM '))}",
    "PM behind": lambda m: f"{m:%Y/%m/%d %I:%M:%S %p}",
    "pm with points": lambda m: f"{m:%Y-%m-%d} {_half(m)[0]}:{m:%M:%S} {('a.m.', 'p.m.')[_half(m)[1]]}",
    "Chinese": lambda m: f"{m.year}年{m.month}月{m.day}日 {m.hour}时{m.minute}分{m.second}秒",
    "weekday": lambda m: f"{m.year}/{m.month}/{m.day} 周{'一二三四五六日'[m.weekday()]} {m.hour}:{m:%M:%S}",
    "month first": lambda m: f"{m:%m/%d/%Y %H:%M:%S}",
    "month first, day": lambda m: f"{m.month}/{m.day}/{m.year}",
    "month first, dashes": lambda m: f"{m:%m-%d-%Y %H:%M}",
    "month first, PM": lambda m: f"{m.month}/{m.day}/{m.year} {m:%I:%M:%S %p}",
    "day first": lambda m: f"{m:%d/%m/%Y %H:%M:%S}",
    "day first, points": lambda m: f"{m:%d.%m.%Y %H:%M:%S}",
    "two digits, month first": lambda m: f"{m:%m/%d/%y %H:%M}",
    "long month": lambda m: f"{m:%B} {m.day}, {m.year} {m:%I:%M %p}",
    "SQL Server": lambda m: f"{_MONTHS[m.month - 1]} {m.day:2d} {m.year} {m:%I:%M:%S}{m:%p}",
    "Oracle": lambda m: f"{m.day:02d}-{_MONTHS[m.month - 1].upper()}-{m:%y %I.%M.%S}.000000 {m:%p}",
    "Oracle in Chinese": lambda m: f"{m.day:02d}-{m.month}月 -{m:%y %I.%M.%S}.000000 {('上午', '下午')[m.hour >= 12]}",
    "DB2": lambda m: f"{m:%Y-%m-%d-%H.%M.%S}.000000",
    "two digits": lambda m: f"{m:%y-%m-%d %H:%M:%S}",
}  # fmt: skip
MINUTES = frozenset({"ISO, minutes", "points", "compact, minutes", "month first, dashes", "long month", "spoken", "two digits, month first"})  # fmt: skip
"""Forms that tell no seconds."""
DAYS = frozenset({"day", "compact day", "month first, day"})
"""Forms that tell no clock."""
ALONE = WHOLE | {form for form in MOMENTS if form.startswith(("month first", "day first", "two digits"))} | {"comma, zeros dropped"}  # fmt: skip
"""Forms of which a column holds no other: beside some, nothing in the world would tell what they are."""
CLOCKS: dict[str, Callable[[dt.datetime], str]] = {
    "hhmmss": lambda m: f"{m:%H%M%S}",
    "hhmmss without zeros": lambda m: str(int(f"{m:%H%M%S}")),
    "h:mm:ss": lambda m: f"{m.hour}:{m:%M:%S}",
    "share of a day": lambda m: repr((m.hour * 3600 + m.minute * 60 + m.second) / 86400),
    "day zero": lambda m: f"1899-12-30 {m:%H:%M:%S}",
    "1900/1/0": lambda m: f"1900/1/0 {m.hour}:{m:%M:%S}",
    "spoken": lambda m: _twelve(m, ("上午", "下午")),
    "PM behind": lambda m: f"{m:%I:%M:%S %p}",
    "Chinese": lambda m: f"{m.hour}时{m.minute}分{m.second}秒",
}


def _counts(text: str) -> bool:
    """Whether a program may take an id for a number and lose nothing but its look."""
    return text.isdigit() and not text.startswith("0")


IDS: dict[str, Callable[[str], str]] = {
    "plain": lambda i: i,
    "tab behind": lambda i: f"{i}\t",
    "zero width": lambda i: f"\u200b{i}",
    "byte order mark": lambda i: f"\ufeff{i}",
    "left to right": lambda i: f"{i}\u200e",
    "embedding": lambda i: f"\u202d{i}\u202c",
    "soft hyphen": lambda i: f"{i[:3]}\u00ad{i[3:]}",
    "no-break blank": lambda i: f"{i}\u00a0",
    "wide blank": lambda i: f"{i}\u3000",
    "blanks inside": lambda i: f"{i[:6]} {i[6:]}" if i.isdigit() else i,
    "apostrophe": lambda i: f"'{i}",
    "curly apostrophe": lambda i: f"’{i}",
    "formula": lambda i: f'="{i}"',
    "full width": lambda i: i.translate(_WIDE),
    "quoted": lambda i: f'"{i}"',
    "scientific": lambda i: f"{int(i):.5E}" if _counts(i) else i,
    "scientific, no plus": lambda i: f"{int(i):.5E}".replace("+", "") if _counts(i) else i,
    "scientific, comma": lambda i: f"{int(i):.5E}".replace(".", ",") if _counts(i) else i,
    "scientific, blank": lambda i: f"{int(i):.5E}".replace("E", " E") if _counts(i) else i,
    "scientific, all digits": lambda i: f"{i[0]}.{i[1:]}E+{len(i) - 1}" if _counts(i) else i,
    "a float": lambda i: f"{i}.0" if i.isdigit() else i,
    "two decimals": lambda i: f"{i}.00" if i.isdigit() else i,
    "grouped": lambda i: f"{int(i):,}" if _counts(i) else i,
}

"""Invented names, and the diagnosis codes that claims of a kind carry. No real person, firm or place is meant."""

from __future__ import annotations

import numpy as np

from fraudgraph.synthetic.city.arrays import Floats, Ints, Rng

__all__ = ["DIAGNOSES", "DX", "ORDINARY_DX", "firm_names", "person_names", "place_words"]

_SURNAMES = (
    "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红玲建国志文春梅海燕晓东立新永福振凤琴淑珍林波鹏飞"
)
_SYLLABLES_A = "柳云青石白松清金龙东南西北梅桃荷竹枫莲溪禾泉沙红翠银紫古新安福瑞祥和广"
_SYLLABLES_B = "塘河山桥坡湾岭湖洲田坪浦港庄泽峪涧沟埠原台岗"
_TRADES = ("纺织", "机械", "食品", "电子", "物流", "建材", "服装", "化工", "商贸", "印刷", "家具", "水产")

ORDINARY_DX: dict[str, tuple[tuple[str, float], ...]] = {
    "outpatient": (
        ("J06.9", 16), ("J20.9", 6), ("J02.9", 5), ("K29.5", 8), ("I10", 7), ("M54.5", 7), ("L30.9", 5),
        ("N39.0", 4), ("K08.8", 5), ("H10.9", 3), ("R51", 4), ("R42", 3), ("N76.0", 3), ("E11.9", 3),
        ("M25.5", 4), ("S93.4", 2), ("K59.0", 2), ("F51.0", 2), ("Z00.0", 1), ("D50.9", 1), ("J11.1", 2),
        ("M17.9", 3), ("I63.9", 1), ("B34.9", 2),
    ),
    "chronic": (
        ("I10", 40), ("E11.9", 26), ("I25.1", 12), ("I69.3", 6), ("J44.9", 5), ("B18.1", 4), ("M06.9", 2),
        ("N18.3", 2), ("C50.9", 1.5), ("G20", 1), ("F20.9", 1.5),
    ),
    "inpatient": (
        ("J18.9", 11), ("I63.9", 10), ("I25.1", 9), ("K80.2", 5), ("J44.1", 6), ("E11.9", 5), ("M51.2", 6),
        ("I10", 4), ("H25.9", 5), ("S72.0", 3), ("O80", 5), ("K35.9", 3), ("N20.1", 3), ("C34.9", 4),
        ("Z51.1", 4), ("K29.5", 3), ("R42", 3), ("I50.9", 4), ("M17.1", 3), ("D25.9", 2), ("S82.6", 2),
    ),
}  # fmt: skip
DIAGNOSES: tuple[str, ...] = tuple(
    sorted(
        {code for rows in ORDINARY_DX.values() for code, _ in rows}
        | {
            "N18.5",
            "Z51.1",
            "Z00.0",
            "Z02.1",
            "J10.1",
            "J11.1",
            "Z23",
            "Z12.3",
            "I69.3",
            "M54.5",
            "M47.8",
            "Z76.0",
            "G81.9",
        }
    )
)
DX: dict[str, int] = {code: index for index, code in enumerate(DIAGNOSES)}
"""Index of each diagnosis code."""


def ordinary_dx(rng: Rng, kind: str, count: int) -> Ints:
    """Diagnoses (as indices) of ordinary claims of a type."""
    rows = ORDINARY_DX[kind]
    odds: Floats = np.array([weight for _, weight in rows])
    index = np.array([DX[code] for code, _ in rows], dtype=np.int64)
    return index[rng.choice(len(rows), size=count, p=odds / odds.sum())]


def person_names(rng: Rng, surname: Ints, count: int) -> list[str]:
    """Invented personal names; `surname` is a number that relatives share."""
    first = rng.integers(0, len(_GIVEN), count)
    second = rng.integers(-len(_GIVEN) // 2, len(_GIVEN), count)
    return [
        _SURNAMES[s % len(_SURNAMES)] + _GIVEN[a] + (_GIVEN[b] if b >= 0 else "")
        for s, a, b in zip(surname.tolist(), first.tolist(), second.tolist(), strict=True)
    ]


def place_words(rng: Rng, count: int) -> list[str]:
    """Invented two-syllable names of villages and streets, each once (numbered when the words run out)."""
    words = [a + b for a in _SYLLABLES_A for b in _SYLLABLES_B]
    order = rng.permutation(len(words))
    rounds = "", "上", "下", "前", "后", "大", "小", "新", "老", "东", "西"
    return [
        (rounds[i // len(words)] if i // len(words) < len(rounds) else str(i)) + words[order[i % len(words)]]
        for i in range(count)
    ]


def firm_names(rng: Rng, count: int) -> list[str]:
    """Invented firms."""
    trade = rng.integers(0, len(_TRADES), count)
    return [
        f"{word}{_TRADES[t]}有限公司" for word, t in zip(place_words(rng, count), trade.tolist(), strict=True)
    ]

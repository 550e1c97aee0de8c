"""The words that headers are made of, in every form that they are written in: Chinese, Latin, pinyin, initials."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fraudgraph.claims.columns.mapping import preset_rules

__all__ = ["HAN", "INITIALS", "PINYIN", "WORDS", "Reading", "cut", "vocabulary"]

_PRESETS = Path(__file__).parent.parent / "presets"
HAN = re.compile(r"[\u3400-\u9fff]+")

WORDS, PINYIN, INITIALS = 0, 1, 2
"""How a header was read, surest first."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand a header: its notions in order, how many pieces nobody knows, and how it was read."""

    notions: tuple[str, ...]
    unknown: int = 0
    way: int = WORDS

    def __add__(self, other: Reading) -> Reading:
        return Reading(self.notions + other.notions, self.unknown + other.unknown, max(self.way, other.way))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words by their form; a pinyin or an abbreviation may stand for several."""

    chinese: Mapping[str, tuple[str, ...]]
    latin: Mapping[str, tuple[str, ...]]
    pinyin: Mapping[str, tuple[tuple[str, ...], ...]]
    initials: Mapping[str, tuple[tuple[str, ...], ...]]


@cache
def vocabulary() -> Vocabulary:
    """The words of presets/words.toml in all their forms."""
    told = tomllib.loads((_PRESETS / "words.toml").read_text(encoding="utf-8"))
    sounds = tomllib.loads((_PRESETS / "pinyin.toml").read_text(encoding="utf-8"))["readings"]
    sound = {char: reading for reading, chars in sounds.items() for char in chars}
    chinese: dict[str, tuple[str, ...]] = {}
    latin: dict[str, tuple[str, ...]] = {}
    pinyin: dict[str, list[tuple[str, ...]]] = {}
    initials: dict[str, list[tuple[str, ...]]] = {}
    sections = [
        (key, words, name != "rare")
        for name in ("words", "rare", "codes")
        for key, words in told[name].items()
    ]
    for key, words, usual in sections:
        notions = tuple(key.split()) if key != "weak" else ("weak",)
        for word in words.split():
            if not HAN.fullmatch(word):
                latin.setdefault(word, notions)
                continue
            chinese.setdefault(word, notions)
            spoken = [sound[char] for char in word if char in sound]
            if len(spoken) < len(word):
                continue
            forms = [(pinyin, "".join(spoken)), (initials, "".join(one[0] for one in spoken))]
            for form, text in forms if usual else forms[:1]:
                known = form.setdefault(text, [])
                if notions not in known:
                    known.append(notions)
    for phrase in _phrases():
        reading = cut(phrase, chinese)
        if not reading.unknown and all(char in sound for char in phrase):
            short = initials.setdefault("".join(sound[char][0] for char in phrase), [])
            if reading.notions not in short:
                short.append(reading.notions)
    return Vocabulary(
        chinese,
        latin,
        {text: tuple(known) for text, known in pinyin.items()},
        {text: tuple(known) for text, known in initials.items()},
    )


def _phrases() -> list[str]:
    """The Chinese headers that presets know: what they are short for is told before words put together."""
    found = {name for rule in preset_rules() for field in rule.columns for name in rule.synonyms(field)}
    return sorted(name for name in found if HAN.fullmatch(name))


def cut(text: str, words: Mapping[str, tuple[str, ...]]) -> Reading:
    """The cut into words that leaves the fewest characters unknown, then the fewest words."""
    longest = max(map(len, words))
    best: list[tuple[int, int, Reading]] = [(0, 0, Reading(()))]
    lost_last = False
    for end in range(1, len(text) + 1):
        lost, cuts, before = best[end - 1]
        options = [(lost + 1, cuts, Reading(before.notions, before.unknown + int(not lost_last)))]
        for start in range(max(0, end - longest), end):
            known = words.get(text[start:end])
            if known is not None:
                lost, cuts, before = best[start]
                options.append((lost, cuts + 1, Reading(before.notions + known, before.unknown)))
        taken = min(options, key=lambda one: one[:2])
        lost_last = taken is options[0]
        best.append(taken)
    return best[-1][2]

"""What a header says: cut into words that are known, each standing for one or several notions.

Chinese words count as they are, in pinyin (`jiesuan_bianhao`) and by their initials (`JSBH`); Latin words in snake case,
camel case or written together. What the notions make is `meanings`' business.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fraudgraph.claims.mapping import preset_rules

__all__ = [
    "BRACKETS",
    "INITIALS",
    "PINYIN",
    "WORDS",
    "Reading",
    "is_word",
    "readings",
    "simplified",
    "vocabulary",
]

_PRESETS = Path(__file__).parent / "presets"
BRACKETS = re.compile(r"[(\[{【〔《<].*?[)\]}】〕》>]")
_SIMPLIFIED = str.maketrans(
    "結員編號醫療費總額藥機構時間開單據師診斷碼個賬帳戶現經辦標誌銷類別級聯繫電話職稱執業點數價細項錄發質屬險種區劃處銀證齡產規則態報記務傳檔營統籌參購獨責負擬備註錢轉儲實際離歲幣給補償撥當從終訖來請領軍殘難與門號國標準識別調貨庫進銷單張條寫檢驗術檔紀體資訊碼鄉鎮縣屆義買賣",
    "结员编号医疗费总额药机构时间开单据师诊断码个账账户现经办标志销类别级联系电话职称执业点数价细项录发质属险种区划处银证龄产规则态报记务传档营统筹参购独责负拟备注钱转储实际离岁币给补偿拨当从终讫来请领军残难与门号国标准识别调货库进销单张条写检验术档纪体资讯码乡镇县届义买卖",
)
"""The old form of the characters that headers are made of (files in Big5)."""
_HAN = re.compile(r"[\u3400-\u9fff]+")
_PIECES = re.compile(r"[\u3400-\u9fff]+|[A-Za-z]+[0-9]*|[0-9]+")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]")
_NUMBERING = re.compile(r"^\s*[*#※★]*\s*(?:[0-9]{1,3}\s*[.、)）:：_-]\s*)?[*#※★]*")
_BEFORE_DOT = re.compile(r"^[A-Za-z_][A-Za-z0-9_$]*\.(?=.)")
_SHORT = frozenset({"of", "id", "no", "cd", "dt", "nm", "dr"})
"""Words of two letters that may stand inside letters written together."""
_LAST_INITIALS = {"h": ("id",), "f": ("amount",), "e": ("amount",)}
"""号, 费 and 额 at the end of an abbreviation."""
_MOST_COVERS = 24
_LONGEST = 60

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


def simplified(text: str) -> str:
    """Half-width, in the new form of characters."""
    return unicodedata.normalize("NFKC", text).translate(_SIMPLIFIED)


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
    for key, words in (*told["words"].items(), *told["codes"].items()):
        notions = tuple(key.split()) if key != "weak" else ("weak",)
        for word in words.split():
            if not _HAN.fullmatch(word):
                latin.setdefault(word, notions)
                continue
            chinese.setdefault(word, notions)
            spoken = [sound[char] for char in word if char in sound]
            if len(spoken) < len(word):
                continue
            for form, text in ((pinyin, "".join(spoken)), (initials, "".join(one[0] for one in spoken))):
                known = form.setdefault(text, [])
                if notions not in known:
                    known.append(notions)
    for phrase in _phrases():
        reading = _cut(phrase, chinese)
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
    return sorted(name for name in found if _HAN.fullmatch(name))


def is_word(text: str) -> bool:
    """Whether a Latin text is one of the words as it stands."""
    return text.casefold() in vocabulary().latin


@cache
def readings(header: str) -> tuple[Reading, ...]:
    """The ways to understand a header, surest first; none if nothing in it is known."""
    text = " ".join(simplified(header).split())
    if not text or len(text) > _LONGEST:
        return ()
    bare = BRACKETS.sub(" ", text)
    found: list[Reading] = []
    for form in dict.fromkeys((_stripped(bare), _stripped(text))):
        found += _of_text(form)
        han = " ".join(_HAN.findall(form))
        latin = " ".join(_HAN.sub(" ", form).split())
        if han and re.search("[A-Za-z]{2}", latin):
            found += [one for one in (*_of_text(han), *_of_text(latin)) if len(set(one.notions)) > 1]
    kept = [one for one in dict.fromkeys(found) if set(one.notions) - {"weak"}]
    return tuple(sorted(kept, key=lambda one: (one.unknown, one.way)))


def _stripped(text: str) -> str:
    """Without numbering, marks, and the table or alias before a dot."""
    text = _NUMBERING.sub("", text).strip(" .:_-")
    while (match := _BEFORE_DOT.match(text)) and not text[match.end() :].startswith(" "):
        text = text[match.end() :]
    return re.sub(r"(?i)icd[-_ ]?(?:9|10|11)(?![0-9])", "icd", text)


def _of_text(text: str) -> list[Reading]:
    """Readings of a text: its pieces one after the other, or all its Latin pieces as one pinyin or abbreviation."""
    pieces = [match[0] for match in _PIECES.finditer(text)]
    if pieces and re.fullmatch("[A-Za-z]", pieces[0]) and len(pieces) > 1:
        pieces = pieces[1:]
    whole = [Reading(())]
    for place, piece in enumerate(pieces):
        options = _of_piece(piece, first=place == 0 and len(pieces) > 1)
        whole = [before + option for before in whole for option in options][:_MOST_COVERS]
    joined = "".join(pieces).casefold()
    if len(pieces) > 1 and joined.isascii() and joined.isalpha():
        spoken = [Reading(one, 0, PINYIN) for one in _first(_covers(joined, vocabulary().pinyin, 2), 6)]
        whole = [*spoken, *whole]
    return whole if pieces else []


def _of_piece(piece: str, *, first: bool) -> list[Reading]:
    if piece.isdigit():
        return [Reading(("other",) if 1 < int(piece) < 100 else ())]
    if _HAN.fullmatch(piece):
        return [_of_chinese(piece)]
    known = vocabulary().latin.get(piece.casefold())
    if known is not None:
        return [Reading(known)]
    letters, digits = re.fullmatch("([A-Za-z]+)([0-9]*)", piece).groups()  # type: ignore[union-attr]
    tail = _of_piece(digits, first=False)[0] if digits else Reading(())
    whole = _of_letters(letters.casefold(), first=first)
    parts = _CAMEL.findall(letters)
    if len(parts) > 1:
        camel = [Reading(())]
        for place, part in enumerate(parts):
            options = _of_letters(part.casefold(), first=first and place == 0)
            camel = [before + option for before in camel for option in options][:_MOST_COVERS]
        whole = [*camel, *(one for one in whole if not one.unknown)]
    return [one + tail for one in whole]


def _of_chinese(text: str) -> Reading:
    return _cut(text, vocabulary().chinese)


def _cut(text: str, words: Mapping[str, tuple[str, ...]]) -> Reading:
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


def _of_letters(letters: str, *, first: bool) -> list[Reading]:
    """One Latin word: known, several known written together, pinyin, or initials; else unknown."""
    told = vocabulary()
    if letters in told.latin:
        return [Reading(told.latin[letters])]
    english = {word: (notions,) for word, notions in told.latin.items()}
    together = next(_covers(letters, english, 3), None)
    if together is not None:
        return [Reading(together)]
    spoken = [Reading(one, 0, PINYIN) for one in _first(_covers(letters, told.pinyin, 2), 6)]
    if spoken:
        return spoken
    for cut in (4, 2):
        if letters[-cut:] in ("id", "no", "code", "name", "date", "time") and len(letters) - cut >= 2:
            last = Reading(told.latin[letters[-cut:]])
            return [one + last for one in _of_letters(letters[:-cut], first=first)]
    if len(letters) <= 10:
        short = list(_first(_covers(letters, told.initials, 2), _MOST_COVERS))
        if letters[-1] in _LAST_INITIALS:
            ending = _LAST_INITIALS[letters[-1]]
            short += [
                one + ending for one in _first(_covers(letters[:-1], told.initials, 2), _MOST_COVERS // 2)
            ]
        if short:
            return [Reading(one, 0, INITIALS) for one in dict.fromkeys(short)]
    return [Reading((), 0 if first and len(letters) <= 4 else 1)]


def _first(found: Iterator[tuple[str, ...]], most: int) -> Iterator[tuple[str, ...]]:
    for _, one in zip(range(most), found, strict=False):
        yield one


def _covers(
    letters: str, words: Mapping[str, Sequence[tuple[str, ...]]], least: int
) -> Iterator[tuple[str, ...]]:
    """Ways to write letters as known words, the fewest words first; short words only where they are usual."""
    seen: set[tuple[str, ...]] = set()
    for count in range(1, 7):
        for notions in _exactly(letters, words, least, count):
            if notions not in seen:
                seen.add(notions)
                yield notions


def _exactly(
    letters: str, words: Mapping[str, Sequence[tuple[str, ...]]], least: int, count: int
) -> Iterator[tuple[str, ...]]:
    if count == 1:
        if len(letters) >= least or letters in _SHORT:
            yield from words.get(letters, ())
        return
    for cut in range(len(letters) - 1, 1, -1):
        head = letters[:cut]
        if (len(head) >= least or head in _SHORT) and head in words:
            for rest in _exactly(letters[cut:], words, least, count - 1):
                for notions in words[head]:
                    yield notions + rest

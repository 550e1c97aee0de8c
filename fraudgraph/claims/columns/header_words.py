"""What a header says: cut into words that are known, each standing for one or several notions.

Chinese words count as they are, in pinyin (`jiesuan_bianhao`) and by their initials (`JSBH`); Latin words in snake case,
camel case or written together. What the notions make is `meanings`' business.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from fraudgraph.claims.columns.vocabulary import HAN, INITIALS, PINYIN, Reading, cut, vocabulary

__all__ = ["BRACKETS", "is_word", "readings", "simplified"]

BRACKETS = re.compile(r"[(\[{【〔《<].*?[)\]}】〕》>]")
_SIMPLIFIED = str.maketrans(
    "結員編號醫療費總額藥機構時間開單據師診斷碼個賬帳戶現經辦標誌銷類別級聯繫電話職稱執業點數價細項錄發質屬險種區劃處銀證齡產規則態報記務傳檔營統籌參購獨責負擬備註錢轉儲實際離歲幣給補償撥當從終訖來請領軍殘難與門號國標準識別調貨庫進銷單張條寫檢驗術檔紀體資訊碼鄉鎮縣屆義買賣帐",
    "结员编号医疗费总额药机构时间开单据师诊断码个账账户现经办标志销类别级联系电话职称执业点数价细项录发质属险种区划处银证龄产规则态报记务传档营统筹参购独责负拟备注钱转储实际离岁币给补偿拨当从终讫来请领军残难与门号国标准识别调货库进销单张条写检验术档纪体资讯码乡镇县届义买卖账",
)
"""The old form of the characters that headers are made of (files in Big5)."""
_BETWEEN_HAN = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
_PIECES = re.compile(r"[\u3400-\u9fff]+|[A-Za-z]+[0-9]*|[0-9]+")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]")
_NUMBERING = re.compile(r"^\s*[*#※★]*\s*(?:[0-9]{1,3}\s*[.、)）:：_-]\s*)?[*#※★]*")
_BEFORE_DOT = re.compile(r"^[A-Za-z_][A-Za-z0-9_$]*\.(?=.)")
_SEGMENT = re.compile(r"^[A-Z]{2,3}[0-9]{0,3}_(?:[A-Z0-9]{1,3}_){0,2}(?=[A-Z][a-z])")
"""The element of an electronic message before the name of its content: NM109_IL_MemberID."""
_DOTTED = re.compile(r"(?<=\b[A-Za-z])\.(?=[A-Za-z]\b)")
"""The points of an abbreviation: D.O.B."""
_PHRASES = tuple(
    (re.compile("(?i)(?<![a-z])" + words.replace(" ", "[-_ ]?") + "(?![a-z])"), short)
    for words, short in (
        ("first dates? of service", " begin service date "),
        ("last dates? of service", " end service date "),
        ("dates? of service", " service date "),
        ("out of pocket", " oop "),
        ("lines? of business", " lob "),
        ("type of bill", " bill type "),
        ("place of service", " other "),
        ("procedure codes? ?[0-9]* (type|system)", " other "),
        ("(billing|blg|rendering|rndrng|attending|servicing|facility) npi", r" \1 provider id "),
    )
)
"""What several words say together."""
_SHORT = frozenset({"of", "id", "no", "cd", "dt", "nm", "dr"})
"""Words of two letters that may stand inside letters written together."""
_LAST_INITIALS = {"h": ("id",), "f": ("amount",), "e": ("amount",)}
"""号, 费 and 额 at the end of an abbreviation."""
_LEADS = {"yb": ("insurance",), "mz": ("outpatient",), "zy": ("inpatient",), "gr": ("person",), "tc": ("fund",), "jj": ("fund",), "hz": ("person",), "yy": ("institution",), "ys": ("doctor",), "yd": ("pharmacy",)}  # fmt: skip
"""What two letters before English words are short for: ybPay, zy_no."""
_LONG, _FEWEST_LETTERS, _MOST_WORDS = 4, 3, 3
_MOST_COVERS = 24
_LONGEST_SHORT = 14
_MARK = 4
"""Letters of a first piece that may be the mark of a table."""
_ENDINGS = frozenset({"id", "no", "code", "name", "date", "time"})
_LONGEST = 60


def simplified(text: str) -> str:
    """Half-width, in the new form of characters."""
    return unicodedata.normalize("NFKC", text).translate(_SIMPLIFIED)


def is_word(text: str) -> bool:
    """Whether a Latin text is one of the words as it stands."""
    return text.casefold() in vocabulary().latin


@cache
def readings(header: str) -> tuple[Reading, ...]:
    """The ways to understand a header, surest first; none if nothing in it is known."""
    text = _BETWEEN_HAN.sub("", " ".join(simplified(header).split()))
    if len(text) < 2 or len(text) > _LONGEST:
        return ()
    bare = BRACKETS.sub(" ", text)
    found: list[Reading] = []
    for form in dict.fromkeys((_stripped(bare), _stripped(text))):
        found += _of_text(form)
        han = " ".join(HAN.findall(form))
        latin = " ".join(HAN.sub(" ", form).split())
        if han and re.search("[A-Za-z]{2}", latin):
            found += [one for one in (*_of_text(han), *_of_text(latin)) if len(set(one.notions)) > 1]
    kept = [one for one in dict.fromkeys(found) if set(one.notions) - {"weak"}]
    return tuple(sorted(kept, key=lambda one: (one.unknown, one.way)))


def _stripped(text: str) -> str:
    """Without numbering, marks, and the table or alias before a dot."""
    text = _DOTTED.sub("", _NUMBERING.sub("", text).strip(" .:_-"))
    while (match := _BEFORE_DOT.match(text)) and not text[match.end() :].startswith(" "):
        text = text[match.end() :]
    text = _SEGMENT.sub("", text)
    for phrase, short in _PHRASES:
        text = phrase.sub(short, text)
    return re.sub(r"(?i)icd[-_ ]?(?:9|10|11)(?![0-9])", "icd", text)


def _of_text(text: str) -> list[Reading]:
    """Readings of a text: its pieces one after the other, or all its Latin pieces as one pinyin or abbreviation."""
    pieces = [match[0] for match in _PIECES.finditer(text)]
    if pieces and re.fullmatch("[A-Za-z]", pieces[0]) and len(pieces) > 1:
        pieces = pieces[1:]
    whole = [Reading(())]
    for place, piece in enumerate(pieces):
        options = _of_piece(piece, first=place == 0 and len(pieces) > 1)
        lead = _LEADS.get(piece.casefold()) if place == 0 else None
        if lead and len(pieces) > 1 and all(is_word(one) for one in pieces[1:] if not one.isdigit()):
            options = [Reading(lead, 0, PINYIN)]
        if (
            piece.casefold() in ("at", "on") and place < len(pieces) - 1
        ):  # only behind a word do they tell a time
            options = [Reading(("weak",))]
        whole = [before + option for before in whole for option in options][:_MOST_COVERS]
    joined = "".join(pieces).casefold()
    if len(pieces) > 1 and joined.isascii() and joined.isalpha():
        spoken = [Reading(one, 0, PINYIN) for one in _first(_covers(joined, vocabulary().pinyin, 2), 6)]
        whole = [*spoken, *whole]
    return whole if pieces else []


def _of_piece(piece: str, *, first: bool) -> list[Reading]:
    if piece.isdigit():
        return [Reading(("other",) if 1 < int(piece) < 100 else ())]
    if HAN.fullmatch(piece):
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
            lead = _LEADS.get(part.casefold()) if place == 0 else None
            if lead and all(is_word(one) for one in parts[1:]):
                options = [Reading(lead, 0, PINYIN)]
            camel = [before + option for before in camel for option in options][:_MOST_COVERS]
        whole = [*camel, *(one for one in whole if not one.unknown)]
    return [one + tail for one in whole]


def _of_chinese(text: str) -> Reading:
    return cut(text, vocabulary().chinese)


def _of_letters(letters: str, *, first: bool) -> list[Reading]:
    """One Latin word, in the first way that says something: known, several known written together, pinyin, initials; else unknown."""
    for way in (_as_english, _as_pinyin, _with_ending, _as_short):
        found = way(letters)
        if found:
            return found
    return [Reading((), 0 if first and len(letters) <= _MARK else 1)]


def _as_english(letters: str) -> list[Reading]:
    known = _english(letters)
    if known is None:
        known = next(_covers(letters, _latin_words(), 3), None)
    return [] if known is None else [Reading(known)]


@cache
def _latin_words() -> Mapping[str, Sequence[tuple[str, ...]]]:
    return {word: (notions,) for word, notions in vocabulary().latin.items()}


@cache
def _short_or_spoken() -> Mapping[str, Sequence[tuple[str, ...]]]:
    return {**vocabulary().initials, **vocabulary().pinyin}


def _as_pinyin(letters: str) -> list[Reading]:
    return [Reading(one, 0, PINYIN) for one in _first(_covers(letters, vocabulary().pinyin, 2), 6)]


def _with_ending(letters: str) -> list[Reading]:
    """An English attribute behind letters of another kind: yyid, xmname."""
    for length in (4, 2):
        head, ending = letters[:-length], letters[-length:]
        if ending in _ENDINGS and len(head) >= 2:
            last = Reading(vocabulary().latin[ending])
            return [one + last for one in _of_letters(head, first=False)]
    return []


def _as_short(letters: str) -> list[Reading]:
    """What letters are short for: an English word, Chinese words by their initials, or initials and pinyin mixed."""
    if len(letters) > _LONGEST_SHORT:
        return []
    told = vocabulary()
    found = list(_first(_covers(letters, told.initials, 2), _MOST_COVERS))
    last = _LAST_INITIALS.get(letters[-1], ())
    if last:
        found += [one + last for one in _first(_covers(letters[:-1], told.initials, 2), _MOST_COVERS // 2)]
    if not found:
        found = list(_first(_covers(letters, _short_or_spoken(), 2), _MOST_COVERS))
    return [
        *(Reading(one, 0, PINYIN) for one in _abbreviated(letters)),
        *(Reading(one, 0, INITIALS) for one in dict.fromkeys(found)),
    ]


def _english(letters: str) -> tuple[str, ...] | None:
    """A Latin word as it stands, or in its plural."""
    known = vocabulary().latin
    return known.get(letters) or (known.get(letters.removesuffix("s")) if len(letters) > _LONG else None)


@cache
def _abbreviated(letters: str) -> tuple[tuple[str, ...], ...]:
    """What consonants can be short for: English words that hold them in their order (dschrg, ptnt)."""
    if len(letters) < _FEWEST_LETTERS or re.search("[aeiou]", letters[1:]):
        return ()
    fits = re.compile(".*".join(letters) + ".*")
    found = {
        notions: None
        for word, notions in vocabulary().latin.items()
        if _LONG <= len(word) <= len(letters) * 3 and word[0] == letters[0] and fits.fullmatch(word)
    }
    return tuple(found) if len(found) <= _MOST_WORDS else ()


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
    for length in range(len(letters) - 1, 1, -1):
        head = letters[:length]
        if (len(head) >= least or head in _SHORT) and head in words:
            for rest in _exactly(letters[length:], words, least, count - 1):
                for notions in words[head]:
                    yield notions + rest

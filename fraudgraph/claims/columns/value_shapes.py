"""What the first values of a column look like, and whether they can be a field: they decide between headers' meanings."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from fraudgraph.claims.schema.fields import Field

__all__ = ["AGREES", "CONTRADICTS", "OPEN", "Shape", "agreement", "shape_of"]

CONTRADICTS, OPEN, AGREES = -1, 0, 1
"""What values say of a field."""
_NUMBER = re.compile(
    r"[-+(（]?\s*[¥￥$]?\s*[-+]?[0-9]{1,3}(?:[0-9]*|(?:,[0-9]{3})+)(?:\.[0-9]+)?\s*(?:元|万元|分)?[)）-]?"
)
_CENTS = re.compile(r"[0-9]\.[0-9]+")
_WRITTEN_DAY = re.compile(r"(?:19|20)[0-9]{2}\s*[-/.年]\s*[0-9]{1,2}\s*[-/.月]\s*[0-9]{1,2}.*")
_DAY = re.compile(
    r"(?:19|20)[0-9]{2}\s*[-/.年]\s*[0-9]{1,2}\s*[-/.月]\s*[0-9]{1,2}.*"
    r"|(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])(?:[ T]?[0-2][0-9]:?[0-5][0-9].*)?"
    r"|[0-9]{1,2}[-/.](?:[0-9]{1,2}|[A-Za-z]{3})[-/.](?:[0-9]{4}|[0-9]{2})(?: .*)?|[〇一二三四五六七八九零]{4}年.*"
)
_CLOCK = re.compile(r"[0-2]?[0-9]:[0-5][0-9]|[0-9]{14}|时|點|点")
_MONTH = re.compile(r"(?:19|20)[0-9]{2}[-/.年]?(?:0?[1-9]|1[0-2])月?")
_SERIAL_DAY = re.compile(r"[2-5][0-9]{4}(?:\.[0-9]+)?|1[0-9]{12}")
_PERSON = re.compile(r"[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9][0-9]{3}[0-9Xx]")
_PLACE = re.compile(r"[HPhp][0-9]{11}")
_SHOP = re.compile(r"[Pp][0-9]{11}|.*(?:药店|药房|大药|药品超市|医药连锁).*")
_ICD = re.compile(r"[A-TV-Z][0-9][0-9A-Za-z](?:\.?[0-9A-Za-z]{0,6})?(?:[+*]\S*)?")
_PHONE = re.compile(
    r"\+?(?:86[- ]?)?1[3-9][0-9*]{9}|0[0-9]{2,3}[- ]?[0-9]{7,8}(?:-[0-9]+)?|[0-9]{7,8}"
    r"|\+[0-9]{8,15}|(?:\+?[0-9]{1,3}[-. ])?\(?[0-9]{2,4}\)?[-. ][0-9]{3,4}[-. ][0-9]{3,5}"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_CODE = re.compile(r"[A-Za-z0-9_-]*[0-9]{3,}[A-Za-z0-9_-]*")
_WORDS = re.compile(r"[A-Za-z][A-Za-z.'&-]*(?:,? [A-Za-z.'&-]+)+")
_LETTERS = re.compile(r"[A-Za-z\u3400-\u9fff]")
_SEX = frozenset({"1", "2", "0", "9", "男", "女", "m", "f", "male", "female", "男性", "女性", "未知", "1男", "2女", "男1", "女2"})  # fmt: skip
_FLAG = frozenset({"0", "1", "2", "y", "n", "yes", "no", "t", "f", "true", "false", "是", "否", "有", "无", "有效", "无效", "正常", "作废"})  # fmt: skip
_IN_WORDS = (
    "legal_representative",
    "employer",
    "address",
    "patient_address",
    "patient_employer",
    "specialty",
    "title",
)
_LOOKED_AT = 200
_MOST = 0.8


@dataclass(frozen=True, slots=True)
class Shape:
    """Shares of a column's filled values that have a form; `filled` values, `distinct` of them."""

    filled: int
    distinct: int
    number: float
    cents: float
    day: float
    written_day: float
    clock: float
    month: float
    serial_day: float
    person: float
    place: float
    shop: float
    icd: float
    phone: float
    han: float
    letters: float
    code: float
    sex: float
    flag: float
    digits: float
    length: float
    mean: float
    words: float = 0.0


def shape_of(values: Sequence[object]) -> Shape:
    """The shape of a column's first values."""
    texts = [
        str(value).strip().strip('"').removeprefix("=").strip("\"'")
        for value in values[:_LOOKED_AT]
        if value is not None
    ]
    texts = [text for text in texts if text]
    count = len(texts) or 1

    def share(pattern: re.Pattern[str], search: bool = False) -> float:
        fits = pattern.search if search else pattern.fullmatch
        return sum(fits(text) is not None for text in texts) / count

    numbers = [float(text) for text in texts if re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]+)?", text)]
    return Shape(
        filled=len(texts),
        distinct=len(set(texts)),
        number=share(_NUMBER),
        cents=share(_CENTS, search=True),
        day=share(_DAY),
        written_day=share(_WRITTEN_DAY),
        clock=share(_CLOCK, search=True),
        month=share(_MONTH),
        serial_day=share(_SERIAL_DAY),
        person=share(_PERSON),
        place=share(_PLACE),
        shop=share(_SHOP),
        icd=share(_ICD),
        phone=share(_PHONE),
        han=share(_HAN, search=True),
        letters=share(_LETTERS, search=True),
        code=share(_CODE),
        sex=sum(text.casefold() in _SEX for text in texts) / count,
        flag=sum(text.casefold() in _FLAG for text in texts) / count,
        digits=sum(text.isdigit() for text in texts) / count,
        length=sum(map(len, texts)) / count,
        mean=sum(map(abs, numbers)) / max(1, len(numbers)),
        words=share(_WORDS),
    )


def agreement(field: Field, shape: Shape) -> int:
    """Whether values of this shape can be the field: AGREES, OPEN or CONTRADICTS."""
    if not shape.filled:
        return OPEN
    readers = {
        **dict.fromkeys(("money", "number", "integer", "double"), _of_number),
        **dict.fromkeys(("timestamp", "date"), _of_day),
        "sex": lambda _name, one: _either(one.sex),
        "flag": lambda _name, one: _either(one.flag),
        **dict.fromkeys(("level", "ownership"), _of_level),
    }
    return readers.get(field.type, _of_text)(field.name, shape)


def _either(share: float) -> int:
    return AGREES if share >= _MOST else CONTRADICTS if share < 0.5 else OPEN


def _of_number(name: str, shape: Shape) -> int:
    dates = shape.day >= _MOST and shape.cents < 0.1
    if shape.number < 0.5 or shape.person >= 0.5 or dates or (shape.digits >= _MOST and shape.length > 10):
        return CONTRADICTS
    least, most = {"longitude": (1, 180), "latitude": (1, 90)}.get(name, (0, math.inf))
    if not least <= shape.mean <= most:
        return CONTRADICTS
    return AGREES if shape.number >= _MOST else OPEN


def _of_day(_name: str, shape: Shape) -> int:
    if max(shape.day, shape.month) >= _MOST:
        return AGREES
    return CONTRADICTS if max(shape.day, shape.month, shape.serial_day) < 0.5 else OPEN


def _of_level(_name: str, shape: Shape) -> int:
    return CONTRADICTS if shape.day >= _MOST or shape.cents >= _MOST or shape.length > 20 else OPEN


def _of_text(name: str, shape: Shape) -> int:
    """Ids, codes and names: what can't be one, and the forms that leave little doubt."""
    if shape.written_day >= 0.5 or (shape.day >= _MOST and shape.length <= 8):
        return CONTRADICTS
    if name.endswith("name") or name in _IN_WORDS:
        return _of_name(shape)
    if shape.cents >= 0.5 and shape.icd < 0.5 and shape.length <= 10 and shape.distinct > 3:
        return CONTRADICTS
    if "phone" in name:
        return _either(shape.phone)
    return _of_id(name, shape) if name.endswith(("_id", "_code", "account")) else OPEN


def _of_name(shape: Shape) -> int:
    if shape.letters < 0.2 or shape.person >= 0.5 or shape.code >= _MOST:
        return CONTRADICTS
    return AGREES if max(shape.han, shape.words) >= _MOST else OPEN


def _of_id(name: str, shape: Shape) -> int:
    """Codes are not written in Chinese, and what is plainly a person's or a place's number is nobody else's."""
    person = name in ("patient_id", "doctor_id", "staff_id") or name.endswith("agent_id")
    place = name in ("place_id", "facility_id", "pharmacy_id", "prescriber_facility_id")
    in_words = max(shape.han, shape.words) >= _MOST and not name.endswith("agent_id")
    if in_words or (shape.person >= _MOST and not person) or (shape.place >= _MOST and not place):
        return CONTRADICTS
    too_short = (name == "refund_of" and shape.flag >= _MOST) or (name == "item_code" and shape.length < 3)
    if too_short:
        return CONTRADICTS
    agrees = {"patient_id": shape.person, "diagnosis_code": shape.icd}.get(name, shape.place if place else 0)
    return AGREES if agrees >= _MOST else OPEN

"""The sentence of an explanation, made of its conditions with their own observed values: it can't say what is not so.

Of an explanation that holds all conditions are said; of one that does not, the one it is about and some that are not met.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fraudgraph.explanations.cards import Condition
from fraudgraph.explanations.facts import UNITS, columns_in_words

__all__ = ["Checked", "bound_in_words", "deciding", "sentence", "value_in_words", "without_rules"]

_BOUND_ZH = {">=": "至少", "<=": "至多", ">": "多于", "<": "少于"}
_BOUND_EN = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}
_RULES = re.compile(r"（标准：[^（）]*）| \(rule: [^()]*\)")
_MOST_DIGITS = 6
_MOST_UNMET = 3
"""So many conditions that are not met are named; one is enough to see that an explanation does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A condition and what was observed; None if it is not known, and `met` then says whether the explanation does without."""

    condition: Condition
    observed: float | None
    met: bool


def deciding(checked: Sequence[Checked]) -> Checked:
    """The condition whose number decided: the first one not met if the one the explanation is about is met, else that one."""
    first = next((c for c in checked if not c.condition.quiet), checked[0])
    if not first.met:
        return first
    known = (c for c in checked if c.observed is not None and not c.condition.quiet)
    return next((c for c in checked if not c.met), next(known, first))


def sentence(checked: Sequence[Checked], numbers: Mapping[str, float]) -> tuple[str, str]:
    """What is so and what is not, in Chinese and English.

    Parameters
    ----------
    checked : sequence of Checked
        The conditions, the one that the explanation is about first.
    numbers : mapping
        Parameters that stand in the words of facts.
    """
    told = [_clause(c, numbers) for c in _told(checked)]
    if all(c.met for c in checked):
        told += _left_out(checked)
    return "；".join(zh for zh, _ in told), "; ".join(en for _, en in told)


def _told(checked: Sequence[Checked]) -> list[Checked]:
    if all(c.met for c in checked):
        said = [c for c in checked if not c.condition.quiet and c.observed is not None]
        return [c for c in said if not any(_says_more(other, c) for other in said)]
    first = next((c for c in checked if not c.condition.quiet), checked[0])
    open_questions = all(c.met for c in checked if c.observed is not None)
    unmet = [
        c for c in checked if c is not first and not c.met and (c.observed is not None or open_questions)
    ]
    return [first, *unmet[: _MOST_UNMET - (not first.met)]]


def _left_out(checked: Sequence[Checked]) -> list[tuple[str, str]]:
    """What an explanation that holds could not look at, and does without."""
    unknown = [c.condition.fact for c in checked if c.observed is None]
    columns = tuple(dict.fromkeys(column for fact in unknown for column in fact.columns))
    if not unknown:
        return []
    zh, en = columns_in_words(columns)
    return [
        (
            f"未看：{zh or '无可比数据的条件'}（无数据）",
            f"not looked at, no data: {en or 'nothing to compare with'}",
        )
    ]


def _says_more(one: Checked, other: Checked) -> bool:
    """Whether one condition, of the same fact in the same direction, needs more than the other."""
    a, b = one.condition, other.condition
    if a.fact is not b.fact or a.operator[0] != b.operator[0]:
        return False
    return a.value > b.value if a.operator[0] == ">" else a.value < b.value


def _clause(checked: Checked, numbers: Mapping[str, float]) -> tuple[str, str]:
    condition, fact = checked.condition, checked.condition.fact
    if checked.observed is None:
        zh, en = columns_in_words(fact.columns)
        title_zh, title_en = fact.title_zh.format(**numbers), fact.title_en.format(**numbers)
        why_zh, why_en = (
            (f"无数据：{zh}", f"no data: {en}") if zh else ("无可比数据", "nothing to compare with")
        )
        return f"{title_zh}未知（{why_zh}）", f"{title_en} is not known ({why_en})"
    digits = _digits(condition, checked.observed)
    zh, en = value_in_words(checked.observed, fact.unit, digits)
    none = checked.observed == 0 and fact.none_zh
    said_zh = (fact.none_zh if none else fact.says_zh).format(value=zh, **numbers)
    said_en = (fact.none_en if none else fact.says_en).format(value=en, **numbers)
    if fact.unit == "yes":
        return said_zh, said_en
    need_zh, need_en = bound_in_words(condition)
    missed_zh, missed_en = ("", "") if checked.met else ("，不符", ", not met")
    return f"{said_zh}（标准：{need_zh}{missed_zh}）", f"{said_en} (rule: {need_en}{missed_en})"


def without_rules(text: str) -> str:
    """A sentence without the rules in brackets: what was seen, for where only that is told."""
    return _RULES.sub("", text)


def bound_in_words(condition: Condition) -> tuple[str, str]:
    """What a condition needs, in Chinese and English."""
    zh, en = value_in_words(condition.value, condition.fact.unit, _needed_digits(condition))
    return f"{_BOUND_ZH[condition.operator]} {zh}", f"{_BOUND_EN[condition.operator]} {en}"


def _shown(value: float, unit: str, digits: int) -> float:
    return round(value * 100, digits) / 100 if unit == "share" else round(value, digits)


def _digits(condition: Condition, observed: float) -> int:
    """As few digits as leave a value, as it is written, on the side of the bound on which it is, and nothing but zero 0 or all 100 %."""
    unit = condition.fact.unit
    for digits in range(0 if unit == "share" or observed == int(observed) else 1, _MOST_DIGITS):
        shown = round(_shown(observed, unit, digits), 8)
        extreme = shown in (0.0, 1.0) and unit == "share" and shown != observed
        if condition.met(shown) == condition.met(observed) and not extreme:
            return digits
    return _MOST_DIGITS


def _needed_digits(condition: Condition) -> int:
    value = condition.value * 100 if condition.fact.unit == "share" else condition.value
    return next((n for n in range(_MOST_DIGITS) if abs(round(value, n) - value) < 1e-9), _MOST_DIGITS)


def value_in_words(value: float, unit: str, digits: int) -> tuple[str, str]:
    """A number with its unit, in Chinese and English."""
    if unit == "yes":
        return ("是", "is") if value else ("不是", "is not")
    number = f"{round(value * 100, digits) if unit == 'share' else round(value, digits):.{digits}f}"
    words = UNITS[unit]
    return f"{number}{words.zh}", f"{number}{words.one if float(number) == 1 else words.many}"

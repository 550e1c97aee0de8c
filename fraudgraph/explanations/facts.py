"""What may be known of a group: every fact that an explanation can name, with its unit, its query, its words.

A value is None where nothing that was delivered says anything about the group: "not known" is never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fraudgraph.claims.schema.schema import CANONICAL

__all__ = ["FROM_CLAIMS", "UNITS", "ExplanationSupport", "Fact", "Known", "Unit", "columns_in_words"]

FROM_CLAIMS = "shares"
"""The `sql` of facts that are read from the claims that speak for an explanation (claims.sql, shares.sql)."""


@dataclass(frozen=True, slots=True)
class Unit:
    """How a number is written in Chinese and in English (one, many)."""

    zh: str
    one: str
    many: str


UNITS: dict[str, Unit] = {
    "share": Unit("%", "%", "%"),
    "people": Unit(" 人", " person", " people"),
    "households": Unit(" 户", " household", " households"),
    "days": Unit(" 天", " day", " days"),
    "minutes": Unit(" 分钟", " minute", " minutes"),
    "months": Unit(" 个月", " month", " months"),
    "years": Unit(" 岁", " year", " years"),
    "times": Unit(" 次", " time", " times"),
    "visits": Unit(" 次", " visit", " visits"),
    "fold": Unit(" 倍", " times", " times"),
    "yes": Unit("", "", ""),
}
"""`yes` is 1 where something is so and 0 where it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact: `sql` names the query that gives it, `columns` what must have been delivered ("table.column").

    The words may name parameters in braces; `says_zh` and `says_en` hold `{value}`; `none_zh` and `none_en` are said of a
    share of nothing, where there are such words.
    """

    name: str
    unit: str
    sql: str
    title_zh: str
    title_en: str
    says_zh: str
    says_en: str
    columns: tuple[str, ...] = ()
    none_zh: str = ""
    none_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationSupport:
    """What the claims say for one explanation of one group.

    `claim_share` is how much of the surprise of the sittings these claims carry; `rest_count` people are outside it, and
    `rest_share` of the group's surprise is theirs alone, beyond what chance groups reach.
    """

    patient_count: int
    claim_ids: tuple[str, ...]
    claim_share: float
    rest_count: int = 0
    rest_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of one group: a value for each fact of the registry, None if not known; and the claims behind explanations."""

    values: Mapping[str, float | None] = field(default_factory=dict)
    support: Mapping[str, ExplanationSupport] = field(default_factory=dict)


def columns_in_words(columns: tuple[str, ...]) -> tuple[str, str]:
    """The titles of columns, in Chinese and English; "" for none."""
    titles = []
    for name in columns:
        table, column = name.split(".")
        found = next(c for c in CANONICAL[table].columns if c.name == column)
        titles.append((found.title_zh, found.title_en.split(":")[0].split("(")[0].strip()))
    titles = list(dict.fromkeys(titles))  # two tables may call a column the same
    return "、".join(zh for zh, _ in titles), ", ".join(en for _, en in titles)

"""What a lawful explanation is: a small model over a group's facts.

It says how much of the group's surprise it explains (`share`, 0..1) and from which claims, the number it looked at, the
number it would need, and a sentence. All are tried on every ring and shown with it, also those that do not hold. Where
people whom it is not about still come together among themselves, it explains only the rest: the ring is judged on what
remains.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan

from fraudgraph.records import Explanation
from fraudgraph.rings.facts import GroupFacts
from fraudgraph.rings.lawful_claims import ExplanationSupport

__all__ = ["LawfulModel", "carried_by_claims", "largest_household", "months_of"]

REST_COUNTS = 0.1
"""People outside an explanation count by themselves from this share of the group's surprise on."""
_LACKING = dict.fromkeys(
    ("share_new", "share_moved", "share_of_place", "share_twin_others", "refill_days"), 0.0
)
_NEARLY = 0.3
"""How much of the surprise an explanation takes off that just misses what it needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LawfulModel:
    """One explanation: the number it looks at, what it needs, and what else must be so for it to hold."""

    name: str
    title_zh: str
    title_en: str
    threshold: float
    observe: Callable[[GroupFacts], float]
    says_zh: str
    says_en: str
    also: Callable[[GroupFacts], bool] = lambda _facts: True
    of_a_class: bool = False
    """Explains why all people of a home, a firm or a clinic day come together; not why a part comes without the rest."""
    of_one_purse: bool = False
    """Explains also why half of the people have one bank account."""

    def weigh(self, facts: GroupFacts) -> Explanation:
        """Try this explanation on a group."""
        observed = round(self.observe(facts), 4)
        possible = (
            self.also(facts)
            and not (self.of_a_class and facts.parent_no is not None)
            and (self.of_one_purse or not _one_purse(facts))
        )
        spoken = facts.spoken.get(self.name)
        rest = spoken.rest_share if spoken is not None and spoken.rest_share >= REST_COUNTS else 0.0
        reached = possible and observed >= self.threshold
        near = min(1.0, observed / self.threshold) if possible else 0.0
        words = {
            **_LACKING,
            **facts.numbers,
            "months": months_of(facts),
            "refill_days_each_month": facts.get("refill_days") / months_of(facts),
            "carried": carried_by_claims(facts, self.name),
            "largest_household": largest_household(facts),
            "pace_zh": _pace_zh(facts),
            "pace_en": _pace_en(facts),
            "observed": observed,
            "threshold": self.threshold,
        }
        return Explanation(
            name=self.name,
            title_zh=self.title_zh,
            title_en=self.title_en,
            share=round(1.0 - rest, 4) if reached else round(_NEARLY * near * near, 4),
            observed=observed,
            threshold=self.threshold,
            holds=reached and rest == 0,
            sentence_zh=self.says_zh.format(**words)
            + (_rest_zh(spoken) if spoken is not None and reached and rest else ""),
            sentence_en=self.says_en.format(**words)
            + (_rest_en(spoken) if spoken is not None and reached and rest else ""),
            claim_ids=spoken.claim_ids if spoken is not None and observed > 0 else (),
            claim_share=spoken.claim_share if spoken is not None and observed > 0 else 0.0,
        )


def _one_purse(facts: GroupFacts) -> bool:
    """Whether half of the people, of more than three households, have their money paid into one bank account.

    Neither an illness nor a day nor a carer is a reason for that.
    """
    account = facts.top("account")
    if account is None or facts["household_count"] <= 3:
        return False
    return account.member_count >= max(4, facts.patient_count / 2)


def _rest_zh(spoken: ExplanationSupport) -> str:
    return f"；但其余 {spoken.rest_count} 人不在此列，他们之间的聚集占异常程度的 {spoken.rest_share:.0%}，仍未得到解释"


def _rest_en(spoken: ExplanationSupport) -> str:
    return f"; but {spoken.rest_count} people are outside it, and {spoken.rest_share:.0%} of the surprise is theirs among themselves and stays unexplained"


def months_of(facts: GroupFacts) -> float:
    """Over how many months a group's sittings are spread; one at least."""
    return max(
        1.0, (facts["last_day"] - facts["first_day"] + 1) / 30.4
    )  # 1.0 first: the days of a group without a sitting are NaN


def _pace_zh(facts: GroupFacts) -> str:
    step = facts["step_minutes"]
    return "未载时刻" if isnan(step) else f"前后两人相隔 {step:.0f} 分钟"


def _pace_en(facts: GroupFacts) -> str:
    step = facts["step_minutes"]
    return "at times not given" if isnan(step) else f"{step:.0f} minutes apart"


def carried_by_claims(facts: GroupFacts, name: str) -> float:
    """How much of the surprise the claims carry that speak for an explanation, 0..1."""
    spoken = facts.spoken.get(name)
    return spoken.claim_share if spoken is not None else 0.0


def largest_household(facts: GroupFacts) -> float:
    """Share of the people in one household, or at one address of few people unless they are known to be of different households."""
    address = facts.top_share("address", most_holders=8)
    one_home = facts["household_count"] <= (1 - address / 2) * facts.patient_count
    return max(facts.top_share("household"), address if one_home else 0.0)

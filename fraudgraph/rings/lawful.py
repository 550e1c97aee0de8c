"""Lawful explanations 合理解释: why a group may come together without anything being wrong.

Each is a small model over a group's facts. It says how much of the group's surprise it explains (`share`, 0..1), the
number it looked at, the number it would need, and a sentence. All are tried on every ring and shown with it, also
those that do not hold. Sources of the patterns: the false-positive exclusions of the domain notes (section 3.6) and
the look-alikes of the typologies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fraudgraph.records import Explanation
from fraudgraph.rings.facts import GroupFacts

__all__ = ["LAWFUL_MODELS", "LawfulModel", "explain"]


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

    def weigh(self, facts: GroupFacts) -> Explanation:
        """Try this explanation on a group."""
        observed = round(self.observe(facts), 4)
        holds = observed >= self.threshold and self.also(facts)
        share = min(1.0, observed / self.threshold) if self.threshold and self.also(facts) else 0.0
        return Explanation(
            name=self.name,
            title_zh=self.title_zh,
            title_en=self.title_en,
            share=1.0 if holds else round(0.5 * share * share, 4),
            observed=observed,
            threshold=self.threshold,
            holds=holds,
            sentence_zh=self.says_zh.format(observed=observed, threshold=self.threshold),
            sentence_en=self.says_en.format(observed=observed, threshold=self.threshold),
        )


def _few_days(facts: GroupFacts) -> bool:
    return facts["day_count"] <= 3


def _one_wave(facts: GroupFacts) -> bool:
    return facts["last_day"] - facts["first_day"] <= 60


def _largest_home(facts: GroupFacts) -> float:
    return max(facts.top_share("address"), facts.top_share("phone"))


LAWFUL_MODELS: tuple[LawfulModel, ...] = (
    LawfulModel(
        name="family", title_zh="家庭同行", title_en="a family going together", threshold=0.5,
        observe=lambda f: 1.0 - (f["household_count"] - 1) / max(f.patient_count - 1, 1),
        says_zh="成员归并为户后减少 {observed:.0%}(达到 {threshold:.0%} 即视为家庭同行)",
        says_en="counting households instead of people, the group shrinks by {observed:.0%} ({threshold:.0%} would make it a family)",
    ),
    LawfulModel(
        name="care_home", title_zh="养老机构", title_en="a care home", threshold=0.6,
        observe=lambda f: f["share_70"],
        also=lambda f: f.patient_count >= 5 and _largest_home(f) >= 0.3,
        says_zh="{observed:.0%} 的成员年满七十岁(需 {threshold:.0%},且多人同住址)",
        says_en="{observed:.0%} are seventy or older ({threshold:.0%} needed, with a shared address)",
    ),
    LawfulModel(
        name="dialysis", title_zh="血液透析班次", title_en="a dialysis bench", threshold=0.4,
        observe=lambda f: f.share_of("dialysis_patients"),
        says_zh="{observed:.0%} 的成员有慢性肾病或透析诊断(需 {threshold:.0%})",
        says_en="{observed:.0%} have a diagnosis of kidney failure or dialysis ({threshold:.0%} needed)",
    ),
    LawfulModel(
        name="oncology", title_zh="肿瘤化疗周期", title_en="an oncology cycle", threshold=0.4,
        observe=lambda f: f.share_of("oncology_patients"),
        says_zh="{observed:.0%} 的成员有肿瘤或化疗诊断(需 {threshold:.0%})",
        says_en="{observed:.0%} have a cancer or chemotherapy diagnosis ({threshold:.0%} needed)",
    ),
    LawfulModel(
        name="rehabilitation", title_zh="康复疗程", title_en="a rehabilitation course", threshold=0.6,
        observe=lambda f: f.share_of("rehabilitation_patients"),
        also=lambda f: f["share_pharmacy"] < 0.5,
        says_zh="{observed:.0%} 的成员有康复、骨科或卒中后遗症诊断(需 {threshold:.0%})",
        says_en="{observed:.0%} have a diagnosis that rehabilitation treats ({threshold:.0%} needed)",
    ),
    LawfulModel(
        name="checkup_day", title_zh="单位体检日", title_en="a check-up day", threshold=0.5,
        observe=lambda f: max(f.share_of("checkup_patients"), f.top_share("employer")),
        also=_few_days,
        says_zh="{observed:.0%} 的成员同单位或为体检诊断,且聚集不超过三天(需 {threshold:.0%})",
        says_en="{observed:.0%} share an employer or came for a check-up, on three days at most ({threshold:.0%} needed)",
    ),
    LawfulModel(
        name="epidemic", title_zh="学校或季节性疫情", title_en="a school or epidemic wave", threshold=0.5,
        observe=lambda f: max(f["share_school"], f.share_of("epidemic_patients")),
        also=_one_wave,
        says_zh="{observed:.0%} 的成员为学龄儿童或有传染病诊断,且集中在两个月内(需 {threshold:.0%})",
        says_en="{observed:.0%} are of school age or have an infection, within two months ({threshold:.0%} needed)",
    ),
    LawfulModel(
        name="vaccination_day", title_zh="接种或筛查日", title_en="a vaccination or screening day", threshold=0.5,
        observe=lambda f: f.share_of("vaccination_patients"),
        also=_few_days,
        says_zh="{observed:.0%} 的成员有接种或筛查诊断,且聚集不超过三天(需 {threshold:.0%})",
        says_en="{observed:.0%} came for a vaccination or screening, on three days at most ({threshold:.0%} needed)",
    ),
    LawfulModel(
        name="village", title_zh="村医为唯一选择", title_en="the only doctor of a village", threshold=0.6,
        observe=lambda f: f.top_share("residence"),
        also=lambda f: f["place_count"] == 1 and f["share_pharmacy"] < 0.5,
        says_zh="{observed:.0%} 的成员住在同一村,且只在一处聚集(需 {threshold:.0%})",
        says_en="{observed:.0%} live in one village and come together at one place only ({threshold:.0%} needed)",
    ),
    LawfulModel(
        name="employer", title_zh="同单位职工", title_en="people of one employer", threshold=0.6,
        observe=lambda f: f.top_share("employer"),
        says_zh="{observed:.0%} 的成员同一单位(需 {threshold:.0%})",
        says_en="{observed:.0%} work for one employer ({threshold:.0%} needed)",
    ),
    LawfulModel(
        name="dormitory", title_zh="集体宿舍或同住", title_en="a dormitory or shared home", threshold=0.6,
        observe=lambda f: f.top_share("address"),
        says_zh="{observed:.0%} 的成员同一住址(需 {threshold:.0%})",
        says_en="{observed:.0%} live at one address ({threshold:.0%} needed)",
    ),
    LawfulModel(
        name="carer", title_zh="照护人代为取药", title_en="a carer who fetches for others", threshold=0.6,
        observe=lambda f: f["share_70"],
        also=lambda f: f.patient_count <= 8
        and max(f.top_share("phone"), f.top_share("agent"), f.top_share("address")) >= 0.3,
        says_zh="{observed:.0%} 的成员年满七十岁,且共用电话、住址或代办人(需 {threshold:.0%})",
        says_en="{observed:.0%} are seventy or older and share a phone, an address or an agent ({threshold:.0%} needed)",
    ),
    LawfulModel(
        name="maternity", title_zh="孕产检查", title_en="antenatal visits", threshold=0.6,
        observe=lambda f: f.share_of("maternity_patients"),
        says_zh="{observed:.0%} 的成员有孕产诊断(需 {threshold:.0%})",
        says_en="{observed:.0%} have a diagnosis of pregnancy or birth ({threshold:.0%} needed)",
    ),
)  # fmt: skip


def explain(facts: GroupFacts) -> tuple[Explanation, ...]:
    """Every explanation tried on a group, the strongest first."""
    tried = [model.weigh(facts) for model in LAWFUL_MODELS]
    return tuple(sorted(tried, key=lambda found: (-found.share, found.name)))

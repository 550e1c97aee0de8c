"""Lawful explanations 合理解释： why a group may come together without anything being wrong, and all of them tried on it.

Sources of the patterns: the false-positive exclusions of the domain notes (section 3.6) and the look-alikes of the
typologies. What a model is stands in lawful_model.py, which claims speak for it in lawful_claims.py.
"""

from __future__ import annotations

from collections.abc import Collection

from fraudgraph.records import Explanation
from fraudgraph.rings.facts import GroupFacts
from fraudgraph.rings.lawful_model import LawfulModel, carried_by_claims, largest_household, months_of

__all__ = ["LAWFUL_MODELS", "LawfulModel", "explain"]


_CONSULTATION = 4.0
"""Minutes from one patient to the next, in the middle, below which nobody is seen by a doctor."""


def _largest_home(facts: GroupFacts) -> float:
    return max(facts.top_share("address"), facts.top_share("phone"))


def _any_shared_contact(facts: GroupFacts) -> float:
    return max(_own_contact(facts), facts.top_share("address"))


def _own_contact(facts: GroupFacts) -> float:
    """A phone or agent of their own: what more than sixty people have is a default value."""
    return max(facts.top_share(name, most_holders=60) for name in ("phone", "agent"))


def _carried_by_family(facts: GroupFacts) -> float:
    """How much of a small group's surprise its largest household carries, of the three fifths that make it a family with friends."""
    spoken = facts.spoken.get("family")
    small = spoken is not None and spoken.patient_count >= 3 and facts.patient_count <= 9
    return spoken.claim_share / 0.6 if spoken is not None and small else 0.0


def _placeholder_share(facts: GroupFacts) -> float:
    """Share of the people who have a phone, account or agent that more than sixty people have."""
    return max(facts.top_share(name, least_holders=61) for name in ("phone", "account", "agent"))


LAWFUL_MODELS: tuple[LawfulModel, ...] = (
    LawfulModel(
        name="family", title_zh="家庭同行", title_en="a family going together", of_one_purse=True, threshold=1.0,
        observe=lambda f: max(min(3.0, f.patient_count / 1.5) / max(f["household_count"], 1), largest_household(f) / 0.54 if f.patient_count <= 9 else 0.0, _carried_by_family(f)),
        says_zh="{patient_count:.0f} 人归并为 {household_count:.0f} 户，最大一户占 {largest_household:.0%}（不超过三户且平均每户一人半以上，或九人以内一户过半，或异常程度的五分之三出自一户三人以上，即视为家庭同行）",
        says_en="{patient_count:.0f} people are {household_count:.0f} households, the largest {largest_household:.0%} of them (three or fewer of one and a half people each at least, or of nine people more than half in one, or three fifths of the surprise from one of three people or more, make it a family)",
    ),
    LawfulModel(
        name="single_event", title_zh="偶发一两日", title_en="a day or two only", threshold=1.0,
        observe=lambda f: 2.0 / f["day_count"] if f["session_count"] else 0.0,
        says_zh="聚集只发生在 {day_count:.0f} 天（两天以内不足以说明反复同现）",
        says_en="the sittings fall on {day_count:.0f} days (two or fewer are no habit)",
    ),
    LawfulModel(
        name="care_home", title_zh="养老机构", title_en="a care home", of_a_class=True, threshold=0.6,
        observe=lambda f: f["share_70"],
        also=lambda f: f.patient_count >= 5
        and (_largest_home(f) >= 0.3 or (f["share_70"] >= 0.9 and f.patient_count >= 8)),
        says_zh="{observed:.0%} 的成员年满七十岁（需 {threshold:.0%} 且多人同住址，或九成以上高龄）",
        says_en="{observed:.0%} are seventy or older ({threshold:.0%} needed with a shared address, or nine in ten)",
    ),
    LawfulModel(
        name="carer", title_zh="照护人代为取药", title_en="a carer who fetches for others", of_a_class=True, threshold=0.6,
        observe=lambda f: f["share_70"],
        also=lambda f: f.patient_count <= 10 and _any_shared_contact(f) >= 0.25,
        says_zh="{observed:.0%} 的成员年满七十岁，且共用电话、住址或代办人（需 {threshold:.0%}）",
        says_en="{observed:.0%} are seventy or older and share a phone, an address or an agent ({threshold:.0%} needed)",
    ),
    LawfulModel(
        name="dialysis", title_zh="血液透析班次", title_en="a dialysis bench", threshold=0.4,
        observe=lambda f: f["dx_dialysis"],
        says_zh="聚集时的诊断有 {observed:.0%} 为慢性肾病或透析（需 {threshold:.0%}）",
        says_en="{observed:.0%} of the diagnoses at the sittings are kidney failure or dialysis ({threshold:.0%} needed)",
    ),
    LawfulModel(
        name="oncology", title_zh="肿瘤化疗周期", title_en="an oncology cycle", threshold=0.4,
        observe=lambda f: f["dx_oncology"],
        says_zh="聚集时的诊断有 {observed:.0%} 为肿瘤或化疗（需 {threshold:.0%}）",
        says_en="{observed:.0%} of the diagnoses at the sittings are cancer or chemotherapy ({threshold:.0%} needed)",
    ),
    LawfulModel(
        name="rehabilitation", title_zh="康复疗程", title_en="a rehabilitation course", threshold=0.6,
        observe=lambda f: f["dx_rehabilitation"],
        also=lambda f: f["share_pharmacy"] < 0.3 and f["share_inpatient"] < 0.3 and f["course_days"] <= 45
        and (
            (f["visits_each"] >= 2 / 14 * f["course_days"] and f.get("course_amounts") <= 0.2)
            or (f["visits_each"] >= 3 / 14 * f["course_days"] and f["price_ratio"] <= 1.2)
        ),
        says_zh="聚集时的诊断有 {observed:.0%} 属康复、骨科或卒中后遗症，每人疗程 {course_days:.0f} 天、到场 {visits_each:.0f} 次"
        "（需 {threshold:.0%}，疗程不超过 45 天、两周不少于三次，按统一价格收费的不少于两次）",
        says_en="{observed:.0%} of the diagnoses at the sittings are what rehabilitation treats, a course is "
        "{visits_each:.0f} visits in {course_days:.0f} days ({threshold:.0%} needed, 45 days at most, three visits a fortnight, two where all pay one tariff)",
    ),
    LawfulModel(
        name="refill_day", title_zh="慢特病固定取药日", title_en="a refill day for chronic patients", of_a_class=True, threshold=0.8,
        observe=lambda f: f["share_chronic"],
        also=lambda f: f["share_private"] < 0.5 and f.get("refill_days") <= 3 * months_of(f)
        and (f["share_primary"] >= 0.55 or (f["share_pharmacy"] <= 0.1 and f["price_ratio"] <= 1.5 and f["step_minutes"] >= 10.0))
        and carried_by_claims(f, "refill_day") >= 0.67,
        says_zh="聚集时的就诊结算有 {observed:.0%} 为门诊慢特病，每月 {refill_days_each_month:.1f} 天；连同当日及其后两日的购药，占异常程度的 {carried:.0%}（需 {threshold:.0%}，每月不超过三天，占三分之二；在基层公立机构，或在医院按通常费用、间隔十分钟以上且不去药店）",
        says_en="{observed:.0%} of the visits at the sittings are for chronic disease, on {refill_days_each_month:.1f} days a month; with what was bought at shops within two days "
        "they carry {carried:.0%} of the surprise ({threshold:.0%} needed, three days a month at most, two thirds of the surprise; at public primary care, or at a hospital at the usual amounts, ten minutes apart and without a shop)",
    ),
    LawfulModel(
        name="checkup_day", title_zh="单位体检日", title_en="a check-up day", threshold=0.5,
        observe=lambda f: f["dx_checkup"],
        also=lambda f: f["day_count"] <= 6,
        says_zh="聚集时的诊断有 {observed:.0%} 为体检，共 {day_count:.0f} 天（需 {threshold:.0%}，不超过六天）",
        says_en="{observed:.0%} of the diagnoses at the sittings are check-ups, on {day_count:.0f} days ({threshold:.0%} needed, six days at most)",
    ),
    LawfulModel(
        name="vaccination_day", title_zh="接种或筛查日", title_en="a vaccination or screening day", threshold=0.5,
        observe=lambda f: f["dx_vaccination"],
        also=lambda f: f["day_count"] <= 6,
        says_zh="聚集时的诊断有 {observed:.0%} 为接种或筛查，共 {day_count:.0f} 天（需 {threshold:.0%}，不超过六天）",
        says_en="{observed:.0%} of the diagnoses at the sittings are vaccinations or screening, on {day_count:.0f} days ({threshold:.0%} needed, six days at most)",
    ),
    LawfulModel(
        name="epidemic", title_zh="学校或季节性疫情", title_en="a school or epidemic wave", threshold=0.6,
        observe=lambda f: max(f["share_school"], f["dx_epidemic"]),
        also=lambda f: months_of(f) <= 2.0,
        says_zh="{observed:.0%} 为学龄儿童或传染病诊断，前后 {months:.1f} 个月（需 {threshold:.0%}，两个月以内）",
        says_en="{observed:.0%} are of school age or have an infection, within {months:.1f} months ({threshold:.0%} needed, two at most)",
    ),
    LawfulModel(
        name="village", title_zh="村医为唯一选择", title_en="the only doctor of a village", of_a_class=True, threshold=0.2,
        observe=lambda f: f.top_share("residence"),
        also=lambda f: f["top_place_share"] >= 0.85 and f["share_primary"] >= 0.8 and f["share_private"] < 0.5
        and (f["clientele_share"] >= (0.1 if f["price_ratio"] > 1.5 else 0.05) or (f["clientele_share"] >= 0.02 and f["attendance"] < 0.35))
        and f["price_ratio"] <= 2.2 and _any_shared_contact(f) < 0.3 and not f["step_minutes"] < _CONSULTATION,
        says_zh="{observed:.0%} 的成员和该机构 {clientele_share:.0%} 的其他患者住在同一村，聚集在一家基层公立机构，费用为当地中位数的 {price_ratio:.1f} 倍，不共用联系方式，{pace_zh}（需 {threshold:.0%}、四分钟以上；其他患者 10%，费用不超过中位数 1.5 倍时 5%，每次到场不足三分之一时 2%）",
        says_en="{observed:.0%} live in one village, as {clientele_share:.0%} of the place's other patients do; they come together at one place of public primary care, at {price_ratio:.1f} times its median amount, sharing no contact, {pace_en} "
        "({threshold:.0%} and four minutes needed; and of the others 10%, 5% where amounts are at most 1.5 times the median, 2% where about a third or less are there at a time)",
    ),
    LawfulModel(
        name="visiting_doctor", title_zh="多点执业医师坐诊", title_en="a doctor registered at several sites", threshold=0.6,
        observe=lambda f: f["share_visiting"],
        also=lambda f: f["price_ratio"] <= 2.2 and _any_shared_contact(f) < 0.3 and f["share_inpatient"] < 0.3,
        says_zh="聚集时的结算有 {observed:.0%} 由备案多点执业的医师接诊（需 {threshold:.0%}）",
        says_en="{observed:.0%} of the claims at the sittings are with a doctor registered at several sites ({threshold:.0%} needed)",
    ),
    LawfulModel(
        name="employer", title_zh="同单位职工", title_en="people of one employer", of_a_class=True, threshold=0.4,
        observe=lambda f: f.top_share("employer"),
        also=lambda f: _own_contact(f) < 0.4,
        says_zh="{observed:.0%} 的成员同一单位（需 {threshold:.0%}，且不共用电话或代办人）",
        says_en="{observed:.0%} work for one employer ({threshold:.0%} needed, sharing no phone or agent)",
    ),
    LawfulModel(
        name="dormitory", title_zh="集体宿舍或同住", title_en="a dormitory or shared home", of_a_class=True, threshold=0.4,
        observe=lambda f: f.top_share("address", least_holders=6),
        also=lambda f: f["price_ratio"] <= 2.2 and f["session_count"] <= 1.5 * months_of(f) + 4,
        says_zh="{observed:.0%} 的成员同住一处六人以上的住址（需 {threshold:.0%}）",
        says_en="{observed:.0%} live at one address of six people or more ({threshold:.0%} needed)",
    ),
    LawfulModel(
        name="maternity", title_zh="孕产检查", title_en="antenatal visits", threshold=0.6,
        observe=lambda f: f["dx_maternity"],
        says_zh="聚集时的诊断有 {observed:.0%} 为孕产（需 {threshold:.0%}）",
        says_en="{observed:.0%} of the diagnoses at the sittings are pregnancy or birth ({threshold:.0%} needed)",
    ),
    LawfulModel(
        name="new_place", title_zh="新开分店或邻近机构关停", title_en="a place that opened or whose neighbour closed", threshold=0.5,
        observe=lambda f: max(f.get("share_new"), f.get("share_moved")),
        also=lambda f: f.get("share_of_place") <= 0.3 and f["price_ratio"] <= 1.5 and _any_shared_contact(f) < 0.3
        and f["attendance"] < 0.4 and f["top_place_share"] >= 0.6,
        says_zh="{share_new:.0%} 的成员在主要机构开业后 45 天内首次到此，{share_moved:.0%} 此前常去一家现已停止结算的机构，"
        "占该机构就诊的 {share_of_place:.0%}（需其一达 {threshold:.0%}，占比不超过 30%，费用与他人相当）",
        says_en="{share_new:.0%} first came within 45 days of the main place's opening, {share_moved:.0%} used to go to a place that settles no more; "
        "they make {share_of_place:.0%} of its visits (one of the first two must reach {threshold:.0%}, the last 30% at most, at the usual amounts)",
    ),
    LawfulModel(
        name="placeholder", title_zh="占位或默认编号", title_en="a placeholder or default id", of_one_purse=True, threshold=0.6,
        observe=lambda f: max(f.get("share_unknown"), _placeholder_share(f) if f["session_count"] == 0 else 0.0),
        says_zh="聚集时的结算有 {observed:.0%} 记在占位编号（如全零、“未知”）名下，或共用的联系方式有六十人以上使用（需 {threshold:.0%}）",
        says_en="{observed:.0%} of the claims at the sittings stand under a placeholder such as all zeros, or what they share is used by more than sixty people ({threshold:.0%} needed)",
    ),
    LawfulModel(
        name="code_mapping", title_zh="同一机构两个编号", title_en="one place delivered under two codes", threshold=0.5,
        observe=lambda f: f.get("share_twin"),
        also=lambda f: f.get("share_twin_others") >= 0.3,
        says_zh="聚集时的结算有 {observed:.0%} 在同一分钟以另一编号再次出现，该机构其他人员的就诊有 {share_twin_others:.0%} 也是如此（需 {threshold:.0%} 与 30%）",
        says_en="{observed:.0%} of the claims at the sittings appear again under another place's code in the same minute, as do {share_twin_others:.0%} of other people's visits there ({threshold:.0%} and 30% needed)",
    ),
)  # fmt: skip


def explain(facts: GroupFacts, off: Collection[str] = ()) -> tuple[Explanation, ...]:
    """Every explanation tried on a group, the strongest first; those named in `off` are left out."""
    tried = [model.weigh(facts) for model in LAWFUL_MODELS if model.name not in off]
    return tuple(sorted(tried, key=lambda found: (-found.share, found.name)))

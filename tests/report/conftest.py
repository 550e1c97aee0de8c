"""Rings as a pipeline would hand them over. Every name, number and place in here is invented."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fraudgraph.records import (
    Dossier,
    DossierClaim,
    DossierEdge,
    Evidence,
    Explanation,
    Member,
    Month,
    NodeKind,
    ReferralList,
    Ring,
    Role,
    ScorePart,
    Typology,
)
from fraudgraph.report import write_dossiers, write_referral
from fraudgraph.settings import Settings

NAMES = ("穆青禾", "丁若溪", "欧阳远帆", "梁沐辰", "石安然", "邵知微", "卓见山", "简宁")
PHARMACY, FACILITY = "H37020500123", "H37020300045"
EVENINGS = (date(2025, 8, 7), date(2025, 8, 21), date(2025, 9, 4), date(2025, 9, 25), date(2025, 10, 16))


def a_member(kind: NodeKind, entity_id: str, role: Role, **more: Any) -> Member:
    told: dict[str, Any] = {
        "strength": 0.8,
        "reason_zh": "5 次集中刷卡中到场 5 次",
        "reason_en": "there in 5 of 5 meetings",
        "claim_count": 9,
        "fund_amount": Decimal("1860.40"),
    }
    return Member(entity_type=kind, entity_id=entity_id, role=role, **{**told, **more})


def patient_id(number: int) -> str:
    return f"3702{number:010d}"


def small_members() -> tuple[Member, ...]:
    patients = [
        a_member(
            NodeKind.PATIENT, patient_id(i), Role.CARD_HOLDER, name=name, strength=round(0.98 - i * 0.07, 2)
        )
        for i, name in enumerate(NAMES[:7])
    ]
    victim = a_member(
        NodeKind.PATIENT, patient_id(7), Role.POSSIBLE_VICTIM, name=NAMES[7], strength=0.42, claim_count=4,
        fund_amount=Decimal("520.00"), reason_zh="84 岁，刷卡时另有住院结算单，可能是凭证被他人使用",
        reason_en="aged 84, in hospital while the card was used: the card may have been in other hands",
    )  # fmt: skip
    doctors = [
        a_member(NodeKind.DOCTOR, "D370203004511", Role.PRESCRIBER, name="贺兰舟", strength=0.91, claim_count=41,
                 fund_amount=Decimal("12680.00"), reason_zh="所开处方 87% 在同一药店取药，同科医师为 6%", reason_en="87 % of prescriptions filled at one pharmacy, against 6 % for colleagues"),
        a_member(NodeKind.DOCTOR, "D370203004512", Role.PRESCRIBER, name="沈既白", strength=0.55),
    ]  # fmt: skip
    shop = a_member(
        NodeKind.PHARMACY, PHARMACY, Role.OUTLET, name="康宁桥大药房", strength=1.0, claim_count=40,
        fund_amount=Decimal("13904.30"), reason_zh="40 张结算单均在此结算", reason_en="all 40 claims were settled here",
    )  # fmt: skip
    return (*patients, victim, *doctors, shop)


def small_claims() -> tuple[DossierClaim, ...]:
    claims, number = [], itertools.count(1)
    for evening, day in enumerate(EVENINGS):
        for i in range(8 if evening != 2 else 6):
            at = datetime(day.year, day.month, day.day, 18, 41) + timedelta(minutes=2 * i + (i * evening) % 3)
            claims.append(a_claim(next(number), i, PHARMACY, at=at, met=True, kind="pharmacy"))
    for i in range(8):
        for visit in range(3):
            day = date(2025, 7, 4) + timedelta(days=i * 3 + visit * 37)
            at = datetime(day.year, day.month, day.day, 8 + i % 4, 15 + visit)
            claims.append(a_claim(next(number), i, FACILITY, at=at, met=False, kind="outpatient"))
    stay = a_claim(next(number), 7, FACILITY, at=datetime(2025, 9, 22, 9, 30), met=False, kind="inpatient")
    return (*claims, replace(stay, ended_on=date(2025, 9, 29), total_amount=Decimal("8420.00")))


def a_claim(
    number: int, patient: int, place: str, *, at: datetime | None, met: bool, kind: str
) -> DossierClaim:
    return DossierClaim(
        claim_id=f"370200C2025{number:08d}",
        patient_id=patient_id(patient),
        place_id=place,
        doctor_id="D370203004511" if number % 5 else "D370203004512",
        operator_id="OP17" if kind == "pharmacy" else "",
        claim_type=kind,
        day=at.date() if at else date(2025, 9, 1),
        at=at,
        ended_on=None,
        diagnosis_code="I10.x00" if kind != "pharmacy" else "",
        total_amount=Decimal(380 + number % 7) + Decimal("0.50"),
        fund_amount=Decimal(341 + number % 7) + Decimal("0.25"),
        in_meeting=met,
    )


def small_edges() -> tuple[DossierEdge, ...]:
    pairs = [
        DossierEdge(source_type=NodeKind.PATIENT, source_id=patient_id(a), target_type=NodeKind.PATIENT, target_id=patient_id(b),
                    kind="burst", observed=5 - (b > 5), expected=0.02 + 0.01 * a, weight=14.0 - a - b / 2)
        for a, b in itertools.combinations(range(8), 2)
    ]  # fmt: skip
    shared = DossierEdge(
        source_type=NodeKind.PATIENT, source_id=patient_id(1), target_type=NodeKind.PATIENT, target_id=patient_id(4),
        kind="identity", observed=1, expected=None, weight=6.0,
    )  # fmt: skip
    at_shop = [
        DossierEdge(source_type=NodeKind.PATIENT, source_id=patient_id(i), target_type=NodeKind.PHARMACY, target_id=PHARMACY,
                    kind="visited", observed=5, expected=None, weight=3.0)
        for i in range(8)
    ]  # fmt: skip
    steering = [
        DossierEdge(source_type=NodeKind.DOCTOR, source_id=f"D37020300451{n}", target_type=NodeKind.PHARMACY, target_id=PHARMACY,
                    kind="steering", observed=36 - 25 * (n - 1), expected=2.4, weight=11.0 - 4 * n)
        for n in (1, 2)
    ]  # fmt: skip
    return (*pairs, shared, *at_shop, *steering)


def small_ring() -> Ring:
    met = tuple(claim.claim_id for claim in small_claims() if claim.in_meeting)
    return Ring(
        ring_id="2025-10-001", rank=1, listed=True, score=7.86, q_value=0.012,
        total_amount=Decimal("14612.50"), fund_amount=Decimal("13904.30"), excess_amount=Decimal("9870.00"),
        first_seen=date(2025, 8, 7), last_seen=date(2025, 10, 16), status="new", typology=Typology.CARD_SWEEP,
        summary_zh="8 名参保人三个月内 5 个傍晚在同一药店 20 分钟内先后刷卡，所用处方多出自同一医师；同类药店同样规模的集中刷卡预期不到 0.1 次。",
        summary_en="Eight patients swiped their cards one after another at one pharmacy on five evenings in three months, mostly on one doctor's prescriptions; at like pharmacies fewer than 0.1 such evenings would be expected.",
        members=small_members(),
        parts=(
            ScorePart(name="surprise", title_zh="异常同现", title_en="surprising meetings", points=5.90),
            ScorePart(name="money", title_zh="超出预期的费用", title_en="money above expectation", points=1.74),
            ScorePart(name="screens", title_zh="筛查模型命中", title_en="screening models that fired", points=1.12),
            ScorePart(name="outliers", title_zh="离群成员", title_en="members unlike their peers", points=0.70),
            ScorePart(name="family", title_zh="合理解释：家庭", title_en="lawful explanation: family", points=-0.95),
            ScorePart(name="one_shop", title_zh="合理解释：镇上只有一家药店", title_en="lawful explanation: only shop in town", points=-0.65),
        ),
        explanations=(
            Explanation(name="family", title_zh="家庭", title_en="family", share=0.18, observed=0.25, threshold=0.6, holds=False,
                        sentence_zh="8 人中 2 人同户（25%），达到 60% 才可认为是家庭同行。", sentence_en="2 of the 8 people share a household (25 %); 60 % would be needed.", claim_ids=met[:4]),
            Explanation(name="care_home", title_zh="养老机构", title_en="care home", share=0.0, observed=1, threshold=5, holds=False,
                        sentence_zh="8 人登记在 7 个住址，只有 1 对同址。", sentence_en="The 8 people live at 7 addresses; only one pair shares one."),
            Explanation(name="one_shop", title_zh="镇上只有一家药店", title_en="only shop in town", share=0.12, observed=6, threshold=1, holds=False,
                        sentence_zh="3 公里内有 6 家定点药店。", sentence_en="There are 6 designated pharmacies within 3 km."),
            Explanation(name="dialysis", title_zh="透析", title_en="dialysis", share=0.0, observed=0, threshold=0.5, holds=False,
                        sentence_zh="没有人有透析结算。", sentence_en="Nobody has dialysis claims."),
        ),
        evidence=(
            Evidence(evidence_id="2025-10-001-E1", kind="burst", sentence_zh="5 个傍晚共 38 次刷卡，相邻两次间隔中位数 2 分钟；该药店同一时段平常每 40 分钟 1 次。",
                     sentence_en="38 swipes on five evenings, a median of 2 minutes apart; at this hour the pharmacy usually sees one in 40 minutes.", observed=38, expected=1.9, claim_ids=met),
            Evidence(evidence_id="2025-10-001-E2", kind="steering", sentence_zh="医师贺兰舟的处方 87% 在康宁桥大药房取药，同科医师为 6%。",
                     sentence_en="87 % of the prescriptions of one doctor were filled at this pharmacy, against 6 % for colleagues of the same department.", observed=0.87, expected=0.06, claim_ids=met[:20]),
            Evidence(evidence_id="2025-10-001-E3", kind="identity", sentence_zh="2 名参保人登记同一手机号 13812345678，二人不同户、不同单位。",
                     sentence_en="Two patients registered the same phone 13812345678, with different households and employers.", observed=1, expected=0.0004, claim_ids=()),
            Evidence(evidence_id="2025-10-001-E4", kind="flag", sentence_zh="人均基金支付 1,738 元，同龄同病种参保人为 504 元。",
                     sentence_en="Fund paid per person 1,738 yuan, against 504 for patients of like age and illness.", observed=1738, expected=504, claim_ids=met[:12]),
        ),
    )  # fmt: skip


def small_dossier() -> Dossier:
    claims = small_claims()
    return Dossier(
        ring=small_ring(), edges=small_edges(), claims=claims, claim_count=len(claims),
        place_names={FACILITY: "青竹湾社区卫生服务中心"},
    )  # fmt: skip


def big_dossier() -> Dossier:
    """A batch-admission ring of 200 patients, two facilities and six doctors, without clocks."""
    patients = [
        a_member(NodeKind.PATIENT, patient_id(100 + i), Role.CARD_HOLDER, name=f"{'钟陆范汪秦许姚邱'[i % 8]}某{i}", strength=round(1 - i / 250, 3))
        for i in range(200)
    ]  # fmt: skip
    doctors = [a_member(NodeKind.DOCTOR, f"D3702090{i:05d}", Role.PRESCRIBER, name=f"{'陶姜戚谢邹喻'[i]}文", strength=0.9) for i in range(6)]  # fmt: skip
    places = [
        a_member(NodeKind.FACILITY, f"H3702090000{i}", Role.OUTLET if i else Role.ORGANISER, name=("白鹭湾医院", "云栖康复医院")[i], strength=1.0)
        for i in range(2)
    ]  # fmt: skip
    claims = tuple(
        DossierClaim(
            claim_id=f"B{n:06d}", patient_id=patient_id(100 + n % 200), place_id=f"H3702090000{(n // 20) % 2}", doctor_id=f"D3702090{n % 6:05d}",
            operator_id="", claim_type="inpatient", day=date(2025, 1, 6) + timedelta(days=14 * (n // 40)), at=None,
            ended_on=date(2025, 1, 6) + timedelta(days=14 * (n // 40) + 9), diagnosis_code="M51.202", total_amount=Decimal("7200.00"),
            fund_amount=Decimal("5400.00"), in_meeting=n % 3 > 0,
        )
        for n in range(800)
    )  # fmt: skip
    edges = tuple(
        DossierEdge(source_type=NodeKind.PATIENT, source_id=patient_id(100 + i), target_type=NodeKind.PATIENT, target_id=patient_id(100 + (i + d) % 200),
                    kind="batch", observed=3, expected=0.1, weight=5 + (i * d) % 7)
        for i in range(200) for d in range(1, 9)
    ) + tuple(
        DossierEdge(source_type=NodeKind.PATIENT, source_id=patient_id(100 + i), target_type=NodeKind.FACILITY, target_id=f"H3702090000{(i // 20) % 2}",
                    kind="visited", observed=4, expected=None, weight=2)
        for i in range(200)
    )  # fmt: skip
    ring = replace(
        small_ring(), ring_id="2025-10-002", rank=2, score=6.1, q_value=None, typology=Typology.BATCH_ADMISSION, status="grown",
        members=(*patients, *doctors, *places), summary_zh="200 名参保人分批在两家医院同日入院、同日出院，病种相同。",
        summary_en="Two hundred patients were admitted to two hospitals in waves on the same days, with one diagnosis.",
        total_amount=Decimal("5760000.00"), fund_amount=Decimal("4320000.00"), excess_amount=Decimal("3100000.00"),
        parts=(ScorePart(name="surprise", title_zh="异常同现", title_en="surprising meetings", points=6.1),),
        explanations=(replace(small_ring().explanations[1], share=0.3),),
        evidence=(Evidence(evidence_id="2025-10-002-E1", kind="batch", sentence_zh="20 批入院，每批 40 人。", sentence_en="Twenty waves of forty admissions.",
                           observed=20, expected=0.3, claim_ids=tuple(c.claim_id for c in claims)),),
    )  # fmt: skip
    return Dossier(ring=ring, edges=edges, claims=claims, claim_count=1240)


def held_ring() -> Ring:
    """A care home: found, explained, held back."""
    home = replace(small_ring().explanations[1], holds=True, share=0.94, observed=12, sentence_zh="12 人登记在同一养老机构。", sentence_en="All 12 live in one care home.")  # fmt: skip
    return replace(
        small_ring(), ring_id="2025-10-003", rank=3, listed=False, score=1.2, explanations=(home,), typology=Typology.COMPANION_VISITS,
        summary_zh="12 人每月同日就诊。", summary_en="Twelve people visit on one day each month.",
        parts=(ScorePart(name="surprise", title_zh="异常同现", title_en="surprising meetings", points=1.2),),
    )  # fmt: skip


def a_referral(*rings: Ring) -> ReferralList:
    return ReferralList(
        month=Month(2025, 10),
        rings=rings,
        views_on=("burst", "batch", "steering", "identity"),
        views_off=(("journey", "交付数据缺少机构编号", "the data carry no facility ids"),),
    )


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings()


@pytest.fixture(scope="session")
def dossiers() -> list[Dossier]:
    return [small_dossier(), big_dossier()]


@pytest.fixture(scope="session")
def referral(dossiers: list[Dossier]) -> ReferralList:
    return a_referral(*(dossier.ring for dossier in dossiers), held_ring())


@pytest.fixture(scope="session")
def written(
    tmp_path_factory: pytest.TempPathFactory,
    dossiers: list[Dossier],
    referral: ReferralList,
    settings: Settings,
) -> Path:
    """A run's folder with everything the report writes."""
    out = tmp_path_factory.mktemp("out")
    write_referral(out, referral, settings, generated_for="青竹湾市医疗保障局")
    write_dossiers(out, dossiers, referral, settings)
    return out

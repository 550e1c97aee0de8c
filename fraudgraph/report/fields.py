"""The columns of the referral list's tables: one definition for xlsx, csv, jsonl, schema and field notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Final, Literal

from fraudgraph.records import Evidence, Member, NodeKind, Ring
from fraudgraph.report.counter_evidence import against
from fraudgraph.report.files import browser_link, dossier_name
from fraudgraph.report.naming import ROLE_ORDER, Naming, handles
from fraudgraph.report.sanitise import plain
from fraudgraph.report.tried import far_line, near_and_far
from fraudgraph.report.words import EVIDENCE_KINDS, KINDS, ROLES, STATUSES, TYPOLOGIES, VERDICTS, Text, word
from fraudgraph.settings import Settings

__all__ = [
    "EVIDENCE_FIELDS",
    "EXPLANATION_FIELDS",
    "HANDLING",
    "LIST_FIELDS",
    "MEMBER_FIELDS",
    "Cell",
    "Field",
    "FieldKind",
    "claim_id_lists",
    "evidence_rows",
    "explanation_rows",
    "list_row",
    "member_rows",
]

FieldKind = Literal["text", "count", "number", "amount", "date", "verdict", "handling", "dossier", "link"]
Cell = str | int | float | Decimal | date | None
CLAIM_IDS_SHOWN = 200
HANDLING: Final = {
    "open": Text("未开始", "open"),
    "checking": Text("核查中", "checking"),
    "done": Text("已办结", "done"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its key, its titles, what it means, how it is written and how wide it stands."""

    key: str
    title: Text
    note: Text
    kind: FieldKind = "text"
    width: int = 14

    @property
    def header(self) -> str:
        """Title in Chinese, then the key that programs go by."""
        return f"{self.title.zh} {self.key}"


def _f(key: str, zh: str, note_zh: str, note_en: str, kind: FieldKind = "text", width: int = 14) -> Field:
    return Field(key, Text(zh, key), Text(note_zh, note_en), kind, width)


LIST_FIELDS: Final = (
    _f("rank", "名次", "建议的核查顺序", "order in which to open the rings", "count", 6),
    _f("ring_id", "疑似团伙编号", "与线索材料、证据表一致的编号", "same id in dossiers and tables", "text", 14),
    _f("typology_zh", "类型", "最强迹象所像的类型，是读法，不是定性", "the pattern the strongest signs look like, in Chinese; a reading, not a charge", "text", 13),
    _f("score", "得分", "各部分相加；越高越值得先查", "sum of its parts; higher means look sooner", "number", 8),
    _f("patient_count", "参保人数", "成员中的参保人", "patients among the members", "count", 9),
    _f("fund_amount", "基金支付（元）", "所涉结算单的基金支付额；每张结算单在全部团伙中只计一次", "fund paid on the claims involved, yuan; each claim counted once over all rings", "amount", 14),
    _f("excess_amount", "超出预期（元）", "基金支付减去同类人的通常费用；不低于零", "fund paid less what as many like people cost, yuan; never below nothing", "amount", 14),
    _f("first_seen", "首次出现", "所涉最早日期", "earliest date involved", "date", 11),
    _f("last_seen", "最近出现", "所涉最晚日期", "latest date involved", "date", 11),
    _f("summary_zh", "摘要", "为什么值得核查，一两句话", "why it is worth a look, in Chinese", "text", 46),
    _f("verdict", "核查结论", "由核查人选填：待核、查实、排除、证据不足", "filled in by the investigator: pending, confirmed, cleared, insufficient", "verdict", 14),
    _f("handling", "办理状态", "由核查人选填：未开始、核查中、已办结", "filled in by the investigator: open, checking, done", "handling", 13),
    _f("handled_by", "办理人", "由核查人填写；月度清单按设置预填负责人", "filled in by the investigator; the monthly list puts the owner from the settings there", "text", 10),
    _f("due_on", "办理期限", "由核查人填写，日期；月度清单预填", "filled in by the investigator, a date; the monthly list puts one there", "text", 11),
    _f("remark", "备注", "由核查人填写", "filled in by the investigator", "text", 16),
    _f("route_zh", "建议去向", "核实后可能涉及的部门、理由和依据；仅月度清单", "authorities that it may concern once verified, why, and the legal source; monthly list only", "text", 50),
    _f("earlier_verdict", "此前结论", "此前登记的核查结论；仅月度清单", "the verdict recorded before; monthly list only", "text", 12),
    _f("age_days", "已列天数", "自首次列入起的天数；仅月度清单", "days since it was first listed; monthly list only", "number", 9),
    _f("dossier", "线索材料", "团伙页面，离线可打开", "the ring's page; opens offline", "dossier", 28),
    _f("strongest_zh", "主要证据", "最前的三条证据", "the first three pieces of evidence, in Chinese", "text", 60),
    _f("lawful_zh", "合理解释", "成立或接近的合理解释；其余合为一行", "lawful explanations that hold or come near; the rest in one line, in Chinese", "text", 50),
    _f("status_zh", "生命周期", "与上一批次相比", "against the last run, in Chinese", "text", 11),
    _f("total_amount", "费用总额（元）", "所涉结算单的费用总额", "total billed on the claims involved, yuan", "amount", 16),
    _f("doctor_count", "医师数", "成员中的医师", "doctors among the members", "count", 10),
    _f("place_count", "机构药店数", "成员中的定点医疗机构和药店", "facilities and pharmacies among the members", "count", 11),
    _f("excess_low", "超出预期至少（元）", "排除疑问后的数额：97.5% 的同类人抽取都不低于它；移送标准按此判断；空为没有", "what is beyond doubt: 97.5 of 100 draws of as many like people leave at least this, yuan; thresholds go by it; empty where there is none", "number", 14),
    _f("excess_high", "超出预期至多（元）", "同上，上限", "the same, the most, yuan; empty where there is none", "number", 14),
    _f("claim_count", "结算单数", "构成费用总额和基金支付的结算单", "claims that the total and fund amounts are made of", "count", 9),
    _f("expected_amount", "同类人费用（元）", "同样多的同类人（同机构、同年龄段）同期的基金支付", "what as many like people (same places, same ages) cost the fund in the same time, yuan", "amount", 14),
    _f("people_claim_count", "全部结算单数", "这些参保人的全部结算单", "all claims of these people", "count", 10),
    _f("people_fund_amount", "全部基金支付（元）", "上述全部结算单的基金支付", "fund paid on all of them, yuan", "amount", 15),
    _f("q_value", "q 值", "按打乱时间的对照，得分不低于它的疑似团伙中出于偶然的比例；空为未校准", "share of rings at this score or above that chance alone would make; empty until calibrated", "number", 9),
    _f("browser_link", "图数据库链接", "在 Neo4j Browser 中填好查询语句，需自行运行", "fills in the question in Neo4j Browser; run it there", "link", 24),
    _f("typology_en", "类型（英文）", "同上，英文", "the same in English", "text", 20),
    _f("status_en", "生命周期（英文）", "同上，英文", "the same in English", "text", 12),
    _f("summary_en", "摘要（英文）", "同上，英文", "the same in English", "text", 60),
    _f("strongest_en", "主要证据（英文）", "同上，英文", "the same in English", "text", 60),
    _f("lawful_en", "合理解释（英文）", "同上，英文", "the same in English", "text", 50),
    _f("route_en", "建议去向（英文）", "同上，英文", "the same in English", "text", 50),
)  # fmt: skip

MEMBER_FIELDS: Final = (
    _f("ring_id", "疑似团伙编号", "所属疑似团伙", "the ring", "text", 14),
    _f("handle", "简称", "线索材料中的简称", "short name in the dossier", "text", 8),
    _f("entity_type", "类别", "参保人、医师、机构、药店、经办人，以及共用的代办人、电话、收款账户、单位、设备", "patient, doctor, facility, pharmacy, operator, or what is shared: agent, phone, account, employer, device", "text", 24),
    _f("entity_id", "编号", "交付数据中的编号，或按设置生成的代码", "id as delivered, or a stable code where the settings ask for one", "text", 22),
    _f("name", "名称", "人名只留首字", "persons cut to the first character", "text", 20),
    _f("role", "角色", "按数字的读法，不是认定", "a reading of numbers, not a finding", "text", 24),
    _f("strength", "紧密程度", "0 到 1", "0 to 1: how firmly it belongs", "number", 9),
    _f("claim_count", "结算单数", "与该团伙有关的结算单", "claims tied to the ring", "count", 9),
    _f("fund_amount", "基金支付（元）", "上述结算单的基金支付额", "fund paid on them, yuan", "amount", 14),
    _f("reason_zh", "列入原因", "为什么列入", "why it is here, in Chinese", "text", 44),
    _f("reason_en", "列入原因（英文）", "同上，英文", "the same in English", "text", 60),
)  # fmt: skip

EVIDENCE_FIELDS: Final = (
    _f("ring_id", "疑似团伙编号", "所属疑似团伙", "the ring", "text", 14),
    _f("evidence_id", "证据编号", "与 evidence.parquet 一致", "same id as in evidence.parquet", "text", 18),
    _f("kind", "类别", "证据的来源", "where the evidence comes from", "text", 20),
    _f("sentence_zh", "证据", "一句话，含数字与对照", "one sentence with its number and comparison, in Chinese", "text", 60),
    _f("observed", "观察值", "实际数", "what was observed", "number", 10),
    _f("expected", "预期值", "偶然或同类人对照下的预期", "what chance or like people would give", "number", 10),
    _f("claim_count", "结算单数", "支持该句的结算单", "claims behind the sentence", "count", 9),
    _f("claim_ids", "结算单号", f"前 {CLAIM_IDS_SHOWN} 个；全部见 evidence.parquet", f"the first {CLAIM_IDS_SHOWN}; all are in evidence.parquet", "text", 44),
    _f("sentence_en", "证据（英文）", "同上，英文", "the same in English", "text", 70),
)  # fmt: skip

EXPLANATION_FIELDS: Final = (
    _f("ring_id", "疑似团伙编号", "所属疑似团伙", "the ring", "text", 14),
    _f("title_zh", "合理解释", "名称", "title in Chinese", "text", 20),
    _f("holds", "是否成立", "成立则得分相应下调", "whether it holds; if it does the score steps down", "text", 20),
    _f("share", "解释份额", "能解释多少异常，0 到 1", "how much of the surprise it explains, 0 to 1", "number", 10),
    _f("observed", "观察值", "据以判断的数", "the number looked at", "number", 10),
    _f("threshold", "门槛", "成立所需的数", "what it would have needed", "number", 10),
    _f("sentence_zh", "说明", "一句话", "one sentence, in Chinese", "text", 60),
    _f("claim_count", "结算单数", "支持该句的结算单", "claims behind the sentence", "count", 9),
    _f("name", "代号", "合理解释的代号", "name of the lawful explanation", "text", 22),
    _f("title_en", "合理解释（英文）", "同上，英文", "title in English", "text", 26),
    _f("sentence_en", "说明（英文）", "同上，英文", "the same in English", "text", 70),
)  # fmt: skip


def _both(text: Text) -> str:
    return text.zh if text.zh == text.en else f"{text.zh} {text.en}"


def _count(ring: Ring, *kinds: NodeKind) -> int:
    return sum(member.entity_type in kinds for member in ring.members)


def _strongest(ring: Ring, say: Callable[[Evidence], str]) -> str:
    telling = [item for item in ring.evidence if not against(item)]
    return "\n".join(f"{number}. {say(item)}" for number, item in enumerate(telling[:3], 1))


def _lines(text: str) -> str:
    return "\n".join(plain(line, 400) for line in text.split("\n"))


def _lawful(ring: Ring, lang: str) -> str:
    """The explanations that hold or come near, a line each, and one line for the rest."""
    near, far = near_and_far(ring)
    held = Text("成立", "holds"), Text("不成立", "does not hold")
    lines = [
        f"{e.title_zh if lang == 'zh' else e.title_en}{Text('：', ': ').of(lang)}{held[0 if e.holds else 1].of(lang)}"
        for e in near
    ]
    rest = far_line(len(near), len(far)).of(lang)
    return "\n".join([*lines, *([rest] if rest else [])])


def list_row(ring: Ring, naming: Naming, settings: Settings) -> dict[str, Cell]:
    """One ring as a row of the referral list, keys in the order of `LIST_FIELDS`."""
    status = word(STATUSES, ring.status)
    return {
        "rank": ring.rank,
        "ring_id": plain(ring.ring_id, 64),
        "typology_zh": TYPOLOGIES[ring.typology].zh,
        "score": round(ring.score, 4),
        "patient_count": _count(ring, NodeKind.PATIENT),
        "fund_amount": ring.fund_amount,
        "excess_amount": ring.excess_amount,
        "first_seen": ring.first_seen,
        "last_seen": ring.last_seen,
        "summary_zh": naming.sentence(ring.summary_zh),
        "verdict": _both(VERDICTS["pending"]),
        "handling": _both(HANDLING["open"]),
        "handled_by": plain(ring.owner, 80),
        "due_on": ring.due_on.isoformat() if ring.due_on else "",
        "remark": "",
        "route_zh": _lines(ring.route_zh),
        "earlier_verdict": "" if ring.verdict == "pending" else _both(VERDICTS[ring.verdict]),
        "age_days": ring.age_days,
        "dossier": f"dossiers/{dossier_name(ring.ring_id)}",
        "strongest_zh": _strongest(ring, lambda e: naming.sentence(e.sentence_zh)),
        "lawful_zh": _lawful(ring, "zh"),
        "status_zh": status.zh,
        "total_amount": ring.total_amount,
        "doctor_count": _count(ring, NodeKind.DOCTOR),
        "place_count": _count(ring, NodeKind.FACILITY, NodeKind.PHARMACY),
        "excess_low": None if ring.excess_low is None else float(ring.excess_low),
        "excess_high": None if ring.excess_high is None else float(ring.excess_high),
        "claim_count": ring.account.claim_count,
        "expected_amount": ring.account.expected_amount,
        "people_claim_count": ring.account.people_claim_count,
        "people_fund_amount": ring.account.people_fund_amount,
        "q_value": None if ring.q_value is None else round(ring.q_value, 6),
        "browser_link": browser_link(settings, ring.ring_id),
        "typology_en": TYPOLOGIES[ring.typology].en,
        "status_en": status.en,
        "summary_en": naming.sentence(ring.summary_en),
        "strongest_en": _strongest(ring, lambda e: naming.sentence(e.sentence_en)),
        "lawful_en": _lawful(ring, "en"),
        "route_en": _lines(ring.route_en),
    }


def member_rows(ring: Ring, naming: Naming) -> list[dict[str, Cell]]:
    """A ring's members by role, then by how firmly they belong."""
    short = handles(ring)
    ordered = sorted(
        ring.members, key=lambda m: (ROLE_ORDER.index(m.role), m.entity_type, -m.strength, m.entity_id)
    )
    return [
        _member_row(ring, member, short[member.entity_type, member.entity_id], naming) for member in ordered
    ]


def _member_row(ring: Ring, member: Member, handle: str, naming: Naming) -> dict[str, Cell]:
    return {
        "ring_id": plain(ring.ring_id, 64),
        "handle": handle,
        "entity_type": _both(KINDS[member.entity_type]),
        "entity_id": naming.entity(member.entity_type, member.entity_id),
        "name": naming.name(member),
        "role": _both(ROLES[member.role]),
        "strength": round(member.strength, 4),
        "claim_count": member.claim_count,
        "fund_amount": member.fund_amount,
        "reason_zh": naming.sentence(member.reason_zh),
        "reason_en": naming.sentence(member.reason_en),
    }


def evidence_rows(ring: Ring, naming: Naming) -> list[dict[str, Cell]]:
    """A ring's evidence in the order it was collected, strongest first."""
    return [
        {
            "ring_id": plain(ring.ring_id, 64),
            "evidence_id": plain(item.evidence_id, 64),
            "kind": _both(word(EVIDENCE_KINDS, plain(item.kind, 64))),
            "sentence_zh": naming.sentence(item.sentence_zh),
            "observed": _rounded(item.observed),
            "expected": _rounded(item.expected),
            "claim_count": len(item.claim_ids),
            "claim_ids": ", ".join(plain(claim, 64) for claim in item.claim_ids[:CLAIM_IDS_SHOWN]),
            "sentence_en": naming.sentence(item.sentence_en),
        }
        for item in ring.evidence
    ]


def explanation_rows(ring: Ring, naming: Naming) -> list[dict[str, Cell]]:
    """The lawful explanations tried on a ring, those that hold first."""
    return [
        {
            "ring_id": plain(ring.ring_id, 64),
            "title_zh": plain(item.title_zh),
            "holds": "成立 holds" if item.holds else "不成立 does not hold",
            "share": _rounded(item.share),
            "observed": _rounded(item.observed),
            "threshold": _rounded(item.threshold),
            "sentence_zh": naming.sentence(item.sentence_zh),
            "claim_count": len(item.claim_ids),
            "name": plain(item.name, 64),
            "title_en": plain(item.title_en),
            "sentence_en": naming.sentence(item.sentence_en),
        }
        for item in sorted(ring.explanations, key=lambda e: (not e.holds, -e.share, e.name))
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None or not isfinite(value) else round(value, 6)


def claim_id_lists(ring: Ring) -> list[tuple[str, ...]]:
    """The claim ids behind a ring's evidence and explanations, a list for each."""
    return [item.claim_ids for item in ring.evidence] + [item.claim_ids for item in ring.explanations]

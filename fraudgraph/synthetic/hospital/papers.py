"""What is written down about a stay: medical records in words, nursing, the home page."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from fraudgraph.synthetic.hospital.world import Row, Stay, World, at

__all__ = ["CONSENT", "home_page", "story", "write_document", "write_papers"]

CONSENT = "患者知情同意书：医师已向患者及家属说明病情、拟采取的诊疗措施、可能出现的风险与并发症、替代方案及费用，患者及家属表示理解并同意。患者签名：　　医师签名：　　"
"""The same in every stay: a form."""

_OPENINGS = ("患者诉", "家属代诉", "查房见患者", "今晨询问", "夜班交班述", "主任查房时患者诉")
_COMPLAINTS = ("夜间咳醒{n}次", "右侧卧位时胀痛", "饭后{n}小时出现嗳气", "走{n}米即感气短", "左下肢麻木减轻", "口干，饮水约{n}00毫升", "伤口换药时疼痛{n}分", "昨夜睡{n}小时", "大便{n}次，成形", "活动后心悸{n}分钟自行缓解", "头晕较前减轻{n}成", "咳黄痰约{n}毫升")  # fmt: skip
_FINDINGS = ("双肺底可闻及细湿啰音", "心率{n}次/分，律齐", "切口敷料干燥", "腹软，剑突下轻压痛", "患肢皮温正常", "颈静脉无怒张", "引流液{n}毫升，淡红", "双下肢凹陷性水肿减退", "直腿抬高{n}度", "球结膜轻度充血", "足背动脉搏动可及", "血压波动于1{n}0/{n}0毫米汞柱")  # fmt: skip
_PLANS = ("复查{x}后再定用药", "停用{x}，观察{n}日", "请{x}会诊", "继续{x}，监测肾功能", "指导床旁锻炼每日{n}次", "与家属谈{x}的利弊", "加用{x}，半量起", "明日晨空腹抽血查{x}", "限盐，记{n}日出入量", "改{x}为口服")  # fmt: skip
_THINGS = ("血常规", "抗凝药", "心内科", "补液", "康复训练", "降钙素原", "镇痛泵", "雾化", "营养科", "胸片", "头孢", "利尿剂", "肝功能", "骨科")  # fmt: skip


def story(world: World, stay: Stay, sentences: int = 5) -> str:
    """Some sentences about this patient, put together anew each time."""
    rng = world.rng

    def fill(text: str) -> str:
        return text.format(n=rng.randrange(2, 10), x=rng.choice(_THINGS))

    parts = [rng.choice(_OPENINGS) + fill(rng.choice(_COMPLAINTS))]
    for pool in (_COMPLAINTS, _FINDINGS, _FINDINGS, _PLANS, _PLANS)[:sentences]:
        parts.append(fill(rng.choice(pool)))
    return f"{stay.illness}，" + "；".join(parts) + "。"


def write_document(
    world: World,
    stay: Stay,
    kind: str,
    author: str,
    written: datetime,
    text: str,
    *,
    signed: datetime | None = None,
) -> Row:
    """One document of the record."""
    return world.add("documents", stay, doc_id=world.next("BL", 8), doc_kind=kind, author=author, written_at=written, signed_at=signed or written + world.minutes(2, 12), body=text)  # fmt: skip


def write_papers(world: World, stay: Stay) -> None:
    """Admission note within the day, progress notes, operation note in the evening, discharge note, home page."""
    ward = stay.visit["ward"]
    first = stay.visit["admitted_at"] + world.minutes(90, 400)
    write_document(world, stay, "入院记录", world.on_duty(ward, "doctor", first), first, story(world, stay) + story(world, stay))  # fmt: skip
    write_document(world, stay, "知情同意书", world.on_duty(ward, "doctor", first), first, CONSENT)
    day = stay.first + timedelta(days=1)
    while day < stay.last:
        when = at(day, 8, world.rng.randrange(30, 58))
        write_document(world, stay, "病程记录", world.on_duty(ward, "doctor", when), when, story(world, stay))
        day += timedelta(days=2)
    if stay.op_slot is not None:
        when = stay.op_slot["ended_at"] + world.minutes(20, 50)
        write_document(world, stay, "手术记录", stay.op_slot["surgeon"], when, f"{stay.op_slot['op_name']}。" + story(world, stay))  # fmt: skip
    end = stay.visit["discharged_at"] - world.minutes(20, 60)
    write_document(world, stay, "出院记录", stay.attending, end, story(world, stay) + story(world, stay))
    stay.odd.add("papers")


def home_page(world: World, stay: Stay) -> Row:
    """The home page says what the charges and the theatre say; it is written after everything else."""
    rows = [row for row in stay.rows["charges"] if not row.get("_gone")]

    def of(*kinds: str) -> Decimal:
        return sum(
            (row["amount"] for row in rows if not kinds or row["charge_class"] in kinds), Decimal("0.00")
        )

    op = stay.op_slot
    return world.add("home_page", stay, main_diagnosis=stay.diagnosis, other_diagnoses=stay.other_diagnoses or None, op_codes=op["op_code"] if op else None, blood_group=stay.blood_group, attending=stay.attending, total_amount=of(), bed_amount=of("bed"), drug_amount=of("drug", "herb"), icu_hours=0, coder="编码1", coded_at=stay.visit["discharged_at"] + timedelta(days=2, hours=4))  # fmt: skip

"""What to check next: minutes for video, records to draw, questions to ask; all of it from the claims."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fraudgraph.explanations.cards import read_library
from fraudgraph.records import Dossier, NodeKind, Typology
from fraudgraph.report.co_attendance import moments, waves
from fraudgraph.report.entity_labels import Cast
from fraudgraph.report.sanitise import plain
from fraudgraph.report.words import Text

__all__ = ["Check", "checks"]

_MOST: Final = 8
_MARGIN = timedelta(minutes=5)

QUESTIONS: Final[dict[Typology, tuple[Text, ...]]] = {
    Typology.CARD_SWEEP: (
        Text("刷卡时本人是否到场？凭证由谁保管？", "Was the card's owner present, and who keeps the card?"),
        Text("所购药品现在何处？是否有人收购？", "Where are the medicines now, and did anybody buy them?"),
    ),
    Typology.BATCH_ADMISSION: (
        Text("怎样得知并前往住院？有无接送、免费、返现？", "How did you come to be admitted; was there transport, a waiver or cash?"),
        Text("住院期间是否每日在院？做过哪些治疗？", "Were you on the ward every day, and what treatment was given?"),
    ),
    Typology.COMPANION_VISITS: (
        Text("同行的人彼此是什么关系？由谁召集？", "How do those who travelled together know each other, and who called them?"),
    ),
    Typology.STEERED_PRESCRIPTIONS: (
        Text("为什么到这家药店取药？是否有人指定？", "Why was this pharmacy chosen; did anybody name it?"),
    ),
    Typology.SHARED_IDENTITY: (
        Text("登记的电话、账户由谁使用？待遇由谁领取？", "Who uses the registered phone or account, and who receives the money?"),
    ),
    Typology.ROTATION: (
        Text("为什么换一家机构接着住院？由谁安排接送？", "Why was the next stay at another facility, and who arranged it?"),
        Text("每次住院之间身体状况有何变化？有无出院记录？", "What changed between the stays, and is there a discharge record?"),
    ),
    Typology.IDENTICAL_BILLS: (
        Text("为什么不同的人开出相同的项目与金额？由谁录入？", "Why do different people have the same items and amounts, and who entered them?"),
    ),
    Typology.LINKED_PLACES: (
        Text("两家机构的实际经营人、账户和人员是什么关系？", "How are the owners, accounts and staff of the two places tied?"),
    ),
    Typology.TRACE_CODES: (
        Text("同一追溯码的药品从哪里购进，又卖给了谁？", "Where was the pack with this trace code bought, and to whom was it sold?"),
    ),
    Typology.DENSE_BLOCK: (
        Text("这些人怎样得知并来到这些机构？有无介绍人？", "How did these people come to these places; did anybody bring them?"),
    ),
}  # fmt: skip
ALWAYS: Final = (
    Text("本人是否知情？是否可能被冒用或受骗？", "Does the person know of it; may the card have been used without consent?"),
    Text("有无共同的合法缘由（家人、同住、同病、同单位、同一养老机构）？", "Is there a lawful common reason: family, same home, same illness, same employer?"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One group of things to check: what, why, and the items; `hidden` more are in the tables."""

    title: Text
    why: Text
    items: tuple[Text, ...]
    hidden: int = 0


def checks(dossier: Dossier, cast: Cast) -> list[Check]:
    """What an investigator may look at first, most telling first; groups without items are left out."""
    groups = (
        _video(dossier, cast),
        _stays(dossier, cast),
        _records(dossier, cast),
        _lawful(dossier),
        _questions(dossier),
    )
    return [group for group in groups if group.items]


def _capped(title: Text, why: Text, items: Iterator[Text]) -> Check:
    everything = tuple(items)
    return Check(title, why, everything[:_MOST], max(len(everything) - _MOST, 0))


def _video(dossier: Dossier, cast: Cast) -> Check:
    def items() -> Iterator[Text]:
        for moment in moments(dossier.claims):
            span = f"{moment.start - _MARGIN:%Y-%m-%d %H:%M}–{moment.end + _MARGIN:%H:%M}"
            place = cast.place(moment.place_id)
            desks = [cast.with_id(NodeKind.OPERATOR, desk) for desk in moment.operators[:4]]
            desks_zh = f"，经办人 {'、'.join(desks)}" if desks else ""
            desks_en = f", operator {', '.join(desks)}" if desks else ""
            people = len(moment.patients)
            yield Text(
                f"{span} {place}{desks_zh}：{people} 人、{len(moment.claims)} 张结算单",
                f"{span} {place}{desks_en}: {people} people, {len(moment.claims)} claims",
            )

    return _capped(
        Text("调取监控与终端日志", "Video and terminal logs"),
        Text("多人凭证在几分钟内先后结算，前后各放宽 5 分钟", "Several people's claims were settled within minutes; five minutes added on both sides"),
        items(),
    )  # fmt: skip


def _stays(dossier: Dossier, cast: Cast) -> Check:
    def items() -> Iterator[Text]:
        for wave in waves(dossier.claims):
            days = f"{wave.first}" if wave.first == wave.last else f"{wave.first}–{wave.last:%m-%d}"
            place, people = cast.place(wave.place_id), len(wave.patients)
            ids = [plain(c.claim_id, 40) for c in wave.claims[:6]]
            yield Text(
                f"{days} {place}：{people} 人入院；调取病历、医嘱、护理与巡房记录、押金与票据（{'、'.join(ids)}）",
                f"{days} {place}: {people} admissions; draw records, orders, nursing and ward-round notes, deposits ({', '.join(ids)})",
            )

    return _capped(
        Text("调取住院资料", "Records of stays"),
        Text("同一机构在一两天内收治多名成员", "One facility admitted several members within a day or two"),
        items(),
    )


def _records(dossier: Dossier, cast: Cast) -> Check:
    """Doctors whose prescriptions were filled at one place, and places' stock books."""
    pairs = Counter((c.doctor_id, c.place_id) for c in dossier.claims if c.in_meeting and c.doctor_id)
    places = Counter(c.place_id for c in dossier.claims if c.in_meeting and c.claim_type == "pharmacy")

    def items() -> Iterator[Text]:
        for (doctor, place), count in sorted(pairs.items(), key=lambda p: (-p[1], p[0])):
            who, where = cast.label(NodeKind.DOCTOR, doctor), cast.place(place)
            yield Text(
                f"医师 {who} 与 {where}：{count} 张处方与病历，核对就诊是否真实、签名是否一致",
                f"doctor {who} and {where}: {count} prescriptions with their records; did the visit take place, do signatures agree",
            )
        for place, count in sorted(places.items(), key=lambda p: (-p[1], p[0])):
            yield Text(
                f"{cast.place(place)}：{count} 张结算单对应药品的进销存台账与追溯码",
                f"{cast.place(place)}: stock books and trace codes of what {count} claims sold",
            )

    return _capped(
        Text("调取处方与进销存", "Prescriptions and stock books"),
        Text("处方与实物对得上，疑点即可排除", "If prescriptions and goods agree, the lead falls away"),
        items(),
    )


def _lawful(dossier: Dossier) -> Check:
    tried = sorted(dossier.ring.explanations, key=lambda e: (-e.share, e.name))
    asked = {card.name: Text(card.check_zh, card.check_en) for card in read_library().cards}

    def items() -> Iterator[Text]:
        for item in tried:
            if item.holds or item.share > 0:
                check = asked.get(item.name, Text("请以登记资料核实", "settle it from registers"))
                yield Text(
                    f"{plain(item.title_zh, 60)}：可解释 {item.share:.0%}，{check.zh}",
                    f"{plain(item.title_en, 60)}: explains {item.share:.0%}; {check.en}",
                )

    return _capped(
        Text("先核实合理解释", "Settle the lawful explanations first"),
        Text("部分成立的解释一经核实，应予排除", "Where one proves true the lead should be cleared"),
        items(),
    )


def _questions(dossier: Dossier) -> Check:
    asked = (*QUESTIONS.get(dossier.ring.typology, ()), *ALWAYS)
    return Check(
        Text("询问要点", "Questions to ask"),
        Text("询问时不预设结论", "Asked without presuming the answer"),
        asked,
    )

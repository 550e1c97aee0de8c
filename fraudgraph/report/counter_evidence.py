"""What speaks against a ring: the reasons why this may be nothing, in a part of their own."""

from __future__ import annotations

from collections.abc import Iterator

from fraudgraph.explanations.sentences import without_rules
from fraudgraph.records import Dossier, Evidence, Role
from fraudgraph.report.naming import Naming
from fraudgraph.report.sanitise import amount, number
from fraudgraph.report.words import Text

__all__ = ["against", "counter_evidence"]


def counter_evidence(dossier: Dossier, naming: Naming) -> list[Text]:
    """Sentences against the ring, each with its number."""
    return [
        *_explained(dossier, naming),
        *_no_higher(dossier, naming),
        *_uncertain(dossier),
        *_ordinary(dossier),
    ]


def against(item: Evidence) -> bool:
    """Whether a sentence speaks against the ring: what was observed is no more than was to be expected."""
    return item.observed is not None and item.expected is not None and item.observed <= item.expected


def _no_higher(dossier: Dossier, naming: Naming) -> Iterator[Text]:
    for item in dossier.ring.evidence:
        if against(item):
            zh, en = naming.sentence(item.sentence_zh), naming.sentence(item.sentence_en)
            yield Text(
                f"{zh}（不高于预期：{number(item.observed)} 对 {number(item.expected)}，{len(item.claim_ids)} 张结算单）",
                f"{en} (observed {number(item.observed)} is no more than the expected {number(item.expected)}; {len(item.claim_ids)} claims)",
            )


def _explained(dossier: Dossier, naming: Naming) -> Iterator[Text]:
    for item in sorted(dossier.ring.explanations, key=lambda e: (not e.holds, -e.share, e.name)):
        sentence = Text(
            naming.sentence(without_rules(item.sentence_zh)), naming.sentence(without_rules(item.sentence_en))
        )
        if item.holds:
            yield Text(f"“{item.title_zh}”成立：{sentence.zh}", f"'{item.title_en}' holds: {sentence.en}")
        elif item.share >= 0.1:
            yield Text(
                f"“{item.title_zh}”不成立，但能解释其中 {item.share:.0%}：{sentence.zh}",
                f"'{item.title_en}' does not hold, yet explains {item.share:.0%}: {sentence.en}",
            )


def _uncertain(dossier: Dossier) -> Iterator[Text]:
    ring = dossier.ring
    if ring.q_value is None:
        yield Text(
            "得分未经校准，有多少可能出于偶然尚无数字。",
            "The score has not been calibrated against claims with shuffled times: how often chance alone would do this is not known.",
        )
    elif ring.q_value >= 0.05:
        yield Text(
            f"得分不低于本团伙的疑似团伙中，约 {ring.q_value:.0%} 可能出于偶然。",
            f"Of rings scoring this high, about {ring.q_value:.0%} may be chance.",
        )
    if dossier.claims and not any(claim.at for claim in dossier.claims):
        yield Text(
            "交付数据没有时刻，无法判断是否在几分钟内先后结算。",
            "The data carry no clock: whether claims were settled within minutes can't be told.",
        )
    weak = [member for member in ring.members if member.strength < 0.5]
    if weak:
        yield Text(
            f"{len(ring.members)} 名成员中有 {len(weak)} 名与团伙的关系不紧密（紧密程度低于 0.5），须逐人核实。",
            f"{len(weak)} of {len(ring.members)} members belong with a strength below 0.5: each of them needs a look of its own.",
        )
    victims = sum(member.role is Role.POSSIBLE_VICTIM for member in ring.members)
    if victims:
        yield Text(f"其中 {victims} 名成员可能是受害人。", f"{victims} of the members may be victims.")


def _ordinary(dossier: Dossier) -> Iterator[Text]:
    ring = dossier.ring
    if ring.excess_amount <= 0:
        yield Text(
            "基金支付不高于同类人的通常费用。",
            "The fund paid no more than like people cost.",
        )
    elif ring.excess_low is not None and ring.excess_low <= 0:
        yield Text(
            f"超出预期的 {amount(ring.excess_amount)} 元全在疑问范围之内：同类人之间的差别就可能有这么大。",
            f"All of the {amount(ring.excess_amount)} yuan above expectation is within doubt: like people differ by as much among themselves.",
        )
    met = sum(claim.in_meeting for claim in dossier.claims)
    if dossier.claims and met < len(dossier.claims):
        rest = len(dossier.claims) - met
        yield Text(
            f"本页 {number(len(dossier.claims))} 张结算单中 {number(rest)} 张（{rest / len(dossier.claims):.0%}）不在异常同现之内，像是寻常就医。",
            f"{number(rest)} of the {number(len(dossier.claims))} claims on this page ({rest / len(dossier.claims):.0%}) stand outside any meeting and look like ordinary care.",
        )

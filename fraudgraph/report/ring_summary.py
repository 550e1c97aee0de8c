"""One ring at a glance, as a row of the workbook: score, cast, what speaks for and against, like people, lawful explanations."""

from __future__ import annotations

from collections import Counter
from typing import Final

from fraudgraph.explanations.sentences import without_rules
from fraudgraph.records import Ring
from fraudgraph.report.counter_evidence import against
from fraudgraph.report.fields import Cell, Field
from fraudgraph.report.naming import ROLE_ORDER, Naming
from fraudgraph.report.sanitise import plain
from fraudgraph.report.words import ROLES, Text

__all__ = ["SUMMARY_FIELDS", "summary_row"]

SUMMARY_FIELDS: Final = (
    Field("ring_id", Text("疑似团伙编号", "ring_id"), Text("所属疑似团伙", "the ring"), "text", 14),
    Field("rank", Text("名次", "rank"), Text("建议的核查顺序", "order in which to open the rings"), "count", 6),
    Field("score_parts_zh", Text("得分构成", "score_parts_zh"), Text("各部分得分，相加即得分", "parts that add up to the score, in Chinese"), "text", 36),
    Field("cast_zh", Text("涉及谁", "cast_zh"), Text("成员按角色计数", "members counted by role, in Chinese"), "text", 34),
    Field("claim_count", Text("结算单数", "claim_count"), Text("证据所依据的结算单，每张只计一次", "claims behind the evidence, each counted once"), "count", 9),
    Field("evidence_count", Text("证据条数", "evidence_count"), Text("支持线索的证据句", "sentences that speak for the lead"), "count", 9),
    Field("against_count", Text("反向证据条数", "against_count"), Text("数字不高于预期的证据句与成立的合理解释", "sentences no higher than expected, and lawful explanations that hold"), "count", 9),
    Field("comparison_zh", Text("与同类人相比", "comparison_zh"), Text("与同样就医的人相比", "against like people, in Chinese"), "text", 52),
    Field("nearest_lawful_zh", Text("最接近的合理解释", "nearest_lawful_zh"), Text("解释份额最大的一种及其数字", "the lawful explanation that explains most, with its number, in Chinese"), "text", 44),
    Field("score_parts_en", Text("得分构成（英文）", "score_parts_en"), Text("同上，英文", "the same in English"), "text", 36),
    Field("cast_en", Text("涉及谁（英文）", "cast_en"), Text("同上，英文", "the same in English"), "text", 34),
    Field("comparison_en", Text("与同类人相比（英文）", "comparison_en"), Text("同上，英文", "the same in English"), "text", 52),
    Field("nearest_lawful_en", Text("最接近的合理解释（英文）", "nearest_lawful_en"), Text("同上，英文", "the same in English"), "text", 44),
)  # fmt: skip


def summary_row(ring: Ring, naming: Naming) -> dict[str, Cell]:
    """One ring at a glance: what its score is made of, who is in it, what speaks for and against it."""
    weighed = [item for item in ring.evidence if against(item)]
    compared = [item for item in ring.evidence if item.kind in ("attendance", "money")]
    nearest = min(ring.explanations, key=lambda e: (not e.holds, -e.share, e.name), default=None)
    counts = Counter(member.role for member in ring.members)
    roles = [(ROLES[role], counts[role]) for role in sorted(counts, key=ROLE_ORDER.index)]
    return {
        "ring_id": plain(ring.ring_id, 64),
        "rank": ring.rank,
        "score_parts_zh": "；".join(f"{plain(p.title_zh, 60)} {p.points:+.2f}" for p in ring.parts),
        "cast_zh": "、".join(f"{role.zh} {count}" for role, count in roles),
        "claim_count": len({claim for item in ring.evidence for claim in item.claim_ids}),
        "evidence_count": len(ring.evidence) - len(weighed),
        "against_count": len(weighed) + sum(e.holds for e in ring.explanations),
        "comparison_zh": "\n".join(naming.sentence(item.sentence_zh) for item in compared),
        "nearest_lawful_zh": "" if nearest is None else f"{plain(nearest.title_zh, 60)}：{naming.sentence(without_rules(nearest.sentence_zh))}",
        "score_parts_en": "; ".join(f"{plain(p.title_en, 60)} {p.points:+.2f}" for p in ring.parts),
        "cast_en": ", ".join(f"{role.en} {count}" for role, count in roles),
        "comparison_en": "\n".join(naming.sentence(item.sentence_en) for item in compared),
        "nearest_lawful_en": "" if nearest is None else f"{plain(nearest.title_en, 60)}: {naming.sentence(without_rules(nearest.sentence_en))}",
    }  # fmt: skip

"""Rings as plain text for a terminal: a table of rings, and one ring's page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fraudgraph.records import NodeKind, Ring
from fraudgraph.report.account import account_steps
from fraudgraph.report.answers import carried, ring_answers
from fraudgraph.report.fields import member_rows
from fraudgraph.report.naming import Naming, handles
from fraudgraph.report.sanitise import amount, number, padded, plain
from fraudgraph.report.tried import far_line, near_and_far
from fraudgraph.report.words import LEAD_NOT_VERDICT, ROLES, STATUSES, TYPOLOGIES, Text, word
from fraudgraph.settings import Settings

__all__ = ["ring_text", "rings_table"]

_COLUMNS = (
    (Text("名次", "rank"), 5, True),
    (Text("编号", "ring"), 14, False),
    (Text("列入", "listed"), 6, False),
    (Text("得分", "score"), 8, True),
    (Text("参保人", "patients"), 8, True),
    (Text("基金（元）", "fund (yuan)"), 14, True),
    (Text("超出预期", "above expectation"), 18, True),
    (Text("至少", "at least"), 14, True),
    (Text("起止", "period"), 23, False),
    (Text("类型", "typology"), 24, False),
)
_YES, _NO = Text("是", "yes"), Text("否", "no")


def rings_table(rings: Iterable[Ring], lang: str) -> str:
    """Rings as a table for a terminal, one line each, in the order they should be opened.

    Parameters
    ----------
    rings : iterable of Ring
        Listed or not; a column says which.
    lang : str
        "zh" or "en".
    """
    lines = ["  ".join(padded(title.of(lang), width, right=right) for title, width, right in _COLUMNS)]
    for ring in sorted(rings, key=lambda r: (r.rank, r.ring_id)):
        cells = (
            str(ring.rank),
            plain(ring.ring_id, 64),
            (_YES if ring.listed else _NO).of(lang),
            f"{ring.score:.2f}",
            str(sum(member.entity_type is NodeKind.PATIENT for member in ring.members)),
            amount(ring.fund_amount),
            amount(ring.excess_amount),
            "—" if ring.excess_low is None else amount(ring.excess_low),
            f"{ring.first_seen} – {ring.last_seen}",
            TYPOLOGIES[ring.typology].of(lang),
        )
        shaped = zip(cells, _COLUMNS, strict=True)
        lines.append(
            "  ".join(padded(cell, width, right=right) for cell, (_, width, right) in shaped).rstrip()
        )
    return "\n".join(lines) + "\n"


def ring_text(ring: Ring, lang: str, *, settings: Settings | None = None) -> str:
    """One ring as a page of plain text: score in parts, members, evidence, lawful explanations.

    Parameters
    ----------
    ring : Ring
        The ring.
    lang : str
        "zh" or "en".
    settings : Settings, optional
        For privacy; without them ids stand as delivered.
    """
    naming = Naming([ring], settings or Settings())
    return "\n".join([*_head(ring, lang, naming), *_body(ring, lang, naming)]) + "\n"


def _head(ring: Ring, lang: str, naming: Naming) -> Iterator[str]:
    say = Text("疑似团伙", "Ring")
    listed = Text("已列入清单", "listed") if ring.listed else Text("未列入清单", "held back")
    yield f"{say.of(lang)} {plain(ring.ring_id, 64)} · {TYPOLOGIES[ring.typology].of(lang)} · {listed.of(lang)}"
    yield LEAD_NOT_VERDICT.of(lang)
    yield ""
    yield naming.sentence(ring.summary_zh if lang == "zh" else ring.summary_en)
    yield ""
    facts = (
        (Text("期间", "Period"), f"{ring.first_seen} – {ring.last_seen}"),
        (Text("状态", "Status"), word(STATUSES, plain(ring.status, 64)).of(lang)),
        (Text("费用总额（元）", "Billed, yuan"), amount(ring.total_amount)),
        (Text("q 值", "q value"), number(ring.q_value)),
    )
    yield from (f"  {padded(label.of(lang), 24)}{value}" for label, value in facts)
    yield from _section(Text("多少钱（基金，元）", "Money (fund, yuan)"), lang)
    for step in account_steps(ring):
        of = (
            ""
            if step.claim_count is None
            else Text(f"  {step.claim_count:,} 张结算单", f"  {step.claim_count:,} claims").of(lang)
        )
        yield f"  {padded(step.title.of(lang), 40)}{padded(amount(step.amount), 16, right=True)}{of}"


def _body(ring: Ring, lang: str, naming: Naming) -> Iterator[str]:
    zh = lang == "zh"
    yield from _section(Text("用平常话说", "In plain words"), lang)
    for question, answer in ring_answers(ring, naming):
        yield f"  {question.of(lang)}{Text('：', ': ').of(lang)}{answer.of(lang)}"
    yield from _section(Text("得分", "Score"), lang)
    yield from (f"  {part.points:+9.2f}  {part.title_zh if zh else part.title_en}" for part in ring.parts)
    yield f"  {ring.score:9.2f}  {Text('合计', 'total').of(lang)}"
    yield from _section(Text("成员", "Members"), lang)
    short = handles(ring)
    roles = {short[m.entity_type, m.entity_id]: m.role for m in ring.members}
    for row in member_rows(ring, naming):
        reason = row["reason_zh"] if zh else row["reason_en"]
        role = ROLES[roles[str(row["handle"])]].of(lang)
        told = ((row["handle"], 5), (role, 20), (row["name"], 24), (row["entity_id"], 26))
        cells = " ".join(padded(str(cell), width) for cell, width in told)
        yield f"  {cells} {reason}".rstrip()
    yield from _section(Text("证据", "Evidence"), lang)
    for place, item in enumerate(ring.evidence, 1):
        claims = Text(f"{len(item.claim_ids)} 张结算单", f"{len(item.claim_ids)} claims").of(lang)
        yield f"  {place}. {naming.sentence(item.sentence_zh if zh else item.sentence_en)} [{claims}]"
    yield from _section(Text("合理解释", "Lawful explanations"), lang)
    near, far = near_and_far(ring)
    for tried in near:
        holds = (Text("成立", "holds") if tried.holds else Text("不成立", "does not hold")).of(lang)
        sentence = naming.sentence(tried.sentence_zh if zh else tried.sentence_en)
        claims = carried(tried).of(lang)
        title = tried.title_zh if zh else tried.title_en
        yield f"  {title} ({holds}): {sentence}{Text('；' if claims else '', '; ' if claims else '').of(lang)}{claims}"
    if far:
        yield f"  {far_line(len(near), len(far)).of(lang)}"


def _section(title: Text, lang: str) -> Iterator[str]:
    yield ""
    yield title.of(lang)

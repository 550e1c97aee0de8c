"""The nine questions that whoever opens a dossier asks first, each answered in a sentence with its number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fraudgraph.explanations.sentences import without_rules
from fraudgraph.records import Dossier, Evidence, Explanation, NodeKind, Ring, Role
from fraudgraph.report.account import how_much
from fraudgraph.report.checks import Check
from fraudgraph.report.co_attendance import moments, waves
from fraudgraph.report.counter_evidence import against
from fraudgraph.report.entity_labels import Cast
from fraudgraph.report.naming import Naming, handles
from fraudgraph.report.sanitise import number, plain
from fraudgraph.report.tried import NEAR_SHARE, far_line
from fraudgraph.report.words import KINDS, MANY, TYPOLOGIES, Text

__all__ = ["Answer", "answers", "carried", "leaders", "ring_answers", "when_text"]

_MEETING_KINDS: Final = ("sittings", "sitting", "burst", "same_day", "journey", "batch")
_LEADERS: Final = 3
_TELLING: Final = 2
"""How many sentences answer why the ring is worth a look."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One question, its answer, and the part of the page that shows the rest."""

    question: Text
    answer: Text
    part: str


def answers(dossier: Dossier, cast: Cast, naming: Naming, checks: list[Check]) -> list[Answer]:
    """Who, what, when, how much, why suspicious, why not chance, why not lawful, how sure, what to check next."""
    ring = dossier.ring
    summary = Text(naming.sentence(ring.summary_zh), naming.sentence(ring.summary_en))
    kind = TYPOLOGIES[ring.typology]
    return [
        Answer(Text("涉及谁", "Who"), _who(ring, naming), "who"),
        Answer(Text("什么情形", "What"), Text(f"{kind.zh}：{summary.zh}", f"{kind.en}: {summary.en}"), "evidence"),
        Answer(Text("何时", "When"), when_text(dossier, cast), "when"),
        Answer(Text("多少钱", "How much"), how_much(ring), "money"),
        Answer(Text("为何值得查", "Why it is worth a look"), _why(ring, naming), "evidence"),
        Answer(Text("为何不像偶然", "Why not chance"), _not_chance(ring, naming), "evidence"),
        Answer(Text("为何不像合理情形", "Why not lawful"), _not_lawful(ring), "lawful"),
        Answer(Text("把握有多大", "How sure"), _how_sure(ring), "counter"),
        Answer(Text("先查什么", "What to check first"), _first_check(checks), "next"),
    ]  # fmt: skip


def ring_answers(ring: Ring, naming: Naming) -> list[tuple[Text, Text]]:
    """The questions that a ring answers without its claims at hand, each with its answer."""
    return [
        (Text("涉及谁", "Who"), _who(ring, naming)),
        (Text("多少钱", "How much"), how_much(ring)),
        (Text("为何是这些人", "Why these people"), _why(ring, naming)),
        (Text("为何不像偶然", "Why not chance"), _not_chance(ring, naming)),
        (Text("为何不像合理情形", "Why not lawful"), _not_lawful(ring)),
        (Text("把握有多大", "How sure"), _how_sure(ring)),
    ]  # fmt: skip


def carried(item: Explanation) -> Text:
    """From how many claims an explanation speaks, and how much of the surprise they carry; empty if from none."""
    if not item.claim_ids:
        return Text("", "")
    count = len(item.claim_ids)
    return Text(
        f"相关结算单 {count} 张，占异常程度的 {item.claim_share:.0%}。",
        f"It is about {count} {'claim' if count == 1 else 'claims'} at the meetings, which carry {item.claim_share:.0%} of the surprise.",
    )


def _who(ring: Ring, naming: Naming) -> Text:
    """Who seems to lead comes first, then how many of each kind, then who may be a victim."""
    members = ring.members
    counted = [(kind, sum(m.entity_type is kind for m in members)) for kind in NodeKind]
    zh = "、".join(f"{KINDS[kind].zh} {count}" for kind, count in counted if count)
    en = ", ".join(f"{count} {(KINDS if count == 1 else MANY)[kind].en}" for kind, count in counted if count)
    victims = sum(m.role is Role.POSSIBLE_VICTIM for m in members)
    leads = leaders(ring, naming)
    lead_zh = "可能的组织者：" + "；".join(text.zh for text in leads) + "。成员共有" if leads else ""
    lead_en = (
        "Possible organisers: " + "; ".join(text.en for text in leads) + ". All members: " if leads else ""
    )
    return Text(
        f"{lead_zh}{zh}{f'；其中 {victims} 人可能是受害人' if victims else ''}。",
        f"{lead_en}{en}{f'; {victims} of them may be victims' if victims else ''}.",
    )


def leaders(ring: Ring, naming: Naming) -> list[Text]:
    """The possible organisers, the firmest first, each with the number that says so."""
    called = sorted(
        (m for m in ring.members if m.role is Role.ORGANISER), key=lambda m: (-m.strength, m.entity_type, m.entity_id)
    )  # fmt: skip
    short = handles(ring)
    found = []
    for m in called[:_LEADERS]:
        name = naming.name(m)
        who = f"{short[m.entity_type, m.entity_id]} {name or naming.entity(m.entity_type, m.entity_id)}"
        reason = Text(naming.sentence(m.reason_zh), naming.sentence(m.reason_en))
        kind = KINDS[m.entity_type]
        found.append(Text(f"{kind.zh} {who}（{reason.zh}）", f"{kind.en} {who} ({reason.en})"))
    return found


def when_text(dossier: Dossier, cast: Cast) -> Text:
    """From when to when, on how many days several met, and the largest meeting and wave."""
    ring = dossier.ring
    together = {m.start.date() for m in moments(dossier.claims)} | {w.first for w in waves(dossier.claims)}
    zh = f"{ring.first_seen} 至 {ring.last_seen}"
    en = f"{ring.first_seen} to {ring.last_seen}"
    if together:
        zh += f"，其中 {len(together)} 天有多人同现"
        en += f"; on {len(together)} days several met"
    largest = next(iter(moments(dossier.claims)), None)
    if largest is not None:
        span = f"{largest.start:%Y-%m-%d %H:%M}–{largest.end:%H:%M}"
        place, people = cast.place(largest.place_id), len(largest.patients)
        zh += f"；人数最多的一次：{span}，{place}，{people} 人"
        en += f"; the largest meeting: {span}, {place}, {people} people"
    wave = next(iter(waves(dossier.claims)), None)
    if wave is not None:
        place, people = cast.place(wave.place_id), len(wave.patients)
        zh += f"；人数最多的一批住院：{wave.first} 起，{place}，{people} 人"
        en += f"; the largest wave of admissions: from {wave.first}, {place}, {people} people"
    return Text(f"{zh}。", f"{en}.")


def _why(ring: Ring, naming: Naming) -> Text:
    """What sets these people apart from like people most, meetings aside."""
    apart = [item for item in ring.evidence if item.kind not in _MEETING_KINDS and not against(item)]
    telling = sorted(apart, key=lambda e: (e.kind == "flag", -_times(e), e.evidence_id))[:_TELLING] or list(
        ring.evidence[:1]
    )
    if not telling:
        return Text("没有证据句。", "There are no sentences of evidence.")
    return Text(
        "；".join(naming.sentence(item.sentence_zh).rstrip("。") for item in telling) + "。",
        ". ".join(naming.sentence(item.sentence_en).rstrip(".") for item in telling) + ".",
    )  # fmt: skip


def _times(item: Evidence) -> float:
    if item.observed is None or item.expected is None:
        return 0.0
    return min(item.observed / max(item.expected, 0.05), 1000.0)


def _not_chance(ring: Ring, naming: Naming) -> Text:
    kinds = ("shared_places",) if ring.typology == "dense_block" else _MEETING_KINDS
    meeting = next((e for e in ring.evidence if e.kind in kinds and e.expected is not None), None)
    shared = [e for e in ring.evidence if e.kind == "identity"]
    if meeting is None and shared:
        return Text(
            f"没有同现；不同住户之间共用的电话、账户或代办人有 {len(shared)} 个，而这样的号码通常只属于 {number(shared[0].expected)} 人。",
            f"There is no meeting; but {len(shared)} phones, accounts or agents are shared between households, and such a value is usually that of {number(shared[0].expected)} people.",
        )
    if meeting is None:
        return Text("没有可与偶然相比的同现。", "There is no meeting that could be held against chance.")
    seen_zh = seen_en = ""
    if meeting.kind != "sittings":  # whose sentence has its own numbers
        seen_zh = f"（观察 {number(meeting.observed)}，预期 {number(meeting.expected)}）"
        seen_en = f" (observed {number(meeting.observed)}, expected {number(meeting.expected)})"
    return Text(
        f"{naming.sentence(meeting.sentence_zh).rstrip('。')}{seen_zh}。",
        f"{naming.sentence(meeting.sentence_en).rstrip('.')}{seen_en}.",
    )


def _not_lawful(ring: Ring) -> Text:
    tried = sorted(ring.explanations, key=lambda e: (not e.holds, -e.share, e.name))
    if not tried:
        return Text("没有检验过合理解释。", "No lawful explanation was tried.")
    holding = [item for item in tried if item.holds]
    if holding:
        zh = "；".join(f"“{plain(e.title_zh, 60)}”成立：{_seen_zh(e)}" for e in holding)
        en = "; ".join(f"'{plain(e.title_en, 60)}' holds: {_seen_en(e)}" for e in holding)
        return Text(
            f"请先核实：{zh}。得分已相应下调。",
            f"Settle this first: {en}. The score has stepped down.",
        )
    first = tried[0]
    if first.share < NEAR_SHARE:
        return far_line(0, len(tried))
    return Text(
        f"检验了 {len(tried)} 项合理解释，均不成立；最接近的是“{plain(first.title_zh, 60)}”，能解释 {first.share:.0%}：{_seen_zh(first)}。",
        f"{len(tried)} lawful explanations were tried, none holds; nearest is '{plain(first.title_en, 60)}', which explains {first.share:.0%}: {_seen_en(first)}.",
    )  # fmt: skip


def _seen_zh(item: Explanation) -> str:
    return plain(without_rules(item.sentence_zh), 300).rstrip("。")


def _seen_en(item: Explanation) -> str:
    return plain(without_rules(item.sentence_en), 600).rstrip(".")


def _how_sure(ring: Ring) -> Text:
    firm = sum(m.strength >= 0.5 for m in ring.members)
    members = len(ring.members)
    weighed = sum(against(item) for item in ring.evidence)
    tail_zh = f"{members} 名成员中有 {firm} 名关系紧密（紧密程度 0.5 以上）；{len(ring.evidence)} 条证据中有 {weighed} 条与同类人无异。"
    tail_en = f"{firm} of {members} members belong with a strength of 0.5 or more; {weighed} of {len(ring.evidence)} pieces of evidence are no higher than among like people."
    if ring.q_value is None:
        return Text(
            f"得分未经校准，有多少可能出于偶然尚无数字；{tail_zh}",
            f"The score is not calibrated, so the share of chance is unknown; {tail_en}",
        )
    return Text(
        f"得分不低于本团伙的，约 {ring.q_value:.1%} 可能出于偶然；{tail_zh}",
        f"Of rings scoring this high about {ring.q_value:.1%} may be chance; {tail_en}",
    )


def _first_check(checks: list[Check]) -> Text:
    for check in checks:
        item = check.items[0]
        return Text(f"{check.title.zh}：{item.zh}", f"{check.title.en}: {item.en}")
    return Text("没有可列的核查事项。", "There is nothing to list.")

"""What a run knows of an id, as text for a terminal and as plain values for programs; names and ids cut as everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from fraudgraph.records import Member, NodeKind, Role
from fraudgraph.report.naming import Naming
from fraudgraph.report.sanitise import amount, number, padded, plain, shortened
from fraudgraph.report.words import KINDS, LEAD_NOT_VERDICT, ROLES, VIEWS, Text, word
from fraudgraph.rings.finding import Found
from fraudgraph.rings.lookup import Known, Link
from fraudgraph.rings.why_not import Deciding

__all__ = ["found_record", "found_text", "known_record", "known_text", "link_record", "links_text"]

LINKS: Final = {
    **VIEWS,
    "ring": Text("同属疑似团伙", "in one ring"),
    "claims": Text("同一结算单", "on the same claims"),
    "same_place_days": Text("同日同机构", "same place on the same day"),
    "household_id": Text("同户", "one household"),
    "phone": Text("同一电话", "one phone"),
    "bank_account": Text("同一银行账户", "one bank account"),
    "agent_id": Text("同一代办人", "one agent"),
    "address": Text("同一住址", "one address"),
    "employer": Text("同一单位", "one employer"),
}

LOOKED_IN: Final = {
    "patient_id": Text("编号", "id"), "doctor_id": Text("编号", "id"), "facility_id": Text("编号", "id"), "pharmacy_id": Text("编号", "id"),
    "operator_id": Text("编号", "id"), "name": Text("名称", "name"), "phone": Text("电话", "phone"), "bank_account": Text("银行账户", "bank account"),
    "account": Text("银行账户", "bank account"), "address": Text("地址", "address"), "agent_id": Text("代办人", "agent"),
    "legal_representative": Text("法定代表人", "legal representative"),
}  # fmt: skip
"""Where a text was found."""


def _name(known: Known, naming: Naming) -> str:
    return naming.name(Member(entity_type=known.kind, entity_id=known.entity_id, role=Role.CARD_HOLDER, strength=0.0, name=known.name))  # fmt: skip


def known_record(known: Known, deciding: Deciding, naming: Naming) -> dict[str, Any]:
    """One id in plain JSON values."""
    return {
        "kind": str(known.kind),
        "id": naming.entity(known.kind, known.entity_id),
        "name": _name(known, naming),
        "claim_count": known.claim_count,
        "total_amount": float(known.total_amount),
        "fund_amount": float(known.fund_amount),
        "first_day": known.first_day,
        "last_day": known.last_day,
        "meeting_count": known.meeting_count,
        "meetings": [
            {"view": met.view, "kind": str(met.kind), "id": naming.entity(met.kind, met.entity_id), "observed": met.observed, "expected": round(met.expected, 6), "p": met.p}
            for met in known.meetings
        ],
        "flags": [
            {"model": plain(flag.model, 64), "claim_count": flag.claim_count, "strength": flag.strength} for flag in known.flags
        ],
        "rings": [
            {"ring_id": plain(found.ring.ring_id, 64), "listed": found.ring.listed, "rank": found.ring.rank, "role": str(found.member.role), "strength": found.member.strength,
             "reason_zh": naming.sentence(found.member.reason_zh), "reason_en": naming.sentence(found.member.reason_en)}
            for found in known.rings
        ],
        "ring_people": [
            {"ring_id": plain(one.ring_id, 64), "people_count": one.people_count, "member_count": one.member_count, "claim_count": one.claim_count,
             "fund_amount": float(one.fund_amount), "patients": [naming.entity(NodeKind.PATIENT, who) for who in one.patient_ids]}
            for one in known.ring_people
        ],
        "partners": [
            {"kind": str(one.kind), "id": naming.entity(one.kind, one.entity_id), "claim_count": one.claim_count, "own_claim_count": one.own_claim_count}
            for one in known.partners
        ],
        "outlier_score": known.outlier_score,
        "peer_group": plain(known.peer_group, 200),
        "deciding": {
            "stage": deciding.stage, "ring_id": plain(deciding.ring_id, 64), "observed": deciding.observed, "needed": deciding.needed,
            "sentence_zh": naming.sentence(deciding.sentence_zh), "sentence_en": naming.sentence(deciding.sentence_en),
        },
    }  # fmt: skip


def known_text(known: Known, deciding: Deciding, naming: Naming, lang: str, *, brief: bool = False) -> str:
    """One id as a page of plain text; `brief` tells only the head and the number that decided.

    Parameters
    ----------
    known, deciding : Known, Deciding
        From `look_up` and `why_not`.
    naming : Naming
        How ids and names are cut.
    lang : str
        "zh" or "en".
    brief : bool
        Leave meetings, flags and rings out.
    """
    lines = [*_head(known, naming, lang), *(() if brief else _rest(known, naming, lang)), ""]
    decided = naming.sentence(deciding.sentence_zh if lang == "zh" else deciding.sentence_en)
    lines += [
        Text("是否在清单上，及决定它的数字", "On the list or not, and the number that decides").of(lang),
        f"  {decided}",
    ]
    return "\n".join(lines) + "\n"


def _head(known: Known, naming: Naming, lang: str) -> Iterator[str]:
    name = _name(known, naming)
    yield f"{KINDS[known.kind].of(lang)} {naming.entity(known.kind, known.entity_id)}{f' {name}' if name else ''}"
    yield LEAD_NOT_VERDICT.of(lang)
    span = f"{known.first_day} – {known.last_day}" if known.first_day else "—"
    facts = Text(
        f"结算单 {known.claim_count:,} 张，{span}；基金支付 {amount(known.fund_amount)} 元，费用总额 {amount(known.total_amount)} 元",
        f"{known.claim_count:,} claims, {span}; fund paid {amount(known.fund_amount)} yuan, billed {amount(known.total_amount)} yuan",
    )
    yield f"  {facts.of(lang)}"
    if known.outlier_score is not None:
        against = Text(
            f"离群分 {known.outlier_score:.2f}（对照组 {plain(known.peer_group, 80)}）",
            f"outlier score {known.outlier_score:.2f} against peers ({plain(known.peer_group, 80)})",
        )
        yield f"  {against.of(lang)}"


def _rest(known: Known, naming: Naming, lang: str) -> Iterator[str]:
    yield ""
    yield Text(f"异常同现（{known.meeting_count}）", f"Surprising meetings ({known.meeting_count})").of(lang)
    for met in known.meetings:
        who = f"{KINDS[met.kind].of(lang)} {naming.entity(met.kind, met.entity_id)}"
        told = Text(
            f"{number(met.observed)} 次，预期 {number(met.expected)}（p = {met.p:.1g}）",
            f"{number(met.observed)}, {number(met.expected)} expected (p = {met.p:.1g})",
        )
        yield f"  {padded(word(VIEWS, met.view).of(lang), 22)}{padded(who, 34)} {told.of(lang)}"
    if known.meeting_count > len(known.meetings):
        more = known.meeting_count - len(known.meetings)
        yield f"  {Text(f'另有 {more} 项，见 meetings.parquet', f'+{more} more in meetings.parquet').of(lang)}"
    yield ""
    yield Text(f"筛查疑点（{len(known.flags)}）", f"Screening flags ({len(known.flags)})").of(lang)
    for flag in known.flags[:20]:
        claims = Text(f"结算单 {flag.claim_count} 张", f"{flag.claim_count} claims").of(lang)
        title = plain(Text(flag.title_zh, flag.title_en).of(lang), 80)
        yield f"  {padded(plain(flag.model, 40), 7)}{claims}  {flag.strength:.2f}  {title}".rstrip()
    if len(known.flags) > 20:
        more = len(known.flags) - 20
        yield f"  {Text(f'另有 {more} 项，见 flags.parquet', f'+{more} more in flags.parquet').of(lang)}"
    yield ""
    yield Text(f"疑似团伙（{len(known.rings)}）", f"Rings ({len(known.rings)})").of(lang)
    for found in known.rings:
        listed = Text("已列入清单", "listed") if found.ring.listed else Text("未列入清单", "held back")
        reason = naming.sentence(found.member.reason_zh if lang == "zh" else found.member.reason_en)
        yield f"  {plain(found.ring.ring_id, 64)}  {listed.of(lang)}  {ROLES[found.member.role].of(lang)}  {reason}"
    yield from _with_whom(known, naming, lang)


def _with_whom(known: Known, naming: Naming, lang: str) -> Iterator[str]:
    """The rings whose people come here, and who stands on the same claims."""
    if known.ring_people:
        yield ""
        yield Text("哪些疑似团伙的人来过这里", "Rings whose people came here").of(lang)
    for one in known.ring_people[:10]:
        who = "、" if lang == "zh" else ", "
        named = who.join(naming.entity(NodeKind.PATIENT, patient) for patient in one.patient_ids)
        more = "…" if one.people_count > len(one.patient_ids) else ""
        told = Text(
            f"{one.member_count} 人中 {one.people_count} 人，结算单 {one.claim_count} 张，基金 {amount(one.fund_amount)} 元：",
            f"{one.people_count} of {one.member_count} people, {one.claim_count} claims, fund {amount(one.fund_amount)} yuan: ",
        )
        yield f"  {plain(one.ring_id, 64)}  {told.of(lang)}{named}{more}"
    if known.partners:
        yield ""
        yield Text("同一结算单上还有谁", "Who else stands on the same claims").of(lang)
    for partner in known.partners:
        who = f"{KINDS[partner.kind].of(lang)} {naming.entity(partner.kind, partner.entity_id)}"
        share = partner.claim_count / max(partner.own_claim_count, 1)
        told = Text(
            f"结算单 {partner.claim_count} 张（{share:.0%}）", f"{partner.claim_count} claims ({share:.0%})"
        )
        yield f"  {padded(who, 40)} {told.of(lang)}"


def found_text(found: Sequence[Found], count: int, lang: str) -> str:
    """What a look for a text brought, whole as the registers have it: for the terminal of who may see it."""
    head = Text(f"找到 {count} 项", f"{count} found")
    more = Text(
        f"，列出前 {len(found)} 项；请写得更具体", f", the first {len(found)} shown; give more of the text"
    )
    lines = [head.of(lang) + (more.of(lang) if count > len(found) else "")]
    for one in found:
        where = LOOKED_IN.get(one.column, Text(one.column, one.column)).of(lang)
        rings = f"  {' '.join(plain(ring, 64) for ring in one.ring_ids)}" if one.ring_ids else ""
        claims = Text(f"结算单 {one.claim_count} 张", f"{one.claim_count} claims").of(lang)
        lines.append(
            f"  {padded(KINDS[one.kind].of(lang), 14)}{padded(plain(one.entity_id, 64), 24)}{padded(plain(one.name, 40), 24)}"
            f"{where} {plain(one.value, 80)}  {claims}{rings}"
        )
    return "\n".join(lines) + "\n"


def found_record(one: Found) -> dict[str, Any]:
    """One of them in plain JSON values."""
    return {
        "kind": str(one.kind), "id": one.entity_id, "name": one.name, "column": one.column, "value": one.value, "exact": one.exact,
        "claim_count": one.claim_count, "rings": list(one.ring_ids),
    }  # fmt: skip


def link_record(link: Link, naming: Naming) -> dict[str, Any]:
    """One link in plain JSON values."""
    return {
        "a": naming.entity(*link.a), "b": naming.entity(*link.b), "kind": link.kind, "count": link.count, "expected": link.expected,
        "first_day": link.first_day, "last_day": link.last_day, "detail": plain(shortened(link.detail), 80),
    }  # fmt: skip


def links_text(links: Sequence[Link], naming: Naming, lang: str) -> str:
    """What ties several ids, two by two."""
    lines = [Text("它们之间的联系", "What links them").of(lang)]
    for link in links:
        ends = f"{naming.entity(*link.a)} — {naming.entity(*link.b)}"
        told = LINKS.get(link.kind, Text(link.kind, link.kind)).of(lang)
        lines.append(f"  {padded(ends, 44)} {told}{_count(link, lang)}")
    if not links:
        lines.append(Text("  没有查到联系。", "  No link was found.").of(lang))
    return "\n".join(lines) + "\n"


def _count(link: Link, lang: str) -> str:
    detail = plain(shortened(link.detail), 80)
    if link.kind == "ring":
        return f" {detail}"
    if link.kind in ("claims", "same_place_days"):
        unit = Text("张", "claims") if link.kind == "claims" else Text("天", "days")
        of = (
            Text(f"，基金 {detail} 元", f", fund {detail} yuan").of(lang)
            if link.kind == "claims"
            else f" {detail}"
        )
        return f" {number(link.count)} {unit.of(lang)}{of} ({link.first_day} – {link.last_day})"
    if link.expected is None:
        return ""
    expected = number(link.expected)
    return Text(
        f" {number(link.count)} 次，预期 {expected}", f" {number(link.count)}, {expected} expected"
    ).of(lang)

"""Who belongs to a ring, in which role, and the number that says so: a reading of numbers, never a finding."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from math import isnan
from pathlib import Path

from scipy.stats import binom

from fraudgraph.records import Member, NodeKind, Role
from fraudgraph.rings.facts import GroupFacts
from fraudgraph.rings.joining import MembershipDecision, PlaceInvolvement, StaffInvolvement, read_standings
from fraudgraph.rings.shared_members import Shared, read_shared
from fraudgraph.store import Store

__all__ = ["day_of", "read_members"]

_SQL = Path(__file__).parent / "sql"
_EPOCH = date(1970, 1, 1)
FRONT_SHARE = 0.3
"""A facility is called a front when the group is this much of all its claims."""
FRAIL_AGE_YEARS = 80
"""From this age on a card holder is called a probable victim: such cards are often used by others."""
ORGANISER_P, ORGANISER_SHARE, ORGANISER_SITTINGS, ORGANISER_TIMES = 0.01, 0.75, 6, 1.3
"""Who came to this much of at least so many sittings, far more often than the others did, is called an organiser."""

DESK_TIMES = 3.0
"""A desk is called an organiser from this many times the claims that its share of its places brings."""


def day_of(number: float) -> date:
    """A day number as a date; the first day of 1970 where none is known."""
    return _EPOCH if isnan(number) else _EPOCH + timedelta(days=int(number))


def read_members(
    store: Store, facts: dict[int, GroupFacts], code_key: str = ""
) -> dict[int, tuple[Member, ...]]:
    """Patients first, then the places, doctors and desks that join (`joining.py`), then what its people share."""
    people: dict[int, list[Member]] = {group_no: [] for group_no in facts}
    for group_no, *seat in store.rows((_SQL / "seats.sql").read_text(encoding="utf-8")):
        people[group_no].append(_patient(facts[group_no], *seat))
    found = {group_no: _organisers(facts[group_no], patients) for group_no, patients in people.items()}
    (every_claim,) = store.one("SELECT count(*) FROM claims WHERE counted")
    for group_no, all_standings in read_standings(store).items():
        found[group_no] += [
            _joined(standing, int(every_claim)) for standing in all_standings if standing.joins
        ]
    for group_no, shared in read_shared(store, code_key).items():
        if group_no in found:
            found[group_no] = [*_agents_named(found[group_no], shared), *(one.member for one in shared)]
    return {group_no: tuple(members) for group_no, members in found.items()}


def _agents_named(members: list[Member], shared: tuple[Shared, ...]) -> list[Member]:
    """A member who is the agent of most of the others is called an organiser as well."""
    acting = {
        one.value: one.member for one in shared if one.collects and one.member.entity_type is NodeKind.AGENT
    }
    return [
        replace(
            member, role=Role.ORGANISER, reason_zh=f"{member.reason_zh}；本人即代办人 {acting[member.entity_id].entity_id}",
            reason_en=f"{member.reason_en}; is the agent {acting[member.entity_id].entity_id}",
        ) if member.entity_type is NodeKind.PATIENT and member.entity_id in acting else member
        for member in members
    ]  # fmt: skip


def _patient(
    facts: GroupFacts, patient_id: str, attended: int, claims: int, fund: Decimal, name: str | None, born: date | None,
    linked: int,
) -> Member:  # fmt: skip
    sittings = int(facts["session_count"])
    age = (day_of(facts["last_day"]) - born).days / 365.25 if born is not None else 0.0
    frail = age >= FRAIL_AGE_YEARS
    old_zh = f"；{int(age)} 岁，其卡可能被他人使用" if frail else ""
    old_en = f"; {int(age)} years old, the card may have been used by others" if frail else ""
    others = facts.patient_count - 1
    return Member(
        entity_type=NodeKind.PATIENT,
        entity_id=patient_id,
        role=Role.POSSIBLE_VICTIM if frail else Role.CARD_HOLDER,
        strength=round(attended / sittings if sittings else linked / max(others, 1), 4),
        name=name or "",
        reason_zh=(_came_to(attended, sittings)[0] if sittings else f"与其余 {others} 人中的 {linked} 人共用电话、账户或代办人")
        + old_zh,
        reason_en=(_came_to(attended, sittings)[1] if sittings else f"shares a phone, an account or an agent with {linked} of the other {others}")
        + old_en,
        claim_count=claims,
        fund_amount=fund,
    )  # fmt: skip


def _came_to(attended: int, meetings: int) -> tuple[str, str]:
    if attended == meetings:
        return f"{meetings} 次同现次次到场", f"came to all {meetings} meetings"
    return f"{meetings} 次同现中到场 {attended} 次", f"came to {attended} of {meetings} meetings"


def _organisers(facts: GroupFacts, people: list[Member]) -> list[Member]:
    """Who came to most of the sittings while the others took turns: one or two people of five or more."""
    sittings = int(facts["session_count"])
    if sittings < ORGANISER_SITTINGS or len(people) < 5:
        return people
    usual = sorted(member.strength for member in people)[len(people) // 2]
    called = {
        member.entity_id
        for member in people
        if member.role is Role.CARD_HOLDER and member.strength >= max(ORGANISER_SHARE, ORGANISER_TIMES * usual)
        and float(binom.sf(round(member.strength * sittings) - 1, sittings, usual)) * len(people) <= ORGANISER_P
    }  # fmt: skip
    if not 1 <= len(called) <= max(1, len(people) // 5):
        return people
    return [
        replace(
            member, role=Role.ORGANISER,
            reason_zh=f"{member.reason_zh}，其他人通常到场 {usual * sittings:.1f} 次",
            reason_en=f"{member.reason_en}, where the others usually came to {usual * sittings:.1f}",
        ) if member.entity_id in called else member
        for member in people
    ]  # fmt: skip


def _joined(standing: MembershipDecision, every_claim: int) -> Member:
    """A place, doctor or desk that joins, as a member."""
    spot, hand = standing.spot, standing.hand
    role, (reason_zh, reason_en) = (
        (_role_of_place(spot), _reason_of_place(standing))
        if hand is None
        else (_role_of_hand(spot, hand), _reason_of_hand(standing, hand))
    )
    return Member(
        entity_type=standing.kind, entity_id=standing.entity_id, role=role, name=(hand or spot).name,
        strength=round((hand.all_session_count if hand else spot.session_count) / max(spot.all_session_count, 1), 4),
        reason_zh=reason_zh, reason_en=reason_en,
        claim_count=hand.all_claim_count if hand else spot.claim_count,
        fund_amount=(hand or spot).fund_amount or Decimal(0),
        expected_claim_count=round(hand.expected_claim_count if hand else spot.expected_claim_count(every_claim), 3),
    )  # fmt: skip


def _role_of_place(spot: PlaceInvolvement) -> Role:
    of_place = spot.claim_count / max(spot.own_claim_count, 1)
    return Role.FRONT if spot.kind is NodeKind.FACILITY and of_place >= FRONT_SHARE else Role.OUTLET


def _role_of_hand(spot: PlaceInvolvement, hand: StaffInvolvement) -> Role:
    """A desk that settled at most of the sittings far more than its share of its places brings collects for the others."""
    if hand.kind is NodeKind.DOCTOR:
        return Role.PRESCRIBER
    collects = (
        hand.all_session_count >= max(ORGANISER_SITTINGS, ORGANISER_SHARE * spot.all_session_count)
        and hand.all_claim_count >= DESK_TIMES * hand.expected_claim_count
    )
    return Role.ORGANISER if collects else Role.OUTLET


def _came(count: int, people: int) -> tuple[str, str]:
    if count == people:
        return f"{people} 人都来过", f"all {people} people"
    return f"{people} 人中来过 {count} 人", f"{count} of the {people} people"


def _claims_zh(count: int, of: int) -> str:
    return f"{of} 张结算单全部" if count == of else f"{of} 张结算单中有 {count} 张"


def _here(count: int, meetings: int) -> tuple[str, str]:
    if count == meetings:
        return f"{meetings} 次同现都在此", f"all {meetings} meetings were here"
    return (
        f"{meetings} 次同现中有 {count} 次在此",
        f"{count} of {meetings} meetings {'was' if count == 1 else 'were'} here",
    )


def _reason_of_place(standing: MembershipDecision) -> tuple[str, str]:
    spot = standing.spot
    of_place = spot.claim_count / max(spot.own_claim_count, 1)
    (people_zh, people_en), (here_zh, here_en) = (
        _came(spot.patient_count, spot.people_count),
        _here(spot.session_count, spot.all_session_count),
    )
    came_zh, came_en = (
        (
            f"{spot.people_count} 人中有 {spot.patient_count} 人使用此处，不必同日到场",
            f"{spot.patient_count} of the {spot.people_count} people used it, without having to meet",
        )
        if standing.stage == "block_place"
        else (
            f"{here_zh}，{people_zh}",
            f"{here_en}, with {people_en}",
        )
    )
    return (
        f"{came_zh}；占该机构全部结算单的 {of_place:.1%}",
        f"{came_en}; {of_place:.1%} of the place's claims",
    )


def _reason_of_hand(standing: MembershipDecision, hand: StaffInvolvement) -> tuple[str, str]:
    spot = standing.spot
    often_zh, often_en = (
        ("次次都是", "all")
        if hand.led_count == spot.sitting_count
        else (f"有 {hand.led_count} 次", f"{hand.led_count} of the")
    )
    at_zh, at_en = {
        "block_doctor": (
            f"到过 {spot.place_id} 的 {spot.patient_count} 人中有 {hand.patient_count} 人由其接诊，其平时只占该处结算单的 {hand.share_of_place:.1%}",
            f"{hand.patient_count} of the {spot.patient_count} people who used {spot.place_id} saw them, who usually have {hand.share_of_place:.1%} of that place's claims",
        ),
        "leads": (
            f"在 {spot.place_id} 的 {spot.sitting_count} 次同现中，{often_zh}多数结算单由其经手，其平时占该处结算单的 {hand.share_of_place:.1%}",
            f"at {often_en} {spot.sitting_count} meetings at {spot.place_id} most claims were theirs, usually {hand.share_of_place:.1%} of that place's",
        ),
        "constant": (
            f"在 {spot.place_id} 的 {spot.sitting_count} 次同现中有 {hand.sitting_count} 次在场，当时的 {_claims_zh(hand.seen_claim_count, hand.place_seen_claim_count)}由其经手；此处的结算单几乎都由这样常在场的医师经手",
            f"there at {hand.sitting_count} of the {spot.sitting_count} meetings at {spot.place_id} with {hand.seen_claim_count} of the {hand.place_seen_claim_count} claims, nearly all of which are with doctors so constant",
        ),
    }[standing.stage]
    if standing.stage == "block_doctor":  # each came on a day of their own: there are no sittings to count
        return at_zh, at_en
    expected = hand.expected_claim_count
    return (
        f"同现时的 {_claims_zh(hand.all_claim_count, spot.all_claim_count)}由其经手，按平时占比应为 {expected:.1f} 张；{at_zh}",
        f"{hand.all_claim_count} of the {spot.all_claim_count} claims at the meetings went through them, {expected:.1f} by their usual share; {at_en}",
    )

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
from fraudgraph.store import Store

__all__ = ["ENRICHED_P", "LEAST_PLACE_SHARE", "day_of", "read_members"]

_SQL = Path(__file__).parent / "sql"
_EPOCH = date(1970, 1, 1)
ENRICHED_P = 1e-4
"""A doctor, operator or place joins when its share of the claims at the sittings is this unlikely by its usual share."""
LEAST_PLACE_SHARE = 0.12
"""A place, doctor or operator joins when at least this share of the sittings, and two of them, were there."""
FRONT_SHARE = 0.3
"""A facility is called a front when the group is this much of all its claims."""
FRAIL_AGE_YEARS = 80
"""From this age on a card holder is called a probable victim: such cards are often used by others."""
ORGANISER_P, ORGANISER_SHARE, ORGANISER_SITTINGS, ORGANISER_TIMES = 0.01, 0.75, 6, 1.3
"""Who came to this much of at least so many sittings, far more often than the others did, is called an organiser."""


def day_of(number: float) -> date:
    """A day number as a date; the first day of 1970 where none is known."""
    return _EPOCH if isnan(number) else _EPOCH + timedelta(days=int(number))


def read_members(store: Store, facts: dict[int, GroupFacts]) -> dict[int, tuple[Member, ...]]:
    """Patients first, then the places, doctors and operators that are there more than their share explains."""
    people: dict[int, list[Member]] = {group_no: [] for group_no in facts}
    for group_no, *seat in store.rows((_SQL / "seats.sql").read_text(encoding="utf-8")):
        people[group_no].append(_patient(facts[group_no], *seat))
    found = {group_no: _organisers(facts[group_no], patients) for group_no, patients in people.items()}
    (all_claims,) = store.one("SELECT count(*) FROM claims WHERE counted")
    for row in store.rows((_SQL / "entities.sql").read_text(encoding="utf-8")):
        member = _entity(*row[1:], every_claim=int(all_claims))
        if member is not None:
            found[row[0]].append(member)
    return {group_no: tuple(members) for group_no, members in found.items()}


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
        reason_zh=(
            f"{sittings} 次聚集中到场 {attended} 次"
            if sittings
            else f"与其余 {others} 人中的 {linked} 人共用电话、账户或代办人"
        )
        + old_zh,
        reason_en=(
            f"came to {attended} of {sittings} sittings"
            if sittings
            else f"shares a phone, an account or an agent with {linked} of the other {others}"
        )
        + old_en,
        claim_count=claims,
        fund_amount=fund,
    )


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


def expected_at_place(claim_count: int, own_claims: int, every_claim: int) -> float:
    """Claims of a group that a place would have by its share of all claims."""
    return claim_count * own_claims / max(every_claim, 1)


def chance_of(observed: int, claim_count: int, expected: float | None) -> float:
    """How likely so many of a group's claims, or more, go through one hand by its own share (binomial)."""
    share = min((expected or 0.0) / max(claim_count, 1), 1.0)
    return float(binom.sf(observed - 1, claim_count, max(share, 1e-9)))


def _entity(
    kind: str, entity_id: str, observed: int, sessions: int, _patients: int, expected: float | None, fund: Decimal | None,
    session_count: int, claim_count: int, name: str | None, own_claims: int | None, *, every_claim: int,
) -> Member | None:  # fmt: skip
    """A place, doctor or operator as a member, or None if it is there no more than its share explains."""
    share = sessions / max(session_count, 1)
    place = kind in {"facility", "pharmacy"}
    if place:
        expected = expected_at_place(claim_count, own_claims or observed, every_claim)
    if sessions < 2 or chance_of(observed, claim_count, expected) > ENRICHED_P or share < LEAST_PLACE_SHARE:
        return None
    role, reason_zh, reason_en = (
        _of_place(kind, observed, sessions, session_count, own_claims) if place else _of_person(kind, observed, claim_count, expected)
    )  # fmt: skip
    return Member(
        entity_type=NodeKind(kind), entity_id=entity_id, role=role, strength=round(share, 4), name=name or "",
        reason_zh=reason_zh, reason_en=reason_en, claim_count=observed, fund_amount=fund or Decimal(0),
        expected_claim_count=round(expected or 0.0, 3),
    )  # fmt: skip


def _of_place(
    kind: str, observed: int, sessions: int, session_count: int, own_claims: int | None
) -> tuple[Role, str, str]:
    of_place = observed / max(own_claims or observed, 1)
    role = Role.FRONT if kind == "facility" and of_place >= FRONT_SHARE else Role.OUTLET
    return (
        role,
        f"{session_count} 次聚集中有 {sessions} 次在此；占该机构结算的 {of_place:.1%}",
        f"{sessions} of {session_count} sittings were here; {of_place:.1%} of the place's claims",
    )


def _of_person(kind: str, observed: int, claim_count: int, expected: float | None) -> tuple[Role, str, str]:
    return (
        Role.PRESCRIBER if kind == "doctor" else Role.OUTLET,
        f"聚集时的 {claim_count} 笔结算中有 {observed} 笔经其手，按所在机构占比应为 {expected or 0.0:.1f} 笔",
        f"{observed} of the {claim_count} claims at the sittings went through them, {expected or 0.0:.1f} expected",
    )

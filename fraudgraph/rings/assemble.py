"""From groups to rings: who is in, in which role, how the score is made up, and the money, each claim once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from math import isnan
from pathlib import Path

from scipy.stats import binom

from fraudgraph.records import Explanation, Member, Month, NodeKind, Ring, Role, ScorePart, Typology
from fraudgraph.rings.facts import GroupFacts, read_facts
from fraudgraph.rings.lawful import explain
from fraudgraph.rings.score import LIST_SCORE, score_parts, total
from fraudgraph.settings import RingSettings
from fraudgraph.store import Store

__all__ = ["Candidate", "assemble_rings", "name_rings"]

_SQL = Path(__file__).parent / "sql"
_EPOCH = date(1970, 1, 1)
ENRICHED_P = 1e-4
"""A doctor or operator joins when its share of the sittings is this unlikely at its own places."""
LEAST_PLACE_SHARE = 0.12
"""A place joins when at least this share of the sittings, and two of them, were there."""
FRONT_SHARE = 0.3
"""A facility is called a front when the group is this much of all its claims."""
FRAIL_AGE_YEARS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A group on its way to becoming a ring: the facts kept beside the ring for evidence."""

    ring: Ring
    facts: GroupFacts

    @property
    def group_no(self) -> int:
        """The group it came from."""
        return self.facts.group_no


def assemble_rings(store: Store, settings: RingSettings) -> tuple[Candidate, ...]:
    """Make rings of the groups, the strongest first.

    Parameters
    ----------
    store : Store
        Holds the groups, their sittings, `flags` and `outliers`.
    settings : RingSettings
        The score a ring needs to be listed.

    Returns
    -------
    tuple of Candidate
        All groups as rings, ranked, numbered 1, 2, 3 … until `name_rings` names them.
    """
    facts = read_facts(store)
    for name in ("money", "identity"):
        store.run((_SQL / f"{name}.sql").read_text(encoding="utf-8"))
    members = _members(store, facts)
    money = {row[0]: row[1:] for row in store.rows("SELECT * FROM group_money ORDER BY group_no")}
    identity = dict(store.rows("SELECT group_no, surprise FROM group_identity ORDER BY group_no"))
    flagged = _flagged_shares(store)
    outliers = _outlier_scores(store, members)
    least = LIST_SCORE if settings.list_score is None else settings.list_score
    found = []
    for group_no, known in facts.items():
        if known.parent_no is not None and not _explained(facts[known.parent_no]):
            continue
        total_amount, fund, excess = money.get(group_no, (Decimal(0), Decimal(0), Decimal(0)))
        explanations = explain(known)
        parts = score_parts(
            known, explanations, identity=float(identity.get(group_no, 0.0)), excess_yuan=float(excess),
            flagged_share=flagged.get(group_no, 0.0), outlier=outliers.get(group_no, 0.0),
        )  # fmt: skip
        ring = _ring(known, members[group_no], parts, explanations, (total_amount, fund, excess), least)
        found.append(Candidate(ring=ring, facts=known))
    found.sort(key=lambda c: (not c.ring.listed, -c.ring.score, -c.ring.fund_amount, c.group_no))
    ranked = [replace(c, ring=replace(c.ring, rank=i)) for i, c in enumerate(found, start=1)]
    return _count_money_once(store, ranked)


def _explained(facts: GroupFacts) -> bool:
    """A part counts by itself only where the whole group is lawful; else the whole is the ring."""
    return any(found.holds for found in explain(facts))


def name_rings(candidates: tuple[Candidate, ...], month: Month) -> tuple[Candidate, ...]:
    """Number rings of a one-off run by rank: 2025-10-001, 2025-10-002, …"""
    width = max(3, len(str(len(candidates))))
    return tuple(
        replace(c, ring=replace(c.ring, ring_id=f"{month}-{c.ring.rank:0{width}d}")) for c in candidates
    )


def _ring(
    facts: GroupFacts, members: tuple[Member, ...], parts: tuple[ScorePart, ...],
    explanations: tuple[Explanation, ...], money: tuple[Decimal, Decimal, Decimal], least: float,
) -> Ring:  # fmt: skip
    score = total(parts)
    typology = _typology(facts, members)
    first, last = (_day(facts[name]) for name in ("first_day", "last_day"))
    return Ring(
        ring_id=f"group-{facts.group_no}", rank=0, listed=score >= least, score=score, q_value=None,
        total_amount=money[0], fund_amount=money[1], excess_amount=money[2], first_seen=first, last_seen=last,
        status="new", typology=typology,
        summary_zh=_summary_zh(facts, members, money), summary_en=_summary_en(facts, members, money),
        members=members, parts=parts, explanations=explanations,
    )  # fmt: skip


def _day(number: float) -> date:
    return _EPOCH if isnan(number) else _EPOCH + timedelta(days=int(number))


def _summary_zh(
    facts: GroupFacts, members: tuple[Member, ...], money: tuple[Decimal, Decimal, Decimal]
) -> str:
    places = sum(1 for m in members if m.entity_type in {NodeKind.FACILITY, NodeKind.PHARMACY})
    return (
        f"{facts.patient_count} 名参保人在 {places} 家机构反复同现 {int(facts['session_count'])} 次，"
        f"涉及基金 {money[1]:,.2f} 元，其中超出预期 {money[2]:,.2f} 元"
    )


def _summary_en(
    facts: GroupFacts, members: tuple[Member, ...], money: tuple[Decimal, Decimal, Decimal]
) -> str:
    places = sum(1 for m in members if m.entity_type in {NodeKind.FACILITY, NodeKind.PHARMACY})
    return (
        f"{facts.patient_count} patients were together {int(facts['session_count'])} times at {places} {'place' if places == 1 else 'places'}; "
        f"fund amount {money[1]:,.2f} yuan, of it {money[2]:,.2f} above expectation"
    )


def _typology(facts: GroupFacts, members: tuple[Member, ...]) -> Typology:
    """The pattern that most of the sittings look like."""
    kinds = {m.entity_type for m in members}
    if facts["session_count"] == 0:
        return Typology.SHARED_IDENTITY
    if facts["share_inpatient"] >= 0.5:
        return Typology.ROTATION if facts["place_count"] >= 3 else Typology.BATCH_ADMISSION
    if NodeKind.DOCTOR in kinds and NodeKind.PHARMACY in kinds and 0.2 <= facts["share_pharmacy"] <= 0.8:
        return Typology.STEERED_PRESCRIPTIONS
    if facts["place_count"] >= 3:
        return Typology.COMPANION_VISITS
    return Typology.CARD_SWEEP


def _members(store: Store, facts: dict[int, GroupFacts]) -> dict[int, tuple[Member, ...]]:
    """Patients first, then the places, doctors and operators that are there more than their share explains."""
    found: dict[int, list[Member]] = {group_no: [] for group_no in facts}
    for group_no, patient_id, attended, claims, fund, name, born in store.rows(
        (_SQL / "seats.sql").read_text(encoding="utf-8")
    ):
        found[group_no].append(_patient(facts[group_no], patient_id, attended, claims, fund, name, born))
    for row in store.rows(
        "SELECT e.*, coalesce(f.name, p.name, d.name) AS name, t.claim_count AS all_claims FROM group_entities AS e "
        "LEFT JOIN facilities AS f ON e.entity_type = 'facility' AND f.facility_id = e.entity_id "
        "LEFT JOIN pharmacies AS p ON e.entity_type = 'pharmacy' AND p.pharmacy_id = e.entity_id "
        "LEFT JOIN doctors AS d ON e.entity_type = 'doctor' AND d.doctor_id = e.entity_id "
        "LEFT JOIN (SELECT place_id, count(*) AS claim_count FROM claims WHERE counted AND place_id IN "
        "(SELECT entity_id FROM group_entities) GROUP BY place_id) AS t ON t.place_id = e.entity_id "
        "ORDER BY e.group_no, e.entity_type, e.observed DESC, e.entity_id"
    ):
        member = _entity(*row)
        if member is not None:
            found[row[0]].append(member)
    return {group_no: tuple(members) for group_no, members in found.items()}


def _patient(
    facts: GroupFacts, patient_id: str, attended: int, claims: int, fund: Decimal, name: str | None, born: date | None
) -> Member:  # fmt: skip
    sittings = max(int(facts["session_count"]), 1)
    frail = born is not None and (_day(facts["last_day"]) - born).days / 365.25 >= FRAIL_AGE_YEARS
    return Member(
        entity_type=NodeKind.PATIENT,
        entity_id=patient_id,
        role=Role.POSSIBLE_VICTIM if frail else Role.CARD_HOLDER,
        strength=round(attended / sittings, 4),
        name=name or "",
        reason_zh=f"{int(facts['session_count'])} 次聚集中到场 {attended} 次",
        reason_en=f"came to {attended} of {int(facts['session_count'])} sittings",
        claim_count=claims,
        fund_amount=fund,
    )


def _entity(
    _group_no: int, kind: str, entity_id: str, observed: int, sessions: int, _patients: int,
    expected: float | None,
    fund: Decimal | None, session_count: int, claim_count: int, name: str | None, all_claims: int | None,
) -> Member | None:  # fmt: skip
    """A place, doctor or operator as a member, or None if it is there no more than its share explains."""
    share = sessions / max(session_count, 1)
    if kind in {"facility", "pharmacy"}:
        if sessions < 2 or share < LEAST_PLACE_SHARE:
            return None
        of_place = observed / max(all_claims or observed, 1)
        role = Role.FRONT if kind == "facility" and of_place >= FRONT_SHARE else Role.OUTLET
        return Member(
            entity_type=NodeKind(kind), entity_id=entity_id, role=role, strength=round(share, 4), name=name or "",
            reason_zh=f"{session_count} 次聚集中有 {sessions} 次在此；占该机构结算的 {of_place:.1%}",
            reason_en=f"{sessions} of {session_count} sittings were here; {of_place:.1%} of the place's claims",
            claim_count=observed, fund_amount=fund or Decimal(0),
        )  # fmt: skip
    chance = min((expected or 0.0) / max(claim_count, 1), 1.0)
    p = float(binom.sf(observed - 1, claim_count, max(chance, 1e-9)))
    if sessions < 2 or p > ENRICHED_P or share < LEAST_PLACE_SHARE:
        return None
    return Member(
        entity_type=NodeKind(kind), entity_id=entity_id,
        role=Role.PRESCRIBER if kind == "doctor" else Role.OUTLET,
        strength=round(share, 4), name=name or "",
        reason_zh=f"聚集时的 {claim_count} 笔结算中有 {observed} 笔经其手，按所在机构占比应为 {expected:.1f} 笔",
        reason_en=f"{observed} of the {claim_count} claims at the sittings went through them, {expected:.1f} expected",
        claim_count=observed, fund_amount=fund or Decimal(0), expected_claim_count=round(expected or 0.0, 3),
    )  # fmt: skip


def _flagged_shares(store: Store) -> dict[int, float]:
    """Share of each group's people with a flag on one of their claims at the sittings."""
    return dict(
        store.rows(
            "WITH hit AS (SELECT DISTINCT unnest(claim_ids) AS claim_id FROM flags), "
            "seen AS (SELECT DISTINCT m.group_no, m.patient FROM member_claims AS m JOIN hit AS h "
            "ON h.claim_id = m.claim_id WHERE m.session_no IS NOT NULL) "
            "SELECT s.group_no, count(*) / (1.0 * max(z.patient_count)) FROM seen AS s "
            "JOIN group_features AS z ON z.group_no = s.group_no GROUP BY s.group_no ORDER BY s.group_no"
        )
    )


def _outlier_scores(store: Store, members: dict[int, tuple[Member, ...]]) -> dict[int, float]:
    scores = {
        (kind, entity): score
        for kind, entity, score in store.rows(
            "SELECT entity_type, entity_id, score FROM outliers WHERE entity_type <> 'patient' "
            "ORDER BY entity_type, entity_id"
        )
    }
    return {
        group_no: max((scores.get((str(m.entity_type), m.entity_id), 0.0) for m in found), default=0.0)
        for group_no, found in members.items()
    }


def _count_money_once(store: Store, ranked: list[Candidate]) -> tuple[Candidate, ...]:
    """A claim in two rings counts for the stronger one; the later ring's amounts shrink by what is taken."""
    shared = store.rows(
        "SELECT claim_id, list(DISTINCT group_no ORDER BY group_no) AS groups, coalesce(max(total_amount), 0), coalesce(max(fund_amount), 0) "
        "FROM member_claims WHERE session_no IS NOT NULL GROUP BY claim_id HAVING count(DISTINCT group_no) > 1 "
        "ORDER BY claim_id"
    )
    rank = {c.group_no: c.ring.rank for c in ranked}
    lost: dict[int, tuple[Decimal, Decimal]] = {}
    for _, groups, total_amount, fund in shared:
        for group_no in sorted((g for g in groups if g in rank), key=rank.__getitem__)[1:]:
            before = lost.get(group_no, (Decimal(0), Decimal(0)))
            lost[group_no] = (before[0] + total_amount, before[1] + fund)
    return tuple(_less(c, *lost[c.group_no]) if c.group_no in lost else c for c in ranked)


def _less(candidate: Candidate, total_amount: Decimal, fund: Decimal) -> Candidate:
    ring = candidate.ring
    left = ring.fund_amount - fund
    totals = ring.total_amount - total_amount
    share = left / ring.fund_amount if ring.fund_amount else Decimal(0)
    excess = (ring.excess_amount * share).quantize(Decimal("0.01"))
    money = (totals, left, excess)
    return replace(
        candidate,
        ring=replace(
            ring,
            total_amount=totals,
            fund_amount=left,
            excess_amount=excess,
            summary_zh=_summary_zh(candidate.facts, ring.members, money),
            summary_en=_summary_en(candidate.facts, ring.members, money),
        ),
    )

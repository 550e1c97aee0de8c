"""From groups to rings: who is in, in which role, how the score is made up, and the money, each claim once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fraudgraph.explanations.weighing import explain
from fraudgraph.records import Explanation, Member, Month, NodeKind, Ring, ScorePart, Typology
from fraudgraph.rings.capacity import Openable, choose
from fraudgraph.rings.facts import GroupFacts, read_facts
from fraudgraph.rings.members import day_of, read_members
from fraudgraph.rings.money import NO_MONEY, Money, claims_of_groups, read_money, taken_by_stronger
from fraudgraph.rings.patterns import is_block, read_patterns, read_steered, typology_of
from fraudgraph.rings.peer_comparison import prepare_like_people
from fraudgraph.rings.score import least_score, posterior_of, score_parts, total
from fraudgraph.rings.terms import read_terms
from fraudgraph.settings import RingSettings
from fraudgraph.store import Store

__all__ = ["Candidate", "assemble_rings", "name_rings"]

SAME_PEOPLE = 0.5
"""Two rings are one lead that have this share of the smaller one's people in common."""
_WITH_ANOTHER = (
    "其半数以上人员同属另一个得分更高的团伙，随该团伙一并核查",
    "half of its people or more are in another ring whose score is higher: opened together with that one",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A group on its way to becoming a ring: the facts kept beside the ring for evidence."""

    ring: Ring
    facts: GroupFacts

    @property
    def group_no(self) -> int:
        """The group it came from."""
        return self.facts.group_no


def assemble_rings(
    store: Store, settings: RingSettings, *, capacity: int | None = None, code_key: str = ""
) -> tuple[Candidate, ...]:
    """Make rings of the groups, the strongest first.

    Parameters
    ----------
    store : Store
        Holds the groups, their sittings, `flags` and `outliers`.
    settings : RingSettings
        The score a ring needs to be listed, and lawful explanations that shall not be tried.
    capacity : int, optional
        How many can be opened; None lists all that qualify.
    code_key : str
        Keys the codes under which shared identifiers are members; without one the patients themselves do.

    Returns
    -------
    tuple of Candidate
        All groups as rings, ranked, numbered 1, 2, 3 … until `name_rings` names them.
    """
    facts = read_facts(store)
    members = read_members(store, facts, code_key)
    prepare_like_people(store)
    money = read_money(store)
    patterns, steered = read_patterns(store), read_steered(store)
    least, terms = least_score(settings), read_terms(settings.terms_file)
    found = []
    for group_no, known in facts.items():
        if known.parent_no is not None and not _explained(facts[known.parent_no], settings):
            continue
        paid = money.setdefault(group_no, NO_MONEY)
        explanations = explain(known.known, settings.explanations_off)
        parts = score_parts(known, explanations, terms)
        typology = typology_of(known, members[group_no], patterns.get(group_no, {}), steered)
        ring = _ring(known, members[group_no], parts, explanations, paid, least, typology)
        found.append(Candidate(ring=ring, facts=known))
    found = _each_once(found)
    found.sort(key=lambda c: (not c.ring.listed, *_first_to_open(c.ring), c.group_no))
    found = _within_capacity(store, found, capacity)
    ranked = [replace(c, ring=replace(c.ring, rank=i)) for i, c in enumerate(found, start=1)]
    return _count_money_once(store, ranked, money)


def _first_to_open(ring: Ring) -> tuple[float, float]:
    """Money at stake times the probability that it is a ring; the score among equals."""
    return -round(float(ring.fund_amount) * posterior_of(ring.score), 2), -ring.score


def _explained(facts: GroupFacts, settings: RingSettings) -> bool:
    """A part counts by itself only where the whole group is lawful; else the whole is the ring."""
    return any(found.holds for found in explain(facts.known, settings.explanations_off))


def name_rings(candidates: tuple[Candidate, ...], month: Month) -> tuple[Candidate, ...]:
    """Number rings of a one-off run by rank: 2025-10-001, 2025-10-002, …"""
    width = max(3, len(str(len(candidates))))
    return tuple(
        replace(c, ring=replace(c.ring, ring_id=f"{month}-{c.ring.rank:0{width}d}")) for c in candidates
    )


def _ring(
    facts: GroupFacts, members: tuple[Member, ...], parts: tuple[ScorePart, ...],
    explanations: tuple[Explanation, ...], money: Money, least: float, typology: Typology,
) -> Ring:  # fmt: skip
    score = total(parts)
    first, last = (day_of(facts[name]) for name in ("first_day", "last_day"))
    return Ring(
        ring_id=f"group-{facts.group_no}", rank=0, listed=score >= least, score=score, q_value=None,
        total_amount=money.total, fund_amount=money.fund, excess_amount=money.excess,
        excess_low=money.low, excess_high=money.high, account=money.account, first_seen=first, last_seen=last,
        status="new", typology=typology,
        summary_zh=_summary_zh(facts, members), summary_en=_summary_en(facts, members),
        members=members, parts=parts, explanations=explanations,
    )  # fmt: skip


def _summary_zh(facts: GroupFacts, members: tuple[Member, ...]) -> str:
    places = sum(1 for m in members if m.entity_type in {NodeKind.FACILITY, NodeKind.PHARMACY})
    if "steering_nats_log" in facts.signs:
        return f"{facts.patient_count} 名参保人凭少数医师的处方集中到同一药店取药，偏离其惯常去处"
    if "customs_nats_log" in facts.signs:
        return f"{facts.patient_count} 名参保人到 {places} 家机构就诊的频度远高于同类机构的其他患者，不必同时到场"
    if is_block(facts):
        return f"{facts.patient_count} 名参保人共同使用一组他人少有的机构（{places} 家），不必同时到场"
    if not facts["session_count"]:
        return f"{facts.patient_count} 名不同住户的参保人经共用的电话、账户或代办人逐一相连，未见同时到场，因此未计入金额"
    return f"{facts.patient_count} 名参保人在 {places} 家机构反复同现 {int(facts['session_count'])} 次"


def _summary_en(facts: GroupFacts, members: tuple[Member, ...]) -> str:
    places = sum(1 for m in members if m.entity_type in {NodeKind.FACILITY, NodeKind.PHARMACY})
    if "steering_nats_log" in facts.signs:
        return f"{facts.patient_count} patients of a few doctors filled their prescriptions at one pharmacy, away from where they usually go"
    if "customs_nats_log" in facts.signs:
        return (
            f"{facts.patient_count} patients come to {places} {'place' if places == 1 else 'places'} far more often than other patients of such places, "
            "without having to meet"
        )
    if is_block(facts):
        return f"{facts.patient_count} patients share a set of {places} places that hardly anybody else combines, without having to meet"
    if not facts["session_count"]:
        return (
            f"{facts.patient_count} patients of different homes are linked one to the next by shared phones, accounts or agents; "
            "they were not seen together, so no money is counted"
        )
    return f"{facts.patient_count} patients met {int(facts['session_count'])} times at {places} {'place' if places == 1 else 'places'}"


def _count_money_once(
    store: Store, ranked: list[Candidate], money: dict[int, Money]
) -> tuple[Candidate, ...]:
    """A claim in two rings counts for the stronger one; the later ring's amounts shrink by what is taken."""
    lost = taken_by_stronger(store, {c.group_no: c.ring.rank for c in ranked})
    return tuple(
        _with_money(c, money[c.group_no].less(*lost[c.group_no])) if c.group_no in lost else c for c in ranked
    )


def _with_money(candidate: Candidate, money: Money) -> Candidate:
    ring = replace(
        candidate.ring, total_amount=money.total, fund_amount=money.fund, excess_amount=money.excess,
        excess_low=money.low, excess_high=money.high, account=money.account,
    )  # fmt: skip
    return replace(candidate, ring=ring)


def _each_once(found: list[Candidate]) -> list[Candidate]:
    """Of rings that are mostly of the same people, the surest is put forward; the others are opened with it."""
    taken: list[set[str]] = []
    held: set[int] = set()
    for candidate in sorted((c for c in found if c.ring.listed), key=lambda c: (-c.ring.score, c.group_no)):
        people = {m.entity_id for m in candidate.ring.members if m.entity_type is NodeKind.PATIENT}
        if any(len(people & other) >= SAME_PEOPLE * min(len(people), len(other)) for other in taken):
            held.add(candidate.group_no)
        else:
            taken.append(people)
    return [_held(c, *_WITH_ANOTHER) if c.group_no in held else c for c in found]


def _held(candidate: Candidate, zh: str, en: str) -> Candidate:
    return replace(candidate, ring=replace(candidate.ring, listed=False, held_zh=zh, held_en=en))


def _within_capacity(store: Store, found: list[Candidate], capacity: int | None) -> list[Candidate]:
    """Where only so many can be opened: those first that bring most that is new; the rest is not put forward."""
    listed = [c for c in found if c.ring.listed]
    if capacity is None or not listed:
        return found
    claims = claims_of_groups(store, (c.group_no for c in listed))
    order = choose(
        [
            Openable(
                score=c.ring.score,
                people=frozenset(m.entity_id for m in c.ring.members if m.entity_type is NodeKind.PATIENT),
                claims=claims.get(c.group_no, {}),
            )
            for c in listed
        ],
        capacity,
    )
    chosen = [listed[number] for number in order]
    left = [
        _held(
            c,
            f"超出可核查数量（{capacity} 个）：其人员或费用多已在名次更前的团伙中，或得分较低",
            f"beyond the {capacity} that can be opened: its people or money are mostly in rings ranked before, or its score is lower",
        )
        for number, c in enumerate(listed)
        if number not in order
    ]
    return [*chosen, *left, *(c for c in found if not c.ring.listed)]

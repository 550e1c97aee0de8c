"""What is known besides the claims goes into the score as a part of its own; the list is cut after verdicts, not before."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from fraudgraph.casework.known import EventKind, KnownRing, Register
from fraudgraph.casework.listing import Case, CaseFacts, decide
from fraudgraph.casework.verdicts import Standing, Verdict
from fraudgraph.casework.weighing import Seeds, Weighing, weigh_candidates
from fraudgraph.records import Explanation, Member, Month, NodeKind, Ring, Role, ScorePart, Typology
from fraudgraph.rings import Candidate
from fraudgraph.rings.facts import GroupFacts
from fraudgraph.settings import CaseworkSettings, ReferralSettings, Settings

SETTINGS = Settings()
OCTOBER = Month(2025, 10)


def candidate(
    number: int, people: set[str], score: float = 30.0, *, listed: bool = True, doctor: str = ""
) -> Candidate:
    members = [
        Member(entity_type=NodeKind.PATIENT, entity_id=name, role=Role.CARD_HOLDER, strength=1.0)
        for name in sorted(people)
    ]
    if doctor:
        members.append(
            Member(entity_type=NodeKind.DOCTOR, entity_id=doctor, role=Role.PRESCRIBER, strength=1.0)
        )
    parts = (ScorePart(name="together", title_zh="", title_en="", points=score),)
    ring = Ring(
        ring_id=f"R-2025-{number:04d}", rank=number, listed=listed, score=score, q_value=None, total_amount=Decimal(900),
        fund_amount=Decimal(600), excess_amount=Decimal(500), first_seen=date(2025, 1, 1), last_seen=date(2025, 10, 30), status="new",
        typology=Typology.CARD_SWEEP, summary_zh="摘要", summary_en="summary", members=tuple(members), parts=parts,
    )  # fmt: skip
    return Candidate(ring=ring, facts=GroupFacts(group_no=number, numbers={}))


def weigh(one: Candidate, **weighing: object) -> Ring:
    (weighed,) = weigh_candidates((one,), Weighing(**weighing), SETTINGS)  # type: ignore[arg-type]
    return weighed.ring


def points(ring: Ring) -> dict[str, float]:
    return {part.name: part.points for part in ring.parts}


SEEDS = Seeds(
    people={"R-2025-0007": frozenset({"P1", "P2", "P3", "P8", "P9"})},
    staff={("doctor", "D1"): frozenset({"R-2025-0007"})},
)


def test_members_of_a_confirmed_ring_lift_another_ring() -> None:
    ring = weigh(candidate(1, {"P1", "P2", "X1", "X2", "X3", "X4", "X5"}, doctor="D1"), seeds=SEEDS)
    assert points(ring) == {"together": 30.0, "seeds": 7.5}, "three of eight members, the most from half on"
    assert ring.score == 37.5
    assert "3" in ring.parts[-1].title_zh


def test_seeds_can_bring_a_ring_over_the_line() -> None:
    below = candidate(1, {"P1", "X1", "X2", "X3"}, 4.0, listed=False, doctor="D1")
    assert weigh(below, seeds=SEEDS).listed
    assert not weigh(candidate(1, {"X1", "X2", "X3", "X4"}, 4.0, listed=False), seeds=SEEDS).listed


def test_a_confirmed_ring_is_no_seed_of_itself() -> None:
    before = candidate(7, {"P1", "P2", "P3", "P4"}, doctor="D1")
    assert weigh(before, seeds=SEEDS) == before.ring


def test_an_event_that_explains_takes_the_score_away_and_one_that_does_not_is_shown() -> None:
    def event(share: float) -> Explanation:
        return Explanation(
            name="calendar", title_zh="新病区", title_en="new wing", share=1.0 if share >= 0.8 else 0.0, observed=share,
            threshold=0.8, holds=share >= 0.8, sentence_zh="", sentence_en="",
        )  # fmt: skip

    explained = weigh(candidate(1, {"P1", "P2"}), explanations={1: event(0.9)})
    assert (explained.score, explained.listed) == (0.0, False)
    shown = weigh(candidate(1, {"P1", "P2"}), explanations={1: event(0.5)})
    assert (shown.score, shown.listed, len(shown.explanations)) == (30.0, True, 1)


def test_learned_weights_change_the_parts_and_they_still_add_up() -> None:
    ring = weigh(candidate(1, {"P1", "P2"}), weights={"together": 0.5})
    assert (points(ring), ring.score) == ({"together": 15.0}, 15.0)


def register(*names: str, first: str = "2025-08") -> Register:
    return Register(
        month="2025-10",
        rings={
            name: KnownRing(
                ring_id=name, born=first, patients=(), state="active", since=first, last_seen=date(2025, 10, 30), first_listed=first
            )
            for name in names
        },
    )  # fmt: skip


def settle(
    *candidates: Candidate, capacity: int | None = None, standings: dict[str, Standing] | None = None,
    statuses: dict[str, EventKind] | None = None, facts: CaseFacts | None = None,
) -> tuple[Case, ...]:  # fmt: skip
    settings = Settings(
        casework=CaseworkSettings(owners={"370202": "市南分局"}), referral=ReferralSettings(capacity=capacity)
    )
    named = register(*(one.ring.ring_id for one in candidates))
    return decide(
        candidates, facts or CaseFacts(district={1: "370202"}), named, standings or {}, statuses=statuses or {},
        month=OCTOBER, settings=settings,
    )[1]  # fmt: skip


def test_what_changed_comes_first_then_the_score_decides() -> None:
    cases = settle(
        candidate(1, {"P1"}, 90.0), candidate(2, {"P2"}, 20.0), candidate(3, {"P3"}, 50.0), candidate(4, {"P4"}, 3.0, listed=False),
        statuses={"R-2025-0001": EventKind.CONTINUING, "R-2025-0002": EventKind.GROWN, "R-2025-0003": EventKind.BORN},
    )  # fmt: skip
    assert [case.ring.ring_id[-1] for case in cases] == ["3", "2", "1", "4"]
    assert [case.ring.rank for case in cases] == [1, 2, 3, 4]


def test_a_ring_has_an_owner_a_due_date_and_an_age() -> None:
    (case,) = settle(candidate(1, {"P1"}))
    assert (case.ring.owner, case.ring.due_on, case.ring.age_days) == ("市南分局", date(2025, 10, 30), 61)


def test_capacity_cuts_the_list_after_verdicts() -> None:
    cleared = Verdict(ring_id="R-2025-0001", verdict="cleared", by="李敏", on=date(2025, 10, 31))
    held = {"R-2025-0001": Standing(ring_id="R-2025-0001", verdict="cleared", last=cleared)}
    cases = settle(
        *(candidate(number, {f"P{number}"}, 100.0 - number) for number in (1, 2, 3, 4)), capacity=2, standings=held,
        facts=CaseFacts(days={1: [(date(2025, 10, 1), 10)]}),
    )  # fmt: skip
    assert [case.ring.ring_id[-1] for case in cases if case.ring.listed] == ["2", "3"]
    why = {case.ring.ring_id[-1]: case.ring.held_zh for case in cases if case.ring.held_zh}
    assert "李敏 核查排除" in why["1"]
    assert "5 张" in why["1"], "half of ten claims would bring it back"
    assert "容量" in why["4"]


def test_money_recovered_before_is_taken_off_every_amount_after_it() -> None:
    (case,) = settle(candidate(1, {"P1"}), facts=CaseFacts(recovered={1: (2, Decimal("150.00"))}))
    ring = case.ring
    assert (ring.fund_amount, ring.excess_amount, ring.total_amount) == (
        Decimal("450.00"),
        Decimal("350.00"),
        Decimal("750.00"),
    )
    assert "此前已追回" in ring.summary_zh
    whole = settle(candidate(1, {"P1"}), facts=CaseFacts(recovered={1: (9, Decimal("9999.00"))}))[0].ring
    assert whole.fund_amount == whole.excess_amount == 0


def test_a_part_keeps_its_built_in_points_beside_the_weighed_ones() -> None:
    one = candidate(1, {"P1"})
    prior = one.ring.parts
    weighed = replace(one, ring=weigh(one, weights={"together": 2.0}))
    (case,) = settle(weighed, facts=CaseFacts(prior={1: prior}))
    assert [part.points for part in case.prior_parts] == [30.0]
    assert case.ring.score == 60.0

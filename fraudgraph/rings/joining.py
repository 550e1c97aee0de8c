"""Which places, doctors and desks belong to a ring: what was looked at, and the number that decided, joined or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from fraudgraph.records import NodeKind
from fraudgraph.store import Store

__all__ = ["MembershipDecision", "PlaceInvolvement", "StaffInvolvement", "read_standings", "standings"]

_SQL = Path(__file__).parent / "sql"
ENRICHED_P = 1e-4
"""A place joins when its share of the claims at the sittings is this unlikely by its share of all claims."""
LEAST_PEOPLE_SHARE = 1 / 3
"""A place joins when this much of the people, three at least, came to it: the shop of a couple is not the ring's."""
LEAST_SITTING_SHARE = 0.05
"""A place joins when this much of the sittings, two at least, were there; in a block the people alone count."""
ONCE_PEOPLE_SHARE = 0.5
"""A single sitting is enough where this much of the people, four at least, came to it."""
REST_RATE = 1 / 3
"""A place is the larger group's, not its part's, when the rest come there this much as often, each, as the part's people."""
FILLING_SHARE = 0.5
"""A pharmacy goes with a place set aside when this much of the claims there are on prescriptions of its doctors."""
CONSTANT_SHARE = 0.5
"""A doctor or desk can join when at this much of the sittings at a place, two at least (or leading the only one)."""
NEARLY_ALL = 0.9
"""Doctors who between them have this much of the claims at a place's sittings share them with hardly anybody."""
LED_P = 0.01
"""Leading so many sittings is beyond a usual share when this unlikely, times how many doctors (desks) the place has."""
LEAST_BLOCK_SHARE = 0.25
"""A doctor belongs to a block when this much of its people saw them."""
LEAST_OF_USUAL = 0.9
"""And of those who used the place about as many as the doctor's share of it: a doctor whom they saw less than others do is none of theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceInvolvement:
    """A place at a group's sittings.

    A block is a session but no sitting. `rest_…` is about the larger group of which the group is a part, without the part.
    """

    group_no: int
    place_id: str
    kind: NodeKind
    name: str
    claim_count: int
    session_count: int
    sitting_count: int
    patient_count: int
    in_block: bool
    fund_amount: Decimal | None
    all_session_count: int
    all_claim_count: int
    people_count: int
    own_claim_count: int
    seat_count: int
    rest_seat_count: int
    rest_people_count: int

    @property
    def share(self) -> float:
        """Share of the group's sittings (and blocks) that were here."""
        return self.session_count / max(self.all_session_count, 1)

    def expected_claim_count(self, every_claim: int) -> float:
        """Claims of the group that the place would have by its share of all claims."""
        return self.all_claim_count * self.own_claim_count / max(every_claim, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffInvolvement:
    """A doctor or a desk at one place of a group's sittings, with what they come to over all places (`all_…`, the last three)."""

    group_no: int
    place_id: str
    kind: NodeKind
    entity_id: str
    name: str
    claim_count: int
    patient_count: int
    sitting_count: int
    led_count: int
    seen_claim_count: int
    place_seen_claim_count: int
    share_of_place: float
    own_people_count: int
    hand_count: int
    all_claim_count: int
    all_session_count: int
    expected_claim_count: float
    fund_amount: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipDecision:
    """Whether a place, doctor or desk joins, and the number that decided: `observed` against `needed` at `stage`.

    Stages of those who join: `place`, `place_once`, `block_place`, `leads`, `constant`, `block_doctor`; of the others: `with_the_rest`,
    `fills_for_the_rest`, `by_chance`, `few_people`, `small_share`, `place_not_named`, `few_sittings`, `like_colleagues`.
    """

    joins: bool
    stage: str
    observed: float
    needed: float
    spot: PlaceInvolvement
    hand: StaffInvolvement | None = None

    @property
    def kind(self) -> NodeKind:
        """What it is."""
        return self.hand.kind if self.hand else self.spot.kind

    @property
    def entity_id(self) -> str:
        """Its id."""
        return self.hand.entity_id if self.hand else self.spot.place_id


def read_standings(store: Store) -> dict[int, tuple[MembershipDecision, ...]]:
    """Where every place, doctor and desk at the sittings of every group stands.

    Parameters
    ----------
    store : Store
        Holds `group_spots`, `group_hands` and `group_entities` (`places.sql`).
    """
    spots: dict[int, list[PlaceInvolvement]] = defaultdict(list)
    hands: dict[int, list[StaffInvolvement]] = defaultdict(list)
    for row in store.arrow((_SQL / "entities.sql").read_text(encoding="utf-8")).to_pylist():
        spots[row["group_no"]].append(PlaceInvolvement(**row | {"kind": NodeKind(row["kind"])}))
    for row in store.arrow((_SQL / "hands.sql").read_text(encoding="utf-8")).to_pylist():
        hands[row["group_no"]].append(StaffInvolvement(**row | {"kind": NodeKind(row["kind"])}))
    every_claim, everybody = store.one(
        "SELECT (SELECT count(*) FROM claims WHERE counted), (SELECT count(*) FROM patient_codes)"
    )
    return {
        group_no: standings(found, hands[group_no], every_claim=every_claim, everybody=everybody)
        for group_no, found in spots.items()
    }


def standings(
    spots: Sequence[PlaceInvolvement], hands: Sequence[StaffInvolvement], *, every_claim: int, everybody: int
) -> tuple[MembershipDecision, ...]:
    """Where the places, doctors and desks of one group stand: places first, each doctor and desk at their best place.

    Parameters
    ----------
    spots, hands : sequence
        Of one group, in the order in which they are told.
    every_claim, everybody : int
        Claims that count and people in all.
    """
    at: dict[str, list[StaffInvolvement]] = defaultdict(list)
    for hand in hands:
        at[hand.place_id].append(hand)
    aside = _set_aside(spots, hands, at)
    places = [aside.get(spot.place_id) or _of_place(spot, every_claim) for spot in spots]
    best: dict[tuple[NodeKind, str], MembershipDecision] = {}
    for place in places:
        for found in _of_hands(place, at[place.spot.place_id], everybody):
            key = found.kind, found.entity_id
            if key not in best or _firmness(found) > _firmness(best[key]):
                best[key] = found
    order = {(hand.kind, hand.entity_id): number for number, hand in reversed(list(enumerate(hands)))}
    return (*places, *(best[key] for key in sorted(best, key=order.__getitem__)))


def _firmness(standing: MembershipDecision) -> tuple[bool, bool, int, int]:
    hand = standing.hand
    assert hand is not None
    return (
        standing.joins, standing.stage != "place_not_named", hand.sitting_count, hand.seen_claim_count
    )  # fmt: skip


def _set_aside(
    spots: Sequence[PlaceInvolvement],
    hands: Sequence[StaffInvolvement],
    at: dict[str, list[StaffInvolvement]],
) -> dict[str, MembershipDecision]:
    """Places where a part of a larger group goes as that group does, and the pharmacies that fill their prescriptions."""
    aside = {}
    for spot in spots:
        if spot.rest_people_count > 0 and spot.seat_count > 0:
            rate = (spot.rest_seat_count / spot.rest_people_count) / (spot.seat_count / spot.people_count)
            if rate >= REST_RATE:
                aside[spot.place_id] = MembershipDecision(
                    joins=False, stage="with_the_rest", observed=rate, needed=REST_RATE, spot=spot
                )
    theirs = {hand.entity_id for hand in hands if hand.kind is NodeKind.DOCTOR and hand.place_id in aside}
    for spot in spots:
        if spot.kind is not NodeKind.PHARMACY or spot.place_id in aside:
            continue
        filled = sum(
            hand.claim_count for hand in at[spot.place_id] if hand.kind is NodeKind.DOCTOR and hand.entity_id in theirs
        )  # fmt: skip
        if theirs and filled >= FILLING_SHARE * spot.claim_count:
            aside[spot.place_id] = MembershipDecision(
                joins=False, stage="fills_for_the_rest", observed=filled / spot.claim_count, needed=FILLING_SHARE, spot=spot
            )  # fmt: skip
    return aside


def _of_place(spot: PlaceInvolvement, every_claim: int) -> MembershipDecision:
    def found(stage: str, observed: float, needed: float, *, joins: bool = False) -> MembershipDecision:
        return MembershipDecision(joins=joins, stage=stage, observed=observed, needed=needed, spot=spot)

    usual = min(spot.expected_claim_count(every_claim) / max(spot.all_claim_count, 1), 1.0)
    p = _at_least(spot.claim_count, spot.all_claim_count, usual)
    if p > ENRICHED_P:
        return found("by_chance", p, ENRICHED_P)
    few = max(LEAST_PEOPLE_SHARE * spot.people_count, min(3, spot.people_count))
    if spot.patient_count < few:
        return found("few_people", spot.patient_count, few)
    if spot.in_block:
        return found("block_place", spot.patient_count, few, joins=True)
    many = max(ONCE_PEOPLE_SHARE * spot.people_count, 4)
    if spot.session_count == 1 and spot.patient_count >= many:
        return found("place_once", spot.patient_count, many, joins=True)
    joins = spot.session_count >= 2 and spot.share >= LEAST_SITTING_SHARE
    return found("place" if joins else "small_share", spot.share, LEAST_SITTING_SHARE, joins=joins)


def _of_hands(
    place: MembershipDecision, hands: Iterable[StaffInvolvement], everybody: int
) -> list[MembershipDecision]:
    """Doctors and desks at one place, each by the sittings there, not by their claims: people who come together see one doctor."""
    spot = place.spot
    constant = {
        (hand.kind, hand.entity_id): hand for hand in hands
        if hand.sitting_count >= max(2.0, CONSTANT_SHARE * spot.sitting_count)
        or (place.stage == "place_once" and hand.led_count > 0)
    }  # fmt: skip
    theirs = sum(hand.seen_claim_count for (kind, _), hand in constant.items() if kind is NodeKind.DOCTOR)
    found = []
    for hand in hands:
        if not place.joins:
            stage, joins, observed, needed = "place_not_named", False, 0.0, 1.0
        elif hand.kind is NodeKind.DOCTOR and _saw_the_block(spot, hand, everybody):
            stage, joins, observed, needed = (
                "block_doctor", True, hand.patient_count / spot.people_count, LEAST_BLOCK_SHARE
            )  # fmt: skip
        elif (hand.kind, hand.entity_id) not in constant:
            share = hand.sitting_count / max(spot.sitting_count, 1)
            stage, joins, observed, needed = "few_sittings", False, share, CONSTANT_SHARE
        elif (p := _chance_to_lead(spot, hand)) <= LED_P:
            stage, joins, observed, needed = "leads", True, p, LED_P
        elif hand.kind is NodeKind.DOCTOR and theirs >= NEARLY_ALL * hand.place_seen_claim_count:
            covered = theirs / max(hand.place_seen_claim_count, 1)
            stage, joins, observed, needed = "constant", True, covered, NEARLY_ALL
        else:
            stage, joins, observed, needed = "like_colleagues", False, p, LED_P
        found.append(
            MembershipDecision(
                joins=joins, stage=stage, observed=observed, needed=needed, spot=spot, hand=hand
            )
        )
    return found


def _saw_the_block(spot: PlaceInvolvement, hand: StaffInvolvement, everybody: int) -> bool:
    """People of a block come on days of their own: each who saw the doctor counts."""
    usual = min(hand.own_people_count / max(everybody, 1), 1.0)
    return (
        spot.in_block
        and hand.patient_count >= LEAST_BLOCK_SHARE * spot.people_count
        and hand.patient_count >= LEAST_OF_USUAL * hand.share_of_place * spot.patient_count
        and _at_least(hand.patient_count, spot.people_count, usual) <= ENRICHED_P
    )


def _chance_to_lead(spot: PlaceInvolvement, hand: StaffInvolvement) -> float:
    """How likely a doctor or desk with such a share of the place leads so many of the sittings there, for the best of them."""
    if hand.led_count < max(2.0, CONSTANT_SHARE * spot.sitting_count):
        return 1.0
    p = _at_least(hand.led_count, spot.sitting_count, min(hand.share_of_place, 1.0))
    return min(p * hand.hand_count, 1.0)


def _at_least(count: int, tries: int, share: float) -> float:
    """The chance of so many of so many tries, where each has this share (binomial)."""
    from scipy.special import betainc  # noqa: PLC0415  # looking somebody up needs no scipy.stats, which takes seconds

    return float(betainc(count, tries - count + 1, share)) if count >= 1 else 1.0

"""Why somebody or something is not on the list: how far it came, and the number that decided there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fraudgraph.records import NodeKind, Ring
from fraudgraph.rings.joining import MembershipDecision, read_standings
from fraudgraph.rings.lookup import Known
from fraudgraph.rings.score import NO_EXPLANATION, least_score
from fraudgraph.settings import Settings
from fraudgraph.store import Store

__all__ = ["Deciding", "why_not"]

_SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """How far an id came (`stage`), in words, with the number that decided and what it would have needed."""

    stage: str
    ring_id: str
    sentence_zh: str
    sentence_en: str
    observed: float | None
    needed: float | None


def why_not(store: Store, known: Known, settings: Settings) -> Deciding:
    """The number that decided whether an id is on the list.

    Parameters
    ----------
    store : Store
        The run's own, opened to read.
    known : Known
        From `look_up`.
    settings : Settings
        As the run used them.
    """
    if known.rings:
        best = min((found.ring for found in known.rings), key=lambda ring: (not ring.listed, ring.rank))
        return _listed(best) if best.listed else _held_back(best, settings)
    if not known.claim_count:
        return Deciding(
            stage="no_claims", ring_id="", observed=0, needed=1,
            sentence_zh="没有计入的结算单（已退费或未交付），因此无从比较。",
            sentence_en="No claim counts here (refunded, or not delivered), so there was nothing to compare.",
        )  # fmt: skip
    return _patient(store, known, settings) if known.kind is NodeKind.PATIENT else _elsewhere(store, known)


def _listed(ring: Ring) -> Deciding:
    return Deciding(
        stage="listed", ring_id=ring.ring_id, observed=ring.score, needed=None,
        sentence_zh=f"在清单上：属于 {ring.ring_id}，名次 {ring.rank}，得分 {ring.score:.2f}。",
        sentence_en=f"It is on the list: a member of {ring.ring_id}, rank {ring.rank}, score {ring.score:.2f}.",
    )  # fmt: skip


def _held_back(ring: Ring, settings: Settings) -> Deciding:
    """A ring that was looked at and not put forward: a lawful explanation, or too low a score."""
    holding = sorted(
        (e for e in ring.explanations if e.holds and e.name not in NO_EXPLANATION),
        key=lambda e: (-e.share, e.name),
    )
    if holding:
        first = holding[0]
        return Deciding(
            stage="explained", ring_id=ring.ring_id, observed=first.observed, needed=first.threshold,
            sentence_zh=f"属于 {ring.ring_id}，但合理解释“{first.title_zh}”成立（观察 {first.observed:g}，门槛 {first.threshold:g}）：{first.sentence_zh}。",
            sentence_en=f"A member of {ring.ring_id}, but the lawful explanation '{first.title_en}' holds (observed {first.observed:g}, threshold {first.threshold:g}): {first.sentence_en}.",
        )  # fmt: skip
    least = least_score(settings.rings)
    if ring.score >= least:
        return _kept_off(ring, settings, least)
    return Deciding(
        stage="low_score", ring_id=ring.ring_id, observed=ring.score, needed=least,
        sentence_zh=f"属于 {ring.ring_id}，得分 {ring.score:.2f}，列入清单的门槛为 {least:g}。",
        sentence_en=f"A member of {ring.ring_id}, whose score is {ring.score:.2f}; {least:g} is needed to be listed.",
    )  # fmt: skip


def _kept_off(ring: Ring, settings: Settings, least: float) -> Deciding:
    """High enough, and yet not put forward: beyond the team's capacity, or settled by an earlier verdict."""
    capacity = settings.referral.capacity
    why_zh = ring.held_zh or (
        f"超出可核查数量（{capacity} 个）" if capacity else "既往核查结论，见该月的页面"
    )
    why_en = ring.held_en or (
        f"beyond the {capacity} that can be opened"
        if capacity
        else "an earlier verdict; see the month's page"
    )
    return Deciding(
        stage="kept_off", ring_id=ring.ring_id, observed=ring.score, needed=least,
        sentence_zh=f"属于 {ring.ring_id}，得分 {ring.score:.2f} 已达门槛 {least:g}，但未列入：{why_zh}。",
        sentence_en=f"A member of {ring.ring_id}, whose score of {ring.score:.2f} reaches the {least:g} needed, yet it is kept off: {why_en}.",
    )  # fmt: skip


def _patient(store: Store, known: Known, settings: Settings) -> Deciding:
    """A patient in no group: the judge is asked how much speaks for the group whose occasions they came to most."""
    from fraudgraph.groups.windows import SLACK_MINUTES  # noqa: PLC0415  # scipy: only who stands in no ring needs it

    rows = store.rows(
        (_SQL / "nearest_group.sql").read_text(encoding="utf-8"), id=known.entity_id, slack=SLACK_MINUTES
    )
    if not rows:
        return Deciding(
            stage="no_group", ring_id="", observed=0, needed=1,
            sentence_zh="没有到过任何社团的同现（0 次），因此不属于任何社团。",
            sentence_en="Came to no group's meeting (0 times), so belongs to none.",
        )  # fmt: skip
    ring_id, group_no, patient, attended, sessions = rows[0]
    nats = _nats_for(store, int(group_no), int(patient))
    least = settings.rings.min_patients
    return Deciding(
        stage="unlike_members", ring_id=ring_id, observed=round(nats, 2), needed=0.0,
        sentence_zh=f"不属于任何社团；最接近的是 {ring_id}：{sessions} 次同现中到场 {attended} 次，与常去那里的其他人相比，支持其属于该社团的证据为 {nats:+.2f} 奈特"
        f"（须大于 0，且至少到场 2 次；成团至少 {least} 人）。",
        sentence_en=f"Belongs to no group; nearest is {ring_id}: there at {attended} of {sessions} meetings. Beside others who use these places as often, "
        f"{nats:+.2f} nats speak for belonging (more than 0 and two meetings needed; a group has {least} people at least).",
    )  # fmt: skip


def _nats_for(store: Store, group_no: int, patient: int) -> float:
    """What the judge says of one person and one group: nats beyond the prior."""
    import numpy as np  # noqa: PLC0415

    from fraudgraph.groups.judging import nats_of  # noqa: PLC0415  # scipy: only who stands in no ring needs it
    from fraudgraph.groups.presences import read_presences  # noqa: PLC0415

    seen = read_presences(store)
    members = store.arrow(
        "SELECT patient FROM group_members WHERE group_no = $group_no ORDER BY patient", group_no=group_no
    )["patient"].to_numpy().astype(np.int64)  # fmt: skip
    return nats_of(seen, members, patient)


def _elsewhere(store: Store, known: Known) -> Deciding:
    """A place, doctor or operator that is no member of a ring: where it came nearest, and what decided there."""
    names = dict(store.rows("SELECT group_no, ring_id FROM ring_names ORDER BY group_no"))
    near = [
        (standing, names[group_no])
        for group_no, found in sorted(read_standings(store).items())
        for standing in found
        if standing.kind is known.kind and standing.entity_id == known.entity_id and group_no in names
    ]
    if not near:
        return Deciding(
            stage="no_sitting", ring_id="", observed=0, needed=2,
            sentence_zh="没有任何社团在此（或经其手）同现：0 次，至少须 2 次。",
            sentence_en="No group met here or through them: 0, at least 2 needed.",
        )  # fmt: skip
    standing, ring_id = max(near, key=lambda pair: (_nearness(pair[0]), pair[1]))
    said_zh, said_en = _said(standing)
    return Deciding(
        stage=standing.stage, ring_id=ring_id, observed=round(standing.observed, 6), needed=round(standing.needed, 6),
        sentence_zh=f"最接近的是 {ring_id}：{said_zh}。", sentence_en=f"Nearest is {ring_id}: {said_en}.",
    )  # fmt: skip


def _nearness(standing: MembershipDecision) -> tuple[bool, float]:
    hand, spot = standing.hand, standing.spot
    sessions = hand.all_session_count if hand else spot.session_count
    return standing.joins, sessions / max(spot.all_session_count, 1)


def _said(standing: MembershipDecision) -> tuple[str, str]:
    """What decided on a place, doctor or operator, in words."""
    spot, hand = standing.spot, standing.hand
    observed, needed = standing.observed, standing.needed
    if hand is not None:
        at, n = spot.place_id, spot.sitting_count
        return {
            "place_not_named": (f"在 {at} 的 {n} 次同现中到场 {hand.sitting_count} 次，但该处未列入",
                                f"there at {hand.sitting_count} of {n} meetings at {at}, which is not named itself"),
            "few_sittings": (f"在 {at} 的 {n} 次同现中到场 {hand.sitting_count} 次，至少须 2 次且占 {needed:.0%}",
                             f"there at {hand.sitting_count} of {n} meetings at {at}; at least 2 and {needed:.0%} of them needed"),
            "like_colleagues": (f"在 {at} 的 {n} 次同现中有 {hand.led_count} 次多数结算单由其经手，其平时占该处结算单的 {hand.share_of_place:.1%}，偶然的概率 {observed:.2g}，须不超过 {needed:g}",
                                f"most claims of {hand.led_count} of {n} meetings at {at} were theirs, usually {hand.share_of_place:.1%} of that place's; chance alone {observed:.2g}, at most {needed:g} needed to be named"),
        }.get(standing.stage, (f"已列入该社团，但该社团未成为团伙：{at}", f"would be named with it, at {at}"))  # fmt: skip
    return {
        "with_the_rest": (f"该社团所属的更大群体的其他人也常来此处，人均次数为该社团的 {observed:.2f} 倍，达到 {needed:.2f} 倍即属该群体",
                          f"the rest of the larger group come here {observed:.2f} times as often, each, as these people; from {needed:.2f} on it is that group's place"),
        "fills_for_the_rest": (f"该社团在此的结算单有 {observed:.1%} 是更大群体常去机构的医师所开处方，达到 {needed:.0%} 即属该群体",
                               f"{observed:.1%} of the group's claims here fill prescriptions from where the larger group goes; from {needed:.0%} on it is that group's place"),
        "by_chance": (f"同现时的 {spot.all_claim_count} 张结算单中有 {spot.claim_count} 张在此，按其占全部结算之比偶然的概率 {observed:.2g}，须不超过 {needed:g}",
                      f"{spot.claim_count} of the {spot.all_claim_count} claims at its meetings were here; chance alone {observed:.2g}, at most {needed:g} needed to be named"),
        "few_people": (f"{spot.people_count} 人中到过此处的有 {observed:.0f} 人，至少须 {needed:.1f} 人",
                       f"{observed:.0f} of its {spot.people_count} people came here, {needed:.1f} needed"),
        "small_share": (f"{spot.all_session_count} 次同现中占 {spot.session_count} 次（{observed:.1%}），至少须 2 次且 {needed:.0%}",
                        f"{spot.session_count} of its {spot.all_session_count} meetings ({observed:.1%}); at least 2 and {needed:.0%} needed"),
    }.get(standing.stage, ("已列入该社团", "would be named with it"))  # fmt: skip

"""Why somebody or something is not on the list: how far it came, and the number that decided there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fraudgraph.detection.groups import STRONG_WEIGHT, WEAKEST_WEIGHT, WEIGHT_CAP
from fraudgraph.detection.sittings import LEAST_ATTENDED, LEAST_SHARE_JOINING, SLACK_MINUTES
from fraudgraph.graph.judges import WEAKEST_P
from fraudgraph.records import NodeKind, Ring
from fraudgraph.rings.lookup import Known
from fraudgraph.rings.members import ENRICHED_P, LEAST_PLACE_SHARE, chance_of, expected_at_place
from fraudgraph.rings.score import least_score
from fraudgraph.settings import Settings
from fraudgraph.store import Store

__all__ = ["Deciding", "why_not"]


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
    holding = sorted((e for e in ring.explanations if e.holds), key=lambda e: (-e.share, e.name))
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
    """A patient in no group: no meeting, too weak a meeting, too few others, or not there often enough."""
    weights = [row[0] for row in store.rows(
        "WITH own AS (SELECT patient FROM patient_codes WHERE patient_id = $id), "
        "views AS (SELECT m.a, m.b, CASE WHEN m.view = 'same_day' THEN 'burst' ELSE m.view END AS view, min(m.p) AS p "
        "FROM pair_meetings AS m JOIN own AS o ON o.patient IN (m.a, m.b) GROUP BY ALL) "
        "SELECT sum(least(-log10(p), $cap)) AS weight FROM views GROUP BY a, b ORDER BY weight DESC",
        id=known.entity_id, cap=WEIGHT_CAP,
    )]  # fmt: skip
    if not weights:
        return Deciding(
            stage="no_meeting", ring_id="", observed=0, needed=1,
            sentence_zh=f"与任何人的同现都没有超出偶然（p ≤ {WEAKEST_P:g} 的同现 0 次），因此不属于任何社团。",
            sentence_en=f"Met nobody more often than chance allows (0 meetings with p ≤ {WEAKEST_P:g}), so belongs to no group.",
        )  # fmt: skip
    strongest, firm = float(weights[0]), sum(weight >= WEAKEST_WEIGHT for weight in weights)
    if strongest < STRONG_WEIGHT or firm + 1 < settings.rings.min_patients:
        return Deciding(
            stage="weak_meetings", ring_id="", observed=round(strongest, 2), needed=STRONG_WEIGHT,
            sentence_zh=f"有 {len(weights)} 人与其异常同现，最强的一对为 {strongest:.2f}（−log10 p；单独成立需 {STRONG_WEIGHT:g}，低于此须三人两两同现），"
            f"达到 {WEAKEST_WEIGHT:g} 的有 {firm} 人（成团至少 {settings.rings.min_patients} 人）。",
            sentence_en=f"{len(weights)} people were met more than chance allows; the strongest pair weighs {strongest:.2f} (−log10 p; {STRONG_WEIGHT:g} stands alone, "
            f"less only where three met each other), {firm} weigh {WEAKEST_WEIGHT:g} or more (a group needs {settings.rings.min_patients} people).",
        )  # fmt: skip
    return _nearest_group(store, known, strongest)


def _nearest_group(store: Store, known: Known, strongest: float) -> Deciding:
    """Strong meetings, yet in no group: how often at the sittings of the group that came nearest."""
    rows = store.rows(
        "WITH own AS (SELECT patient FROM patient_codes WHERE patient_id = $id), "
        "good AS (SELECT s.* FROM group_sessions AS s JOIN session_chances AS j ON j.session_no = s.session_no WHERE j.good AND s.kind <> 'block'), "
        "present AS (SELECT g.group_no, g.session_no FROM good AS g JOIN visits AS v ON v.place = g.place AND v.day = g.day "
        "JOIN own AS o ON o.patient = v.patient WHERE g.kind = 'visit' "
        "AND (v.minute IS NULL OR v.minute BETWEEN g.from_minute - $slack AND g.to_minute + $slack) "
        "UNION SELECT g.group_no, g.session_no FROM good AS g JOIN coded_stays AS v ON v.place = g.place "
        "AND v.admitted BETWEEN g.day AND g.to_day JOIN own AS o ON o.patient = v.patient WHERE g.kind = 'stay'), "
        "there AS (SELECT group_no, count(*) AS attended FROM present GROUP BY group_no) "
        "SELECT n.ring_id, t.attended, z.session_count FROM there AS t JOIN ring_names AS n ON n.group_no = t.group_no "
        "JOIN (SELECT group_no, count(*) AS session_count FROM good GROUP BY group_no) AS z ON z.group_no = t.group_no "
        "ORDER BY t.attended DESC, n.ring_id LIMIT 1",
        id=known.entity_id, slack=SLACK_MINUTES,
    )  # fmt: skip
    ring_id, attended, sessions = rows[0] if rows else ("", 0, 0)
    needed = max(LEAST_ATTENDED, LEAST_SHARE_JOINING * sessions)
    near_zh = (
        f"最接近的是 {ring_id}：{sessions} 次聚集中到场 {attended} 次（至少须 {needed:.1f} 次，且不像偶然）"
        if ring_id
        else "没有到过任何社团的聚集"
    )
    near_en = (
        f"nearest is {ring_id}: there at {attended} of {sessions} sittings ({needed:.1f} needed at least, and beyond chance)"
        if ring_id
        else "came to no group's sitting"
    )
    return Deciding(
        stage="no_group", ring_id=ring_id, observed=float(attended), needed=round(needed, 2),
        sentence_zh=f"有异常同现（最强 {strongest:.2f}），但不属于任何社团；{near_zh}。",
        sentence_en=f"Has surprising meetings (the strongest {strongest:.2f}) but belongs to no group; {near_en}.",
    )  # fmt: skip


def _elsewhere(store: Store, known: Known) -> Deciding:
    """A place, doctor or operator that is no member of a ring: its share of the sittings, or its share by chance."""
    rows: Sequence[tuple[str, int, int, int, int, float | None]] = store.rows(
        "SELECT n.ring_id, e.sessions, e.session_count, e.observed, e.claim_count, e.expected FROM group_entities AS e "
        "JOIN ring_names AS n ON n.group_no = e.group_no WHERE e.entity_type = $kind AND e.entity_id = $id "
        "ORDER BY e.sessions / (1.0 * greatest(e.session_count, 1)) DESC, n.ring_id LIMIT 1",
        kind=str(known.kind), id=known.entity_id,
    )  # fmt: skip
    if not rows:
        return Deciding(
            stage="no_sitting", ring_id="", observed=0, needed=2,
            sentence_zh="没有任何社团在此（或经其手）聚集：0 次，至少须 2 次。",
            sentence_en="No group had a sitting here or through them: 0, at least 2 needed.",
        )  # fmt: skip
    ring_id, sessions, all_sessions, observed, claims, expected = rows[0]
    share = sessions / max(all_sessions, 1)
    if share >= LEAST_PLACE_SHARE and sessions >= 2:
        if known.kind in (NodeKind.FACILITY, NodeKind.PHARMACY):
            own, every = store.one(
                "SELECT count(CASE WHEN place_id = $id THEN 1 END), count(*) FROM claims WHERE counted", id=known.entity_id
            )  # fmt: skip
            expected = expected_at_place(claims, own, every)
        p = chance_of(observed, claims, expected)
        return Deciding(
            stage="by_chance", ring_id=ring_id, observed=p, needed=ENRICHED_P,
            sentence_zh=f"在 {ring_id} 的聚集中经手 {observed} 笔（共 {claims} 笔），按其占比预计 {expected or 0:.1f} 笔，偶然的概率 {p:.2g}，不低于 {ENRICHED_P:g}，不足以列入。",
            sentence_en=f"{observed} of the {claims} claims at the sittings of {ring_id} went through them, {expected or 0:.1f} by their share; chance alone {p:.2g}, no less than the {ENRICHED_P:g} needed to be named.",
        )  # fmt: skip
    return Deciding(
        stage="small_share", ring_id=ring_id, observed=round(share, 4), needed=LEAST_PLACE_SHARE,
        sentence_zh=f"最接近的是 {ring_id}：{all_sessions} 次聚集中占 {sessions} 次（{share:.1%}），至少须 2 次且 {LEAST_PLACE_SHARE:.0%}。",
        sentence_en=f"Nearest is {ring_id}: {sessions} of its {all_sessions} sittings ({share:.1%}); at least 2 and {LEAST_PLACE_SHARE:.0%} needed.",
    )  # fmt: skip

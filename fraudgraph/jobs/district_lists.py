"""The list split by district: each with its own rings and, of their members, its own persons."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from fraudgraph.casework.facts import DISTRICT_OF_PLACE
from fraudgraph.jobs.month_review import Clerk
from fraudgraph.pipeline import Findings
from fraudgraph.records import Evidence, Member, NodeKind, ReferralList, Ring
from fraudgraph.report import write_referral
from fraudgraph.store import Store

__all__ = ["ring_for_district", "write_district_lists"]


def write_district_lists(store: Store, clerk: Clerk, found: Findings, folder: Path) -> tuple[str, ...]:
    """Write districts/CODE/referral_list.* for every district that a listed ring's patients live in.

    Returns
    -------
    tuple of str
        The districts' codes.
    """
    listed = [case.ring for case in clerk.cases if case.ring.listed]
    whole = {one.ring_id: one for one in found.referral.listed}
    rings = [whole.get(ring.ring_id, ring) for ring in listed]
    homes, owners = _homes(store, rings), clerk.settings.casework.owners
    codes = sorted({homes[key] for key in homes if homes[key]})
    claims_of = _claims_of(store, rings)
    for code in codes:
        own = [
            replace(part, owner=owners.get(code, part.owner))
            for ring in rings
            if (part := ring_for_district(ring, code, homes, claims_of)) is not None
        ]
        if own:
            name = clerk.settings.casework.districts.get(code, code)
            target = folder / "districts" / code
            target.mkdir(parents=True, mode=0o700)
            part_list = ReferralList(month=clerk.month, rings=tuple(own), views_on=found.referral.views_on)
            write_referral(target, part_list, clerk.settings, generated_for=f"{name} {clerk.month}")
    return tuple(codes)


def ring_for_district(
    ring: Ring, code: str, homes: dict[tuple[str, str], str], claims_of: dict[str, str]
) -> Ring | None:
    """A ring as one district may see it, or None where no patient of it lives there.

    Members of other districts are left out and counted; evidence that names one of them is left out; claim ids are
    those of the district's own patients.
    """
    own = tuple(m for m in ring.members if homes.get((str(m.entity_type), m.entity_id), code) == code)
    mine = {m.entity_id for m in own if m.entity_type is NodeKind.PATIENT}
    if not mine:
        return None
    others = [m for m in ring.members if m not in own]
    said = tuple(_own_evidence(one, mine, claims_of) for one in ring.evidence if not _names_any(one, others))
    explained = tuple(
        replace(e, claim_ids=tuple(c for c in e.claim_ids if claims_of.get(c) in mine))
        for e in ring.explanations
    )
    if others:
        zh = f"{ring.summary_zh}；另有其他区划成员 {len(others)} 名，不在本清单"
        en = f"{ring.summary_en}; {len(others)} members of other districts are not in this list"
        ring = replace(ring, summary_zh=zh, summary_en=en)
    return replace(ring, members=own, evidence=said, explanations=explained)


def _own_evidence(one: Evidence, mine: set[str], claims_of: dict[str, str]) -> Evidence:
    return replace(one, claim_ids=tuple(claim for claim in one.claim_ids if claims_of.get(claim) in mine))


def _names_any(one: Evidence, others: list[Member]) -> bool:
    """Whether a sentence names somebody of another district, by id or by name."""
    text = f"{one.sentence_zh} {one.sentence_en}"
    return any(m.entity_id in text or (len(m.name) > 1 and m.name in text) for m in others)


def _homes(store: Store, rings: list[Ring]) -> dict[tuple[str, str], str]:
    """Where each member belongs: patients live there, places lie there, doctors work there."""
    people = sorted(
        {m.entity_id for ring in rings for m in ring.members if m.entity_type is NodeKind.PATIENT}
    )
    homes = {
        (str(NodeKind.PATIENT), str(patient)): str(code)
        for patient, code in store.rows(
            "SELECT patient_id, left(residence_code, 6) FROM patients WHERE residence_code IS NOT NULL "
            "AND patient_id IN (SELECT unnest($people)) ORDER BY patient_id",
            people=people,
        )
    }
    people_known = bool(homes)
    for ring in rings:
        for member in ring.members:
            found = re.fullmatch(DISTRICT_OF_PLACE, member.entity_id)
            if member.entity_type in (NodeKind.FACILITY, NodeKind.PHARMACY) and found:
                homes[str(member.entity_type), member.entity_id] = found[1]
    for doctor, place in store.rows(
        "SELECT doctor_id, facility_id FROM doctors WHERE facility_id IS NOT NULL ORDER BY doctor_id"
    ):
        found = re.fullmatch(DISTRICT_OF_PLACE, place)
        if found:
            homes[str(NodeKind.DOCTOR), doctor] = found[1]
    for ring in rings:
        _with_their_ring(ring, homes, patients_too=not people_known)
    return homes


def _with_their_ring(ring: Ring, homes: dict[tuple[str, str], str], *, patients_too: bool) -> None:
    """Who has no district goes with the ring's usual place: staff always, patients where no residence was delivered."""
    places = (NodeKind.FACILITY, NodeKind.PHARMACY)
    keys = [(str(m.entity_type), m.entity_id) for m in ring.members if m.entity_type in places]
    where = [homes[key] for key in keys if key in homes]
    if not where:
        return
    usual = max(sorted(set(where)), key=where.count)
    for member in ring.members:
        if member.entity_type is not NodeKind.PATIENT or patients_too:
            homes.setdefault((str(member.entity_type), member.entity_id), usual)


def _claims_of(store: Store, rings: list[Ring]) -> dict[str, str]:
    """Whose each claim is, for the claims that the rings cite."""
    cited = sorted(
        {c for ring in rings for e in ring.evidence for c in e.claim_ids}
        | {c for ring in rings for e in ring.explanations for c in e.claim_ids}
    )
    return dict(
        store.rows(
            "SELECT claim_id, patient_id FROM claims WHERE claim_id IN (SELECT unnest($cited)) ORDER BY claim_id", cited=cited
        )
    )  # fmt: skip

"""What a ring is called: the pattern of the view that carries most of its surprise. A reading, not a charge."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from fraudgraph.records import Member, NodeKind, Typology
from fraudgraph.rings.facts import GroupFacts
from fraudgraph.store import Store

__all__ = ["is_block", "read_patterns", "read_steered", "typology_of"]

_SQL = Path(__file__).parent / "sql" / "patterns.sql"
_PAPERS = {
    "same_bill": Typology.IDENTICAL_BILLS,
    "trace_code": Typology.TRACE_CODES,
    "identity": Typology.SHARED_IDENTITY,
}
"""Views that look at papers, which name a ring where they say half as much as the clock does: what they count comes on top of it."""


def read_patterns(store: Store) -> dict[int, dict[str, float]]:
    """Decades of surprise by group and kind of meeting, and what the sittings at linked places carry.

    Parameters
    ----------
    store : Store
        Holds groups, their sittings, `pair_meetings` and `place_meetings`.
    """
    found: dict[int, dict[str, float]] = {}
    for group_no, pattern, decades in store.rows(_SQL.read_text(encoding="utf-8")):
        found.setdefault(group_no, {})[pattern] = float(decades)
    return found


def read_steered(store: Store) -> set[tuple[str, str]]:
    """Doctors and the pharmacies where their prescriptions are filled more often than colleagues' patients would."""
    return set(store.rows("SELECT a, b FROM place_meetings WHERE view = 'steering' ORDER BY a, b"))


def is_block(facts: GroupFacts) -> bool:
    """People who share places, not hours."""
    return facts["block_surprise"] > 0 and facts["surprise"] < 5


def typology_of(
    facts: GroupFacts,
    members: Sequence[Member],
    decades: Mapping[str, float],
    steered: Collection[tuple[str, str]],
) -> Typology:
    """Name a ring.

    Parameters
    ----------
    facts : GroupFacts
        Its sittings and people.
    members : sequence of Member
        Its people, places, doctors.
    decades : mapping of str to float
        What each kind of meeting brings, from `read_patterns`.
    steered : collection of (doctor, pharmacy)
        Whose prescriptions are filled where beyond what colleagues' patients choose.

    Returns
    -------
    Typology
        Bills that are alike, packs that return or shared identities where their view carries half as much as those by
        the clock or more; linked places where they see half of what the sittings carry; else how the people came.
    """
    if facts["session_count"] == 0:
        return Typology.SHARED_IDENTITY
    if "steering_nats_log" in facts.signs:
        return Typology.STEERED_PRESCRIPTIONS
    if is_block(facts):
        return Typology.DENSE_BLOCK
    return _on_paper(decades) or _at_linked_places(decades) or _by_coming(facts, members, decades, steered)


def _on_paper(decades: Mapping[str, float]) -> Typology | None:
    paper = max(_PAPERS, key=lambda name: decades.get(name, 0.0))
    by_clock = max(decades.get(name, 0.0) for name in ("together", "journey", "batch"))
    return _PAPERS[paper] if decades.get(paper, 0.0) > by_clock / 2 else None


def _at_linked_places(decades: Mapping[str, float]) -> Typology | None:
    owned, packs = decades.get("linked_places", 0.0), decades.get("linked_packs", 0.0)
    if max(owned, packs) <= decades.get("places", 0.0) / 2:
        return None
    return Typology.LINKED_PLACES if owned >= packs else Typology.TRACE_CODES


def _by_coming(
    facts: GroupFacts, members: Sequence[Member], decades: Mapping[str, float], steered: Collection[tuple[str, str]]
) -> Typology:  # fmt: skip
    if facts["share_inpatient"] >= 0.5:
        return Typology.ROTATION if facts["place_count"] >= 3 else Typology.BATCH_ADMISSION
    doctors, shops = (
        {m.entity_id for m in members if m.entity_type is kind}
        for kind in (NodeKind.DOCTOR, NodeKind.PHARMACY)
    )
    if any(doctor in doctors and shop in shops for doctor, shop in steered):
        return Typology.STEERED_PRESCRIPTIONS
    journeys = decades.get("journey", 0.0)
    return Typology.COMPANION_VISITS if journeys > decades.get("together", 0.0) else Typology.CARD_SWEEP

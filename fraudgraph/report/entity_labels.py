"""Who is who on one ring's page: short handles, shortened names, places by name."""

from __future__ import annotations

from fraudgraph.records import Dossier, DossierClaim, Member, NodeKind
from fraudgraph.report.naming import Naming, handles
from fraudgraph.report.sanitise import plain

__all__ = ["Cast"]

_PLACES = (NodeKind.FACILITY, NodeKind.PHARMACY)


class Cast:
    """Everyone and every place that one dossier speaks of.

    Parameters
    ----------
    dossier : Dossier
        The ring with its claims.
    naming : Naming
        How ids and names are cut.
    """

    def __init__(self, dossier: Dossier, naming: Naming) -> None:
        self.naming = naming
        self.handles = handles(dossier.ring)
        self._members = {(m.entity_type, m.entity_id): m for m in dossier.ring.members}
        self._place_names = dossier.place_names

    def member(self, kind: NodeKind, entity_id: str) -> Member | None:
        """The member with this id, if it is one."""
        return self._members.get((kind, entity_id))

    def handle(self, kind: NodeKind, entity_id: str) -> str:
        """P1, D2 …; "" for who is no member."""
        return self.handles.get((kind, entity_id), "")

    def label(self, kind: NodeKind, entity_id: str) -> str:
        """Handle and shortened name; the id as it may be read for who is no member."""
        member = self.member(kind, entity_id)
        if member is None:
            known = plain(self._place_names.get(entity_id, ""), 40) if kind in _PLACES else ""
            return known or self.naming.entity(kind, entity_id) or "—"
        name = self.naming.name(member) or (
            plain(self._place_names.get(entity_id, ""), 40) if kind in _PLACES else ""
        )
        return f"{self.handle(kind, entity_id)} {name}".strip()

    def with_id(self, kind: NodeKind, entity_id: str) -> str:
        """Handle and id: what one asks for at a counter; the id alone for who is no member."""
        return f"{self.handle(kind, entity_id)} {self.naming.entity(kind, entity_id)}".strip() or "—"

    def place_kind(self, place_id: str) -> NodeKind:
        """Whether a place is a pharmacy among the members, or else a facility."""
        return NodeKind.PHARMACY if (NodeKind.PHARMACY, place_id) in self._members else NodeKind.FACILITY

    def place(self, place_id: str) -> str:
        """A place's handle and name."""
        return self.label(self.place_kind(place_id), place_id)

    def patient(self, claim: DossierClaim) -> str:
        """The patient of a claim."""
        return self.label(NodeKind.PATIENT, claim.patient_id)

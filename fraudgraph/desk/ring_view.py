"""One ring as analysts hold it. The record knows nothing of pandas or plotly; this does."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import networkx as nx
import pandas as pd

from fraudgraph.desk import figures
from fraudgraph.desk.frames import members_frame
from fraudgraph.desk.networks import ring_graph
from fraudgraph.desk.offline import Figure
from fraudgraph.desk.ring_drawing import RingDrawing, draw_ring
from fraudgraph.records import NodeKind, Ring
from fraudgraph.report.naming import Naming
from fraudgraph.settings import Settings

if TYPE_CHECKING:
    from fraudgraph.desk.run import Run

__all__ = ["RingView"]


_MET = ("sittings", "shared_places")
"""Evidence of a ring that has money: its sittings, or the places it shares."""
_BEYOND = ("same_bill", "trace_code", "ownership", "successor")
"""Evidence that also looks at claims away from the sittings."""


class RingView:
    """A ring 疑似团伙 of a run: a lead, never a verdict. Made by `run.ring(ring_id)`.

    `record` is the frozen record with everything the run says about the ring.
    """

    def __init__(self, run: Run, record: Ring) -> None:
        self.run = run
        self.record = record

    @property
    def ring_id(self) -> str:
        """The ring's number."""
        return self.record.ring_id

    @property
    def patient_ids(self) -> tuple[str, ...]:
        """Its patients."""
        return tuple(m.entity_id for m in self.record.members if m.entity_type is NodeKind.PATIENT)

    @property
    def claim_ids(self) -> tuple[str, ...]:
        """The claims at its sittings and places that stand in its evidence, each once: those that its money is made of."""
        met = any(item.kind in _MET for item in self.record.evidence)
        counted = (item for item in self.record.evidence if met and item.kind not in _BEYOND)
        return tuple(sorted({claim for item in counted for claim in item.claim_ids}))

    def __repr__(self) -> str:
        summary = self.record.summary_zh if self.run.lang == "zh" else self.record.summary_en
        return f"{self.ring_id} ({self.record.score:.2f}): {summary}"

    def members(self) -> pd.DataFrame:
        """Who is in it, which role each seems to have, how firmly, and the number that says so."""
        return members_frame(self.record, self.run.lang, full_names=self.run.full_names)

    def evidence(self) -> pd.DataFrame:
        """Its evidence: a sentence, the number observed, the number expected, and the claims behind it."""
        naming, zh = self._naming, self.run.lang == "zh"
        return pd.DataFrame(
            [
                {
                    "evidence_id": e.evidence_id,
                    "kind": e.kind,
                    "sentence": naming.sentence(e.sentence_zh if zh else e.sentence_en),
                    "observed": e.observed,
                    "expected": e.expected,
                    "claim_count": len(e.claim_ids),
                    "claim_ids": list(e.claim_ids),
                }
                for e in self.record.evidence
            ],
            columns=["evidence_id", "kind", "sentence", "observed", "expected", "claim_count", "claim_ids"],
        )

    def explanations(self) -> pd.DataFrame:
        """The lawful explanations that were tried, with the number looked at and the one it needed."""
        zh = self.run.lang == "zh"
        return pd.DataFrame(
            [
                {
                    "name": e.name,
                    "title": e.title_zh if zh else e.title_en,
                    "holds": e.holds,
                    "share": e.share,
                    "observed": e.observed,
                    "threshold": e.threshold,
                    "sentence": self._naming.sentence(e.sentence_zh if zh else e.sentence_en),
                }
                for e in self.record.explanations
            ],
            columns=["name", "title", "holds", "share", "observed", "threshold", "sentence"],
        )

    def parts(self) -> pd.DataFrame:
        """The parts of its score; they add up."""
        zh = self.run.lang == "zh"
        return pd.DataFrame(
            [{"name": p.name, "title": p.title_zh if zh else p.title_en, "points": p.points} for p in self.record.parts],
            columns=["name", "title", "points"],
        )  # fmt: skip

    def claims(self, *, every: bool = False) -> pd.DataFrame:
        """The claims of its evidence, or with `every` all of its patients'; see `Run.claims`."""
        return self.run.claims(self, every=every)

    def meetings(self) -> pd.DataFrame:
        """The surprising meetings between its members."""
        return self.run.meetings(self)

    def to_networkx(self) -> nx.Graph[Any]:
        """The ring as a networkx graph.

        Nodes are (entity_type, entity_id) with `entity_type`, `role`, `strength`, `claim_count`, `fund_amount` and
        `name` (persons' names cut). Lines are of two sorts, told apart by `kind`. "meeting": a surprising meeting;
        `views` is JSON that maps each view to its observed and expected count and p, `weight` is the sum over the views of
        −log10 p, each at most 12. "visited": a patient's claims in the evidence at a place or with a doctor; it has
        `claim_count` and `fund_amount`, and no `weight`, for there is no surprise in it. All attributes are texts and numbers:
        GraphML, GEXF, GML and JSON can be written of it.
        """
        return ring_graph(self.record, self.meetings(), self.claims(), full_names=self.run.full_names)

    def plot(self) -> RingDrawing:
        """The ring drawn: at most 150 nodes, "+N" for the rest, types told by shape and colour.

        It shows in JupyterLab and in exported html, and is an svg: `ring.plot().save("ring.svg")`.
        """
        return draw_ring(self.record, self.meetings(), self.claims(), self.place_names, lang=self.run.lang)

    def map(self) -> Figure:
        """Its places as points by longitude and latitude; needs no tiles and no network.

        Raises
        ------
        UsageError
            If none of its places has coordinates.
        """
        from fraudgraph.desk.learning import ring_map  # noqa: PLC0415  # maps look at rings

        return ring_map(self)

    def timeline(self) -> Figure:
        """Its claims day by day, a row for each patient: colour tells the place, shape the kind of claim."""
        return figures.timeline(self.record, self.claims(), self.place_names, self.run.lang)

    def waterfall(self) -> Figure:
        """How its score adds up."""
        return figures.waterfall(self.record, self.run.lang)

    @cached_property
    def place_names(self) -> dict[str, str]:
        """Names of facilities and pharmacies, by id."""
        names = self.run.sql(
            "SELECT facility_id AS place_id, name FROM facilities WHERE name IS NOT NULL "
            "UNION ALL SELECT pharmacy_id AS place_id, name FROM pharmacies WHERE name IS NOT NULL ORDER BY 1, 2"
        )
        return dict(zip(names["place_id"], names["name"], strict=True))

    @cached_property
    def _naming(self) -> Naming:
        return Naming([self.record], Settings(), self.claim_ids)

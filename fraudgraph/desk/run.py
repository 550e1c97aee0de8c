"""A run as analysts hold it: rings, claims and meetings as pandas frames, and figures."""

from __future__ import annotations

import json
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import pandas as pd

from fraudgraph.desk import figures
from fraudgraph.desk.arguments import as_choice, as_path, as_text
from fraudgraph.desk.frames import parquet_frame, query, rings_frame
from fraudgraph.desk.networks import meetings_graph
from fraudgraph.desk.offline import Figure
from fraudgraph.desk.ring_view import RingView
from fraudgraph.desk.style import language
from fraudgraph.errors import UsageError, nearest_hint
from fraudgraph.rings import load_rings

if TYPE_CHECKING:
    from fraudgraph.desk.peers import Profile

__all__ = ["Run", "open_run"]


class Run:
    """A run's folder, opened for looking. Nothing in it is changed.

    Parameters
    ----------
    out : str or Path
        The folder that `fraudgraph run --out` wrote.
    lang : {"zh", "en"}, optional
        Language of titles, reasons and summaries; the environment's if left out.
    full_names : bool
        Show persons' names whole. They are cut to their first character unless this is asked for.

    Raises
    ------
    UsageError
        If the folder holds no results.

    Examples
    --------
    >>> run = Run("2025-10")  # doctest: +SKIP
    >>> run.rings().head()  # doctest: +SKIP
    """

    def __init__(self, out: str | Path, *, lang: str | None = None, full_names: bool = False) -> None:
        self.out = as_path(out, "Run")
        self.lang = language(lang)
        self.full_names = full_names
        self._rings = {ring.ring_id: ring for ring in load_rings(self.out)}

    def __repr__(self) -> str:
        listed = sum(ring.listed for ring in self._rings.values())
        return f"Run({str(self.out)!r}): {listed} rings put forward as leads, of {len(self._rings)} looked at"

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What `run.json` says: versions, seed, settings, inputs, counts, seconds of each stage."""
        path = self.out / "run.json"
        return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}

    def rings(self, *, listed: bool | None = None) -> pd.DataFrame:
        """The rings in the order to open them, one row each. Leads, never verdicts.

        Parameters
        ----------
        listed : bool, optional
            Only those put forward (True) or only those held back (False); all if left out.

        Returns
        -------
        DataFrame
            Amounts in yuan. `q_value` is empty until the run was calibrated; `lawful_explanation` names what holds.
        """
        wanted = as_choice(listed, "listed")
        kept = tuple(r for r in self._rings.values() if wanted is None or r.listed is wanted)
        return rings_frame(kept, self.lang)

    def ring(self, ring_id: str | RingView) -> RingView:
        """One ring, by its number.

        Raises
        ------
        UsageError
            If the run has no such ring; the nearest number is named.
        """
        wanted = ring_id.ring_id if isinstance(ring_id, RingView) else as_text(ring_id, "ring")
        if wanted not in self._rings:
            hint_en, hint_zh = nearest_hint(wanted, list(self._rings))
            raise UsageError(
                f"There is no ring {wanted!r} among the {len(self._rings)} of {self.out}; {hint_en}",
                f"{self.out} 的 {len(self._rings)} 个疑似团伙中没有 {wanted!r};{hint_zh}",
            )
        return RingView(self, self._rings[wanted])

    def claims(self, ring: str | RingView | None = None, *, every: bool = False) -> pd.DataFrame:
        """Claims, oldest first.

        Parameters
        ----------
        ring : str or RingView, optional
            Only the claims at this ring's sittings and places, as its evidence names them. They make up its `fund_amount`; a claim that stands in
            the evidence of two rings counts as money of the higher one only.
        every : bool
            With a ring: all claims of its patients; `in_evidence` tells which stand in the evidence.
        """
        if ring is None:
            return query(self.out, "SELECT * FROM claims ORDER BY event_date, event_at, claim_id")
        view = self.ring(ring)
        frame = query(
            self.out,
            "SELECT *, list_contains($claims, claim_id) AS in_evidence FROM claims "
            "WHERE list_contains($claims, claim_id) OR ($every AND counted AND list_contains($patients, patient_id)) "
            "ORDER BY event_date, event_at, claim_id",
            claims=list(view.claim_ids), patients=list(view.patient_ids), every=every,
        )  # fmt: skip
        return frame if every else frame.drop(columns="in_evidence")

    def meetings(self, ring: str | RingView | None = None) -> pd.DataFrame:
        """The surprising meetings behind the rings: who, in which view, how often against how often expected, and p.

        Parameters
        ----------
        ring : str or RingView, optional
            Only those between members of this ring.
        """
        frame = parquet_frame(self.out / "meetings.parquet")
        if ring is None:
            return frame
        ids = {member.entity_id for member in self.ring(ring).record.members}
        return frame[frame["a"].isin(ids) & frame["b"].isin(ids)].reset_index(drop=True)

    def all_meetings(self) -> pd.DataFrame:
        """Every surprising meeting between two persons, also those that led to no ring: what groupings work on.

        Raises
        ------
        UsageError
            If this run's database does not keep them.
        """
        return query(
            self.out,
            "SELECT m.view, x.patient_id AS a, y.patient_id AS b, m.observed, m.expected, m.p FROM pair_meetings AS m "
            "JOIN patient_codes AS x ON x.patient = m.a JOIN patient_codes AS y ON y.patient = m.b ORDER BY 1, 2, 3",
        )

    def flags(self) -> pd.DataFrame:
        """Findings of the screening models 疑点, one row each; `facts` is JSON."""
        return parquet_frame(self.out / "flags.parquet")

    def outliers(self) -> pd.DataFrame:
        """Who differs from peers of the same kind and similar size; `reasons` is JSON."""
        return parquet_frame(self.out / "outliers.parquet")

    def rejects(self) -> pd.DataFrame:
        """Delivered rows that were set aside 剔除记录, each with its place and the reason."""
        return parquet_frame(self.out / "rejects.parquet")

    def sql(self, select: str, **values: Any) -> pd.DataFrame:
        """Ask the run's claims database. Read-only; values go in as `$name`.

        Raises
        ------
        UsageError
            If the query can't be answered; the text says why.

        Examples
        --------
        >>> run.sql("SELECT count(*) FROM claims WHERE fund_amount > $yuan", yuan=5000)  # doctest: +SKIP
        """
        return query(self.out, select, **values)

    def to_networkx(self) -> nx.Graph[Any]:
        """The graph of all meetings behind the rings; see `RingView.to_networkx` for one ring with its places."""
        return meetings_graph(self.meetings())

    def waterfall(self, ring: str | RingView) -> Figure:
        """How a ring's score adds up, part by part; lawful explanations take away."""
        return figures.waterfall(self.ring(ring).record, self.lang)

    def compare(self, a: str | RingView, b: str | RingView) -> Figure:
        """Two rings side by side: score parts, and the numbers an investigator asks for first."""
        return figures.compare(self.ring(a).record, self.ring(b).record, self.lang)

    def capacity(self) -> Figure:
        """How many rings and how much fund money each score threshold would put forward."""
        return figures.capacity(self.rings(), self.lang)

    def features(
        self, kind: str, *, first: str | date | None = None, last: str | date | None = None
    ) -> pd.DataFrame:
        """One row of numbers for each patient, ring, doctor, facility or pharmacy, for scikit-learn.

        Parameters
        ----------
        kind : {"patient", "ring", "doctor", "facility", "pharmacy"}
            Rings have the facts that their score is made of; doctors and places also `sort`, what makes their peers.
        first, last : date or "YYYY-MM-DD", optional
            For patients: only claims between these days count, so that a model can be held against days it has not seen.

        Raises
        ------
        UsageError
            If there are no measures for this kind, or days are given for another kind than patients.
        """
        from fraudgraph.desk.learning import measures_of  # noqa: PLC0415  # measures look at runs

        return measures_of(self, kind, first=first, last=last)

    def profile(self, entity_id: str) -> Profile:
        """A doctor, pharmacy or facility beside its peers, on each measure and over time.

        Raises
        ------
        UsageError
            If the run knows no such doctor, pharmacy or facility.
        """
        from fraudgraph.desk.peers import profile  # noqa: PLC0415  # peers look at runs

        return profile(self, entity_id)


def open_run(out: str | Path, *, lang: str | None = None, full_names: bool = False) -> Run:
    """Open a run's folder for looking.

    Parameters
    ----------
    out : str or Path
        The folder that `fraudgraph run --out` wrote.
    lang : {"zh", "en"}, optional
        Language; the environment's if left out.
    full_names : bool
        Show persons' names whole instead of their first character.

    Raises
    ------
    UsageError
        If the folder holds no results.
    """
    return Run(out, lang=lang, full_names=full_names)

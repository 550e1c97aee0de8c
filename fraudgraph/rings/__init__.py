"""Rings 疑似团伙: assembled from groups, weighed against lawful explanations, scored, shown with their evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fraudgraph.lazily import lazily

if TYPE_CHECKING:
    from fraudgraph.rings.assemble import Candidate, assemble_rings, name_rings
    from fraudgraph.rings.calibrate import calibrate_rings
    from fraudgraph.rings.capacity import choose_rings
    from fraudgraph.rings.evidence import collect_evidence
    from fraudgraph.rings.loading import load_rings, load_run_settings
    from fraudgraph.rings.results import make_dossiers, write_results

__all__ = [
    "Candidate",
    "assemble_rings",
    "calibrate_rings",
    "choose_rings",
    "collect_evidence",
    "load_rings",
    "load_run_settings",
    "make_dossiers",
    "name_rings",
    "write_results",
]
_HOMES = {
    "Candidate": "assemble",
    "assemble_rings": "assemble",
    "calibrate_rings": "calibrate",
    "choose_rings": "capacity",
    "collect_evidence": "evidence",
    "load_rings": "loading",
    "load_run_settings": "loading",
    "make_dossiers": "results",
    "name_rings": "assemble",
    "write_results": "results",
}
__getattr__ = lazily(__name__, _HOMES)

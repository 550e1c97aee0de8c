"""Rings 疑似团伙: assembled from groups, weighed against lawful explanations, scored, shown with their evidence."""

from fraudgraph.rings.assemble import Candidate, assemble_rings, name_rings
from fraudgraph.rings.calibrate import calibrate_rings
from fraudgraph.rings.capacity import choose_rings
from fraudgraph.rings.evidence import collect_evidence
from fraudgraph.rings.results import load_rings, load_run_settings, make_dossiers, write_results

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

"""What networkx asks at its own import: which functions this backend has. Imports nothing heavy."""

from __future__ import annotations

from typing import Any

__all__ = ["get_info"]

_NOTES = {
    "connected_components": "scipy.sparse.csgraph; the same sets in the same order.",
    "core_number": "Peels whole layers at a time; the same numbers.",
    "leiden_communities": "graspologic-native's Leiden, three rounds. networkx has none of its own.",
    "louvain_communities": (
        "Leiden in the place of Louvain on undirected graphs of 5,000 edges and more: another partition than "
        "networkx's, of no worse modularity (to 0.01). Smaller graphs, `max_level` and `threshold` go to networkx."
    ),
    "pagerank": "networkx's own method on a matrix that is built faster; equal to 1e-12.",
}


def get_info() -> dict[str, Any]:
    """The backend's card, as networkx wants it."""
    return {
        "backend_name": "fraudgraph",
        "project": "fraudgraph",
        "package": "fraudgraph",
        "short_summary": "Communities, components, PageRank and cores over scipy and graspologic-native.",
        "functions": {name: {"additional_docs": note} for name, note in sorted(_NOTES.items())},
    }

"""Rings and meetings as networkx graphs, with attributes that say what was observed and what was expected."""

from __future__ import annotations

import json
import math
from typing import Any, Final

import networkx as nx
import pandas as pd

from fraudgraph.desk.frames import each_row, shown_name
from fraudgraph.records import NodeKind, Ring

__all__ = ["WEIGHT_CAP", "meetings_graph", "ring_graph", "surprise"]

WEIGHT_CAP: Final = 12.0
"""No view adds more than this to a line's weight."""
Node = tuple[str, str]


def surprise(p: float) -> float:
    """−log10 of a p-value, at most 12; a p that was too small to hold counts 12."""
    return WEIGHT_CAP if p <= 10**-WEIGHT_CAP else round(-math.log10(min(p, 1.0)), 6)


def meetings_graph(meetings: pd.DataFrame) -> nx.Graph[Any]:
    """One line for each pair that met; `views` has each view's numbers as JSON, `weight` adds up their surprise.

    Attributes are texts and numbers only, so that the graph can be written as GraphML, GEXF, GML or JSON.
    """
    graph: nx.Graph[Any] = nx.Graph()
    seen: dict[tuple[Any, Any], dict[str, dict[str, float]]] = {}
    for row in each_row(meetings):
        a, b = (row.a_type, row.a), (row.b_type, row.b)
        for node in (a, b):
            graph.add_node(node, entity_type=node[0])
        if not graph.has_edge(a, b):
            graph.add_edge(a, b, kind="meeting", views="", weight=0.0)
        line = graph.edges[a, b]
        numbers = {"observed": float(row.observed), "expected": float(row.expected), "p": float(row.p)}
        views = seen.setdefault((min(a, b), max(a, b)), {})
        views[str(row.view)] = numbers
        line["views"] = json.dumps(views, sort_keys=True)
        line["weight"] = round(line["weight"] + float(surprise(row.p)), 6)
    return graph


def ring_graph(
    ring: Ring, meetings: pd.DataFrame, claims: pd.DataFrame, *, full_names: bool
) -> nx.Graph[Any]:
    """A ring's members, their meetings, and who came to which place or doctor with the claims of the evidence."""
    graph = meetings_graph(meetings)
    for member in ring.members:
        graph.add_node(
            (str(member.entity_type), member.entity_id),
            entity_type=str(member.entity_type), role=str(member.role), strength=float(member.strength),
            claim_count=int(member.claim_count), fund_amount=float(member.fund_amount),
            name=shown_name(member, full=full_names) or "",
        )  # fmt: skip
    members = {(str(m.entity_type), m.entity_id) for m in ring.members}
    graph.remove_nodes_from([node for node in graph if node not in members])
    for row in each_row(visited(claims)):
        patient, other = (str(NodeKind.PATIENT), row.patient_id), (row.entity_type, row.entity_id)
        if patient in members and other in members and not graph.has_edge(patient, other):
            graph.add_edge(
                patient,
                other,
                kind="visited",
                claim_count=int(row.claim_count),
                fund_amount=float(row.fund_amount),
            )
    graph.graph.update(ring_id=ring.ring_id, score=float(ring.score))
    return graph


def visited(claims: pd.DataFrame) -> pd.DataFrame:
    """How many claims each patient has with each place, doctor and desk."""
    pieces = [claims.assign(entity_type=claims["place_type"], entity_id=claims["place_id"])]
    for column, kind in (("doctor_id", NodeKind.DOCTOR), ("operator_id", NodeKind.OPERATOR)):
        known = claims[claims[column].notna()]
        pieces.append(known.assign(entity_type=str(kind), entity_id=known[column]))
    together = pd.concat(pieces, ignore_index=True)
    counted = together.groupby(["patient_id", "entity_type", "entity_id"], sort=True, as_index=False)
    return counted.agg(claim_count=("claim_id", "nunique"), fund_amount=("net_fund_amount", "sum"))

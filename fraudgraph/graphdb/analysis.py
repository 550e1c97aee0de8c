"""What analysts hold: a question's answer as a pandas table, a ring's surroundings as a networkx graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import networkx as nx
import pandas as pd
from neo4j.graph import Node, Path, Relationship
from neo4j.time import Date, DateTime

from fraudgraph.graphdb.connection import GraphStore
from fraudgraph.graphdb.questions import ask, elements_of

__all__ = ["neighbourhood", "plain_rows", "query"]


def query(graph: GraphStore, name: str, **parameters: Any) -> pd.DataFrame:
    """The answer to a question of `cypher/` as a table; graph elements become dictionaries of their properties.

    Parameters
    ----------
    graph : GraphStore
        An open server.
    name : str
        The question's name or number.
    **parameters
        Its parameters.
    """
    return pd.DataFrame(plain_rows(ask(graph, name, **parameters)))


def neighbourhood(graph: GraphStore, ring: str) -> nx.MultiDiGraph[str]:
    """A ring with its members, their meetings and what they share, as a networkx graph keyed by id.

    Parameters
    ----------
    graph : GraphStore
        An open server.
    ring : str
        The ring's number.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes carry `labels` and their properties, lines `type` and theirs; at most 150 nodes a question.
    """
    found: nx.MultiDiGraph[str] = nx.MultiDiGraph(ring=ring)
    for name in ("ring_whole", "ring_meetings", "shared_phones_and_accounts", "money_flow"):
        nodes, lines = elements_of(ask(graph, name, ringId=ring))
        for node in nodes.values():
            found.add_node(_id(node), labels=sorted(node.labels), **_values(node))
        for line in lines.values():
            ends = line.nodes
            if ends[0] is not None and ends[1] is not None:
                found.add_edge(
                    _id(ends[0]), _id(ends[1]), key=line.element_id, type=line.type, **_values(line)
                )
    return found


def _id(node: Node) -> str:
    return str(node.get("id") or node.get("key") or node.element_id)


def _values(element: Node | Relationship) -> dict[str, Any]:
    return {key: _plain(value) for key, value in sorted(element.items()) if key not in ("type", "labels")}


def plain_rows(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows in which graph elements and Neo4j's dates have become dictionaries, lists and Python's own dates."""
    return [{key: _plain(value) for key, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, Node):
        return {"labels": sorted(value.labels), **_values(value)}
    if isinstance(value, Relationship):
        return {"type": value.type, **_values(value)}
    if isinstance(value, Path):
        return {
            "nodes": [_plain(n) for n in value.nodes],
            "relationships": [_plain(r) for r in value.relationships],
        }
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, Date | DateTime):
        return value.to_native()
    return value

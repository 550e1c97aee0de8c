"""Neo4j for investigators: a real server on this machine, the graph in it, questions by name, a kit for its Browser."""

from fraudgraph.graphdb.analysis import neighbourhood, query
from fraudgraph.graphdb.connection import GraphStore
from fraudgraph.graphdb.places import Places
from fraudgraph.graphdb.server import LocalServer

__all__ = ["GraphStore", "LocalServer", "Places", "neighbourhood", "query"]

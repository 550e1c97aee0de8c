"""GDS as a grouping, against a real server: the plain groups come out, under persons' own ids, and nothing stays there."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from fraudgraph.desk.groupings import GdsGroups, LeidenGroups
from fraudgraph.errors import GraphStoreError, UsageError
from fraudgraph.graphdb import GraphStore, LocalServer, Places
from fraudgraph.graphdb.program import Program
from fraudgraph.graphdb.server import prepare_program

pytestmark = pytest.mark.neo4j


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphStore]:
    """A server with nothing in it; without Neo4j's program files these tests can't run."""
    try:
        program = prepare_program(Places(Path(os.devnull)))
    except (GraphStoreError, UsageError) as problem:
        pytest.skip(f"no Neo4j here: {problem.message_en}")
    server = LocalServer(Places(tmp_path_factory.mktemp("gds") / "workspace"))
    try:
        server.start(Program(program.java, program.jars, server.places))
        with server.open_graph() as graph:
            yield graph
    finally:
        server.stop()


def test_gds_finds_the_groups_that_leiden_finds_and_keeps_nothing(asked: GraphStore) -> None:
    pairs = [(a, b, 1e-5) for team in ("abcde", "vwxyz") for a, b in itertools.combinations(team, 2)]
    met = pd.DataFrame([*pairs, ("e", "v", 0.5)], columns=["a", "b", "p"])
    found = GdsGroups(asked).fit(met).groups_
    assert found == [frozenset("abcde"), frozenset("vwxyz")]
    assert found == LeidenGroups().fit(met).groups_
    assert asked.value("MATCH (n:Patient) RETURN count(n)") == 0
    assert asked.rows("CALL gds.graph.list() YIELD graphName RETURN graphName") == []

"""A copy for readers: the same graph behind another door, where nobody can change anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraudgraph.errors import GraphStoreError, LockedError, UsageError
from fraudgraph.graphdb.copies import copy_server, remove_server
from fraudgraph.graphdb.load import load_run
from fraudgraph.graphdb.places import Places
from fraudgraph.graphdb.program import Program
from fraudgraph.graphdb.questions import ask
from fraudgraph.graphdb.server import LocalServer
from tests.graphdb.conftest import COUNTS, Served
from tests.graphdb.test_closed import refuses_every_way_out

pytestmark = pytest.mark.neo4j


def test_a_copy_is_separate_takes_no_changes_where_started_read_only_and_can_be_removed(
    served: Served, tmp_path: Path
) -> None:
    copy = LocalServer(Places(tmp_path / "readers"))
    copy_server(served.server, copy.places.workspace, served.program)
    with pytest.raises(UsageError, match="already holds"):
        copy_server(served.server, copy.places.workspace, served.program)
    program = Program(served.program.java, served.program.jars, copy.places)
    try:
        copy.start(program, read_only=True)
        assert copy.facts.bolt_port != served.server.facts.bolt_port
        assert copy.places.password() != served.server.places.password()
        with copy.open_graph() as there, served.server.open_graph() as here:
            assert there.rows(COUNTS) == here.rows(COUNTS)
            assert ask(there, "rings_of_the_month") and ask(there, "find_person_or_place", text="9901*")
            for change in ("CREATE (:Thing)", "MATCH (n) DETACH DELETE n"):
                with pytest.raises(GraphStoreError, match="read-only"):
                    there.write(change)
            with served.source(all_claims=True) as source, pytest.raises(GraphStoreError, match="read-only"):
                load_run(there, source)
            here.write("CREATE (:Thing)")
            try:
                assert here.rows(COUNTS) != there.rows(COUNTS)
            finally:
                here.write("MATCH (t:Thing) DELETE t")
        refuses_every_way_out(copy, tmp_path)
        with pytest.raises(LockedError, match="other mode"):
            copy.start(program)
    finally:
        remove_server(copy)
    assert not copy.places.home.exists() and not copy.places.password_file.exists()

"""Whoever has the graph's password has the graph: no file of this account, no network, no setting."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from neo4j.exceptions import Neo4jError

from fraudgraph.graphdb.connection import DATABASE, GraphStore, as_text
from fraudgraph.graphdb.copies import remove_server
from fraudgraph.graphdb.places import Places
from fraudgraph.graphdb.program import Program
from fraudgraph.graphdb.server import LocalServer
from tests.graphdb.attempts import ATTEMPTS, TOLD
from tests.graphdb.conftest import COUNTS, Served
from tests.waiting import PATIENCE

pytestmark = pytest.mark.neo4j

SECRET = "open sesame"


@contextmanager
def somebody_listening() -> Iterator[socket.socket]:
    """A port of this machine at which nobody may knock."""
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        door.bind(("::", 0))
        door.listen(50)
        door.settimeout(0.2)
        yield door


def refuses_every_way_out(server: LocalServer, folder: Path) -> None:
    """Try them all; none answers, and nobody knocked at the port."""
    file = folder / "rates.csv"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    with somebody_listening() as door, server.open_graph() as graph:
        port = str(door.getsockname()[1])
        before = graph.rows(COUNTS)
        wrong: list[str] = []
        for cypher, codes in ATTEMPTS:
            said = attempt(
                graph,
                cypher.replace("FILE", str(file)).replace("PORT", port).replace("HOST", socket.gethostname()),
            )
            if said not in codes:
                wrong.append(f"{cypher}: {said}")
        assert wrong == []
        with pytest.raises(TimeoutError):
            door.accept()
        assert graph.rows(COUNTS) == before
    assert list(server.places.nothing.iterdir()) == []


def attempt(graph: GraphStore, cypher: str) -> str:
    """The code of Neo4j's refusal; what was answered where it did not refuse."""
    with graph.driver.session(database=DATABASE) as session:
        try:
            return f"answered {session.run(as_text(cypher)).data()[:3]}"
        except Neo4jError as problem:
            assert SECRET not in str(problem)
            return str(problem.code)


def test_no_cypher_reads_or_writes_files_reaches_a_network_or_changes_settings(
    served: Served, tmp_path: Path
) -> None:
    assert len(ATTEMPTS) >= 40
    refuses_every_way_out(served.server, tmp_path)


def test_a_server_left_as_it_comes_would_hand_out_both(
    program: Program, small_and_short: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fraudgraph.graphdb.program._CLOSED", {})
    server = LocalServer(Places(tmp_path / "open"))
    server.start(Program(program.java, program.jars, server.places))
    try:
        (server.places.nothing / "rates.csv").write_text(SECRET, encoding="utf-8")
        with somebody_listening() as door, server.open_graph() as graph:
            with graph.driver.session(database=DATABASE) as session:
                assert session.run("LOAD CSV FROM 'file:///rates.csv' AS line RETURN line[0]").value() == [
                    SECRET
                ]
            address = f"http://localhost:{door.getsockname()[1]}/"
            threading.Thread(
                target=attempt, args=(graph, f"LOAD CSV FROM '{address}' AS line RETURN line")
            ).start()
            door.settimeout(PATIENCE)
            door.accept()[0].close()
    finally:
        remove_server(server)


def test_what_community_refuses_to_nobody_is_told(served: Served) -> None:
    page = (Path(__file__).parents[2] / "docs" / "graph.md").read_text(encoding="utf-8")
    with served.server.open_graph() as graph:
        for cypher in TOLD:
            assert attempt(graph, cypher).startswith("answered"), cypher
            word = cypher.removeprefix("CALL ").split("(")[0]
            assert " ".join(word.split()[:2]) in page, cypher


def test_only_what_the_cross_check_needs_of_the_algorithms_is_there(served: Served) -> None:
    with served.server.open_graph() as graph:
        offered = graph.rows("SHOW PROCEDURES YIELD name RETURN name ORDER BY name")
        functions = graph.rows("SHOW FUNCTIONS YIELD name, isBuiltIn WHERE NOT isBuiltIn RETURN name")
    brought = {row["name"] for row in offered if row["name"].split(".")[0] not in ("db", "dbms", "tx")}
    assert brought == {
        "gds.graph.project",
        "gds.graph.drop",
        "gds.graph.list",
        "gds.wcc.stream",
        "gds.leiden.stream",
    }
    assert {row["name"] for row in functions} == {"gds.graph.project", "gds.util.asNode"}


def test_the_port_of_browser_hands_out_pages_and_takes_no_questions(served: Served) -> None:
    port = served.server.facts.http_port
    assert urlopen(f"http://localhost:{port}/browser/").status == 200
    body = json.dumps({"statements": [{"statement": "RETURN 1"}], "statement": "RETURN 1"}).encode()
    for path in ("/db/neo4j/tx/commit", "/db/neo4j/query/v2"):
        request = Request(
            f"http://localhost:{port}{path}", data=body, headers={"Content-Type": "application/json"}
        )
        with pytest.raises(HTTPError, match="404"):
            urlopen(request)

"""The server itself: private, on loopback only, back after a hard kill, read-only, copied, imported into; and its failures."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fraudgraph.cli import main
from fraudgraph.errors import GraphStoreError, LockedError, UsageError
from fraudgraph.graphdb import load as load_module
from fraudgraph.graphdb.connection import GraphStore
from fraudgraph.graphdb.copies import copy_server, pack, remove_server
from fraudgraph.graphdb.gds import adjusted_rand_index, compare_with_gds
from fraudgraph.graphdb.jars import Jar, fetch_jars, locked_jars, missing_jars
from fraudgraph.graphdb.job import load_out
from fraudgraph.graphdb.load import load_run
from fraudgraph.graphdb.places import Places
from fraudgraph.graphdb.program import Program
from fraudgraph.graphdb.questions import ask
from fraudgraph.graphdb.server import LocalServer
from fraudgraph.progress import NullProgress
from tests.graphdb.conftest import Served

neo4j = pytest.mark.neo4j
COUNTS = "MATCH (n) WHERE NOT n:LoadMark UNWIND labels(n) AS label RETURN label, count(*) AS c ORDER BY label"


def test_the_lock_names_every_file_once_with_its_checksum() -> None:
    jars = locked_jars()
    assert len({jar.file_name for jar in jars}) == len(jars) > 300
    assert all(len(jar.sha256) == 64 and jar.bytes > 0 for jar in jars)
    assert {jar.coordinate.split(":")[1] for jar in jars} >= {
        "neo4j",
        "neo4j-server",
        "neo4j-browser",
        "proc",
    }


def test_a_file_that_is_not_the_locked_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = b"good" * 100
    jar = Jar("a.b:c:1", hashlib.sha256(good).hexdigest(), len(good))
    monkeypatch.setattr("fraudgraph.graphdb.jars.locked_jars", lambda: (jar,))
    repository = tmp_path / "repository"
    (repository / jar.remote_path).parent.mkdir(parents=True)
    (repository / jar.remote_path).write_bytes(b"evil" * 100)
    with pytest.raises(GraphStoreError, match="not the file the lock names"):
        fetch_jars(tmp_path / "cache", repository=repository.as_uri(), progress=NullProgress())
    assert missing_jars(tmp_path / "cache") == (jar,)
    (repository / jar.remote_path).write_bytes(good)
    assert fetch_jars(tmp_path / "cache", repository=repository.as_uri(), progress=NullProgress()) == 1
    assert fetch_jars(tmp_path / "cache", repository="http://127.0.0.1:9", progress=NullProgress()) == 0


def test_no_repository_and_no_bundle_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(GraphStoreError, match="--from"):
        fetch_jars(tmp_path, repository="http://127.0.0.1:9", progress=NullProgress())
    with pytest.raises(UsageError, match="lacks"):
        fetch_jars(tmp_path, bundle=tmp_path / "nothing", progress=NullProgress())
    with pytest.raises(UsageError, match="no address"):
        fetch_jars(tmp_path, repository="ftp://x", progress=NullProgress())


def test_agreement_of_groupings_is_one_for_the_same_and_nought_for_chance() -> None:
    assert adjusted_rand_index("aabbcc", "xxyyzz") == 1.0
    assert adjusted_rand_index("aabb", "xyxy") == pytest.approx(-0.5)
    assert adjusted_rand_index("aaab", "xxyy") == pytest.approx(0.0)


@neo4j
def test_secrets_are_private_and_nobody_outside_can_connect(served: Served) -> None:
    places = served.server.places
    for path in (places.password_file, places.secret_file, places.facts_file, places.conf / "neo4j.conf"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert places.home.stat().st_mode & 0o077 == 0
    facts = served.server.facts
    command = Path(f"/proc/{facts.pid}/cmdline").read_text(encoding="utf-8")
    assert places.password() not in command
    listening = {
        line.split()[1] for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    } | {
        line.split()[1]
        for line in Path("/proc/net/tcp6").read_text(encoding="ascii").splitlines()[1:]
        if line.split()[3] == "0A"
    }
    for port in (facts.bolt_port, facts.http_port, facts.guide_port):
        ends = {one.split(":")[0] for one in listening if one.endswith(f":{port:04X}")}
        assert ends and ends <= {"0100007F", "0000000000000000FFFF00000100007F"}, (port, ends)
    conf = (places.conf / "neo4j.conf").read_text(encoding="utf-8")
    assert "client.allow_telemetry=false" in conf and "dbms.usage_report.enabled=false" in conf


@neo4j
def test_a_server_killed_hard_comes_back_with_all_its_data(served: Served) -> None:
    with served.server.open_graph() as graph:
        before = graph.rows(COUNTS)
    os.kill(served.server.facts.pid, signal.SIGKILL)
    for _ in range(200):  # the kernel needs a while to clear gigabytes away on a busy machine
        if not served.server.running():
            break
        time.sleep(0.1)
    assert not served.server.running()
    with pytest.raises(GraphStoreError, match="neo4j start"):
        served.server.open_graph()
    assert served.server.start(served.program)
    with served.server.open_graph() as graph:
        assert graph.rows(COUNTS) == before


@neo4j
def test_the_server_gone_in_the_middle_of_a_load_is_said_and_the_month_in_view_stays(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, calls = load_module._load_table, []

    def kills(*given: object) -> tuple[int, int]:
        calls.append(1)
        if len(calls) == 8:
            os.kill(served.server.facts.pid, signal.SIGKILL)
        return plain(*given)  # type: ignore[arg-type]

    with served.server.open_graph() as graph, served.source(all_claims=True) as source:
        before, half = graph.rows(COUNTS), source.stamp
        monkeypatch.setattr(load_module, "_load_table", kills)
        with pytest.raises(GraphStoreError, match="goes on where it stopped"):
            load_run(graph, source)
    served.server.start(served.program)
    with served.server.open_graph() as graph:
        assert {row["ring"]["run"] for row in ask(graph, "rings_of_the_month")} - {half}
        with served.source() as source:
            load_run(graph, source)  # what the month has in view is whole; the half one is swept
        assert graph.rows(COUNTS) == before


@neo4j
def test_a_wrong_password_and_an_old_server_are_said(served: Served) -> None:
    with pytest.raises(GraphStoreError, match="refuses the user or password"):
        GraphStore.connect(served.server.uri, ("neo4j", "wrong"))
    with pytest.raises(GraphStoreError, match=r"version 5\.26\.\d+; 9\.0 or newer is needed"):
        GraphStore.connect(served.server.uri, ("neo4j", served.server.places.password()), oldest=(9, 0))
    with pytest.raises(GraphStoreError, match="not there"):
        GraphStore.connect("bolt://localhost:9", ("neo4j", "x"))


@neo4j
def test_a_server_out_of_memory_is_said_and_nothing_is_half_done(served: Served) -> None:
    with served.server.open_graph() as graph:
        with pytest.raises(GraphStoreError, match="out of memory or disk"):
            graph.write(
                "UNWIND range(1, 100000000) AS x WITH collect(toString(x) + $much) AS texts CREATE (:Heap {size: size(texts)})",
                much="x" * 500,
            )
        assert graph.value("MATCH (h:Heap) RETURN count(h)") == 0


@neo4j
def test_read_only_holds_against_loading_and_gds_and_questions_still_answer(served: Served) -> None:
    with pytest.raises(LockedError, match="other mode"):
        served.server.start(served.program, read_only=True)
    served.server.stop()
    try:
        served.server.start(served.program, read_only=True)
        with served.server.open_graph() as graph:
            assert ask(graph, "rings_of_the_month")
            with pytest.raises(GraphStoreError, match="read-only"):
                graph.write("CREATE (:Thing)")
            with served.source(all_claims=True) as source, pytest.raises(GraphStoreError, match="read-only"):
                load_run(graph, source)
    finally:
        served.server.stop()
        served.server.start(served.program)


@neo4j
def test_gds_agrees_on_components_and_leaves_nothing_behind(served: Served) -> None:
    with served.server.open_graph() as graph:
        before = graph.rows(COUNTS)
        found = compare_with_gds(graph)
        assert (found.components_agreement, found.components) == (1.0, found.gds_components)
        assert found.rings_agreement > 0.5
        assert graph.rows("CALL gds.graph.list() YIELD graphName RETURN graphName") == []
        assert graph.rows(COUNTS) == before


@neo4j
def test_what_people_look_at_is_noted(served: Served) -> None:
    with served.server.open_graph() as graph:
        ask(graph, "person_whole", personId="nobody-there")
    path = served.server.places.audit
    last = json.loads(path.read_text(encoding="utf-8").splitlines()[-1])
    assert (last["what"], last["parameters"]) == ("question 31 person_whole", {"personId": "nobody-there"})
    assert path.stat().st_mode & 0o077 == 0


@neo4j
def test_the_guides_are_handed_out_and_nothing_else(served: Served) -> None:
    from urllib.error import HTTPError
    from urllib.request import urlopen

    port = served.server.facts.guide_port
    for _ in range(50):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    assert b"<slide" in urlopen(f"http://localhost:{port}/start.html").read()
    with pytest.raises(HTTPError, match="404"):
        urlopen(f"http://localhost:{port}/../../../etc/passwd")


@pytest.fixture(scope="module")
def copied(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    target = tmp_path_factory.mktemp("copy") / "readers"
    copy_server(served.server, target, served.program)
    copy = LocalServer(Places(target))
    yield copy
    copy.stop()


@neo4j
def test_a_copy_is_separate_and_the_same_and_can_be_removed(served: Served, copied: LocalServer) -> None:
    program = Program(served.program.java, served.program.jars, copied.places)
    copied.start(program)
    assert copied.facts.bolt_port != served.server.facts.bolt_port
    assert copied.places.password() != served.server.places.password()
    with copied.open_graph() as there, served.server.open_graph() as here:
        assert there.rows(COUNTS) == here.rows(COUNTS)
        there.write("MATCH (n) DETACH DELETE n")
        assert here.rows(COUNTS)
    remove_server(copied)
    assert not copied.places.home.exists() and not copied.places.password_file.exists()


@neo4j
def test_the_import_tool_makes_the_same_graph_as_bolt(served: Served, tmp_path: Path) -> None:
    server = LocalServer(Places(tmp_path / "workspace"))
    server.places.make()
    server.places.secret_file.write_bytes(served.server.places.secret_file.read_bytes())
    program = Program(served.program.java, served.program.jars, server.places)
    server.start(program)
    try:
        done = load_out(
            served.out, server=server, places=server.places, way="offline", progress=NullProgress()
        )
        assert (done.way, done.visible, done.left_out) == ("offline", True, 0)
        with server.open_graph() as there, served.server.open_graph() as here:
            run = here.value("MATCH (r:Published) RETURN r.key")
            assert there.value("MATCH (r:Published) RETURN r.key") == run
            stamped = "MATCH (n {run: $run}) WHERE NOT n:LoadMark RETURN labels(n) AS l, properties(n) AS p ORDER BY coalesce(n.key, '')"
            plain = [
                [
                    {**row, "p": {k: v for k, v in row["p"].items() if k != "loaded_at"}}
                    for row in graph.rows(stamped, run=run)
                ]
                for graph in (there, here)
            ]
            assert plain[0] == plain[1]
            lines = (
                "MATCH (a)-[x]->(b) WHERE x.run = $run RETURN coalesce(a.key, a.id) AS a, type(x) AS t, properties(x) AS p, coalesce(b.key, b.id) AS b "
                "ORDER BY t, a, b"
            )
            assert there.rows(lines, run=run) == here.rows(lines, run=run)
        with pytest.raises(UsageError, match="only for an empty store"):
            load_out(served.out, server=server, places=server.places, way="offline", progress=NullProgress())
    finally:
        server.stop()


@neo4j
def test_a_bundle_serves_a_site_with_no_way_out(served: Served, tmp_path: Path) -> None:
    size = pack(tmp_path / "bundle", served.program, wheels=False, progress=NullProgress())
    assert size > 200e6
    brought = fetch_jars(tmp_path / "cache", bundle=tmp_path / "bundle", progress=NullProgress())
    assert brought == len(locked_jars())
    java = tmp_path / "bundle" / "java" / "bin" / "java"
    assert subprocess.run([str(java), "-version"], capture_output=True, check=False).returncode == 0


@neo4j
def test_the_commands_answer(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = ["--workspace", str(served.server.places.workspace)]
    assert main(["neo4j", "status", *workspace, "--json"]) == 0
    state = json.loads(capsys.readouterr().out)
    assert set(state) == {"uri", "version", "nodes", "relationships", "runs"}
    assert [run["month"] for run in state["runs"] if run["visible"]] == ["2025-12"]
    assert main(["neo4j", "load", str(served.out), *workspace, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["created"] == 0
    assert main(["neo4j", "ask", "rings_in_numbers", *workspace]) == 0
    assert "2025-12-001" in capsys.readouterr().out
    assert main(["neo4j", "ask", "ring_whole", *workspace]) == 2
    assert main(["neo4j", "open", "--print", *workspace]) == 0
    assert served.server.places.password() in capsys.readouterr().out
    assert main(["neo4j", "status", "--uri", "bolt://localhost:9", *workspace]) == 5
    assert main(["neo4j", "remove", *workspace]) == 2
    assert sys.stderr is not None


def test_the_questions_are_listed_without_a_server(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["neo4j", "questions", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) >= 30

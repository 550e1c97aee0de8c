"""The server itself: private, on loopback only, whole after a hard kill and a full disk; and what it says of failures."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from fraudgraph.cli import main
from fraudgraph.errors import GraphStoreError, StorageError
from fraudgraph.graphdb import load as load_module
from fraudgraph.graphdb import server as server_module
from fraudgraph.graphdb.connection import GraphStore
from fraudgraph.graphdb.gds import adjusted_rand_index, compare_with_gds
from fraudgraph.graphdb.load import load_run
from fraudgraph.graphdb.places import Places
from fraudgraph.graphdb.process import find_process
from fraudgraph.graphdb.program import Program, argument_word
from fraudgraph.graphdb.questions import ask
from fraudgraph.graphdb.server import LocalServer
from fraudgraph.progress import NullProgress
from tests.graphdb.conftest import COUNTS, Served
from tests.waiting import PATIENCE, wait_until

neo4j = pytest.mark.neo4j
MEBI = 1024**2


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


def test_a_second_start_waits_for_the_first_to_hold_its_ports(tmp_path: Path) -> None:
    server = LocalServer(Places(tmp_path / "second"))
    said: list[str] = []

    def start() -> None:
        try:
            server.start(Program(Path("/bin/false"), tmp_path, server.places))
        except GraphStoreError as problem:
            said.append(problem.message_en)

    with server_module._one_start_at_a_time(NullProgress()):
        other = threading.Thread(target=start)
        other.start()
        other.join(0.5)
        assert other.is_alive() and not server.places.home.exists()
    other.join(PATIENCE)
    assert said and "set-initial-password" in said[0]


def gone(server: LocalServer) -> bool:
    """Whether a killed server is gone; the kernel needs a while to clear gigabytes away on a busy machine."""
    wait_until(lambda: not server.running())
    return True


@neo4j
def test_a_server_killed_hard_in_the_middle_of_a_load_comes_back_whole_and_the_month_in_view_stays(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, batches = load_module._run_batch, 0

    def kills(*given: object) -> object:
        nonlocal batches
        batches += 1
        if batches == 8:
            os.kill(served.server.facts.pid, signal.SIGKILL)
        return plain(*given)  # type: ignore[arg-type]

    with served.server.open_graph() as graph, served.source(all_claims=True) as source:
        before, half = graph.rows(COUNTS), source.stamp
        monkeypatch.setattr(load_module, "_run_batch", kills)
        with pytest.raises(GraphStoreError, match="goes on where it stopped"):
            load_run(graph, source)
    assert gone(served.server)
    with pytest.raises(GraphStoreError, match="neo4j start"):
        served.server.open_graph()
    assert served.server.start(served.program)
    with served.server.open_graph() as graph:
        assert {row["ring"]["run"] for row in ask(graph, "rings_of_the_month")} - {half}
        with served.source() as source:
            load_run(graph, source)  # what the month has in view is whole; the half one is swept
        assert graph.rows(COUNTS) == before


@neo4j
def test_a_full_disk_is_said_and_what_was_there_is_there_after_it_was_mended(served: Served) -> None:
    with served.server.open_graph() as graph:
        before = graph.rows(COUNTS)
        unlimited = resource.prlimit(served.server.facts.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(served.server.facts.pid, resource.RLIMIT_FSIZE, (MEBI, unlimited[1]))
        with (
            served.source(all_claims=True) as source,
            pytest.raises(StorageError, match="is full") as refused,
        ):
            load_run(graph, source)
        assert "goes on where it stopped" in refused.value.message_en
    assert served.server.stop(), "on a full disk it does not end by itself, and is ended"
    assert not served.server.running()
    served.server.start(served.program)
    with served.server.open_graph() as graph:
        with served.source() as source:
            load_run(graph, source)
        assert graph.rows(COUNTS) == before


def _begin_to_start(server: LocalServer) -> subprocess.Popen[str]:
    """`neo4j start` as a command of its own, once it has let a server come up."""
    words = [
        sys.executable,
        "-m",
        "fraudgraph",
        "--lang",
        "en",
        "neo4j",
        "start",
        "--workspace",
        str(server.places.workspace),
    ]
    command = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_until(server.running, command)
    return command


@neo4j
def test_a_start_that_is_told_to_stop_leaves_no_server_and_one_killed_hard_is_taken_over(
    program: Program, small_and_short: None, tmp_path: Path
) -> None:
    server = LocalServer(Places(tmp_path / "stopped"))
    own = Program(program.java, program.jars, server.places)
    for number in (signal.SIGTERM, signal.SIGINT):
        command = _begin_to_start(server)
        command.send_signal(number)
        _, said = command.communicate()
        assert command.returncode == 128 + number
        assert "has been ended" in said, said
        assert not server.running() and find_process(argument_word(server.places)) == 0
    command = _begin_to_start(server)
    command.kill()
    command.communicate()
    try:
        server.places.keep(
            replace(server.facts, pid=0, started="")
        )  # as if it had been killed before it noted whom
        assert server.start(own) is False, "the server that it left is taken over, and waited for"
        assert server.answering()
    finally:
        assert server.stop()


STAND_IN = """#!/bin/sh
case "$1" in
  -version) echo 'openjdk version "21"' >&2; exit 0 ;;
  *admin.args) exit 0 ;;
esac
i=0
while [ $i -lt 30 ]; do i=$((i+1)); echo "mending $i of 30"; sleep 0.1; done
exec sleep 600
"""


def test_a_slow_start_is_waited_for_while_its_log_moves_and_then_told_with_its_last_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    java = tmp_path / "java"
    java.write_text(STAND_IN, encoding="utf-8")
    java.chmod(0o700)
    monkeypatch.setattr(server_module, "_QUIET_SECONDS", 1.5)
    monkeypatch.setattr(server_module, "_PATIENCE_SECONDS", 1)
    server = LocalServer(Places(tmp_path / "slow"))
    with pytest.raises(GraphStoreError, match=r"does not answer.*mending 29 of 30 / mending 30 of 30"):
        server.start(Program(java, tmp_path, server.places))
    assert not server.running() and find_process(argument_word(server.places)) == 0


def test_a_folder_to_bring_the_files_from_is_not_called_a_fetch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert (
        main(["--lang", "en", "neo4j", "start", "--from", str(tmp_path), "--workspace", str(tmp_path / "w")])
        == 2
    )
    said = capsys.readouterr().err
    assert "nothing is fetched" in said and "are fetched once" not in said
    assert main(["--lang", "en", "neo4j", "start", "--workspace", str(tmp_path / "w")]) == 2
    assert "are fetched once" in capsys.readouterr().err


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
            graph.write_unmanaged(  # which does not try again
                "UNWIND range(1, 100000000) AS x WITH collect(toString(x) + $much) AS texts CREATE (:Heap {size: size(texts)})",
                much="x" * 500,
            )
        assert graph.value("MATCH (h:Heap) RETURN count(h)") == 0


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
    assert b"<slide" in urlopen(f"http://localhost:{port}/start.html").read()
    with pytest.raises(HTTPError, match="404"):
        urlopen(f"http://localhost:{port}/../../../etc/passwd")


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

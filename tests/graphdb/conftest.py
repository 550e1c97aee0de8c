"""One real server for the whole session, with two months of the sample city in it: one by import, one over Bolt."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fraudgraph.content import content_folder
from fraudgraph.errors import GraphStoreError, UsageError
from fraudgraph.graphdb.connection import GraphStore
from fraudgraph.graphdb.job import load_out
from fraudgraph.graphdb.places import Places
from fraudgraph.graphdb.program import Program
from fraudgraph.graphdb.server import LocalServer, prepare_program
from fraudgraph.graphdb.source import LoadOptions, RunSource
from fraudgraph.pipeline import run
from fraudgraph.progress import NullProgress
from fraudgraph.records import Month

COUNTS = "MATCH (n) WHERE NOT n:LoadMark UNWIND labels(n) AS label RETURN label, count(*) AS c ORDER BY label"


@dataclass(frozen=True)
class Served:
    """A running server with the sample's runs loaded."""

    server: LocalServer
    program: Program
    out: Path
    earlier: Path

    def source(self, out: Path | None = None, **options: bool) -> RunSource:
        return RunSource(out or self.out, self.server.places.secret(), LoadOptions(**options))


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sample delivery up to its last month, and up to the month before."""
    folder = tmp_path_factory.mktemp("runs")
    source = [content_folder("data_samples")]
    run(source, folder / "last")
    run(source, folder / "earlier", month=Month(2025, 11))
    return folder / "last", folder / "earlier"


@pytest.fixture(scope="session")
def program() -> Program:
    """Neo4j's program files, fetched if they are not here; without them these tests can't run."""
    try:
        return prepare_program(Places(Path(os.devnull)))
    except (GraphStoreError, UsageError) as problem:
        pytest.skip(f"no Neo4j here: {problem.message_en}")


@pytest.fixture(scope="session")
def small_and_short() -> Iterator[None]:
    """Servers of little memory and little compiling: they live for seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fraudgraph.graphdb.program.memory_mebibytes", lambda: (640, 128))
        patch.setenv(
            "JAVA_TOOL_OPTIONS",
            "-XX:TieredStopAtLevel=1 -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote",
        )
        yield


def leave_half_an_import(places: Places) -> None:
    """What an import that was killed leaves; the first start must clear it away, or the server does not come up."""
    places.make()
    half = places.home / "data" / "databases" / "neo4j" / "neostore"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half" * 1000)
    places.import_mark.touch()


@pytest.fixture(scope="session")
def served(
    program: Program, small_and_short: None, runs: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    workspace = tmp_path_factory.mktemp("graph") / "workspace"
    server = LocalServer(Places(workspace))
    own = Program(program.java, program.jars, server.places)
    leave_half_an_import(server.places)
    server.start(own)
    held = Served(server, own, *runs)
    try:
        load_out(held.earlier, server=server, places=server.places, way="offline", progress=NullProgress())
        load_out(held.out, server=server, places=server.places, way="bolt", progress=NullProgress())
        yield held
    finally:
        server.stop()
        shutil.rmtree(workspace, ignore_errors=True)


@pytest.fixture
def graph(served: Served) -> Iterator[GraphStore]:
    with served.server.open_graph() as opened:
        yield opened

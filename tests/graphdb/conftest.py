"""One real server for the whole session, with two months of the sample city in it."""

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
from fraudgraph.graphdb.load import load_run
from fraudgraph.graphdb.places import Places
from fraudgraph.graphdb.program import Program
from fraudgraph.graphdb.server import LocalServer, prepare_program
from fraudgraph.graphdb.source import LoadOptions, RunSource
from fraudgraph.pipeline import run
from fraudgraph.records import Month


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
    os.environ.setdefault(
        "JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1"
    )  # short lives: less compiling, half the time
    places = Places(Path(os.devnull))
    try:
        return prepare_program(places)
    except (GraphStoreError, UsageError) as problem:
        pytest.skip(f"no Neo4j here: {problem.message_en}")


@pytest.fixture(scope="session")
def served(
    program: Program, runs: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    workspace = tmp_path_factory.mktemp("graph") / "workspace"
    server = LocalServer(Places(workspace))
    own = Program(program.java, program.jars, server.places)
    server.start(own)
    held = Served(server, own, *runs)
    try:
        with server.open_graph() as graph:
            for out in (held.earlier, held.out):
                with held.source(out) as source:
                    load_run(graph, source)
        yield held
    finally:
        server.stop()
        shutil.rmtree(workspace, ignore_errors=True)


@pytest.fixture
def graph(served: Served) -> Iterator[GraphStore]:
    with served.server.open_graph() as opened:
        yield opened

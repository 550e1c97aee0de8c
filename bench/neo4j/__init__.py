"""Neo4j: start, load over Bolt and by import, the questions on a large graph, GDS against our own engine.

    python -m bench neo4j [--quick] [--copies N]

The large graph is the sample city's claims with their people laid side by side N times, places and doctors kept:
as many patients and visits as a large city, and hubs as large as a large city's.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from fraudgraph.graphdb.connection import GraphStore
from fraudgraph.graphdb.gds import compare_with_gds
from fraudgraph.graphdb.jars import cache_folder
from fraudgraph.graphdb.job import load_out
from fraudgraph.graphdb.model import EDGES
from fraudgraph.graphdb.places import Places
from fraudgraph.graphdb.program import Program
from fraudgraph.graphdb.questions import ask, elements_of, load_questions, real_parameters
from fraudgraph.graphdb.server import LocalServer, prepare_program
from fraudgraph.graphdb.source import LoadOptions, RunSource
from fraudgraph.pipeline import run
from fraudgraph.progress import NullProgress
from fraudgraph.store import Store
from fraudgraph.synthetic.city import make_city

_NAIVE_ROWS = 2_000
_REPEATS = 5
_LARGE_TABLE = 20_000


def main(argv: list[str]) -> int:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m bench neo4j")
    parser.add_argument("--quick", action="store_true", help="a small graph, in about two minutes")
    parser.add_argument(
        "--copies", type=int, default=0, help="how many times the city's people are laid side by side"
    )
    parser.add_argument("--cold", action="store_true", help="also fetch the program files anew")
    wanted = parser.parse_args(argv)
    copies = wanted.copies or (8 if wanted.quick else 170)
    with tempfile.TemporaryDirectory(prefix="fraudgraph-bench-") as name:
        folder = Path(name)
        figures = _measure(folder, copies, max(2, copies // 10), wanted.cold)
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    return 0


def _measure(folder: Path, copies: int, bolt_copies: int, cold: bool) -> dict[str, Any]:
    figures: dict[str, Any] = {"cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 1)}
    make_city(folder / "city", claims=60_000, months=12, rings="standard", seed=3)
    run([folder / "city"], folder / "base")
    if cold:
        figures["first_start_seconds_cold_cache"] = _cold_start(folder / "cold")
    program = prepare_program(Places(folder))
    figures["program_bytes"] = sum(p.stat().st_size for p in cache_folder().iterdir())
    figures["java_bytes"] = _size(program.java.resolve().parent.parent)
    figures["bolt"] = _bolt(folder, program, bolt_copies)
    large = _side_by_side(folder / "base", folder / "large", copies)
    figures["claims"] = json.loads((large / "run.json").read_text(encoding="utf-8"))["counts"]["claims_kept"]
    server = _server(folder / "offline-workspace")
    own = Program(program.java, program.jars, server.places)
    started = time.perf_counter()
    server.start(own)
    with server.open_graph() as graph:
        graph.value("RETURN 1")
    figures["first_start_seconds_warm_cache"] = round(time.perf_counter() - started, 1)
    try:
        clock = _Clock()
        done = load_out(large, server=server, places=server.places, way="offline", progress=clock)
        rate = done.created / done.seconds
        figures["offline"] = {
            "elements": done.created, "seconds": done.seconds, "per_second": round(rate),
            "times_naive": round(rate / figures["bolt"]["naive_per_second"], 1), "stages": clock.seconds,
        }  # fmt: skip
        figures["store_bytes"] = _size(server.places.home / "data")
        server.stop()
        started = time.perf_counter()
        server.start(own)
        with server.open_graph() as graph:
            graph.value("RETURN 1")
            figures["later_start_seconds"] = round(time.perf_counter() - started, 1)
            figures["relationships"] = graph.value("MATCH ()-[r]->() RETURN count(r)")
            figures["questions"] = _questions(graph)
            found = compare_with_gds(graph)
            figures["gds"] = {name: getattr(found, name) for name in type(found).__slots__}
    finally:
        server.stop()
    return figures


class _Clock(NullProgress):
    """Seconds and rows of each stage of a load."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.rows: dict[str, int] = {}
        self.name, self.since = "", time.perf_counter()

    def stage(self, name_en: str, name_zh: str, total: int | None = None) -> None:  # noqa: ARG002  # what a listener is told
        now = time.perf_counter()
        kind = "writing" if self.name.startswith("Writing") else self.name
        self.seconds[kind] = round(self.seconds.get(kind, 0) + now - self.since, 2)
        self.rows[name_en] = total or 0
        self.name, self.since = name_en, now

    def large_tables(self) -> dict[str, dict[str, float]]:
        """Rows a second of the tables that are large enough to say something."""
        return {
            name: {"rows": rows, "per_second": round(rows / self.seconds[name])}
            for name, rows in self.rows.items()
            if rows >= _LARGE_TABLE and self.seconds.get(name)
        }


def _server(workspace: Path) -> LocalServer:
    server = LocalServer(Places(workspace))
    server.places.make()
    return server


def _cold_start(folder: Path) -> float:
    """From nothing to the first answer, program files fetched."""
    environment = {
        **os.environ,
        "XDG_CACHE_HOME": str(folder / "cache"),
        "FRAUDGRAPH_WORKSPACE": str(folder / "workspace"),
    }
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "fraudgraph", "neo4j", "start", "--yes"],
        env=environment,
        check=True,
        capture_output=True,
    )
    subprocess.run(
        [sys.executable, "-m", "fraudgraph", "neo4j", "status"],
        env=environment,
        check=True,
        capture_output=True,
    )
    seconds = time.perf_counter() - started
    subprocess.run(
        [sys.executable, "-m", "fraudgraph", "neo4j", "stop"],
        env=environment,
        check=True,
        capture_output=True,
    )
    return round(seconds, 1)


def _bolt(folder: Path, program: Program, copies: int) -> dict[str, Any]:
    """Batches over Bolt, and the naive way on a part of the same rows."""
    out = _side_by_side(folder / "base", folder / "middle", copies)
    server = _server(folder / "bolt-workspace")
    server.start(Program(program.java, program.jars, server.places))
    try:
        clock = _Clock()
        done = load_out(out, server=server, places=server.places, way="bolt", progress=clock)
        clock.stage("", "")
        with server.open_graph() as graph, RunSource(out, server.places.secret(), LoadOptions()) as source:
            naive = _naive(graph, source)
    finally:
        server.stop()
    rate = done.created / done.seconds
    return {
        "elements": done.created, "seconds": done.seconds, "per_second": round(rate), "tables": clock.large_tables(),
        "naive_rows": _NAIVE_ROWS, "naive_per_second": round(naive, 1), "times_naive": round(rate / naive, 1),
    }  # fmt: skip


def _naive(graph: GraphStore, source: RunSource) -> float:
    """One MERGE a row, each a transaction of its own, as a first script would do it; rows a second."""
    table = (
        source.edges(next(edge for edge in EDGES if edge.type == "VISITED")).slice(0, _NAIVE_ROWS).to_pylist()
    )
    started = time.perf_counter()
    for row in table:
        graph.write(
            "MERGE (a:NaivePatient {id: $a}) MERGE (b:NaiveFacility {id: $b}) MERGE (a)-[x:VISITED_NAIVELY]->(b) SET x.claim_count = $claim_count",
            a=row["a"], b=row["b"], claim_count=row["claim_count"],
        )  # fmt: skip
    return len(table) / (time.perf_counter() - started)


def _questions(graph: GraphStore) -> dict[str, Any]:
    given = real_parameters(graph)
    timed = []
    for question in load_questions():
        values = {name: given[name] for name in question.parameters}
        seconds, nodes = [], 0
        for _ in range(_REPEATS + 1):
            started = time.perf_counter()
            rows = ask(graph, question.name, **values)
            seconds.append(time.perf_counter() - started)
            nodes = len(elements_of(rows)[0])
        timed.append((question.name, seconds[0], statistics.median(seconds[1:]), max(seconds[1:]), nodes))
    slowest = sorted(timed, key=lambda row: -row[3])[:8]
    return {
        "count": len(timed),
        "warm_median_seconds": round(statistics.median(row[2] for row in timed), 3),
        "warm_worst_seconds": round(slowest[0][3], 3),
        "first_worst_seconds": round(max(row[1] for row in timed), 3),
        "most_nodes": max(row[4] for row in timed),
        "slowest": {
            row[0]: {"first": round(row[1], 3), "median": round(row[2], 3), "worst": round(row[3], 3)}
            for row in slowest
        },
    }


def _side_by_side(base: Path, target: Path, copies: int) -> Path:
    """A run's folder whose claims and people stand there `copies` times, with ids of their own; places stay."""
    shutil.copytree(base, target)
    with Store(target) as store:
        claims = ", ".join(
            f"{name} || suffix AS {name}" if name in ("claim_id", "patient_id") else name
            for (name, *_) in store.rows("DESCRIBE claims")
        )
        people = ", ".join(
            f"{name} || suffix AS {name}"
            if name in ("patient_id", "phone", "address", "bank_account")
            else name
            for (name, *_) in store.rows("DESCRIBE patients")
        )
        suffixes = (
            f"(SELECT CASE WHEN i = 0 THEN '' ELSE '-' || i END AS suffix FROM range({copies}) AS r(i))"
        )
        store.run(f"CREATE OR REPLACE TABLE claims AS SELECT {claims} FROM claims CROSS JOIN {suffixes}")
        store.run(f"CREATE OR REPLACE TABLE patients AS SELECT {people} FROM patients CROSS JOIN {suffixes}")
        kept = store.count("claims")
    manifest = json.loads((target / "run.json").read_text(encoding="utf-8"))
    manifest["counts"]["claims_kept"] = kept
    (target / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    return target


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())

"""networkx with and without the backend, on the same graphs: seconds, memory, agreement.

`python -m bench nx [--quick] [--json FILE]`. Each measurement runs in a process of its own. "converted" counts the
conversion of the graph, as with `enable_fast()`; "kept" is a further call on a graph already converted, as with
`enable_fast(keep_converted=True)`. Memory is what the process needed beyond the finished graph.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

__all__ = ["main"]

SIZES = (10_000, 100_000, 1_000_000)
TASKS = ("connected_components", "core_number", "pagerank", "louvain_communities", "leiden_communities")
GROUP = 50
INSIDE_SHARE = 0.8


def planted_graph(edges: int, seed: int = 7) -> nx.Graph:
    """Groups of 50 nodes, ten lines a node, four of five of them inside the group, with weights."""
    draw = np.random.default_rng(seed)
    nodes = edges // 5
    a = draw.integers(0, nodes, edges)
    inside = draw.random(edges) < INSIDE_SHARE
    b = np.where(inside, a // GROUP * GROUP + draw.integers(0, GROUP, edges), draw.integers(0, nodes, edges))
    b = np.minimum(b, nodes - 1)
    weight = np.round(draw.exponential(2.0, edges) + 0.1, 3)
    graph = nx.Graph()
    graph.add_nodes_from(range(nodes))
    kept = a != b
    graph.add_weighted_edges_from(zip(a[kept].tolist(), b[kept].tolist(), weight[kept].tolist(), strict=True))
    return graph


def call(task: str, graph: Any, backend: str) -> Any:
    """One of the functions, its answer drawn out."""
    function = getattr(nx.community if task.endswith("communities") else nx, task)
    extra = {"seed": 1} if task.endswith("communities") else {}
    answer = function(graph, backend=backend, **extra)
    return answer if isinstance(answer, dict) else list(answer)


def measure(task: str, edges: int, who: str) -> dict[str, Any]:
    """Seconds, memory and something to compare the answers by."""
    nx.pagerank(nx.path_graph(3), backend="fraudgraph")  # imports are not what is measured
    nx.pagerank(nx.path_graph(3), backend="networkx")
    graph = planted_graph(edges)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    backend = "networkx" if who == "networkx" else "fraudgraph"
    if who == "kept":
        nx.config.warnings_to_ignore = {"cache"}
        call(task, graph, backend)
    else:
        nx.config.cache_converted_graphs = False
    started = time.perf_counter()
    answer = call(task, graph, backend)
    seconds = time.perf_counter() - started
    extra_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return {
        "task": task, "edges": graph.number_of_edges(), "nodes": len(graph), "who": who,
        "seconds": round(seconds, 3), "extra_mb": round(extra_mb), "answer": _told(task, graph, answer),
    }  # fmt: skip


def _told(task: str, graph: nx.Graph, answer: Any) -> Any:
    if task.endswith("communities"):
        return round(nx.community.modularity(graph, answer), 4)
    if task == "pagerank":
        return [round(value, 12) for value in list(answer.values())[:1000]]
    if task == "core_number":
        return [sum(answer.values()), max(answer.values())]
    return sorted(map(len, answer), reverse=True)[:100]


def measured_apart(task: str, edges: int, who: str) -> dict[str, Any]:
    """The same in a process of its own."""
    said = subprocess.run(
        [sys.executable, "-m", "bench", "nx", "--one", task, str(edges), who],
        check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2], env=dict(os.environ),
    )  # fmt: skip
    return dict(json.loads(said.stdout))


def agreement(task: str, ours: Any, theirs: Any) -> str:
    """How the two answers compare."""
    if task == "pagerank":
        return f"largest difference {max(abs(a - b) for a, b in zip(ours, theirs, strict=True)):.1e}"
    if task.endswith("communities"):
        return f"modularity {ours:.4f} against {theirs:.4f}"
    return "equal" if ours == theirs else "DIFFERENT"


def main(argv: list[str]) -> int:
    """Run the comparison and print a table; 1 if an answer disagrees."""
    parser = argparse.ArgumentParser(prog="python -m bench nx", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only the smallest graph")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    parser.add_argument("--one", nargs=3, metavar=("TASK", "EDGES", "WHO"), help=argparse.SUPPRESS)
    asked = parser.parse_args(argv)
    if asked.one:
        task, edges, who = asked.one
        print(json.dumps(measure(task, int(edges), who)))
        return 0
    rows, wrong = [], False
    print(
        f"{'edges':>9}  {'function':22}{'networkx s':>11}{'converted s':>12}{'kept s':>9}{'times':>7}{'kept ×':>8}{'nx MB':>7}{'our MB':>7}  agreement"
    )
    for edges in SIZES[:1] if asked.quick else SIZES:
        base_of: dict[str, dict[str, Any]] = {}
        for task in TASKS:
            # networkx has no Leiden of its own: its Louvain is what an analyst would run instead
            base_task = "louvain_communities" if task == "leiden_communities" else task
            base = base_of.setdefault(base_task, {}) or measured_apart(base_task, edges, "networkx")
            base_of[base_task] = base
            ours, kept = measured_apart(task, edges, "converted"), measured_apart(task, edges, "kept")
            said = agreement(task, ours["answer"], base["answer"])
            wrong |= said == "DIFFERENT"
            rows.append({"base": base, "ours": ours, "kept": kept, "agreement": said})
            print(
                f"{base['edges']:>9,}  {task:22}{base['seconds']:>11.2f}{ours['seconds']:>12.2f}{kept['seconds']:>9.2f}"
                f"{base['seconds'] / max(ours['seconds'], 1e-3):>7.1f}{base['seconds'] / max(kept['seconds'], 1e-3):>8.1f}"
                f"{base['extra_mb']:>7}{ours['extra_mb']:>7}  {said}",
                flush=True,
            )
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return int(wrong)

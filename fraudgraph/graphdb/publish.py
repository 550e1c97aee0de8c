"""Which run readers see: one small transaction moves the pointer; what it leaves behind is swept."""

from __future__ import annotations

from dataclasses import dataclass

import neo4j

from fraudgraph.errors import UsageError, nearest_hint
from fraudgraph.graphdb.connection import GraphStore
from fraudgraph.graphdb.model import EDGES, ENTITY_LABELS, ROLE_LABELS, STAMPED_LABELS, TIER_LABELS

__all__ = ["LoadedRun", "loaded_runs", "publish", "remove_month", "sweep"]

_ROWS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedRun:
    """A run in the graph. `state` is loading, imported (not yet shown), loaded or replaced."""

    run: str
    month: str
    state: str
    visible: bool


def loaded_runs(graph: GraphStore) -> list[LoadedRun]:
    """All runs in the graph, the newest month first."""
    found = graph.rows(
        "MATCH (r:Run) RETURN r.key AS run, r.month AS month, r.state AS state, r.published AS visible ORDER BY month DESC, run"
    )
    return [
        LoadedRun(run=r["run"], month=r["month"], state=r["state"], visible=bool(r["visible"])) for r in found
    ]


def publish(graph: GraphStore, run: str, *, show: bool | None = None) -> bool:
    """Call a run loaded, in place of an earlier run of its month; and put it before the readers.

    Parameters
    ----------
    graph : GraphStore
        The server.
    run : str
        The run's stamp.
    show : bool, optional
        Whether readers shall see it; None means unless a later month is in view.

    Returns
    -------
    bool
        Whether readers see it now.
    """
    with graph.session() as session:
        return session.execute_write(_publish, run, show)


def _publish(tx: neo4j.ManagedTransaction, run: str, show: bool | None) -> bool:
    tx.run(
        "MATCH (new:Run {key: $run}) SET new.state = 'loaded', new.loaded_at = coalesce(new.loaded_at, datetime()) "
        "WITH new MATCH (old:Run {month: new.month}) WHERE old <> new SET old.state = 'replaced'",
        run=run,
    ).consume()
    for tier in TIER_LABELS:
        tx.run(
            f"MATCH (r:Ring {{run: $run}}) WHERE r.tier = $tier SET r:{tier}", run=run, tier=tier
        ).consume()
    seen = tx.run(
        "MATCH (new:Run {key: $run}) OPTIONAL MATCH (old:Run {published: true}) "
        "RETURN old IS NULL OR old.month <= new.month AS may, old = new AS is_new",
        run=run,
    ).single(strict=True)
    if not (seen["may"] if show is None else show or seen["is_new"]):
        return False
    tx.run(
        "MATCH (old:Run) WHERE old.key <> $run AND (old.published OR old:Published) SET old.published = false REMOVE old:Published",
        run=run,
    ).consume()
    tx.run("MATCH (new:Run {key: $run}) SET new.published = true, new:Published", run=run).consume()
    _label_members(tx, run)
    return True


def _label_members(tx: neo4j.ManagedTransaction, run: str) -> None:
    """Role and risk as labels on people and places, from the best-placed ring that each belongs to."""
    every = ":".join(["InRing", *ROLE_LABELS.values(), *TIER_LABELS])
    tx.run(f"MATCH (n:InRing) REMOVE n:{every}").consume()
    best = (
        "MATCH (:Run {key: $run})<-[:PART_OF]-(r:Ring)<-[m:MEMBER_OF]-(n) "
        "WITH n, r, m ORDER BY r.rank WITH n, collect({tier: r.tier, role: m.role})[0] AS best "
    )
    tx.run(f"{best} SET n:InRing", run=run).consume()
    for role, label in ROLE_LABELS.items():
        tx.run(f"{best} WHERE best.role = $role SET n:{label}", run=run, role=role).consume()
    for tier in TIER_LABELS:
        tx.run(f"{best} WHERE best.tier = $tier SET n:{tier}", run=run, tier=tier).consume()


def sweep(graph: GraphStore) -> int:
    """Delete what belongs to replaced runs, in small transactions; returns how many runs went.

    A sweep that was cut short is finished by the next load or removal.
    """
    gone = [run.run for run in loaded_runs(graph) if run.state == "replaced"]
    for run in gone:
        _delete_run(graph, run)
    return len(gone)


def remove_month(graph: GraphStore, month: str) -> int:
    """Remove a month's runs from the graph, and the people and places that nothing else mentions.

    Raises
    ------
    UsageError
        If no run of that month is in the graph.
    """
    runs = loaded_runs(graph)
    if month not in {run.month for run in runs}:
        hint_en, hint_zh = nearest_hint(month, [run.month for run in runs])
        raise UsageError(
            f"No run of month {month!r} is in the graph; {hint_en}",
            f"图中没有月份 {month!r} 的批次；{hint_zh}",
        )
    with graph.session() as session:
        session.execute_write(_withdraw, month)
    gone = sweep(graph)
    for label in ENTITY_LABELS:
        graph.write_unmanaged(
            f"MATCH (n:{label}) WHERE NOT (n)--() CALL (n) {{ DELETE n }} IN TRANSACTIONS OF {_ROWS_AT_ONCE} ROWS"
        )
    return gone


def _withdraw(tx: neo4j.ManagedTransaction, month: str) -> None:
    """Take a month out of view; the newest of the others is shown instead."""
    was_shown = tx.run(
        "MATCH (r:Run {month: $month, published: true}) RETURN count(r) AS found", month=month
    ).single(strict=True)
    tx.run(
        "MATCH (r:Run {month: $month}) SET r.state = 'replaced', r.published = false REMOVE r:Published",
        month=month,
    ).consume()
    if not was_shown["found"]:
        return
    tx.run(
        "MATCH (r:Run {state: 'loaded'}) WITH r ORDER BY r.month DESC LIMIT 1 SET r.published = true, r:Published"
    ).consume()
    shown = tx.run("MATCH (r:Run {published: true}) RETURN r.key AS run").single()
    _label_members(tx, shown["run"] if shown is not None else "")


def _delete_run(graph: GraphStore, run: str) -> None:
    between_lasting = sorted({e.type for e in EDGES if e.start in ENTITY_LABELS and e.end in ENTITY_LABELS})
    for kind in between_lasting:
        graph.write_unmanaged(
            f"MATCH ()-[r:{kind}]->() WHERE r.run = $run CALL (r) {{ DELETE r }} IN TRANSACTIONS OF {_ROWS_AT_ONCE} ROWS",
            run=run,
        )
    for label in ("LoadMark", *STAMPED_LABELS):
        graph.write_unmanaged(
            f"MATCH (n:{label} {{run: $run}}) CALL (n) {{ DETACH DELETE n }} IN TRANSACTIONS OF {_ROWS_AT_ONCE // 10} ROWS",
            run=run,
        )
    graph.write_unmanaged("MATCH (r:Run {key: $run}) DETACH DELETE r", run=run)

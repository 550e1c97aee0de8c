"""Copies: another server with the same graph; and taking a server away."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from fraudgraph.errors import GraphStoreError, StorageError, UsageError
from fraudgraph.graphdb.places import Places, ServerFacts
from fraudgraph.graphdb.program import Program, write_settings
from fraudgraph.graphdb.server import LocalServer

__all__ = ["copy_server", "remove_server"]

_NO_PORTS = ServerFacts(bolt_port=7687, http_port=7474, guide_port=7490)


def copy_server(server: LocalServer, target: Path, program: Program) -> None:
    """Make a workspace with a copy of the graph, by Neo4j's own dump and load; the server pauses meanwhile.

    The copy gets a password and ports of its own at its first start; it keeps the key of the identifiers' codes.

    Raises
    ------
    UsageError
        If the target already holds a server, or the source none.
    GraphStoreError
        If dump or load fails; the target is then removed.
    """
    copy = Places(target)
    if copy.home.exists():
        raise UsageError(
            f"{target} already holds a graph server. Give a folder that does not exist yet.",
            f"{target} 已有图数据库。请指定一个尚不存在的目录。",
        )
    facts = server.facts
    was_running = server.stop()
    try:
        with tempfile.TemporaryDirectory(prefix=".dump-", dir=server.places.workspace.resolve()) as folder:
            program.administer("database", "dump", "neo4j", f"--to-path={folder}")
            copy.make()
            write_settings(copy, _NO_PORTS)
            there = Program(program.java, program.jars, copy)
            there.administer("dbms", "set-initial-password", "--", copy.password())
            there.administer(
                "database", "load", "neo4j", f"--from-path={folder}", "--overwrite-destination=true"
            )
        shutil.copyfile(server.places.secret_file, copy.secret_file)
        copy.secret_file.chmod(0o600)
    except GraphStoreError:
        shutil.rmtree(copy.home, ignore_errors=True)
        raise
    finally:
        if was_running:
            server.start(program, read_only=facts.read_only)


def remove_server(server: LocalServer) -> None:
    """Stop the server and delete its data, password and ports. The audit log and the identifiers' key stay.

    Raises
    ------
    StorageError
        If something can't be deleted.
    """
    server.stop()
    places = server.places
    try:
        if places.home.exists():
            shutil.rmtree(places.home)
        for path in (places.password_file, places.facts_file):
            path.unlink(missing_ok=True)
    except OSError as problem:
        raise StorageError(
            f"{problem.filename} can't be deleted: {problem.strerror}. Check its owner and call again.",
            f"无法删除 {problem.filename}:{problem.strerror}。请检查属主后重试。",
        ) from None

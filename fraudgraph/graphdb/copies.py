"""Copies: another server with the same graph, a bundle for sites with no way out; and taking a server away."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from fraudgraph.errors import GraphStoreError, StorageError, UsageError
from fraudgraph.graphdb.jars import copy_jars
from fraudgraph.graphdb.places import Places, ServerFacts
from fraudgraph.graphdb.program import Program, write_settings
from fraudgraph.graphdb.server import LocalServer
from fraudgraph.progress import Progress

__all__ = ["copy_server", "pack", "remove_server"]

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
            there.administer("dbms", "set-initial-password", copy.password())
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


def pack(target: Path, program: Program, *, wheels: bool, progress: Progress) -> int:
    """Put program files, Java and (where asked for) Python packages into one folder; returns its size in bytes.

    Raises
    ------
    GraphStoreError
        If the Python packages can't be had.
    StorageError
        If the folder can't be written.
    """
    progress.stage("Program files", "程序文件")
    copy_jars(program.jars, target / "jars")
    progress.stage("Java", "Java 运行时")
    java_home = program.java.resolve().parent.parent
    try:
        shutil.copytree(java_home, target / "java", dirs_exist_ok=True, symlinks=True)
    except OSError as problem:
        raise StorageError(
            f"{target} can't be written: {problem}. Free some space and call again.",
            f"无法写入 {target}:{problem}。请清理空间后重试。",
        ) from None
    if wheels:
        progress.stage("Python packages", "Python 软件包")
        _pack_wheels(target / "wheels")
    return sum(path.stat().st_size for path in target.rglob("*") if path.is_file() and not path.is_symlink())


def _pack_wheels(target: Path) -> None:
    """Every package that this program runs on, in the versions installed here."""
    frozen = subprocess.run(
        [sys.executable, "-m", "pip", "freeze", "--exclude-editable"],
        capture_output=True,
        text=True,
        check=False,
    )
    wanted = [
        line for line in frozen.stdout.splitlines() if "==" in line and not line.startswith("fraudgraph")
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(target), *wanted],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if not wanted or done.returncode != 0:
        last = (done.stderr or frozen.stderr).strip().splitlines()[-1:] or ["pip is missing"]
        raise GraphStoreError(
            f"The Python packages can't be packed: {last[0]}. Check the network, or pack without them: --no-wheels.",
            f"无法打包 Python 软件包：{last[0]}。请检查网络，或用 --no-wheels 不打包。",
        )

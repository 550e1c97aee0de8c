"""Options and openings that the neo4j commands share."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudgraph.cli.language import t
from fraudgraph.cli.terminal import progress, say
from fraudgraph.errors import UsageError

if TYPE_CHECKING:
    from fraudgraph.graphdb.connection import GraphStore
    from fraudgraph.graphdb.places import Places
    from fraudgraph.graphdb.program import Program
    from fraudgraph.graphdb.server import LocalServer

__all__ = [
    "BundleToRead",
    "Java",
    "Repository",
    "Uri",
    "Workspace",
    "Yes",
    "graph_of",
    "places_of",
    "program_of",
    "server_of",
]

Workspace = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        metavar="W",
        help=t(
            "Where the server keeps its data; FRAUDGRAPH_WORKSPACE, else fraudgraph-workspace here.",
            "服务器数据所在目录；默认取 FRAUDGRAPH_WORKSPACE，否则为当前目录下 fraudgraph-workspace。",
        ),
    ),
]
Uri = Annotated[
    str | None,
    typer.Option(
        "--uri",
        metavar="URI",
        help=t(
            "A server of your own (user and password from NEO4J_USERNAME and NEO4J_PASSWORD); NEO4J_URI by default.",
            "自有服务器地址（用户名、口令取自 NEO4J_USERNAME、NEO4J_PASSWORD）；默认取 NEO4J_URI。",
        ),
    ),
]
Java = Annotated[
    Path | None,
    typer.Option(
        "--java",
        metavar="J",
        help=t("A Java 17 or 21 to use in place of the one that comes along.", "改用指定的 Java 17 或 21。"),
    ),
]
Repository = Annotated[
    str | None,
    typer.Option(
        "--maven-repo",
        metavar="URL",
        help=t(
            "The Maven repository to fetch from; MAVEN_REPO, else the public one.",
            "获取程序文件的 Maven 仓库；默认取 MAVEN_REPO，否则为公共仓库。",
        ),
    ),
]
BundleToRead = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="DIR",
        help=t("A folder that `bundle` made: nothing is fetched.", "由 `bundle` 生成的目录：不联网获取。"),
    ),
]
Yes = Annotated[
    bool,
    typer.Option(
        "--yes",
        "-y",
        help=t("Agree to the named licences without being asked.", "同意所列许可证，不再询问。"),
    ),
]


def places_of(workspace: Path | None) -> Places:
    """The graph server's folders of a workspace."""
    from fraudgraph.graphdb.places import Places, default_workspace

    return Places(workspace or default_workspace())


def server_of(workspace: Path | None) -> LocalServer:
    """The graph server of a workspace."""
    from fraudgraph.graphdb.server import LocalServer

    return LocalServer(places_of(workspace))


def graph_of(workspace: Path | None, uri: str | None) -> GraphStore:
    """The server that is meant: one of the operator's own, else the workspace's."""
    from fraudgraph.graphdb.connection import GraphStore

    address = uri or os.environ.get("NEO4J_URI")
    if address:
        auth = (os.environ.get("NEO4J_USERNAME", "neo4j"), os.environ.get("NEO4J_PASSWORD", ""))
        return GraphStore.connect(address, auth, audit=places_of(workspace).audit)
    return server_of(workspace).open_graph()


def program_of(
    workspace: Path | None, java: Path | None, repository: str | None, bundle: Path | None, yes: bool
) -> Program:
    """Java and the server's program files, fetched after the licences were named and agreed to."""
    from fraudgraph.graphdb.jars import LICENCES_EN, LICENCES_ZH, cache_folder, missing_jars
    from fraudgraph.graphdb.server import prepare_program

    missing = missing_jars(cache_folder())
    if missing:
        size = sum(jar.bytes for jar in missing) / 1e6
        what_en = f"{len(missing)} files, {size:.0f} MB, kept in {cache_folder()}. Licences: {LICENCES_EN}."
        what_zh = f"{len(missing)} 个，共 {size:.0f} MB，保存于 {cache_folder()}。许可证：{LICENCES_ZH}。"
        if bundle is None:
            say(
                t(
                    f"Neo4j's program files are fetched once: {what_en}",
                    f"首次需获取 Neo4j 程序文件：{what_zh}",
                )
            )
            question = t("Fetch them?", "是否获取？")
        else:
            say(
                t(
                    f"Neo4j's program files are copied once from {bundle}, nothing is fetched: {what_en}",
                    f"首次需从 {bundle} 复制 Neo4j 程序文件，不联网获取：{what_zh}",
                )
            )
            question = t("Copy them?", "是否复制？")
        if not yes and not (sys.stdin.isatty() and typer.confirm(question, err=True)):
            raise UsageError(
                "Nothing was brought in. Add --yes to agree to these licences and go on.",
                "未取得任何文件。加上 --yes 表示同意上述许可证并继续。",
            )
    with progress() as listener:
        return prepare_program(
            places_of(workspace), java=java, repository=repository, bundle=bundle, progress=listener
        )

"""neo4j …: a graph server for investigators, started, filled, asked and put away."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from fraudgraph.cli import neo4j_graph
from fraudgraph.cli.language import t
from fraudgraph.cli.neo4j_options import (
    BundleToRead,
    Java,
    Repository,
    Uri,
    Workspace,
    Yes,
    graph_of,
    places_of,
    program_of,
    server_of,
)
from fraudgraph.cli.options import AsJson, examples
from fraudgraph.cli.terminal import command_name, print_json, print_result, print_table, progress, say
from fraudgraph.errors import UsageError

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the app."""
    group = typer.Typer(
        name="neo4j",
        help=t(
            "Neo4j for investigators: a server of its own, the graph in it, questions ready to click.",
            "供核查人员使用的 Neo4j：自带服务器、图数据与现成查询。",
        ),
    )
    for name, function, en, zh, lines in _COMMANDS:
        group.command(name, help=t(en, zh), epilog=examples(*lines))(function)
    guide = typer.Typer(
        name="guide", help=t("The guides that walk through a ring step by step.", "逐步核查团伙的向导。")
    )
    guide.callback()(lambda: None)  # a group even with one command
    guide.command(
        "serve",
        help=t(
            "Serve the guides to Browser until stopped; `start` does so by itself.",
            "向 Browser 提供向导，直到停止；`start` 会自动提供。",
        ),
    )(neo4j_graph.serve_guides)
    group.add_typer(guide)
    app.add_typer(group)
    app.command(
        "bundle",
        help=t(
            "Pack the server's program files and Java into DIR, for a site with no way out (`neo4j start --from DIR`).",
            "将服务器程序文件与 Java 打包到 DIR，供无外网的现场使用（`neo4j start --from DIR`）。",
        ),
        epilog=examples("fraudgraph bundle /media/usb/fraudgraph", "fraudgraph bundle DIR --no-wheels"),
    )(neo4j_graph.bundle)


def _start(
    workspace: Workspace = None,
    read_only: Annotated[
        bool,
        typer.Option(
            "--read-only",
            help=t("Nobody can change the graph, whoever asks.", "只读：任何人都不能改动图数据。"),
        ),
    ] = False,
    java: Java = None,
    repository: Repository = None,
    bundle: BundleToRead = None,
    yes: Yes = False,
) -> None:
    program = program_of(workspace, java, repository, bundle, yes)
    server = server_of(workspace)
    try:
        with progress() as listener:
            fresh = server.start(program, read_only=read_only, progress=listener)
    except KeyboardInterrupt:
        if not server.running():
            say(
                t(
                    "The start was broken off; the server that was coming up has been ended.",
                    "启动已中断；正在启动的服务器已结束。",
                )
            )
        raise
    word = command_name()
    print_result(
        t(
            f"{'Started' if fresh else 'Already running'}: {server.browser_url} (programs: {server.uri}).\nUser and password: {word} neo4j open --print\nNext: {word} neo4j load OUT",
            f"{'已启动' if fresh else '已在运行'}:{server.browser_url}（程序连接：{server.uri}）。\n用户名与口令：{word} neo4j open --print\n下一步：{word} neo4j load OUT",
        )
    )


def _fetch(
    java: Java = None, repository: Repository = None, bundle: BundleToRead = None, yes: Yes = False
) -> None:
    program = program_of(None, java, repository, bundle, yes)
    print_result(t(f"All there: {program.jars}", f"已齐备：{program.jars}"))


def _stop(
    workspace: Workspace = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help=t(
                "End it even where it does not stop, as on a full disk; nothing committed is lost.",
                "无法正常停止时（如磁盘已满）强制结束；已提交的数据不会丢失。",
            ),
        ),
    ] = False,
) -> None:
    from fraudgraph.graphdb.server import Stopped

    how = server_of(workspace).stop(force=force)
    print_result(
        {
            Stopped.WAS_NOT_RUNNING: t("It was not running.", "原本未在运行。"),
            Stopped.CLEAN: t("Stopped.", "已停止。"),
            Stopped.FORCED: t(
                "Stopped by force"
                + ("" if force else ", because its disk is full: free some space before the next start")
                + ". Nothing committed is lost.",
                "已强制停止"
                + ("" if force else "（磁盘已满，请先清理空间再启动）")
                + "。已提交的数据不会丢失。",
            ),
        }[how]
    )


def _status(workspace: Workspace = None, uri: Uri = None, as_json: AsJson = False) -> None:
    from fraudgraph.graphdb.publish import loaded_runs

    with graph_of(workspace, uri) as graph:
        state = {
            "uri": uri or os.environ.get("NEO4J_URI") or server_of(workspace).uri,
            "version": graph.version,
            "nodes": graph.value("MATCH (n) RETURN count(n)"),
            "relationships": graph.value("MATCH ()-[r]->() RETURN count(r)"),
            "runs": [
                {"run": run.run, "month": run.month, "state": run.state, "visible": run.visible}
                for run in loaded_runs(graph)
            ],
        }
    if as_json:
        print_json(state)
        return
    print_result(
        t(
            f"Neo4j {state['version']} at {state['uri']}: {state['nodes']:,} nodes, {state['relationships']:,} relationships.",
            f"Neo4j {state['version']}（{state['uri']}）：节点 {state['nodes']:,} 个，关系 {state['relationships']:,} 条。",
        )
    )
    header = (t("month", "月份"), t("run", "批次"), t("state", "状态"), t("in view", "读者可见"))
    print_table(
        header, [(r["month"], r["run"], r["state"], "*" if r["visible"] else "") for r in state["runs"]]
    )


def _open(
    workspace: Workspace = None,
    only_print: Annotated[
        bool,
        typer.Option(
            "--print",
            help=t(
                "Print address, user and password; open nothing.", "只显示地址、用户名与口令，不打开浏览器。"
            ),
        ),
    ] = False,
) -> None:
    import webbrowser

    server = server_of(workspace)
    address = server.browser_url
    if only_print:
        print_result(f"{address}\nneo4j\n{server.places.password()}")
        return
    if not server.answering():
        raise UsageError(
            f"The server is not running. Start it: {command_name()} neo4j start.",
            f"服务器未在运行。请先执行：{command_name()} neo4j start。",
        )
    say(t(f"{address}  user neo4j; password: open --print", f"{address}  用户名 neo4j；口令见 open --print"))
    webbrowser.open(address)


def _logs(
    workspace: Workspace = None,
    lines: Annotated[int, typer.Option("--lines", "-n", metavar="N", help=t("How many.", "行数。"))] = 60,
) -> None:
    places = places_of(workspace)
    for path in (places.console, places.logs / "neo4j.log", places.logs / "debug.log"):
        if path.is_file():
            said = path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
            print_result("\n".join([f"== {path}", *said]))


def _remove(
    month: Annotated[
        str | None,
        typer.Option(
            "--month", metavar="YYYY-MM", help=t("Remove one month from the graph.", "从图中移除一个月份。")
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option(
            "--everything",
            help=t(
                "Stop the server and delete its data, password and ports.",
                "停止服务器并删除其数据、口令与端口设置。",
            ),
        ),
    ] = False,
    workspace: Workspace = None,
    uri: Uri = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=t("Don't ask.", "不再询问。"))] = False,
) -> None:
    from fraudgraph.graphdb.copies import remove_server
    from fraudgraph.graphdb.publish import remove_month

    if everything == (month is not None):
        raise UsageError(
            "Say what to remove: --month YYYY-MM, or --everything.",
            "请说明要移除什么：--month YYYY-MM 或 --everything。",
        )
    if not yes and not (sys.stdin.isatty() and typer.confirm(t("Really remove it?", "确定移除？"), err=True)):
        raise UsageError("Nothing was removed. Add --yes to go on.", "未移除任何内容。加上 --yes 继续。")
    if everything:
        remove_server(server_of(workspace))
        print_result(t("Removed.", "已移除。"))
        return
    with graph_of(workspace, uri) as graph:
        remove_month(graph, str(month))
    print_result(t(f"{month} is no longer in the graph.", f"图中已无 {month}。"))


def _copy(
    target: Annotated[Path, typer.Argument(metavar="DIR", help=t("A new workspace.", "新的工作区。"))],
    workspace: Workspace = None,
    java: Java = None,
) -> None:
    from fraudgraph.graphdb.copies import copy_server

    program = program_of(workspace, java, None, None, False)
    copy_server(server_of(workspace), target, program)
    print_result(
        t(
            f"A separate copy is in {target}: {command_name()} neo4j start --workspace {target} [--read-only]",
            f"独立副本已在 {target}:{command_name()} neo4j start --workspace {target} [--read-only]",
        )
    )


_COMMANDS: tuple[tuple[str, Any, str, str, tuple[str, ...]], ...] = (
    ("start", _start, "Start the server; fetch its program files the first time.", "启动服务器；首次会获取程序文件。", ("fraudgraph neo4j start", "fraudgraph neo4j start --read-only", "fraudgraph neo4j start --from /media/usb/fraudgraph")),
    ("fetch", _fetch, "Fetch the server's program files and start nothing.", "只获取服务器程序文件，不启动。", ("fraudgraph neo4j fetch --yes", "fraudgraph neo4j fetch --maven-repo https://maven.example/repository")),
    ("stop", _stop, "Stop the server cleanly.", "正常停止服务器。", ("fraudgraph neo4j stop",)),
    ("status", _status, "What is in the graph, and which month readers see.", "图中内容及读者可见月份。", ("fraudgraph neo4j status", "fraudgraph neo4j status --json")),
    ("open", _open, "Open Neo4j Browser.", "打开 Neo4j Browser。", ("fraudgraph neo4j open", "fraudgraph neo4j open --print")),
    ("logs", _logs, "What the server said last.", "服务器最近的日志。", ("fraudgraph neo4j logs --lines 100",)),
    ("load", neo4j_graph.load, "Load a run's results; the month appears all at once.", "加载一次运行的结果；该月整体生效。", ("fraudgraph neo4j load 2025-10", "fraudgraph neo4j load 2025-10 --claims all")),
    ("remove", _remove, "Remove a month from the graph, or the server with all its data.", "从图中移除一个月份，或移除服务器及全部数据。", ("fraudgraph neo4j remove --month 2025-08", "fraudgraph neo4j remove --everything --yes")),
    ("copy", _copy, "Make a separate server with the same graph, such as one to experiment in.", "复制出一个独立的服务器（数据相同）。", ("fraudgraph neo4j copy /data/readers",)),
    ("questions", neo4j_graph.list_questions, "The questions that come with the program.", "列出随附的查询。", ("fraudgraph neo4j questions",)),
    ("ask", neo4j_graph.ask_question, "Ask one of them here in the terminal.", "在终端中执行一个查询。", ("fraudgraph neo4j ask ring_whole --param ringId=2025-10-001",)),
    ("gds-check", neo4j_graph.gds_check, "Recompute components and communities in GDS and report agreement.", "用 GDS 重算连通分量与社团并报告一致程度。", ("fraudgraph neo4j gds-check",)),
    ("kit", neo4j_graph.kit, "Write style, guides and saved scripts for another Browser.", "导出样式、向导与已存查询，供其他 Browser 使用。", ("fraudgraph neo4j kit browser-kit/",)),
)  # fmt: skip

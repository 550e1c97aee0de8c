"""neo4j …: a graph server for investigators, started, filled, asked and put away; bundle: all it needs, for sites with no way out."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fraudgraph.cli.language import t
from fraudgraph.cli.options import AsJson, examples
from fraudgraph.cli.terminal import command_name, print_json, print_result, print_table, progress, say
from fraudgraph.errors import UsageError

if TYPE_CHECKING:
    from fraudgraph.graphdb.connection import GraphStore
    from fraudgraph.graphdb.program import Program
    from fraudgraph.graphdb.server import LocalServer

__all__ = ["add_to"]

_Workspace = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        metavar="W",
        help=t(
            "Where the server keeps its data; FRAUDGRAPH_WORKSPACE, else fraudgraph-workspace here.",
            "服务器数据所在目录;默认取 FRAUDGRAPH_WORKSPACE,否则为当前目录下 fraudgraph-workspace。",
        ),
    ),
]
_Uri = Annotated[
    str | None,
    typer.Option(
        "--uri",
        metavar="URI",
        help=t(
            "A server of your own (user and password from NEO4J_USERNAME and NEO4J_PASSWORD); NEO4J_URI by default.",
            "自有服务器地址(用户名、口令取自 NEO4J_USERNAME、NEO4J_PASSWORD);默认取 NEO4J_URI。",
        ),
    ),
]
_Java = Annotated[
    Path | None,
    typer.Option(
        "--java",
        metavar="J",
        help=t("A Java 17 or 21 to use in place of the one that comes along.", "改用指定的 Java 17 或 21。"),
    ),
]
_Repository = Annotated[
    str | None,
    typer.Option(
        "--maven-repo",
        metavar="URL",
        help=t(
            "The Maven repository to fetch from; MAVEN_REPO, else the public one.",
            "获取程序文件的 Maven 仓库;默认取 MAVEN_REPO,否则为公共仓库。",
        ),
    ),
]
_From = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="DIR",
        help=t("A folder that `bundle` made: nothing is fetched.", "由 `bundle` 生成的目录:不联网获取。"),
    ),
]
_Yes = Annotated[
    bool,
    typer.Option(
        "--yes", "-y", help=t("Agree to the named licences without being asked.", "同意所列许可证,不再询问。")
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the app."""
    group = typer.Typer(
        name="neo4j",
        help=t(
            "Neo4j for investigators: a server of its own, the graph in it, questions ready to click.",
            "供核查人员使用的 Neo4j:自带服务器、图数据与现成查询。",
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
            "向 Browser 提供向导,直到停止;`start` 会自动提供。",
        ),
    )(_guide_serve)
    group.add_typer(guide)
    app.add_typer(group)
    app.command(
        "bundle",
        help=t(
            "Pack the server's program files and Java into DIR, for a site with no way out (`neo4j start --from DIR`).",
            "将服务器程序文件与 Java 打包到 DIR,供无外网的现场使用(`neo4j start --from DIR`)。",
        ),
        epilog=examples("fraudgraph bundle /media/usb/fraudgraph", "fraudgraph bundle DIR --no-wheels"),
    )(_bundle)


def _places(workspace: Path | None) -> Any:
    from fraudgraph.graphdb.places import Places, default_workspace

    return Places(workspace or default_workspace())


def _server(workspace: Path | None) -> LocalServer:
    from fraudgraph.graphdb.server import LocalServer

    return LocalServer(_places(workspace))


def _graph(workspace: Path | None, uri: str | None) -> GraphStore:
    """The server that is meant: one of the operator's own, else the workspace's."""
    from fraudgraph.graphdb.connection import GraphStore

    address = uri or os.environ.get("NEO4J_URI")
    if address:
        auth = (os.environ.get("NEO4J_USERNAME", "neo4j"), os.environ.get("NEO4J_PASSWORD", ""))
        return GraphStore.connect(address, auth, audit=_places(workspace).audit)
    return _server(workspace).open_graph()


def _prepare(
    workspace: Path | None, java: Path | None, repository: str | None, bundle: Path | None, yes: bool
) -> Program:
    from fraudgraph.graphdb.jars import LICENCES_EN, LICENCES_ZH, cache_folder, missing_jars
    from fraudgraph.graphdb.server import prepare_program

    missing = missing_jars(cache_folder())
    if missing:
        size = sum(jar.bytes for jar in missing) / 1e6
        say(
            t(
                f"Neo4j's program files are fetched once: {len(missing)} files, {size:.0f} MB, kept in {cache_folder()}. Licences: {LICENCES_EN}.",
                f"首次需获取 Neo4j 程序文件:{len(missing)} 个,共 {size:.0f} MB,保存于 {cache_folder()}。许可证:{LICENCES_ZH}。",
            )
        )
        if not yes and not (sys.stdin.isatty() and typer.confirm(t("Fetch them?", "是否获取?"), err=True)):
            raise UsageError(
                "Nothing was fetched. Add --yes to agree to these licences and go on.",
                "未获取任何文件。加上 --yes 表示同意上述许可证并继续。",
            )
    with progress() as listener:
        return prepare_program(
            _places(workspace), java=java, repository=repository, bundle=bundle, progress=listener
        )


def _start(
    workspace: _Workspace = None,
    read_only: Annotated[
        bool,
        typer.Option(
            "--read-only",
            help=t("Nobody can change the graph, whoever asks.", "只读:任何人都不能改动图数据。"),
        ),
    ] = False,
    java: _Java = None,
    repository: _Repository = None,
    bundle: _From = None,
    yes: _Yes = False,
) -> None:
    program = _prepare(workspace, java, repository, bundle, yes)
    server = _server(workspace)
    with progress() as listener:
        fresh = server.start(program, read_only=read_only, progress=listener)
    word = command_name()
    print_result(
        t(
            f"{'Started' if fresh else 'Already running'}: {server.browser_url} (programs: {server.uri}).\nUser and password: {word} neo4j open --print\nNext: {word} neo4j load OUT",
            f"{'已启动' if fresh else '已在运行'}:{server.browser_url}(程序连接:{server.uri})。\n用户名与口令:{word} neo4j open --print\n下一步:{word} neo4j load OUT",
        )
    )


def _stop(workspace: _Workspace = None) -> None:
    stopped = _server(workspace).stop()
    print_result(t("Stopped.", "已停止。") if stopped else t("It was not running.", "原本未在运行。"))


def _status(workspace: _Workspace = None, uri: _Uri = None, as_json: AsJson = False) -> None:
    from fraudgraph.graphdb.publish import loaded_runs

    with _graph(workspace, uri) as graph:
        state = {
            "uri": uri or os.environ.get("NEO4J_URI") or _server(workspace).uri,
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
            f"Neo4j {state['version']}({state['uri']}):节点 {state['nodes']:,} 个,关系 {state['relationships']:,} 条。",
        )
    )
    header = (t("month", "月份"), t("run", "批次"), t("state", "状态"), t("in view", "读者可见"))
    print_table(
        header, [(r["month"], r["run"], r["state"], "*" if r["visible"] else "") for r in state["runs"]]
    )


def _open(
    workspace: _Workspace = None,
    only_print: Annotated[
        bool,
        typer.Option(
            "--print",
            help=t(
                "Print address, user and password; open nothing.", "只显示地址、用户名与口令,不打开浏览器。"
            ),
        ),
    ] = False,
) -> None:
    import webbrowser

    server = _server(workspace)
    address = server.browser_url
    if only_print:
        print_result(f"{address}\nneo4j\n{server.places.password()}")
        return
    if not server.running():
        raise UsageError(
            f"The server is not running. Start it: {command_name()} neo4j start.",
            f"服务器未在运行。请先执行:{command_name()} neo4j start。",
        )
    say(t(f"{address}  user neo4j; password: open --print", f"{address}  用户名 neo4j;口令见 open --print"))
    webbrowser.open(address)


def _logs(
    workspace: _Workspace = None,
    lines: Annotated[int, typer.Option("--lines", "-n", metavar="N", help=t("How many.", "行数。"))] = 60,
) -> None:
    places = _places(workspace)
    for path in (places.console, places.logs / "neo4j.log", places.logs / "debug.log"):
        if path.is_file():
            said = path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
            print_result("\n".join([f"== {path}", *said]))


def _load(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help=t("The folder that `run` wrote.", "`run` 写出的目录。"))
    ],
    workspace: _Workspace = None,
    uri: _Uri = None,
    claims: Annotated[
        str,
        typer.Option(
            metavar="needed|all",
            help=t(
                "Claims of rings, evidence and flags, or all of them.",
                "只加载团伙、证据与疑点的结算单,或全部。",
            ),
        ),
    ] = "needed",
    unmask: Annotated[
        bool,
        typer.Option(
            "--unmask",
            help=t(
                "Names, phones, addresses and accounts as delivered; noted in the audit log.",
                "姓名、电话、地址、账户按原样加载;记入审计日志。",
            ),
        ),
    ] = False,
    way: Annotated[
        str,
        typer.Option(
            "--way",
            metavar="auto|bolt|offline",
            help=t(
                "Offline import is for an empty local store; auto takes it for large first loads.",
                "离线导入仅用于本机空库;auto 在首次大批量加载时自动选用。",
            ),
        ),
    ] = "auto",
    show: Annotated[
        bool | None,
        typer.Option(
            "--show/--no-show",
            help=t(
                "Make it the month in view; by default unless a later one is.",
                "设为读者可见月份;默认在无更新月份时如此。",
            ),
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.graphdb.job import load_out
    from fraudgraph.graphdb.source import LoadOptions

    if claims not in ("needed", "all") or way not in ("auto", "bolt", "offline"):
        raise UsageError(
            f"--claims takes needed or all, --way takes auto, bolt or offline; found {claims!r} and {way!r}.",
            f"--claims 只能是 needed 或 all,--way 只能是 auto、bolt 或 offline;收到 {claims!r} 与 {way!r}。",
        )
    options = LoadOptions(all_claims=claims == "all", unmask=unmask)
    own = uri or os.environ.get("NEO4J_URI")
    with progress() as listener:
        if own:
            with _graph(workspace, uri) as graph:
                done = load_out(
                    out, graph=graph, places=_places(workspace), options=options, show=show, progress=listener
                )
        else:
            done = load_out(
                out,
                server=_server(workspace),
                places=_places(workspace),
                options=options,
                way=way,
                show=show,
                progress=listener,
            )
    if as_json:
        print_json(done)
        return
    state = (
        t("in view", "读者可见")
        if done.visible
        else t("loaded, a later month stays in view", "已加载,读者仍看更新的月份")
    )
    print_result(
        t(
            f"{done.month}: {done.created:,} nodes and relationships made in {done.seconds:.0f} s ({done.way}); {state}.",
            f"{done.month}:新建节点与关系共 {done.created:,} 个,用时 {done.seconds:.0f} 秒({done.way});{state}。",
        )
    )


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
    workspace: _Workspace = None,
    uri: _Uri = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=t("Don't ask.", "不再询问。"))] = False,
) -> None:
    from fraudgraph.graphdb.copies import remove_server
    from fraudgraph.graphdb.publish import remove_month

    if everything == (month is not None):
        raise UsageError(
            "Say what to remove: --month YYYY-MM, or --everything.",
            "请说明要移除什么:--month YYYY-MM 或 --everything。",
        )
    if not yes and not (sys.stdin.isatty() and typer.confirm(t("Really remove it?", "确定移除?"), err=True)):
        raise UsageError("Nothing was removed. Add --yes to go on.", "未移除任何内容。加上 --yes 继续。")
    if everything:
        remove_server(_server(workspace))
        print_result(t("Removed.", "已移除。"))
        return
    with _graph(workspace, uri) as graph:
        remove_month(graph, str(month))
    print_result(t(f"{month} is no longer in the graph.", f"图中已无 {month}。"))


def _copy(
    target: Annotated[Path, typer.Argument(metavar="DIR", help=t("A new workspace.", "新的工作区。"))],
    workspace: _Workspace = None,
    java: _Java = None,
) -> None:
    from fraudgraph.graphdb.copies import copy_server

    program = _prepare(workspace, java, None, None, False)
    copy_server(_server(workspace), target, program)
    print_result(
        t(
            f"A separate copy is in {target}: {command_name()} neo4j start --workspace {target} [--read-only]",
            f"独立副本已在 {target}:{command_name()} neo4j start --workspace {target} [--read-only]",
        )
    )


def _questions(as_json: AsJson = False) -> None:
    from fraudgraph.graphdb.questions import load_questions

    found = load_questions()
    if as_json:
        print_json(
            [
                {
                    "number": q.number,
                    "name": q.name,
                    "title_zh": q.title_zh,
                    "title_en": q.title_en,
                    "parameters": q.parameters,
                }
                for q in found
            ]
        )
        return
    print_table(
        (t("no", "编号"), t("question", "查询"), t("name", "名称"), t("parameters", "参数")),
        [(q.number, t(q.title_en, q.title_zh), q.name, ", ".join(q.parameters)) for q in found],
    )


def _ask(
    name: Annotated[
        str,
        typer.Argument(
            metavar="QUESTION",
            help=t("Name or number; see `neo4j questions`.", "名称或编号,见 `neo4j questions`。"),
        ),
    ],
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "--param",
            "-p",
            metavar="NAME=VALUE",
            help=t("A parameter; may be given again.", "参数,可多次给出。"),
        ),
    ] = None,
    workspace: _Workspace = None,
    uri: _Uri = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.graphdb.analysis import plain_rows
    from fraudgraph.graphdb.questions import ask

    given = dict(pair.partition("=")[::2] for pair in parameters or [])
    with _graph(workspace, uri) as graph:
        rows = plain_rows(ask(graph, name, **given))
    if as_json:
        print_json(rows)
    elif rows:
        columns = [key for key in rows[0] if not isinstance(rows[0][key], dict | list)]
        print_table(columns, [[str("" if row[c] is None else row[c]) for c in columns] for row in rows])
    else:
        say(t("No rows.", "没有结果。"))


def _gds_check(workspace: _Workspace = None, uri: _Uri = None, as_json: AsJson = False) -> None:
    from fraudgraph.graphdb.gds import compare_with_gds

    with _graph(workspace, uri) as graph:
        found = compare_with_gds(graph)
    if as_json:
        print_json(found)
        return
    print_result(
        t(
            f"On {found.people:,} people and {found.meetings:,} meetings: components agree {found.components_agreement:.3f} ({found.components:,} here, {found.gds_components:,} in GDS); "
            f"rings against GDS communities {found.rings_agreement:.3f} (adjusted Rand index, 1 is the same). GDS {found.gds_seconds:.2f} s, ours {found.our_seconds:.2f} s.",
            f"人员 {found.people:,} 名、同现 {found.meetings:,} 条:连通分量一致度 {found.components_agreement:.3f}(本程序 {found.components:,} 个,GDS {found.gds_components:,} 个);"
            f"疑似团伙与 GDS 社团一致度 {found.rings_agreement:.3f}(调整兰德指数,1 为完全一致)。GDS {found.gds_seconds:.2f} 秒,本程序 {found.our_seconds:.2f} 秒。",
        )
    )


def _kit(
    target: Annotated[Path, typer.Argument(metavar="DIR", help=t("Where to write.", "写入的目录。"))],
    workspace: _Workspace = None,
) -> None:
    from fraudgraph.graphdb.kit import write_kit

    server = _server(workspace)
    facts = server.places.facts()
    written = write_kit(target, f"http://localhost:{facts.guide_port if facts else 7490}")
    print_result("\n".join(str(path) for path in written))


def _guide_serve(workspace: _Workspace = None) -> None:
    from fraudgraph.graphdb.guide_server import serve

    server = _server(workspace)
    say(t(f"Serving {server.guide_url}; Ctrl-C ends it.", f"正在提供 {server.guide_url};按 Ctrl-C 结束。"))
    serve(server.facts.guide_port)


def _bundle(
    target: Annotated[Path, typer.Argument(metavar="DIR", help=t("Where to pack.", "打包到的目录。"))],
    java: _Java = None,
    repository: _Repository = None,
    wheels: Annotated[
        bool,
        typer.Option(
            "--wheels/--no-wheels", help=t("Pack the Python packages too.", "同时打包 Python 软件包。")
        ),
    ] = True,
    yes: _Yes = False,
) -> None:
    from fraudgraph.graphdb.copies import pack

    program = _prepare(None, java, repository, None, yes)
    with progress() as listener:
        size = pack(target, program, wheels=wheels, progress=listener)
    print_result(
        t(
            f"{size / 1e6:.0f} MB in {target}. There: fraudgraph neo4j start --from {target}",
            f"共 {size / 1e6:.0f} MB,位于 {target}。现场执行:fraudgraph neo4j start --from {target}",
        )
    )


_COMMANDS: tuple[tuple[str, Any, str, str, tuple[str, ...]], ...] = (
    ("start", _start, "Start the server; fetch its program files the first time.", "启动服务器;首次会获取程序文件。", ("fraudgraph neo4j start", "fraudgraph neo4j start --read-only", "fraudgraph neo4j start --from /media/usb/fraudgraph")),
    ("stop", _stop, "Stop the server cleanly.", "正常停止服务器。", ("fraudgraph neo4j stop",)),
    ("status", _status, "What is in the graph, and which month readers see.", "图中内容及读者可见月份。", ("fraudgraph neo4j status", "fraudgraph neo4j status --json")),
    ("open", _open, "Open Neo4j Browser.", "打开 Neo4j Browser。", ("fraudgraph neo4j open", "fraudgraph neo4j open --print")),
    ("logs", _logs, "What the server said last.", "服务器最近的日志。", ("fraudgraph neo4j logs --lines 100",)),
    ("load", _load, "Load a run's results; the month appears all at once.", "加载一次运行的结果;该月整体生效。", ("fraudgraph neo4j load 2025-10", "fraudgraph neo4j load 2025-10 --claims all")),
    ("remove", _remove, "Remove a month from the graph, or the server with all its data.", "从图中移除一个月份,或移除服务器及全部数据。", ("fraudgraph neo4j remove --month 2025-08", "fraudgraph neo4j remove --everything --yes")),
    ("copy", _copy, "Make a separate server with the same graph, such as one to experiment in.", "复制出一个独立的服务器(数据相同)。", ("fraudgraph neo4j copy /data/readers",)),
    ("questions", _questions, "The questions that come with the program.", "列出随附的查询。", ("fraudgraph neo4j questions",)),
    ("ask", _ask, "Ask one of them here in the terminal.", "在终端中执行一个查询。", ("fraudgraph neo4j ask ring_whole --param ringId=2025-10-001",)),
    ("gds-check", _gds_check, "Recompute components and communities in GDS and report agreement.", "用 GDS 重算连通分量与社团并报告一致程度。", ("fraudgraph neo4j gds-check",)),
    ("kit", _kit, "Write style, guides and saved scripts for another Browser.", "导出样式、向导与已存查询,供其他 Browser 使用。", ("fraudgraph neo4j kit browser-kit/",)),
)  # fmt: skip

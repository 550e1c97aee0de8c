"""neo4j load, ask, gds-check, kit …: the graph itself; bundle: all a site with no way out needs."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudgraph.cli.language import t
from fraudgraph.cli.neo4j_options import (
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
from fraudgraph.cli.options import AsJson
from fraudgraph.cli.terminal import print_json, print_result, print_table, progress, say
from fraudgraph.errors import UsageError

if TYPE_CHECKING:
    from fraudgraph.graphdb.gds import Agreement
    from fraudgraph.graphdb.load import LoadSummary

__all__ = ["ask_question", "bundle", "gds_check", "kit", "list_questions", "load", "serve_guides"]


def load(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help=t("The folder that `run` wrote.", "`run` 写出的目录。"))
    ],
    workspace: Workspace = None,
    uri: Uri = None,
    claims: Annotated[
        str,
        typer.Option(
            metavar="needed|all",
            help=t(
                "Claims of rings, evidence and flags, or all of them.",
                "只加载团伙、证据与疑点的结算单，或全部。",
            ),
        ),
    ] = "needed",
    unmask: Annotated[
        bool,
        typer.Option(
            "--unmask",
            help=t(
                "Names, phones, addresses and accounts as delivered; noted in the audit log.",
                "姓名、电话、地址、账户按原样加载；记入审计日志。",
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
                "离线导入仅用于本机空库；auto 在首次大批量加载时自动选用。",
            ),
        ),
    ] = "auto",
    show: Annotated[
        bool | None,
        typer.Option(
            "--show/--no-show",
            help=t(
                "Make it the month in view; by default unless a later one is.",
                "设为读者可见月份；默认在无更新月份时如此。",
            ),
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--gds-check",
            help=t(
                "Then recompute components and communities in GDS and report agreement.",
                "加载后用 GDS 重算连通分量与社团并报告一致程度。",
            ),
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Load a run into the graph."""
    from fraudgraph.graphdb.job import load_out
    from fraudgraph.graphdb.source import LoadOptions

    if claims not in ("needed", "all") or way not in ("auto", "bolt", "offline"):
        raise UsageError(
            f"--claims takes needed or all, --way takes auto, bolt or offline; found {claims!r} and {way!r}.",
            f"--claims 只能是 needed 或 all,--way 只能是 auto、bolt 或 offline；收到 {claims!r} 与 {way!r}。",
        )
    options = LoadOptions(all_claims=claims == "all", unmask=unmask)
    own = uri or os.environ.get("NEO4J_URI")
    with progress() as listener:
        if own:
            with graph_of(workspace, uri) as graph:
                done = load_out(
                    out,
                    graph=graph,
                    places=places_of(workspace),
                    options=options,
                    show=show,
                    progress=listener,
                )
        else:
            done = load_out(
                out,
                server=server_of(workspace),
                places=places_of(workspace),
                options=options,
                way=way,
                show=show,
                progress=listener,
            )
    agreement = _agreement(workspace, uri) if check else None
    if as_json:
        print_json({**asdict(done), "gds": asdict(agreement)} if agreement else done)
        return
    print_result(_load_sentence(done))
    if agreement:
        print_result(_agreement_sentence(agreement))


def _load_sentence(done: LoadSummary) -> str:
    state = (
        t("in view", "读者可见")
        if done.visible
        else t("loaded, a later month stays in view", "已加载，读者仍看更新的月份")
    )
    return t(
        f"{done.month}: {done.created:,} nodes and relationships made in {done.seconds:.0f} s ({done.way}); {state}.",
        f"{done.month}：新建节点与关系共 {done.created:,} 个，用时 {done.seconds:.0f} 秒（{done.way}）；{state}。",
    )


def list_questions(as_json: AsJson = False) -> None:
    """List the questions."""
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


def ask_question(
    name: Annotated[
        str,
        typer.Argument(
            metavar="QUESTION",
            help=t("Name or number; see `neo4j questions`.", "名称或编号，见 `neo4j questions`。"),
        ),
    ],
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "--param",
            "-p",
            metavar="NAME=VALUE",
            help=t("A parameter; may be given again.", "参数，可多次给出。"),
        ),
    ] = None,
    workspace: Workspace = None,
    uri: Uri = None,
    as_json: AsJson = False,
) -> None:
    """Ask a question and print its rows."""
    from fraudgraph.graphdb.analysis import plain_rows
    from fraudgraph.graphdb.questions import ask

    given = dict(pair.partition("=")[::2] for pair in parameters or [])
    with graph_of(workspace, uri) as graph:
        rows = plain_rows(ask(graph, name, **given))
    if as_json:
        print_json(rows)
    elif rows:
        columns = [key for key in rows[0] if not isinstance(rows[0][key], dict | list)]
        print_table(columns, [[str("" if row[c] is None else row[c]) for c in columns] for row in rows])
    else:
        say(t("No rows.", "没有结果。"))


def gds_check(workspace: Workspace = None, uri: Uri = None, as_json: AsJson = False) -> None:
    """Compare with GDS."""
    found = _agreement(workspace, uri)
    if as_json:
        print_json(found)
    else:
        print_result(_agreement_sentence(found))


def _agreement(workspace: Path | None, uri: str | None) -> Agreement:
    from fraudgraph.graphdb.gds import compare_with_gds

    with graph_of(workspace, uri) as graph:
        return compare_with_gds(graph)


def _agreement_sentence(found: Agreement) -> str:
    return t(
        f"On {found.people:,} people and {found.meetings:,} meetings: components agree {found.components_agreement:.3f} ({found.components:,} here, {found.gds_components:,} in GDS); "
        f"rings against GDS communities {found.rings_agreement:.3f} (adjusted Rand index, 1 is the same). GDS {found.gds_seconds:.2f} s, ours {found.our_seconds:.2f} s.",
        f"人员 {found.people:,} 名、同现 {found.meetings:,} 条：连通分量一致度 {found.components_agreement:.3f}（本程序 {found.components:,} 个，GDS {found.gds_components:,} 个）；"
        f"疑似团伙与 GDS 社团一致度 {found.rings_agreement:.3f}（调整兰德指数，1 为完全一致）。GDS {found.gds_seconds:.2f} 秒，本程序 {found.our_seconds:.2f} 秒。",
    )


def kit(
    target: Annotated[Path, typer.Argument(metavar="DIR", help=t("Where to write.", "写入的目录。"))],
    workspace: Workspace = None,
) -> None:
    """Write the Browser kit."""
    from fraudgraph.graphdb.guide_server import USUAL_PORT
    from fraudgraph.graphdb.kit import write_kit

    facts = places_of(workspace).facts()
    written = write_kit(target, f"http://localhost:{facts.guide_port if facts else USUAL_PORT}")
    print_result("\n".join(str(path) for path in written))


def serve_guides(
    workspace: Workspace = None,
    port: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help=t(
                "The port; by default the workspace server's, or 7490.",
                "端口；默认为工作区服务器的，或 7490。",
            ),
        ),
    ] = None,
) -> None:
    """Serve the guides."""
    from fraudgraph.graphdb.guide_server import USUAL_PORT, serve

    facts = places_of(workspace).facts()
    chosen = port or (facts.guide_port if facts else USUAL_PORT)
    address = f"http://localhost:{chosen}/start.html"
    say(t(f"Serving {address}; Ctrl-C ends it.", f"正在提供 {address}；按 Ctrl-C 结束。"))
    serve(chosen)


def bundle(
    target: Annotated[Path, typer.Argument(metavar="DIR", help=t("Where to pack.", "打包到的目录。"))],
    java: Java = None,
    repository: Repository = None,
    wheels: Annotated[
        bool,
        typer.Option(
            "--wheels/--no-wheels", help=t("Pack the Python packages too.", "同时打包 Python 软件包。")
        ),
    ] = True,
    yes: Yes = False,
) -> None:
    """Pack program files, Java and packages."""
    from fraudgraph.graphdb.bundle import pack

    program = program_of(None, java, repository, None, yes)
    with progress() as listener:
        size = pack(target, program, wheels=wheels, progress=listener)
    print_result(
        t(
            f"{size / 1e6:.0f} MB in {target}. There: fraudgraph neo4j start --from {target}",
            f"共 {size / 1e6:.0f} MB，位于 {target}。现场执行：fraudgraph neo4j start --from {target}",
        )
    )

"""backups: what a database's backup is, and its tables as Parquet, without the server that made it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fraudgraph.cli.language import t
from fraudgraph.cli.options import AsJson, examples
from fraudgraph.cli.terminal import print_json, print_result, print_table, progress

if TYPE_CHECKING:
    from fraudgraph.backups.writing import TableReport

__all__ = ["add_to"]

_Parts = Annotated[
    Path | None,
    typer.Option(
        "--parts",
        metavar="DIR",
        help=t(
            "Where fetched engines lie; this user's cache by default.",
            "数据库引擎文件所在目录，默认为用户缓存目录。",
        ),
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add this group to the app."""
    group = typer.Typer(
        help=t(
            "Open backups of databases without their server: dumps, data files, data folders.",
            "无需数据库服务器即可打开备份：转储文件、数据文件、数据目录。",
        ),
        no_args_is_help=True,
    )
    group.command(
        "inspect",
        help=t(
            "Say what a backup is: kind, version, when made, tables with their rows, what can't be read.",
            "说明备份是什么：种类、版本、生成时间、各表行数、不能读取的内容。",
        ),
        epilog=examples(
            "fraudgraph backups inspect his.sql.gz", "fraudgraph backups inspect his.mdf his_1.ndf --json"
        ),
    )(_inspect)
    group.command(
        "read",
        help=t(
            "Write a backup's tables as Parquet, with a manifest that accounts for every row.",
            "将备份中的表写为 Parquet，并附逐行核对的清单。",
        ),
        epilog=examples(
            "fraudgraph backups read his.sql.gz --out his",
            "fraudgraph backups read his.fbk --out his --tables FEE,PATIENT",
        ),
    )(_read)
    group.command(
        "get",
        help=t(
            "Fetch an engine or converter that some kinds need: access, firebird-5, oracle, postgres. Each runs as a program of its own.",
            "获取部分种类所需的引擎或转换程序：access、firebird-5、oracle、postgres。均作为独立程序运行。",
        ),
        epilog=examples("fraudgraph backups get access"),
    )(_get)
    app.add_typer(group, name="backups")


def _inspect(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help=t("The files of one backup.", "同一备份的文件。"))
    ],
    parts: _Parts = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.backups.opening import open_backup
    from fraudgraph.backups.writing import facts_of, inspect_tables, table_facts

    with progress() as listener, open_backup(files, parts=parts, progress=listener) as opened:
        reports = inspect_tables(opened, listener)
        facts = facts_of(opened)
    if as_json:
        print_json({**facts, "tables": [table_facts(report) for report in reports]})
        return
    _tell(facts, reports)


def _read(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help=t("The files of one backup.", "同一备份的文件。"))
    ],
    out: Annotated[
        Path,
        typer.Option("--out", metavar="DIR", help=t("A new folder for the tables.", "存放各表的新目录。")),
    ],
    tables: Annotated[
        str | None,
        typer.Option(
            "--tables",
            metavar="A,B",
            help=t("Only these tables (comma-separated).", "只读取这些表（逗号分隔）。"),
        ),
    ] = None,
    parts: _Parts = None,
    as_json: AsJson = False,
) -> None:
    from fraudgraph.backups.opening import open_backup
    from fraudgraph.backups.writing import facts_of, table_facts, write_tables

    wanted = [name.strip() for name in tables.split(",") if name.strip()] if tables is not None else None
    with progress() as listener, open_backup(files, parts=parts, progress=listener) as opened:
        reports = write_tables(opened, out, tables=wanted, progress=listener)
        facts = facts_of(opened)
    if as_json:
        print_json({**facts, "out": str(out), "tables": [table_facts(report) for report in reports]})
        return
    _tell(facts, reports)
    print_result(t(f"Written: {out / 'manifest.json'}", f"已写出：{out / 'manifest.json'}"))


def _get(
    name: Annotated[str, typer.Argument(metavar="PART", help=t("Which one.", "组件名称。"))],
    parts: _Parts = None,
    repository: Annotated[
        str | None,
        typer.Option("--maven-repo", metavar="URL", help=t("Where jars come from.", "jar 文件的来源地址。")),
    ] = None,
) -> None:
    from fraudgraph.backups.parts import fetch_part, licence_of
    from fraudgraph.graphdb.jars import default_repository

    with progress() as listener:
        target = fetch_part(
            name, parts=parts, repository=repository or default_repository(), progress=listener
        )
    print_result(t(f"Fetched: {target} ({licence_of(name)})", f"已获取：{target}（{licence_of(name)}）"))


def _tell(facts: dict[str, Any], reports: list[TableReport]) -> None:
    from fraudgraph.backups.loss_words import in_chinese
    from fraudgraph.backups.writing import table_title

    made = facts["made_at"] or t("not said", "未注明")
    print_result(
        t(
            f"{', '.join(facts['files'])}: {facts['kind']} {facts['version']}, made {made}".replace(
                " ,", ","
            ),
            f"{'、'.join(facts['files'])}：{facts['kind']} {facts['version']}，生成于 {made}",
        )
    )
    header = (
        t("table", "表"),
        t("rows", "行数"),
        t("source's own count", "来源自带行数"),
        t("columns", "列数"),
        t("lost", "未能读取"),
    )
    print_table(
        header,
        [
            (
                table_title(one),
                f"{one.rows_read:,}",
                "-" if one.source_rows is None else f"{one.source_rows:,}{'' if one.agrees else ' ✗'}",
                str(len(one.columns)),
                "; ".join(
                    f"{loss['count']} × {t(str(loss['kind']), in_chinese(str(loss['kind'])))}"
                    + (f" ({loss['column']})" if loss["column"] else "")
                    for loss in one.losses
                ),
            )
            for one in reports
        ],
    )
    for name, count in facts["skipped"].items():
        print_result(
            t(
                f"Not read, not carried out: {count} × {name}",
                f"未读取、未执行：{in_chinese(name)} {count} 个",
            )
        )
    for remark in facts["warnings"]:
        print_result(t(f"! {remark['en']}", f"！{remark['zh']}"))

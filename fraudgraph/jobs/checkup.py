"""What `fraudgraph doctor --workspace` looks at: form, hashes, damaged files, free space, permissions."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from fraudgraph.casework.appending import read_lines
from fraudgraph.casework.manual_edits import read_edits
from fraudgraph.casework.verdicts import read_verdicts
from fraudgraph.doctor import Check, Health
from fraudgraph.errors import FraudgraphError
from fraudgraph.jobs.deliveries import deliveries, sha256_of
from fraudgraph.jobs.erasure_intent import begun_before
from fraudgraph.jobs.holds import held_rings
from fraudgraph.jobs.plan import month_notes
from fraudgraph.jobs.registers import latest_register
from fraudgraph.jobs.workspace import FORMAT, Workspace, format_of

__all__ = ["examine_workspace"]

_SPARE = 2.0
"""Free space that a month needs, as a multiple of the largest one kept."""
_SHOWN = 5


def examine_workspace(workspace: Workspace) -> tuple[Check, ...]:
    """Look at a workspace; nothing is changed.

    Parameters
    ----------
    workspace : Workspace
        Any folder; one that is no workspace is told as such.
    """
    looks: tuple[Callable[[Workspace], Check], ...] = (_form, _deliveries, _files, _room, _permissions)
    return tuple(look(workspace) for look in looks)


def _check(
    name: str, titles: tuple[str, str], bad: list[tuple[str, str]], well: tuple[str, str], remedy: str
) -> Check:
    shown = bad[:_SHOWN]
    more = len(bad) - len(shown)
    en, zh = "; ".join(one[0] for one in shown), "；".join(one[1] for one in shown)
    return Check(
        name=name, title_en=titles[0], title_zh=titles[1], health=Health.MISSING if bad else Health.OK,
        found_en=(en + (f"; {more} more" if more > 0 else "")) or well[0],
        found_zh=(zh + (f"；另有 {more} 处" if more > 0 else "")) or well[1], remedy=remedy if bad else "", required=True,
    )  # fmt: skip


def _form(workspace: Workspace) -> Check:
    bad = []
    well = ("", "")
    try:
        workspace.checked()
        well = (f"format {format_of(workspace)} of {FORMAT}", f"格式 {format_of(workspace)}（当前 {FORMAT}）")
    except FraudgraphError as problem:
        bad.append((problem.message_en, problem.message_zh))
    return _check(
        "workspace_format", ("Workspace format", "工作区格式"), bad, well, "fraudgraph workspace migrate"
    )


def _deliveries(workspace: Workspace) -> Check:
    bad, count = [], 0
    try:
        for one in deliveries(workspace):
            for file in one.files:
                kept = one.folder / "files" / file.name
                count += 1
                if not kept.is_file():
                    bad.append((f"{one.id}/{file.name} is gone", f"{one.id}/{file.name} 已不存在"))
                elif sha256_of(kept) != file.sha256:
                    bad.append(
                        (
                            f"{one.id}/{file.name} is not what was delivered",
                            f"{one.id}/{file.name} 与交付时不同",
                        )
                    )
    except FraudgraphError as problem:
        bad.append((problem.message_en, problem.message_zh))
    return _check(
        "delivery_hashes", ("Hashes of deliveries", "交付文件哈希"), bad, (f"{count} files as delivered", f"{count} 个文件与交付时一致"),
        "fraudgraph deliveries withdraw … / restore from a backup",
    )  # fmt: skip


def _files(workspace: Workspace) -> Check:
    """Every file of ours that must be readable, read."""
    begun = begun_before(workspace)
    bad = [begun] if begun else []

    def look(work: Callable[[], object]) -> None:
        try:
            work()
        except FraudgraphError as problem:
            bad.append((problem.message_en, problem.message_zh))

    for folder in (workspace.casework, workspace.root / "logs"):
        for path in sorted(folder.glob("*.jsonl")):
            look(lambda path=path: read_lines(path))  # type: ignore[misc]
    look(lambda: read_verdicts(workspace.casework))
    look(lambda: read_edits(workspace.casework))
    look(lambda: held_rings(workspace))
    for month in workspace.published():
        look(lambda month=month: month_notes(workspace, month))  # type: ignore[misc]
        bad += _torn(workspace.month(month).glob("*.json"))
    look(lambda: latest_register(workspace))
    return _check(
        "workspace_files", ("Files of the workspace", "工作区文件"), bad, ("all readable", "均可读取"), "restore from a backup"
    )  # fmt: skip


def _torn(paths: Iterable[Path]) -> list[tuple[str, str]]:
    bad = []
    for path in sorted(paths):
        try:
            json.loads(path.read_bytes())
        except (OSError, ValueError):
            bad.append((f"{path} is damaged", f"{path} 已损坏"))
    return bad


def _room(workspace: Workspace) -> Check:
    sizes = [
        sum(path.stat().st_size for path in workspace.month(month).rglob("*") if path.is_file())
        for month in workspace.published()
    ]
    need = int(_SPARE * max(sizes, default=0))
    free = shutil.disk_usage(workspace.root if workspace.root.is_dir() else Path.cwd()).free
    said = (
        f"{free / 1e9:.1f} GB free, {need / 1e9:.1f} GB wanted",
        f"可用 {free / 1e9:.1f} GB，需要 {need / 1e9:.1f} GB",
    )
    return _check(
        "workspace_room", ("Free space", "可用空间"), [said] if free < need else [], said, "free some space / 清理空间"
    )  # fmt: skip


def _permissions(workspace: Workspace) -> Check:
    """Folders 0700, files 0600: nobody else reads claims."""
    open_ones = [
        path
        for path in (workspace.root, *sorted(workspace.root.rglob("*")))
        if not path.is_symlink()
        and path.exists()
        and path.stat().st_mode & 0o077
        and "neo4j" not in path.relative_to(workspace.root).parts[:1]
        and "inbox" not in path.relative_to(workspace.root).parts[:1]
    ]
    bad = [
        (
            f"{path} is open to others ({path.stat().st_mode & 0o777:o})",
            f"{path} 对他人开放（{path.stat().st_mode & 0o777:o}）",
        )
        for path in open_ones
    ]
    return _check(
        "workspace_permissions", ("Permissions", "权限"), bad, ("0700 and 0600 throughout", "均为 0700、0600"),
        f"chmod -R go-rwx {workspace.root}",
    )  # fmt: skip

"""An older workspace brought to today's form: on a copy, which takes its place only when it is whole."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from fraudgraph import __version__
from fraudgraph.errors import StorageError, UsageError
from fraudgraph.jobs.deliveries import INDEX_NAME, deliveries, sha256_of, write_delivery
from fraudgraph.jobs.delivery_effects import look_into
from fraudgraph.jobs.lock import Lock
from fraudgraph.jobs.workspace import FORMAT, Workspace, format_of, write_format, write_private
from fraudgraph.run_folder import exchange
from fraudgraph.settings import load_settings

__all__ = ["Migration", "migrate"]

_SPARE = 1.1
"""Free space that a copy needs, as a multiple of the workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """What a migration did; `kept_as` is the workspace as it was."""

    before: int
    after: int
    deliveries: int
    months: int
    kept_as: str
    report: str


def migrate(root: Path) -> Migration | None:
    """Bring a workspace to today's form; None if it has it already.

    A process that is killed on the way leaves the workspace as it was; its half copy is removed by the next one.

    Raises
    ------
    UsageError
        If the folder is no workspace.
    SettingsError
        If it is of a newer form.
    StorageError
        If there is no room for a copy, or a kept file is not what was delivered.
    """
    root = Path(os.path.abspath(root))  # noqa: PTH100  # a link to a workspace stays one
    old = Workspace(root)
    copy = root.with_name(f".{root.name}.migrating")
    if not old.settings.is_file() or format_of(old) >= FORMAT:
        old.checked()
        _name_what_was(copy, root)
        return None
    before = format_of(old)
    kept_as = root.with_name(f"{root.name}.format-{before}")
    if kept_as.exists():
        raise UsageError(
            f"{kept_as} is there already: an earlier migration kept the old workspace under that name. Move it away and run again.",
            f"{kept_as} 已存在：此前的迁移以该名称保留了旧工作区。请将其移走后重新运行。",
        )
    with Lock(old, "fraudgraph workspace migrate"):
        shutil.rmtree(copy, ignore_errors=True)
        _check_room(root)
        try:
            shutil.copytree(root, copy, symlinks=True, ignore=shutil.ignore_patterns(".work", ".lock"))
            done = _bring_up(Workspace(copy), before, kept_as, root)
        except BaseException:
            shutil.rmtree(copy, ignore_errors=True)
            raise
        if exchange(copy, root):
            copy.rename(kept_as)
        else:
            root.rename(kept_as)
            copy.rename(root)
    return done


def _name_what_was(copy: Path, root: Path) -> None:
    """A job killed right after the two changed places left the old workspace under the copy's name."""
    left = Workspace(copy)
    if left.settings.is_file() and (before := format_of(left)) < FORMAT:
        kept_as = root.with_name(f"{root.name}.format-{before}")
        if not kept_as.exists():
            copy.rename(kept_as)


def _check_room(root: Path) -> None:
    size = sum(path.lstat().st_size for path in root.rglob("*") if not path.is_dir())
    free = shutil.disk_usage(root.parent).free
    if free < _SPARE * size:
        raise StorageError(
            f"Migration works on a copy: {size / 1e9:.1f} GB are needed beside {root}, {free / 1e9:.1f} GB are free. Free some space and run again; nothing was touched.",
            f"迁移在副本上进行：{root} 旁需要 {size / 1e9:.1f} GB，现有 {free / 1e9:.1f} GB。请清理空间后重新运行；未作任何改动。",
        )


def _bring_up(copy: Workspace, before: int, kept_as: Path, root: Path) -> Migration:
    """Give each delivery its index and what it changed, check its hashes, close what others could read."""
    settings = load_settings(copy.settings)
    every = deliveries(copy)
    for number, one in enumerate(every):
        for file in one.files:
            kept = one.folder / "files" / file.name
            if not kept.is_file() or sha256_of(kept) != file.sha256:
                raise StorageError(
                    f"{root / kept.relative_to(copy.root)} is not what was delivered: its hash differs. Nothing was migrated; restore it from a backup.",
                    f"{root / kept.relative_to(copy.root)} 与交付时不同：哈希不符。未迁移，请从备份恢复。",
                )
        found = look_into(
            copy, settings, one.folder / "files", copy.work / "look.tmp", index=one.folder / INDEX_NAME, before=every[:number]
        )  # fmt: skip
        write_delivery(replace(one, touched=found.touched, effects=found.effects), one.folder)
    (copy.root / "quarantine").mkdir(exist_ok=True, mode=0o700)
    shutil.rmtree(copy.work, ignore_errors=True)
    for path in (copy.root, *copy.root.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o700 if path.is_dir() else 0o600)
    report = copy.root / "logs" / "migration.json"
    done = Migration(
        before=before, after=FORMAT, deliveries=len(every), months=len(copy.published()), kept_as=str(kept_as),
        report=str(root / "logs" / report.name),
    )  # fmt: skip
    told = {**asdict(done), "at": datetime.now(UTC).isoformat(timespec="seconds"), "program": __version__}
    told["effects"] = {one.id: one.effects for one in deliveries(copy)}
    write_private(report, json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    write_format(copy.root, migrated_from=before)
    return done

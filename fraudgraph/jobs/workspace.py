"""The workspace: where deliveries lie, months are published and investigators' decisions are kept. One job at a time."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from fraudgraph import __version__
from fraudgraph.errors import SettingsError, StorageError, UsageError
from fraudgraph.jobs.damage import damaged, read_json
from fraudgraph.records import Month
from fraudgraph.run_folder import exchange

__all__ = [
    "FORMAT",
    "Workspace",
    "cannot_write",
    "disk_told",
    "format_of",
    "init_workspace",
    "put_in_place",
    "tidy",
    "write_format",
    "write_private",
]

FORMAT = 2
"""The form of a workspace that this program reads and writes; `fraudgraph workspace migrate` brings older ones to it."""
_FORMAT_FILE = "workspace.json"

_MONTH = re.compile(r"\d{4}-\d{2}")
_LEFT = re.compile(r"\.(?P<name>[0-9a-f-]+)\.(?P<kind>partial|earlier)(-\d+)?")
_FOLDERS = ("inbox", "quarantine", "deliveries", "months", "days", "casework", "screens", "logs")
_BY_THE_USER = {
    "calendar.csv": "place_id,from,to,kind,note\r\n",
    "ledger.csv": "claim_id,amount,on,document\r\n",
}
"""Tables that people keep with a spreadsheet; made empty, with their header."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace's paths.

    Parameters
    ----------
    root : Path
        The folder that `fraudgraph init` made.
    """

    root: Path

    @property
    def settings(self) -> Path:
        """fraudgraph.toml."""
        return self.root / "fraudgraph.toml"

    @property
    def mapping(self) -> Path | None:
        """The operator's mapping file, where there is one."""
        path = self.root / "mapping.toml"
        return path if path.is_file() else None

    @property
    def inbox(self) -> Path:
        """Where new deliveries are put."""
        return self.root / "inbox"

    @property
    def quarantine(self) -> Path:
        """Delivered files that could not be used, put aside with the reason (month.quarantine)."""
        return self.root / "quarantine"

    @property
    def deliveries(self) -> Path:
        """Deliveries as they came, each in a folder."""
        return self.root / "deliveries"

    @property
    def months(self) -> Path:
        """Published months."""
        return self.root / "months"

    @property
    def days(self) -> Path:
        """What the daily look found."""
        return self.root / "days"

    @property
    def casework(self) -> Path:
        """Verdicts, hand edits, calendar, ledger."""
        return self.root / "casework"

    @property
    def work(self) -> Path:
        """What is half done: may be deleted when no job runs."""
        return self.root / ".work"

    @property
    def kept(self) -> Path:
        """Delivered sheets that were read before, typed; may be deleted when no job runs."""
        return self.work / "kept"

    def month(self, month: Month) -> Path:
        """A published month's folder."""
        return self.months / str(month)

    def published(self) -> list[Month]:
        """Months that are complete, in order."""
        if not self.months.is_dir():
            return []
        return sorted(
            Month.parse(path.name)
            for path in self.months.iterdir()
            if _MONTH.fullmatch(path.name) and (path / "month.json").is_file()
        )

    def checked(self) -> Self:
        """The workspace itself, if it is one.

        Raises
        ------
        UsageError
            If nobody has made it.
        SettingsError
            If it is of another form than this program's.
        """
        if not self.settings.is_file():
            raise UsageError(
                f"{self.root} is no workspace: it holds no fraudgraph.toml. Make one with `fraudgraph init {self.root}`.",
                f"{self.root} 不是工作区：缺少 fraudgraph.toml。请先执行 `fraudgraph init {self.root}`。",
            )
        found = format_of(self)
        if found > FORMAT:
            raise SettingsError(
                f"The workspace {self.root} has format {found}; this program knows formats up to {FORMAT}. Nothing was touched; use the newer fraudgraph that made it.",
                f"工作区 {self.root} 的格式为 {found}，本程序只支持到 {FORMAT}。未作任何改动，请使用建立该工作区的较新版本。",
            )
        if found < FORMAT:
            raise SettingsError(
                f"The workspace {self.root} has format {found}; this program needs {FORMAT}. Nothing was touched; run `fraudgraph workspace migrate --workspace {self.root}`: it works on a copy and keeps the old one.",
                f"工作区 {self.root} 的格式为 {found}，本程序需要 {FORMAT}。未作任何改动，请执行 `fraudgraph workspace migrate --workspace {self.root}`：迁移在副本上进行，原工作区保留。",
            )
        return self


def format_of(workspace: Workspace) -> int:
    """The form of a workspace; those made before forms were numbered have 1.

    Raises
    ------
    StorageError
        If the file that says so is damaged.
    """
    path = workspace.root / _FORMAT_FILE
    kept = read_json(path, ("Restore it from a backup.", "请从备份恢复。"))
    if kept is None:
        return 1
    number = kept.get("format")
    if not isinstance(number, int):
        raise damaged(path, ("Restore it from a backup.", "请从备份恢复。"))
    return number


def write_format(root: Path, *, migrated_from: int | None = None) -> None:
    """Note down the form of a workspace and which program made it so."""
    told: dict[str, Any] = {"format": FORMAT, "made_by": __version__}
    if migrated_from is not None:
        told["migrated_from"] = migrated_from
    write_private(root / _FORMAT_FILE, json.dumps(told, indent=2) + "\n")


def init_workspace(root: Path) -> tuple[Path, ...]:
    """Make a workspace; what is there already stays as it is.

    Returns
    -------
    tuple of Path
        What was made.

    Raises
    ------
    StorageError
        If the folder can't be written.
    """
    made: list[Path] = []
    texts = {
        "fraudgraph.toml": _text("workspace.toml"),
        "README.md": _text("workspace_readme.md"),
        **{f"casework/{name}": header for name, header in _BY_THE_USER.items()},
    }
    try:
        new = not (root / "fraudgraph.toml").exists()
        for folder in (root, *(root / name for name in _FOLDERS)):
            if not folder.exists():
                folder.mkdir(parents=True, mode=0o700)
                made.append(folder)
        for name, text in texts.items():
            if not (root / name).exists():
                write_private(root / name, ("\ufeff" if name.endswith(".csv") else "") + text)
                made.append(root / name)
        if new:
            write_format(root)
    except OSError as problem:
        raise cannot_write(root, problem) from None
    return tuple(made)


def _text(name: str) -> str:
    return files("fraudgraph.jobs").joinpath(name).read_text(encoding="utf-8")


def write_private(path: Path, text: str) -> None:
    """Write a small file whole or not at all, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{path.name}.tmp")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def put_in_place(beside: Path, out: Path) -> None:
    """Put a finished folder in the place of an older one; at any moment one of the two is there and whole."""
    if out.exists() and exchange(beside, out):
        shutil.rmtree(beside, ignore_errors=True)
        return
    earlier = out.with_name(f".{out.name}.earlier")
    if out.exists():
        out.rename(earlier)
    beside.rename(out)
    shutil.rmtree(earlier, ignore_errors=True)


def tidy(folder: Path) -> None:
    """Clear up after jobs that were killed: half folders go, an older one that lost its place comes back.

    Only for who holds the lock: nobody else may be at work in the folder.
    """
    for path in sorted(folder.glob(".*")):
        left = _LEFT.fullmatch(path.name)
        if left is None or not path.is_dir():
            continue
        if left["kind"] == "earlier" and not (folder / left["name"]).exists():
            path.rename(folder / left["name"])
        else:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def disk_told(where: Path) -> Iterator[None]:
    """What the database says when the disk is full or closed to us, as the error that says so."""
    try:
        yield
    except Exception as problem:
        from fraudgraph.store import storage_problem  # noqa: PLC0415  # a job with nothing to do needs no database

        if storage_problem(problem, where) is None:
            raise
        raise StorageError(
            f"The disk under {where} is full or can't be written. Free some space or check the permissions, and run again; what was published or is in the inbox is as it was.",
            f"{where} 所在磁盘已满或无法写入。请清理空间或检查权限后重新运行；已发布的月份和 inbox 中的文件保持原样。",
        ) from None


def cannot_write(path: Path, problem: OSError) -> StorageError:
    """What to say where a file of the workspace can't be written."""
    return StorageError(
        f"{path} can't be written: {problem.strerror or problem}. Free some space or check the permissions, and run again.",
        f"无法写入 {path}：{problem.strerror or problem}。请清理空间或检查权限后重新运行。",
    )

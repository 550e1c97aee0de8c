"""Engines and converters that are fetched at the user's word and kept in this user's cache."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from functools import cache
from pathlib import Path
from typing import Any

from fraudgraph.errors import SourceError, UsageError, nearest_hint
from fraudgraph.progress import Progress

__all__ = ["fetch_part", "licence_of", "part_names", "parts_folder"]

_TIMEOUT_SECONDS = 120


def parts_folder(given: Path | None) -> Path:
    """Where fetched parts lie."""
    if given is not None:
        return given
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "fraudgraph" / "backups"


@cache
def _lock() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        Path(__file__).with_name("parts.lock.json").read_text(encoding="utf-8")
    )
    return found


def part_names() -> list[str]:
    """The parts that can be fetched."""
    return sorted({*_lock()["packages"], *_lock()["jars"]})


def licence_of(name: str) -> str:
    """Whose a part is, and under which licence."""
    return str(_lock()["licences"][name])


def fetch_part(name: str, *, parts: Path | None, repository: str, progress: Progress) -> Path:
    """Bring one part; what lies there under its name is replaced when the new one is whole.

    Parameters
    ----------
    name : str
        One of `part_names()`.
    parts : Path, optional
        Where parts lie; this user's cache by default.
    repository : str
        Root address of a Maven repository, for jars.
    progress : Progress
        Told file by file.

    Raises
    ------
    UsageError
        If there is no such part, or no installer for Python packages.
    SourceError
        If a registry is away or sends something else than the lock names.
    """
    if name not in part_names():
        en, zh = nearest_hint(name, part_names())
        raise UsageError(f"There is no part {name!r}: {en}", f"没有名为 {name!r} 的组件：{zh}")
    folder = parts_folder(parts)
    target, beside = folder / name, folder / f".{name}.{os.getpid()}.part"
    beside.mkdir(parents=True)
    try:
        if name in _lock()["jars"]:
            _jars(_lock()["jars"][name], beside, repository, progress)
        else:
            progress.stage(f"Fetching {name}", f"获取 {name}")
            _packages(_lock()["packages"][name], beside)
        shutil.rmtree(target, ignore_errors=True)
        beside.replace(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return target


def _packages(wanted: list[str], folder: Path) -> None:
    uv = shutil.which("uv") or shutil.which(str(Path(sys.executable).with_name("uv")))
    tool = [uv, "pip"] if uv is not None else [sys.executable, "-m", "pip"]
    own = ["--no-deps"] if len(wanted) == 1 else []
    ended = subprocess.run(
        [*tool, "install", "--quiet", "--only-binary", ":all:", *own, "--target", str(folder), *wanted],
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        said = " ".join((ended.stderr or ended.stdout).split())[-300:]
        raise SourceError(
            f"{', '.join(wanted)} can't be fetched: {said}. Check the network, or install into {folder} by hand with --target.",
            f"无法获取 {', '.join(wanted)}：{said}。请检查网络，或用 --target 手动安装到 {folder}。",
        )


def _jars(wanted: list[list[str]], folder: Path, repository: str, progress: Progress) -> None:
    progress.stage("Fetching jars", "获取 jar 文件", total=len(wanted))
    for coordinate, sha256 in wanted:
        group, artifact, version = coordinate.split(":")
        name = f"{artifact}-{version}.jar"
        address = f"{repository.rstrip('/')}/{group.replace('.', '/')}/{artifact}/{version}/{name}"
        try:
            with urllib.request.urlopen(address, timeout=_TIMEOUT_SECONDS) as answer:
                content: bytes = answer.read()
        except (urllib.error.URLError, OSError) as problem:
            raise SourceError(
                f"{coordinate} can't be fetched from {repository}: {problem}. Check the network or --maven-repo.",
                f"无法从 {repository} 获取 {coordinate}：{problem}。请检查网络或 --maven-repo。",
            ) from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise SourceError(
                f"{coordinate} is not the file the lock names. Nothing was kept; use another --maven-repo.",
                f"{coordinate} 与锁定清单不符。未保留；请换用其他 --maven-repo。",
            )
        (folder / name).write_bytes(content)
        progress.advance()

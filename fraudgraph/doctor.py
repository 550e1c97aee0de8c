"""What this machine has and lacks for fraudgraph, each finding with the command that mends it."""

from __future__ import annotations

import locale
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path

from fraudgraph.errors import FraudgraphError
from fraudgraph.store import Store

__all__ = ["Check", "Health", "examine", "find_chromium"]

_DISTRIBUTION = "fraudgraph-rings"
_GIB = 1024**3
_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Health(StrEnum):
    """How one thing stands. `missing` stops work only where the check is required."""

    OK = "ok"
    WARN = "warn"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at: what was found, in both languages, and the command that mends it ("" if none is needed)."""

    name: str
    title_en: str
    title_zh: str
    health: Health
    found_en: str
    found_zh: str
    remedy: str = ""
    required: bool = False


def examine(folder: Path) -> tuple[Check, ...]:
    """Look at everything the program leans on.

    Parameters
    ----------
    folder : Path
        Where results shall be written: its disk and permissions are looked at.
    """
    looks: tuple[Callable[[], Check], ...] = (
        _python,
        _packages,
        lambda: _duckdb(folder),
        _memory,
        lambda: _disk(folder),
        _cores,
        lambda: _permissions(folder),
        _locale,
        _chromium,
        _cjk_fonts,
        _java,
    )
    return tuple(look() for look in looks)


def find_chromium() -> str | None:
    """The path of a Chromium that can draw pages without a screen: BROWSER_PATH, else the first on the PATH."""
    named = os.environ.get("BROWSER_PATH")
    if named and Path(named).is_file():
        return named
    return next((path for name in _CHROMIUM_NAMES if (path := shutil.which(name))), None)


def _python() -> Check:
    version = ".".join(str(part) for part in sys.version_info[:3])
    good = sys.version_info >= (3, 11)
    return Check(
        name="python",
        title_en="Python",
        title_zh="Python",
        health=Health.OK if good else Health.MISSING,
        found_en=version,
        found_zh=version,
        remedy="" if good else "apt-get install python3.11 python3.11-venv",
        required=True,
    )


def _packages() -> Check:
    wanted = _locked_versions()
    odd = []
    for name in _direct_dependencies():
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            odd.append(f"{name} -")
            continue
        if wanted.get(name) and found not in wanted[name]:
            odd.append(f"{name} {found} (uv.lock: {', '.join(sorted(wanted[name]))})")
    lacking = any(entry.endswith(" -") for entry in odd)
    count = len(_direct_dependencies())
    return Check(
        name="packages",
        title_en="Packages",
        title_zh="依赖包",
        health=Health.MISSING if lacking else Health.WARN if odd else Health.OK,
        found_en="; ".join(odd)
        or (f"{count} present, versions as in uv.lock" if wanted else f"{count} present"),
        found_zh="; ".join(odd) or (f"{count} 个齐全,版本与 uv.lock 一致" if wanted else f"{count} 个齐全"),
        remedy="uv sync --frozen" if odd else "",
        required=True,
    )


def _direct_dependencies() -> list[str]:
    try:
        required = metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return []
    names = (re.match(r"[A-Za-z0-9._-]+", line) for line in required if "extra ==" not in line)
    return sorted(found[0].lower().replace("_", "-") for found in names if found)


def _locked_versions() -> dict[str, set[str]]:
    """Versions by package in the checkout's uv.lock; empty where there is no checkout."""
    lock = Path(__file__).parent.parent / "uv.lock"
    if not lock.is_file():
        return {}
    versions: dict[str, set[str]] = {}
    for package in tomllib.loads(lock.read_text(encoding="utf-8")).get("package", []):
        if "version" in package:
            versions.setdefault(package["name"], set()).add(package["version"])
    return versions


def _duckdb(folder: Path) -> Check:
    version = metadata.version("duckdb")
    try:
        with tempfile.TemporaryDirectory(dir=_existing(folder)) as scratch, Store(Path(scratch)) as store:
            store.run("CREATE TABLE t AS SELECT range AS n FROM range(1000)")
            good = store.one("SELECT sum(n) FROM t") == (499_500,)
        trouble = "" if good else "wrong sum"
    except (FraudgraphError, OSError) as problem:
        good, trouble = False, str(problem)
    return Check(
        name="duckdb",
        title_en="DuckDB writes and reads",
        title_zh="DuckDB 读写",
        health=Health.OK if good else Health.MISSING,
        found_en=version if good else f"{version}: {trouble}",
        found_zh=version if good else f"{version}:{trouble}",
        remedy="" if good else "uv sync --frozen --reinstall-package duckdb",
        required=True,
    )


def _memory() -> Check:
    free = _available_memory() / _GIB
    good = free >= 4
    return Check(
        name="memory",
        title_en="Free memory",
        title_zh="可用内存",
        health=Health.OK if good else Health.WARN,
        found_en=f"{free:.1f} GiB"
        + ("" if good else "; below 4 GiB, months of millions of claims spill to disk"),
        found_zh=f"{free:.1f} GiB" + ("" if good else ";低于 4 GiB,数百万条结算单会换到磁盘"),
        remedy="" if good else "fraudgraph.toml: [run] memory_limit_gib = 1.0",
    )


def _available_memory() -> int:
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
        found = re.search(r"^MemAvailable:\s+(\d+) kB", text, flags=re.MULTILINE)
        if found:
            return int(found[1]) * 1024
    except OSError:
        pass  # no Linux: the next line asks the system
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _disk(folder: Path) -> Check:
    free = shutil.disk_usage(_existing(folder)).free / _GIB
    health = Health.OK if free >= 5 else Health.WARN if free >= 1 else Health.MISSING
    return Check(
        name="disk",
        title_en="Free disk",
        title_zh="可用磁盘",
        health=health,
        found_en=f"{free:.1f} GiB at {_existing(folder)}",
        found_zh=f"{free:.1f} GiB({_existing(folder)})",
        remedy="" if health is Health.OK else "fraudgraph run ... --out OUT on a disk with 5 GiB free",
        required=True,
    )


def _cores() -> Check:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Check(
        name="cores",
        title_en="Processor cores",
        title_zh="处理器核数",
        health=Health.OK if count >= 2 else Health.WARN,
        found_en=str(count),
        found_zh=str(count),
        remedy="" if count >= 2 else "fraudgraph.toml: [run] threads = 1",
    )


def _permissions(folder: Path) -> Check:
    place = _existing(folder)
    good = os.access(place, os.W_OK | os.X_OK)
    return Check(
        name="permissions",
        title_en="May write here",
        title_zh="写权限",
        health=Health.OK if good else Health.MISSING,
        found_en=str(place),
        found_zh=str(place),
        remedy="" if good else f"chown $(id -un) {place}",
        required=True,
    )


def _locale() -> Check:
    encoding = locale.getpreferredencoding(do_setlocale=False)
    good = encoding.lower().replace("-", "") in {"utf8", "gb18030", "gbk"}
    return Check(
        name="locale",
        title_en="Terminal shows Chinese",
        title_zh="终端可显示中文",
        health=Health.OK if good else Health.WARN,
        found_en=encoding,
        found_zh=encoding,
        remedy="" if good else "export LANG=C.UTF-8",
    )


def _chromium() -> Check:
    path = find_chromium()
    return Check(
        name="chromium",
        title_en="Chromium (tests of the pages only)",
        title_zh="Chromium(仅用于页面测试)",
        health=Health.OK if path else Health.WARN,
        found_en=path or "none",
        found_zh=path or "无",
        remedy="" if path else "apt-get install --no-install-recommends chromium",
    )


def _cjk_fonts() -> Check:
    count = len(_output_lines("fc-list", ":lang=zh-cn", "family"))
    return Check(
        name="cjk_fonts",
        title_en="Chinese fonts (to read pages on this machine)",
        title_zh="中文字体(在本机阅读页面)",
        health=Health.OK if count else Health.WARN,
        found_en=f"{count} found" if count else "none",
        found_zh=f"{count} 种" if count else "无",
        remedy="" if count else "apt-get install --no-install-recommends fontconfig fonts-noto-cjk",
    )


def _java() -> Check:
    lines = _output_lines("java", "-version")
    return Check(
        name="java",
        title_en="Java (for a Neo4j of your own)",
        title_zh="Java(自建 Neo4j 时需要)",
        health=Health.OK if lines else Health.WARN,
        found_en=lines[0] if lines else "none",
        found_zh=lines[0] if lines else "无",
        remedy="" if lines else "apt-get install --no-install-recommends openjdk-17-jre-headless",
    )


def _output_lines(*command: str) -> list[str]:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]


def _existing(folder: Path) -> Path:
    """The folder, or its nearest parent that is there."""
    place = folder.resolve()
    while not place.is_dir():
        place = place.parent
    return place

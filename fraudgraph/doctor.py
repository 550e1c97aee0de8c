"""What this machine has and lacks for fraudgraph, each finding with the command that mends it."""

from __future__ import annotations

import locale
import os
import re
import shutil
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
        _neo4j_files,
    )
    return tuple(look() for look in looks)


def find_chromium() -> str | None:
    """The path of a Chromium that can draw pages without a screen: BROWSER_PATH, else the first on the PATH."""
    named = os.environ.get("BROWSER_PATH")
    if named and Path(named).is_file():
        return named
    return next((path for name in _CHROMIUM_NAMES if (path := shutil.which(name))), None)


def _check(
    name: str,
    titles: tuple[str, str],
    health: Health,
    found: tuple[str, str] | str,
    *,
    remedy: str,
    required: bool = False,
) -> Check:
    """A finding; what is well needs no remedy, and what reads the same in both languages is given once."""
    found_en, found_zh = (found, found) if isinstance(found, str) else found
    return Check(
        name=name,
        title_en=titles[0],
        title_zh=titles[1],
        health=health,
        found_en=found_en,
        found_zh=found_zh,
        remedy="" if health is Health.OK else remedy,
        required=required,
    )


def _python() -> Check:
    good = sys.version_info >= (3, 11)
    return _check(
        "python",
        ("Python", "Python"),
        Health.OK if good else Health.MISSING,
        ".".join(str(part) for part in sys.version_info[:3]),
        remedy="apt-get install python3.11 python3.11-venv",
        required=True,
    )


def _packages() -> Check:
    locked, names, odd, lacking = _locked_versions(), _direct_dependencies(), [], False
    for name in names:
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            odd.append(f"{name} -")
            lacking = True
            continue
        if locked.get(name) and found not in locked[name]:
            odd.append(f"{name} {found} (uv.lock: {', '.join(sorted(locked[name]))})")
    well = (
        f"{len(names)} present" + (", versions as in uv.lock" if locked else ""),
        f"{len(names)} 个齐全" + ("，版本与 uv.lock 一致" if locked else ""),
    )
    return _check(
        "packages",
        ("Packages", "依赖包"),
        Health.MISSING if lacking else Health.WARN if odd else Health.OK,
        "; ".join(odd) or well,
        remedy="uv sync --frozen",
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
    return _check(
        "duckdb",
        ("DuckDB writes and reads", "DuckDB 读写"),
        Health.OK if good else Health.MISSING,
        version if good else f"{version}: {trouble}",
        remedy="uv sync --frozen --reinstall-package duckdb",
        required=True,
    )


def _memory() -> Check:
    free = _available_memory() / _GIB  # below 4 GiB, months of millions of claims spill to disk
    return _check(
        "memory",
        ("Free memory", "可用内存"),
        Health.OK if free >= 4 else Health.WARN,
        f"{free:.1f} GiB",
        remedy="fraudgraph.toml: [run] memory_limit_gib = 1.0",
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
    place = _existing(folder)
    free = shutil.disk_usage(place).free / _GIB
    return _check(
        "disk",
        ("Free disk", "可用磁盘"),
        Health.OK if free >= 5 else Health.WARN if free >= 1 else Health.MISSING,
        f"{free:.1f} GiB ({place})",
        remedy="fraudgraph run ... --out OUT on a disk with 5 GiB free",
        required=True,
    )


def _cores() -> Check:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    health = Health.OK if count >= 2 else Health.WARN
    titles = ("Processor cores", "处理器核数")
    return _check("cores", titles, health, str(count), remedy="fraudgraph.toml: [run] threads = 1")


def _permissions(folder: Path) -> Check:
    place = _existing(folder)
    return _check(
        "permissions",
        ("May write here", "写权限"),
        Health.OK if os.access(place, os.W_OK | os.X_OK) else Health.MISSING,
        str(place),
        remedy=f"chown $(id -un) {place}",
        required=True,
    )


def _locale() -> Check:
    encoding = locale.getpreferredencoding(do_setlocale=False)
    good = encoding.lower().replace("-", "") in {"utf8", "gb18030", "gbk"}
    health = Health.OK if good else Health.WARN
    titles = ("Terminal shows Chinese", "终端可显示中文")
    return _check("locale", titles, health, encoding, remedy="export LANG=C.UTF-8")


def _chromium() -> Check:
    path = find_chromium()
    return _check(
        "chromium",
        ("Chromium (tests of the pages only)", "Chromium（仅用于页面测试）"),
        Health.OK if path else Health.WARN,
        path or ("none", "无"),
        remedy="apt-get install --no-install-recommends chromium",
    )


def _cjk_fonts() -> Check:
    from fraudgraph.report.glyphs import chinese_fonts  # noqa: PLC0415  # its room brings jinja2

    count, lacking = chinese_fonts()
    more = (f", no glyph for {lacking}", f"，缺字形 {lacking}") if lacking else ("", "")
    found = (f"{count} found{more[0]}", f"{count} 种{more[1]}") if count else ("none", "无")
    titles = ("Chinese fonts (to read pages on this machine)", "中文字体（在本机阅读页面）")
    remedy = "apt-get install --no-install-recommends fontconfig fonts-noto-cjk fonts-noto-cjk-extra"
    return _check(
        "cjk_fonts", titles, Health.OK if count and not lacking else Health.WARN, found, remedy=remedy
    )


def _java() -> Check:
    from fraudgraph.graphdb.java import find_java, java_version  # noqa: PLC0415  # its room brings pandas

    try:
        java = find_java()
        health, found = Health.OK, (f"{java_version(java)}: {java}", f"{java_version(java)}:{java}")
    except FraudgraphError as problem:
        health, found = Health.WARN, (problem.message_en, problem.message_zh)
    title = ("Java (for Neo4j)", "Java（Neo4j 需要）")
    return _check("java", title, health, found, remedy="uv sync --frozen")


def _neo4j_files() -> Check:
    from fraudgraph.graphdb.jars import locked_jars, missing_jars  # noqa: PLC0415  # its room brings pandas

    missing, health = len(missing_jars()), Health.WARN if missing_jars() else Health.OK
    found = (f"{missing} of {len(locked_jars())} to fetch", f"{len(locked_jars())} 个中缺 {missing} 个")
    titles = ("Neo4j's program files", "Neo4j 程序文件")
    return _check("neo4j_files", titles, health, found, remedy="fraudgraph neo4j fetch --yes")


def _existing(folder: Path) -> Path:
    """The folder, or its nearest parent that is there."""
    place = folder.resolve()
    while not place.is_dir():
        place = place.parent
    return place

"""The server's program files: a committed lock of coordinates and checksums, fetched once, checked always."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fraudgraph.errors import GraphStoreError, StorageError, UsageError
from fraudgraph.progress import Progress

__all__ = ["LICENCES_EN", "LICENCES_ZH", "Jar", "Versions", "cache_folder", "copy_jars", "default_repository", "fetch_jars", "locked_jars", "locked_versions", "missing_jars"]  # fmt: skip

LICENCES_EN = (
    "Neo4j Community Server and Neo4j Graph Data Science (open-source build): GNU GPL 3; Neo4j Browser: GNU GPL 3; "
    "the libraries they use: Apache 2.0, BSD, MIT, EPL 2.0, CDDL, MPL 2.0 and GPL 2 with the class-path exception. "
    "They run as a program of their own beside this one"
)
LICENCES_ZH = (
    "Neo4j 社区版服务器与 Neo4j 图数据科学库（开源构建）:GNU GPL 3;Neo4j Browser:GNU GPL 3;"
    "其所用程序库：Apache 2.0、BSD、MIT、EPL 2.0、CDDL、MPL 2.0 及带类路径例外的 GPL 2。"
    "它们作为独立程序运行，与本程序分离"
)
_TIMEOUT_SECONDS = 60
_AT_ONCE = 6
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Jar:
    """One program file: Maven coordinate, SHA-256 and size in bytes."""

    coordinate: str
    sha256: str
    bytes: int

    @property
    def name(self) -> str:
        """The file's name; the same in every repository and bundle."""
        _, artifact, version, *classifier = self.coordinate.split(":")
        return "-".join([artifact, version, *classifier]) + ".jar"

    @property
    def file_name(self) -> str:
        """The name in our cache: with the group, because two groups may use one artifact name."""
        return f"{self.coordinate.split(':')[0]}--{self.name}"

    @property
    def remote_path(self) -> str:
        """The path under a Maven repository's root."""
        group, artifact, version, *_ = self.coordinate.split(":")
        return f"{group.replace('.', '/')}/{artifact}/{version}/{self.name}"

    @property
    def is_plugin(self) -> bool:
        """Whether the server must also find it among its plugins, to offer its procedures."""
        return self.coordinate.startswith("org.neo4j.gds:")


@dataclass(frozen=True, slots=True)
class Versions:
    """What the lock brings."""

    neo4j: str
    browser: str
    gds: str


@cache
def _lock() -> dict[str, object]:
    found: dict[str, object] = json.loads(Path(__file__).with_name("lock.json").read_text(encoding="utf-8"))
    return found


def locked_versions() -> Versions:
    """The versions of server, Browser and graph algorithms that the lock names."""
    lock = _lock()
    return Versions(str(lock["neo4j"]), str(lock["browser"]), str(lock["gds"]))


@cache
def locked_jars() -> tuple[Jar, ...]:
    """Every program file of the server, in the lock's order."""
    listed = _lock()["jars"]
    assert isinstance(listed, list)
    return tuple(Jar(row["coordinate"], row["sha256"], row["bytes"]) for row in listed)


def cache_folder() -> Path:
    """Where fetched files are kept for all workspaces of this user."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "fraudgraph" / f"neo4j-{locked_versions().neo4j}"


def missing_jars(folder: Path | None = None) -> tuple[Jar, ...]:
    """What is not yet in the folder (by default this user's) in its full size; contents were checked on arrival."""
    place = folder or cache_folder()
    return tuple(
        jar
        for jar in locked_jars()
        if not (path := place / jar.file_name).is_file() or path.stat().st_size != jar.bytes
    )


def fetch_jars(
    folder: Path, *, repository: str | None = None, bundle: Path | None = None, progress: Progress
) -> int:
    """Bring every missing program file into the folder, each checked against the lock.

    Parameters
    ----------
    folder : Path
        Where they are kept.
    repository : str, optional
        Root address of a Maven repository; MAVEN_REPO from the environment, else the public one.
    bundle : Path, optional
        A folder that `fraudgraph bundle` wrote; nothing is then fetched from anywhere else.
    progress : Progress
        Told file by file.

    Returns
    -------
    int
        How many were missing.

    Raises
    ------
    GraphStoreError
        If the repository is away, or sends something that is not what the lock names.
    UsageError
        If the bundle lacks a file.
    StorageError
        If the folder can't be written.
    """
    missing = missing_jars(folder)
    if not missing:
        return 0
    source = _from_bundle(bundle) if bundle is not None else _from_repository(repository)
    progress.stage("Neo4j's program files", "Neo4j 程序文件", total=len(missing))

    def bring(jar: Jar) -> None:
        content = source(jar)
        found = hashlib.sha256(content).hexdigest()
        if found != jar.sha256:
            raise GraphStoreError(
                f"{jar.coordinate} is not the file the lock names: SHA-256 {found}, expected {jar.sha256}. Nothing of it was kept; use another --maven-repo or --from.",
                f"{jar.coordinate} 与锁定清单不符：SHA-256 为 {found}，应为 {jar.sha256}。该文件未保留；请换用其他 --maven-repo 或 --from。",
            )
        _put(folder / jar.file_name, content)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        waiting = [pool.submit(bring, jar) for jar in missing]
        try:
            for one in waiting:
                one.result()
                progress.advance()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return len(missing)


def default_repository() -> str:
    """The Maven repository that is used where none is named: MAVEN_REPO from the environment, else the public one."""
    return os.environ.get("MAVEN_REPO") or str(_lock()["repository"])


def _put(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{os.getpid()}.part")
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as problem:
        raise StorageError(
            f"{path} can't be written: {problem.strerror or problem}. The server's files need 160 MB; free some space, or set XDG_CACHE_HOME to another disk.",
            f"无法写入 {path}:{problem.strerror or problem}。服务器文件约需 160 MB；请清理空间，或将 XDG_CACHE_HOME 指到其他磁盘。",
        ) from None


def _from_bundle(bundle: Path) -> Callable[[Jar], bytes]:
    def read(jar: Jar) -> bytes:
        for path in (bundle / "jars" / jar.file_name, bundle / jar.file_name, bundle / jar.remote_path):
            if path.is_file():
                return path.read_bytes()
        raise UsageError(
            f"{bundle} lacks {jar.name}. Make the bundle again with `fraudgraph bundle DIR`, with this version of the program.",
            f"{bundle} 中缺少 {jar.name}。请用同一版本程序执行 `fraudgraph bundle DIR` 重新打包。",
        )

    return read


def _from_repository(repository: str | None) -> Callable[[Jar], bytes]:
    root = (repository or default_repository()).rstrip("/")
    if not root.startswith(("https://", "http://", "file://")):
        raise UsageError(
            f"--maven-repo {root!r} is no address: it must begin with https://, http:// or file://. Correct it, or leave it out for the public repository.",
            f"--maven-repo {root!r} 不是地址：应以 https://、http:// 或 file:// 开头。请改正，或不写以使用公共仓库。",
        )

    def read(jar: Jar) -> bytes:
        address = f"{root}/{jar.remote_path}"
        problem: Exception | None = None
        for _ in range(_TRIES):
            try:
                with urllib.request.urlopen(address, timeout=_TIMEOUT_SECONDS) as answer:
                    content: bytes = answer.read()
                if len(content) == jar.bytes:
                    return content
                problem = OSError(f"{len(content)} bytes of {jar.bytes}")
            except (urllib.error.URLError, OSError) as failed:
                problem = failed
        raise GraphStoreError(
            f"{jar.coordinate} can't be fetched from {root}: {problem}. Check the network or --maven-repo; without a way out, use --from with a folder that `fraudgraph bundle` made elsewhere. What was fetched is kept.",
            f"无法从 {root} 获取 {jar.coordinate}:{problem}。请检查网络或 --maven-repo；无外网时，请用 --from 指定在别处由 `fraudgraph bundle` 生成的目录。已获取的文件会保留。",
        )

    return read


def copy_jars(folder: Path, target: Path) -> None:
    """Copy every program file for a bundle.

    Raises
    ------
    StorageError
        If the target can't be written.
    """
    for jar in locked_jars():
        try:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / jar.file_name, target / jar.file_name)
        except OSError as problem:
            raise StorageError(
                f"{target} can't be written: {problem.strerror or problem}. Free some space and call again.",
                f"无法写入 {target}:{problem.strerror or problem}。请清理空间后重试。",
            ) from None

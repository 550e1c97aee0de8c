"""Is a run's folder as the run left it: every file against SHA256SUMS, every page's figures and seal against the tables."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fraudgraph.errors import UsageError
from fraudgraph.records import Ring
from fraudgraph.report.account import figures
from fraudgraph.report.files import dossier_name
from fraudgraph.report.seal import ring_seal

__all__ = ["Checked", "Fault", "check_folder", "head_hash"]

SUMS: Final = "SHA256SUMS"
_PAGES: Final = ("dossiers", "summaries")
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is not as the run left it: the file, what it is about, and both values."""

    file: str
    what: str
    kept: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of checking a folder."""

    head: str
    file_count: int
    figure_count: int
    faults: tuple[Fault, ...]


def head_hash(out: Path) -> str:
    """SHA-256 of SHA256SUMS: it stands for every file of the run, and is what to keep outside of the folder.

    Raises
    ------
    UsageError
        If the folder has no such file.
    """
    path = out / SUMS
    if not path.is_file():
        raise UsageError(
            f"{out} has no {SUMS}, the last file that a run writes: it is no whole run. Give the folder that `fraudgraph run --out` wrote.",
            f"{out} 中没有 {SUMS}（运行最后写出的文件），不是完整的运行结果。请指定 `fraudgraph run --out` 写出的文件夹。",
        )
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_folder(out: Path, rings: tuple[Ring, ...], *, head: str = "") -> Checked:
    """Compare every file, every figure and every seal.

    Parameters
    ----------
    out : Path
        The run's folder; nothing in it is changed.
    rings : tuple of Ring
        As its tables have them.
    head : str
        The head hash kept elsewhere, or its beginning; "" leaves that out.
    """
    real = head_hash(out)
    faults = list(_files(out))
    if head and not real.startswith(head.lower()):
        faults.insert(0, Fault(file=SUMS, what="head", kept=head, found=real[: len(head)]))
    count = 0
    for ring in (ring for ring in rings if ring.listed):
        for folder in _PAGES:
            page = out / folder / dossier_name(ring.ring_id)
            if page.is_file():
                told = page.read_text(encoding="utf-8", errors="replace")
                count += len(_FIGURE.findall(told)) + 1
                faults += _figures(ring, told, f"{folder}/{page.name}")
    return Checked(head=real, file_count=len(_sums(out)), figure_count=count, faults=tuple(faults))


def _sums(out: Path) -> dict[str, str]:
    lines = (out / SUMS).read_text(encoding="utf-8", errors="replace").splitlines()
    pairs = (line.partition("  ") for line in lines if line)
    return {name: digest for digest, _, name in pairs}


def _files(out: Path) -> Iterator[Fault]:
    told = _sums(out)
    for name, digest in told.items():
        path = out / name
        found = _digest(path) if path.is_file() else "—"
        if found != digest:
            yield Fault(
                file=name, what="bytes" if path.is_file() else "missing", kept=digest[:16], found=found[:16]
            )
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if path.is_file() and name not in told and name != SUMS:
            yield Fault(file=name, what="added", kept="—", found=_digest(path)[:16])


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_CHUNK):
            digest.update(part)
    return digest.hexdigest()


_FIGURE: Final = re.compile(r'data-figure="(\w+)">([^<]*)<')


def _figures(ring: Ring, page: str, name: str) -> Iterator[Fault]:
    known = figures(ring)
    seal = re.search(r'data-seal="([0-9a-f]*)"', page)
    if seal is None or seal[1] != ring_seal(ring):
        yield Fault(file=name, what="seal", kept=ring_seal(ring), found=seal[1] if seal else "—")
    for key, text in _FIGURE.findall(page):
        if html.unescape(text) != known.get(key, "—"):
            yield Fault(file=name, what=key, kept=known.get(key, "—"), found=html.unescape(text))

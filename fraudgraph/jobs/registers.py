"""Rings by name, as the workspace's published months know them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fraudgraph.casework.known import KnownRing, Register
from fraudgraph.errors import UsageError, nearest_hint
from fraudgraph.jobs.workspace import Workspace
from fraudgraph.records import Month

__all__ = ["REGISTER_NAME", "check_known", "check_members", "known_rings", "latest_register", "names_kept"]

REGISTER_NAME = "following.json"


def latest_register(workspace: Workspace) -> Register | None:
    """The register of the last published month."""
    published = workspace.published()
    return Register.read(workspace.month(published[-1]) / REGISTER_NAME) if published else None


def names_kept(workspace: Workspace, month: Month) -> Path:
    """Where the names of a month's rings stand while the month itself is to be made anew after an erasure."""
    return workspace.casework / "names" / f"{month}.json"


def known_rings(workspace: Workspace) -> dict[str, KnownRing]:
    """All rings with a name, those of months too that an erasure took away and nobody has made anew yet."""
    published = workspace.published()
    last = {str(month): workspace.month(month) / REGISTER_NAME for month in published[-1:]}
    waiting = {
        path.stem: path
        for path in (workspace.casework / "names").glob("*.json")
        if Month.parse(path.stem) not in published
    }
    found: dict[str, KnownRing] = {}
    for _, path in sorted({**last, **waiting}.items()):
        found.update(Register.read(path).rings)
    return found


def check_known(workspace: Workspace, names: Iterable[str]) -> None:
    """See that every name is a ring's.

    Raises
    ------
    UsageError
        Naming the first that is not, and the nearest that are.
    """
    known = known_rings(workspace)
    for name in names:
        if not known:
            raise UsageError(
                f"There is no ring {name!r} in this workspace: no ring was put forward yet. Nothing was recorded.",
                f"该工作区没有团伙 {name!r}：尚未有团伙列入清单。未登记任何内容。",
            )
        if name not in known:
            hint_en, hint_zh = nearest_hint(name, list(known))
            raise UsageError(
                f"There is no ring {name!r} in this workspace; {hint_en} Nothing was recorded.",
                f"该工作区没有团伙 {name!r}；{hint_zh} 未登记任何内容。",
            )


def check_members(ring: str, patients: Iterable[str], named: Iterable[str]) -> None:
    """See that everybody named is one of a ring's people.

    Raises
    ------
    UsageError
        Naming the first who is not, and the nearest who are.
    """
    known = sorted(patients)
    for name in named:
        if name not in known:
            hint_en, hint_zh = nearest_hint(name, known)
            raise UsageError(
                f"{name!r} is no member of {ring}; {hint_en} Nothing was recorded.",
                f"{name!r} 不是 {ring} 的成员；{hint_zh} 未登记任何内容。",
            )

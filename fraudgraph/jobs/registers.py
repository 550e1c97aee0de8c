"""Rings by name, as the workspace's published months know them."""

from __future__ import annotations

from collections.abc import Iterable

from fraudgraph.casework.known import KnownRing, Register
from fraudgraph.errors import UsageError, nearest_hint
from fraudgraph.jobs.workspace import Workspace

__all__ = ["REGISTER_NAME", "check_known", "known_rings", "latest_register"]

REGISTER_NAME = "following.json"


def latest_register(workspace: Workspace) -> Register | None:
    """The register of the last published month."""
    published = workspace.published()
    return Register.read(workspace.month(published[-1]) / REGISTER_NAME) if published else None


def known_rings(workspace: Workspace) -> dict[str, KnownRing]:
    """All rings with a name."""
    register = latest_register(workspace)
    return dict(register.rings) if register else {}


def check_known(workspace: Workspace, names: Iterable[str]) -> None:
    """See that every name is a ring's.

    Raises
    ------
    UsageError
        Naming the first that is not, and the nearest that are.
    """
    known = known_rings(workspace)
    for name in names:
        if name not in known:
            hint_en, hint_zh = nearest_hint(name, list(known))
            raise UsageError(
                f"There is no ring {name!r} in this workspace; {hint_en} Nothing was recorded.",
                f"该工作区没有团伙 {name!r}；{hint_zh} 未登记任何内容。",
            )

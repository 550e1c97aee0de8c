"""Kills at file-system events: a process that ends at its n-th mkdir, rename, link or unlink loses nothing."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fraudgraph.jobs import Workspace, init_workspace
from fraudgraph.jobs.deliveries import deliveries
from fraudgraph.jobs.forgetting import forget_person
from fraudgraph.jobs.holds import set_hold
from fraudgraph.jobs.migration import migrate
from fraudgraph.jobs.taking_in import take_in
from fraudgraph.settings import Settings
from tests.jobs.town import crowd, deliver, others, team

__all__ = ["kill_at_events"]

_EVENTS = frozenset(("os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir"))
_OLD = Path("tests/jobs/data/workspace-format-1.tar.gz")
_PASSING = {"taken_in_at", "at", "kept_as", "report", "made_by"}
"""Words in small files that tell when and where, and may differ."""


def kill_at_events(work: Path, count: int, chance: random.Random) -> dict[str, Any]:
    """Kill take-in, migration and erasure at events of the file system and do each again.

    Returns
    -------
    dict
        Kills, how many did not end as without one, and how many left readers without their month.
    """
    stages: dict[str, tuple[Callable[[Path], None], Callable[[Path], None]]] = {
        "take_in": (_inbox, _take_in),
        "migration": (_unpack, lambda root: migrate(root) and None),
        "erasure": (_released, _forget),
    }
    told: dict[str, Any] = {"kills": 0, "changed": 0, "without_month": 0}
    for number, (name, (prepare, act)) in enumerate(stages.items()):
        base, place = work / f"events-{name}" / "base", work / f"events-{name}" / "w"
        shutil.rmtree(base.parent, ignore_errors=True)
        base.parent.mkdir(parents=True)
        _fork(prepare, base, None)
        shutil.copytree(base, place)
        events = _fork(act, place, None)
        expected = _print(place)
        wanted = count // len(stages) + (number < count % len(stages))
        for at in sorted(chance.sample(range(1, events + 1), k=min(wanted, events))):
            for path in place.parent.glob("*w*"):
                shutil.rmtree(path)
            shutil.copytree(base, place)
            _fork(act, place, at)
            told["kills"] += 1
            if name == "migration":
                told["without_month"] += not (place / "months" / "2025-09" / "month.json").is_file()
            _fork(act, place, None)
            told["changed"] += _print(place) != expected
        told[f"{name}_events"] = events
        print(f"{name}: {told}", file=sys.stderr)
    return told


def _fork(act: Callable[[Path], None], place: Path, at: int | None) -> int:
    """Act in a process of its own, killed at its n-th event; how many events there were (255 at most are told)."""
    counted = place.with_name("events.txt")
    child = os.fork()
    if child == 0:
        seen = [0]

        def hook(event: str, _arguments: tuple[Any, ...]) -> None:
            if event in _EVENTS:
                seen[0] += 1
                if seen[0] == at:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        try:
            act(place)
            counted.write_text(str(seen[0]), encoding="utf-8")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    return int(counted.read_text(encoding="utf-8")) if at is None and counted.is_file() else 0


def _inbox(root: Path) -> None:
    workspace = Workspace(root)
    init_workspace(root)
    for month in ("2025-08", "2025-09"):
        deliver(
            workspace.inbox,
            f"claims-{month}.csv",
            others(month, "H3702020001", a_day=2),
            team(month, "A", crowd(0, 5), "H3702020001"),
        )


def _unpack(root: Path) -> None:
    with tarfile.open(_OLD) as archive:
        archive.extractall(root, filter="data")


def _released(root: Path) -> None:
    _unpack(root)
    migrate(root)
    shutil.rmtree(root.with_name(f"{root.name}.format-1"))
    set_hold(Workspace(root), "R-2025-0001", release=True, by="bench", reason="bench")


def _take_in(root: Path) -> None:
    take_in(Workspace(root), Settings())


def _forget(root: Path) -> None:
    forget_person(Workspace(root), "P01", Settings(), by="bench", reason="bench")


def _print(root: Path) -> str:
    """A hash of all that is kept, without what tells when and where, and what is made for speed."""
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if not path.is_file() or any(part.startswith(".") for part in parts) or path.name == "erasures.jsonl":
            continue
        data = path.read_bytes()
        if path.name in ("delivery.json", "migration.json", "workspace.json"):
            data = json.dumps(
                {k: v for k, v in json.loads(data).items() if k not in _PASSING}, sort_keys=True
            ).encode()
        digest.update("/".join(parts).encode() + data)
    digest.update(str([one.id for one in deliveries(Workspace(root))]).encode())
    return digest.hexdigest()

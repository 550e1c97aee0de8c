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
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from fraudgraph.casework.verdicts import Verdict, add_verdicts
from fraudgraph.errors import UsageError
from fraudgraph.jobs import Workspace, run_month
from fraudgraph.jobs.deliveries import deliveries, sha256_of
from fraudgraph.jobs.forgetting import forget_person
from fraudgraph.jobs.holds import set_hold
from fraudgraph.jobs.migration import migrate
from fraudgraph.jobs.taking_in import take_in
from fraudgraph.records import Month
from fraudgraph.settings import Settings, load_settings
from tests.jobs.town import crowd, deliver, others, small_workspace, team

__all__ = ["kill_at_events"]

_EVENTS = frozenset(("os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir"))
_NEEDED = (
    "fraudgraph.jobs.month_build",
    "fraudgraph.claims.reading",
    "fraudgraph.claims.sheet_cache",
    "openpyxl",
)
_FAULTS = ("changed", "left_half", "without_month")
_IN_ONE_STEP = "renameat2"
"""Two folders that change places: a call of the system's that Python tells of when it looks the function up."""
_OLD = Path(__file__).parents[2] / "tests" / "jobs" / "data" / "workspace-format-1.tar.gz"
_WEST = "H3702020001"
_SEPTEMBER = Month(2025, 9)
_PASSING = {"taken_in_at", "at", "began", "kept_as", "report", "made_by"}
"""Words in small files that tell when and where, and may differ."""
_OF_A_RUN = {"run.json", "fraudgraph.duckdb", "SHA256SUMS"}
"""Files of a month that tell of the run itself."""


@dataclass(frozen=True)
class _Stage:
    """Something that a job does, to what `prepare` makes of what the stage `after` left. `until` ends it: the first event there is
    no longer of the stage. `part`: its month was kept without all of its files."""

    prepare: Callable[[Path], None]
    act: Callable[[Path], None]
    after: str = ""
    has_month: bool = False
    until: str = ""
    part: bool = False


def kill_at_events(
    work: Path, count: int, chance: random.Random, stages: Sequence[str] = ()
) -> dict[str, Any]:
    """Kill take-in, scoring, publishing, migration and erasure at events of the file system and do each again.

    Returns
    -------
    dict
        Kills, how many did not end as without one, how many left something half behind them in the end, and how many left
        readers without their month for a moment.
    """
    for module in _NEEDED:  # before the processes part, so that each need not read them
        import_module(module)
    told: dict[str, Any] = {"kills": 0, **dict.fromkeys(_FAULTS, 0), "stages": {}}
    wanted = [name for name in _stages() if not stages or name in stages]
    shutil.rmtree(work / "events", ignore_errors=True)
    for number, name in enumerate(wanted):
        share = count // len(wanted) + (number < count % len(wanted))
        found = _kill_stage(work / "events", name, share, chance)
        told["stages"][name] = found
        for key in ("kills", *_FAULTS):
            told[key] += found[key]
        print(f"{name}: {found}", file=sys.stderr, flush=True)
    return told


def _stages() -> dict[str, _Stage]:
    return {
        "take_in": _Stage(_inbox, _take_in),
        "scoring": _Stage(_as_it_is, _month, after="take_in", until=".2025-09.partial"),
        "publishing": _Stage(_cleared, _month, after="scoring", has_month=True),
        "migration": _Stage(_unpack, _migrate, has_month=True, part=True),
        "erasure": _Stage(_released, _forget, after="migration"),
    }


def _unkilled(work: Path, name: str) -> list[str]:
    """The events of a stage that comes to its end; the workspace before and after it is kept, made once."""
    folder, stage = work / name, _stages()[name]
    if not (folder / "done").is_dir():
        folder.mkdir(parents=True)
        if stage.after:
            _unkilled(work, stage.after)
            shutil.copytree(work / stage.after / "done", folder / "base")
        _fork(stage.prepare, folder / "base", None)
        shutil.copytree(folder / "base", folder / "w")
        events = _fork(stage.act, folder / "w", None)
        (folder / "all_events.txt").write_text("\n".join(events), encoding="utf-8")
        (folder / "w").rename(folder / "done")
    return (folder / "all_events.txt").read_text(encoding="utf-8").splitlines()


def _kill_stage(work: Path, name: str, share: int, chance: random.Random) -> dict[str, int]:
    stage, events = _stages()[name], _unkilled(work, name)
    base, place = work / name / "base", work / name / "w"
    ours = next((n for n, event in enumerate(events) if stage.until and stage.until in event), len(events))
    told = {"events": ours, "kills": 0, **dict.fromkeys(_FAULTS, 0)}
    expected = _print(work / name / "done")
    for at in sorted(chance.sample(range(1, ours + 1), k=min(share, ours))):
        for path in (place, *place.parent.glob(".w*"), *place.parent.glob("w.*")):
            shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(base, place)
        _fork(stage.act, place, at)
        told["kills"] += 1
        told["without_month"] += stage.has_month and not _whole_month(place, base if stage.part else None)
        _fork(stage.act, place, None)
        if _print(place) != expected:
            told["changed"] += 1
            print(f"{name}: changed after event {at}, {events[at - 1]}", file=sys.stderr)
        if half := _half(place):
            told["left_half"] += 1
            print(f"{name}: half after event {at}, {events[at - 1]}: {half}", file=sys.stderr)
    return told


def _whole_month(place: Path, kept: Path | None) -> bool:
    """Whether readers find their month, with all its files as its own list of hashes has them; of one kept in part, those kept."""
    month = place / "months" / "2025-09"
    if not (month / "month.json").is_file() or not (month / "referral_list.csv").is_file():
        return False
    sums = month / "SHA256SUMS"
    lines = sums.read_text(encoding="utf-8").splitlines() if sums.is_file() else []
    if kept is not None:
        lines = [line for line in lines if (kept / "months" / "2025-09" / line[66:]).is_file()]
    return all(sha256_of(month / line[66:]) == line[:64] for line in lines)


def _half(place: Path) -> list[str]:
    """What a job that was killed left and the next one did not clear away."""
    left = [path for folder in ("months", "deliveries", "days") for path in (place / folder).rglob(".*")]
    left += list(place.parent.glob(".*"))
    return [str(path.relative_to(place.parent)) for path in left]


def _fork(act: Callable[[Path], None], place: Path, at: int | None) -> list[str]:
    """Act in a process of its own, killed at its n-th event; the events it had, if it came to its end."""
    counted = place.with_name("events.txt")
    counted.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        seen: list[str] = []

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            swapped = event == "ctypes.dlsym" and arguments[1] == _IN_ONE_STEP
            if event in _EVENTS or swapped:
                seen.append(f"{event} {'' if swapped else arguments[0]}")
                if len(seen) == at:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        try:
            act(place)
            if at is None:
                counted.write_text("\n".join(seen), encoding="utf-8")
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    if at is None and not counted.is_file():
        raise SystemExit(f"{act.__name__} did not come to its end in {place}")
    return counted.read_text(encoding="utf-8").splitlines() if at is None else []


def _inbox(root: Path) -> None:
    """Two small months that wait in the inbox."""
    small_workspace(root)
    for month in ("2025-08", "2025-09"):
        ordinary = others(month, _WEST, a_day=2)
        deliver(Workspace(root).inbox, f"claims-{month}.csv", ordinary, team(month, "A", crowd(0, 5), _WEST))


def _as_it_is(_root: Path) -> None:
    """Nothing is to be done before."""


def _cleared(root: Path) -> None:
    """September is published and read; since then its ring was cleared, so that another list will be issued."""
    cleared = Verdict(
        ring_id="R-2025-0001", verdict="cleared", by="bench", on=date(2025, 9, 30), reason="bench"
    )
    add_verdicts(Workspace(root).casework, [cleared])


def _month(root: Path) -> None:
    workspace = Workspace(root)
    run_month(workspace, _SEPTEMBER, load_settings(workspace.settings))


def _migrate(root: Path) -> None:
    migrate(root)


def _unpack(root: Path) -> None:
    with tarfile.open(_OLD) as archive:
        archive.extractall(root, filter="data")


def _released(root: Path) -> None:
    set_hold(Workspace(root), "R-2025-0001", release=True, by="bench", reason="bench")


def _take_in(root: Path) -> None:
    take_in(Workspace(root), Settings())


def _forget(root: Path) -> None:
    try:
        forget_person(Workspace(root), "P01", Settings(), by="bench", reason="bench")
    except UsageError as problem:
        if "found nowhere" not in problem.message_en:  # killed when all was done
            raise


def _print(root: Path) -> str:
    """A hash of all that is kept, without what tells when and where, and what is made for speed."""
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        of_a_job = parts[0] == "logs" and path.name[:2] == "20"
        if (
            not path.is_file()
            or any(part.startswith(".") for part in parts)
            or of_a_job
            or path.name in _OF_A_RUN
        ):
            continue
        data = path.read_bytes()
        if path.name in ("delivery.json", "migration.json", "workspace.json", "erasures.jsonl"):
            data = json.dumps(
                {k: v for k, v in json.loads(data).items() if k not in _PASSING}, sort_keys=True
            ).encode()
        digest.update("/".join(parts).encode() + data)
    digest.update(str([one.id for one in deliveries(Workspace(root))]).encode())
    return digest.hexdigest()

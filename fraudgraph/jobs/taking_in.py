"""From the inbox into the workspace: copied, looked into, and kept in one step if it can be used."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from fraudgraph.errors import SourceError, StorageError
from fraudgraph.jobs.deliveries import (
    INDEX_NAME,
    DeliveredFile,
    Delivery,
    deliveries,
    write_delivery,
)
from fraudgraph.jobs.delivery_effects import again_with_nothing_since, ensure_indexes, look_into
from fraudgraph.jobs.inbox import BadFile, Waiting, copy_whole, inbox_files, refuse, still_as_copied
from fraudgraph.jobs.workspace import Workspace, disk_told, tidy, write_private
from fraudgraph.settings import Settings

__all__ = ["take_in"]

_HALF = re.compile(r"\.\d+(-[0-9a-f]+)?")
"""A delivery that was on its way in when its job ended."""


def take_in(workspace: Workspace, settings: Settings) -> Delivery | None:
    """Read what lies in the inbox once, and keep it if it can be used.

    The files move in one step: a delivery is either in the inbox or taken in, whenever the process may end.

    Returns
    -------
    Delivery or None
        None if the inbox is empty, or holds only what was delivered before and nothing changed since.

    Raises
    ------
    SourceError
        If the delivery can't be used, naming every file at fault; the inbox then is as it was.
    """
    waiting, links = inbox_files(workspace)
    tidy(workspace.deliveries)
    for left in workspace.deliveries.glob(".[0-9]*"):
        if _HALF.fullmatch(left.name):
            shutil.rmtree(left, ignore_errors=True)
    if not waiting and not links:
        return None
    every = deliveries(workspace)
    taken = [path.name.partition("-")[0] for path in workspace.deliveries.iterdir() if path.is_dir()]
    number = max((int(text) for text in taken if text.isdecimal()), default=0) + 1
    beside = workspace.deliveries / f".{number:04d}"
    try:
        with disk_told(workspace.deliveries):
            return _Taking(workspace, settings, every, beside, number).do(waiting, links)
    except OSError as problem:
        raise StorageError(
            f"The delivery can't be kept in {workspace.deliveries}: {problem.strerror or problem}. It is still in the inbox; free some space and run again.",
            f"数据无法存入 {workspace.deliveries}：{problem.strerror or problem}。文件仍在 inbox 中，请清理空间后重新运行。",
        ) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


class _Taking:
    """One delivery on its way in."""

    def __init__(
        self, workspace: Workspace, settings: Settings, every: Sequence[Delivery], beside: Path, number: int
    ) -> None:
        self._workspace, self._settings, self._every = workspace, settings, every
        self._beside, self._number = beside, number

    def do(self, waiting: Sequence[Path], links: list[BadFile]) -> Delivery | None:
        self._beside.mkdir(parents=True, mode=0o700)
        copied = [self._copy(path) for path in waiting]
        bad = [*links, *(one for one in copied if isinstance(one, BadFile))]
        good = [one for one in copied if isinstance(one, Waiting)]
        if bad and not self._settings.month.quarantine:
            raise refuse([*bad, *self._each_bad(self._not_known(good))])
        ensure_indexes(self._workspace, self._every, self._settings)
        fresh = self._not_known(good)
        delivery = None
        if fresh:
            fresh, delivery, worse = self._look(fresh)
            bad += worse
        if bad:
            self._put_aside(bad)
        if delivery is not None:
            write_delivery(delivery, self._beside)
            self._beside.rename(delivery.folder)
        bad_names = {one.name for one in bad}
        for one in good:
            if one.name not in bad_names and still_as_copied(one):
                one.path.unlink()
        return delivery

    def _copy(self, path: Path) -> Waiting | BadFile:
        name = path.relative_to(self._workspace.inbox).as_posix()
        found = copy_whole(path, name, self._beside / "files" / name)
        if isinstance(found, BadFile):
            (self._beside / "files" / name).unlink(missing_ok=True)
        return found

    def _not_known(self, good: Sequence[Waiting]) -> list[Waiting]:
        """Without files that bring what is known and counts as it is."""
        known = again_with_nothing_since(self._every, self._settings, self._beside)
        fresh = []
        for one in good:
            if one.sha256 in known:
                (self._beside / "files" / one.name).unlink(missing_ok=True)
            else:
                fresh.append(one)
        return fresh

    def _look(self, fresh: list[Waiting]) -> tuple[list[Waiting], Delivery | None, list[BadFile]]:
        """Look into the delivery; with quarantine allowed, once more without the files at fault."""
        try:
            return fresh, self._delivery(fresh), []
        except SourceError as problem:
            bad = self._each_bad(fresh)
            rest = [one for one in fresh if one.name not in {b.name for b in bad}]
            if not bad or not self._settings.month.quarantine:
                raise refuse(bad, whole=problem) from None
        for one in bad:
            (self._beside / "files" / one.name).unlink()
        return rest, self._delivery(rest) if rest else None, bad

    def _each_bad(self, files: Sequence[Waiting]) -> list[BadFile]:
        """Every file that can't be used even by itself."""
        bad = []
        for one in files:
            alone = self._beside / "alone"
            shutil.rmtree(alone, ignore_errors=True)
            target = alone / one.name
            target.parent.mkdir(parents=True, mode=0o700)
            os.link(self._beside / "files" / one.name, target)
            try:
                look_into(self._workspace, self._settings, alone, self._beside / "look.tmp")
            except SourceError as problem:
                bad.append(BadFile(name=one.name, en=problem.message_en, zh=problem.message_zh))
            finally:
                shutil.rmtree(alone, ignore_errors=True)
        return bad

    def _delivery(self, fresh: Sequence[Waiting]) -> Delivery:
        digest = hashlib.sha256("".join(sorted(one.sha256 for one in fresh)).encode()).hexdigest()
        name = f"{self._number:04d}-{digest[:8]}"
        found = look_into(
            self._workspace, self._settings, self._beside / "files", self._beside / "look.tmp",
            index=self._beside / INDEX_NAME, before=self._every,
        )  # fmt: skip
        files = tuple(
            DeliveredFile(name=one.name, sha256=one.sha256, size=one.size, kinds=found.kinds_of(one.name))
            for one in sorted(fresh, key=lambda one: one.name)
        )
        return Delivery(
            id=name, taken_in_at=datetime.now(UTC).isoformat(timespec="seconds"), files=files, months=found.months,
            rows_read=found.rows_read, rows_kept=found.rows_kept, rows_set_aside=found.rows_set_aside,
            columns=found.columns, folder=self._workspace.deliveries / name, touched=found.touched, effects=found.effects,
        )  # fmt: skip

    def _put_aside(self, bad: Sequence[BadFile]) -> None:
        """Move bad files to quarantine/, each beside the reason."""
        folder = self._workspace.quarantine / f"{self._number:04d}-{datetime.now(UTC):%Y%m%dT%H%M%S}"
        for one in bad:
            target = folder / one.name
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(
                target.with_name(target.name + ".reason.json"),
                json.dumps(_reason(one), ensure_ascii=False, indent=1) + "\n",
            )
            (self._workspace.inbox / one.name).rename(target)


def _reason(one: BadFile) -> dict[str, str]:
    return {"file": one.name, "en": one.en, "zh": one.zh}

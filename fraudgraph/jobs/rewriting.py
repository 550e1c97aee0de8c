"""Deliveries written again without what shall be forgotten: looked into anew, and put in their place in one step."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from fraudgraph.claims.columns.mapping import load_mapping
from fraudgraph.claims.erasing import Forgotten, rewrite_without
from fraudgraph.errors import StorageError
from fraudgraph.jobs.deliveries import (
    INDEX_NAME,
    Delivery,
    checked_file,
    deliveries,
    sha256_of,
    write_delivery,
)
from fraudgraph.jobs.delivery_effects import look_into
from fraudgraph.jobs.erasure_intent import Intent, scratch_store
from fraudgraph.jobs.workspace import Workspace, put_in_place
from fraudgraph.settings import Settings

__all__ = ["rewrite_deliveries"]


def rewrite_deliveries(
    workspace: Workspace, settings: Settings, intent: Intent, what: Callable[[Delivery], Forgotten]
) -> None:
    """Write the deliveries that hold what shall be forgotten again, each whole or not at all.

    Parameters
    ----------
    workspace : Workspace
        Where.
    settings : Settings
        The workspace's settings.
    intent : Intent
        Told which deliveries were written again, before each takes its place.
    what : callable
        What shall be forgotten of a delivery.

    Raises
    ------
    StorageError
        If a file is not what was delivered, or could not be written so that it reads as before.
    """
    rules = load_mapping(workspace.mapping) if workspace.mapping is not None else ()
    every = deliveries(workspace)
    for number, one in enumerate(every):
        beside = workspace.deliveries / f".{one.id}.partial"
        shutil.rmtree(beside, ignore_errors=True)
        changed: dict[str, tuple[str, int]] = {}
        rows, forgotten = 0, what(one)
        with scratch_store(workspace, settings) as store:
            for file in one.files:
                target = beside / "files" / file.name
                gone = rewrite_without(store, checked_file(one, file, gone=True), target, forgotten, rules)
                rows += gone.rows
                if target.is_file():
                    changed[file.name] = (sha256_of(target), target.stat().st_size)
        if changed:
            intent.rewritten[one.id] = (rows, len(changed))
            intent.save(workspace)
            _replace_delivery(workspace, settings, one, every[:number], beside, changed)
    shutil.rmtree(workspace.work / "forget", ignore_errors=True)


def _replace_delivery(
    workspace: Workspace, settings: Settings, one: Delivery, before: list[Delivery], beside: Path,
    changed: dict[str, tuple[str, int]],
) -> None:  # fmt: skip
    for file in one.files:
        if file.name not in changed:
            (beside / "files" / file.name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copyfile(one.folder / "files" / file.name, beside / "files" / file.name)
    lenient = settings.model_copy(
        update={"source": settings.source.model_copy(update={"max_reject_share": 1.0})}
    )
    found = look_into(
        workspace,
        lenient,
        beside / "files",
        workspace.work / "look.tmp",
        index=beside / INDEX_NAME,
        before=before,
    )
    kinds = {file.name: found.kinds_of(file.name) for file in one.files}
    lost = [file.name for file in one.files if file.kinds and kinds[file.name] != file.kinds]
    if lost:
        shutil.rmtree(beside, ignore_errors=True)
        raise StorageError(
            f"{one.id}: {', '.join(lost)} could not be written again so that it reads as before. This delivery is as it was; withdraw it, erase it by hand and deliver it anew.",
            f"{one.id}：{'、'.join(lost)} 重写后无法照原样读取。该交付保持原样；请撤回并手工删除后重新交付。",
        )
    files = tuple(
        replace(file, sha256=changed[file.name][0], size=changed[file.name][1])
        if file.name in changed
        else file
        for file in one.files
    )
    write_delivery(
        replace(
            one, files=files, months=found.months, rows_read=found.rows_read, rows_kept=found.rows_kept,
            rows_set_aside=found.rows_set_aside, touched=found.touched, effects=found.effects,
        ),
        beside,
    )  # fmt: skip
    put_in_place(beside, one.folder)

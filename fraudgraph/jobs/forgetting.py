"""Erasure 删除: a person, or months past their time, taken out of everything a workspace keeps; the act stays on record."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from fraudgraph.casework.appending import append_lines, read_lines
from fraudgraph.errors import GraphStoreError, StorageError, UsageError
from fraudgraph.jobs.deliveries import INDEX_NAME, Delivery, deliveries, sha256_of, write_delivery
from fraudgraph.jobs.delivery_effects import look_into
from fraudgraph.jobs.erasure_intent import Intent, scratch_store
from fraudgraph.jobs.holds import check_not_held
from fraudgraph.jobs.lock import Lock
from fraudgraph.jobs.redaction import redact, texts_of
from fraudgraph.jobs.registers import REGISTER_NAME, names_kept
from fraudgraph.jobs.workspace import Workspace, put_in_place
from fraudgraph.records import Month
from fraudgraph.settings import Settings
from fraudgraph.store import DATABASE_NAME

__all__ = ["Forgetting", "forget_before", "forget_person", "month_of_retention"]

_RECORD = "erasures.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """What was erased: delivered rows and files, casework entries, and months that are to be made anew or are gone."""

    rows: int
    files: int
    entries: int
    months: tuple[str, ...]
    record: str


def month_of_retention(workspace: Workspace, settings: Settings) -> Month:
    """The first month that month.keep_months keeps.

    Raises
    ------
    UsageError
        If the setting is not made, or nothing was published.
    """
    keep, published = settings.month.keep_months, workspace.published()
    if keep is None or not published:
        raise UsageError(
            "month.keep_months is not set in fraudgraph.toml, or no month was published; nothing was erased.",
            "fraudgraph.toml 未设置 month.keep_months，或尚未发布任何月份；未删除任何数据。",
        )
    last = published[-1]
    at = last.year * 12 + last.month - keep
    return Month(at // 12, at % 12 + 1)


def forget_person(
    workspace: Workspace, person: str, settings: Settings, *, by: str, reason: str
) -> Forgetting:
    """Take a person out of deliveries, months, kept sheets, casework, quarantine and the local graph.

    Months that were made of a delivery with that person go, and `fraudgraph month` makes them anew; the names of their
    rings are kept without the person. A process that is killed on the way is finished by the next one for the same person.

    Raises
    ------
    UsageError
        If the person is on legal hold, is found nowhere, or nobody and no reason is named.
    GraphStoreError
        If the workspace's Neo4j is running.
    """
    _check(workspace, by, reason)
    check_not_held(workspace, person)
    with Lock(workspace, "fraudgraph workspace forget"):
        intent = Intent.begin(workspace, settings, "person = md5_number_lower($value)", person)
        rows, files = _from_deliveries(workspace, settings, person, intent)
        months = [one for one in workspace.published() if intent.concerns(workspace, one)]
        entries = sum(redact(path, person) for path in texts_of(workspace))
        if not (rows or files or entries or months or intent.keys):
            intent.end(workspace)
            raise UsageError(
                f"{person!r} is found nowhere in {workspace.root}; nothing was erased.",
                f"在 {workspace.root} 中没有找到 {person!r}；未删除任何数据。",
            )
        for month in months:
            _drop_month(workspace, month, person)
        for day in workspace.days.glob("[0-9]*"):
            shutil.rmtree(day)
        _drop_derived(workspace)
        intent.end(workspace)
        code = hashlib.sha256(person.encode()).hexdigest()[:8]
        return _recorded(workspace, "person", code, by, reason, rows, files, entries, months)


def forget_before(
    workspace: Workspace, first: Month, settings: Settings, *, by: str, reason: str
) -> Forgetting:
    """Take everything before a month out of deliveries, months, days, logs, databases, kept sheets and the local graph.

    Lists of later months stay as they were issued; their databases go if they hold claims of the months erased.

    Raises
    ------
    UsageError
        If nobody and no reason is named.
    GraphStoreError
        If the workspace's Neo4j is running.
    """
    _check(workspace, by, reason)
    with Lock(workspace, "fraudgraph workspace forget"):
        intent = Intent.begin(workspace, settings, "month < $value", str(first))
        rows, files = _from_deliveries(workspace, settings, "", intent)
        gone = [month for month in workspace.published() if month < first]
        for month in workspace.published():
            if month < first:
                shutil.rmtree(workspace.month(month))
            elif intent.concerns(workspace, month):
                (workspace.month(month) / DATABASE_NAME).unlink(missing_ok=True)
        for folder in (workspace.days, workspace.root / "logs"):
            for path in folder.glob("[0-9]*"):
                if path.name[:7] < str(first):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
        _drop_derived(workspace)
        intent.end(workspace)
        return _recorded(workspace, "before", str(first), by, reason, rows, files, 0, gone)


def _check(workspace: Workspace, by: str, reason: str) -> None:
    from fraudgraph.graphdb.places import Places  # noqa: PLC0415  # rarely wanted
    from fraudgraph.graphdb.server import LocalServer  # noqa: PLC0415

    if not by.strip() or not reason.strip():
        raise UsageError(
            "Say who erases and why (--by, --reason); nothing was erased.",
            "请注明操作人和理由（--by、--reason）；未删除任何数据。",
        )
    if (workspace.root / "neo4j").is_dir() and LocalServer(Places(workspace.root)).running():
        raise GraphStoreError(
            "The workspace's Neo4j is running and may hold what shall be erased. Stop it (`fraudgraph neo4j stop`) and run again; nothing was erased.",
            "工作区的 Neo4j 正在运行，其中可能有待删除的数据。请先停止（`fraudgraph neo4j stop`）再运行；未删除任何数据。",
        )


def _from_deliveries(
    workspace: Workspace, settings: Settings, person: str, intent: Intent
) -> tuple[int, int]:
    """Write the deliveries that hold it again, each whole or not at all; rows taken out, and files written."""
    from fraudgraph.claims.columns.mapping import load_mapping  # noqa: PLC0415
    from fraudgraph.claims.erasing import Forgotten, rewrite_without  # noqa: PLC0415

    rules = load_mapping(workspace.mapping) if workspace.mapping is not None else ()
    rows = files = 0
    every = deliveries(workspace)
    for number, one in enumerate(every):
        beside = workspace.deliveries / f".{one.id}.partial"
        shutil.rmtree(beside, ignore_errors=True)
        changed: dict[str, tuple[str, int]] = {}
        with scratch_store(workspace, settings) as store:
            for file in one.files:
                target = beside / "files" / file.name
                gone = rewrite_without(
                    store,
                    one.folder / "files" / file.name,
                    target,
                    Forgotten(person=person, keys=intent.keys),
                    rules,
                )
                rows += gone.rows
                if target.is_file():
                    changed[file.name] = (sha256_of(target), target.stat().st_size)
        if changed:
            files += len(changed)
            intent.deliveries.add(one.id)
            intent.save(workspace)
            _replace_delivery(workspace, settings, one, every[:number], beside, changed)
    shutil.rmtree(workspace.work / "forget", ignore_errors=True)
    return rows, files


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


def _drop_month(workspace: Workspace, month: Month, person: str) -> None:
    """Take a month's results away but for the names of its rings; `fraudgraph month` makes it anew."""
    out = workspace.month(month)
    names = names_kept(workspace, month)
    names.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(out / REGISTER_NAME, names)
    names.chmod(0o600)
    redact(names, person)
    aside = out.with_name(f".{out.name}.partial")
    out.rename(aside)
    shutil.rmtree(aside)


def _drop_derived(workspace: Workspace) -> None:
    """What is kept for speed, and the local graph's store: both are made again from what is left."""
    shutil.rmtree(workspace.work, ignore_errors=True)
    for name in ("data", "logs", "dumps"):
        shutil.rmtree(workspace.root / "neo4j" / name, ignore_errors=True)
    (workspace.root / "logs" / "neo4j.json").unlink(missing_ok=True)


def _recorded(
    workspace: Workspace, what: str, which: str, by: str, reason: str, rows: int, files: int, entries: int, months: list[Month]
) -> Forgetting:  # fmt: skip
    """Note the act without the data: a person is told by eight digits of a hash only."""
    record = workspace.root / "logs" / _RECORD
    names = tuple(str(month) for month in months)
    done = Forgetting(rows=rows, files=files, entries=entries, months=names, record=str(record))
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "what": what, "which": which, "by": by, "reason": reason,
        "number": len(read_lines(record)) + 1, **{k: v for k, v in asdict(done).items() if k != "record"},
    }  # fmt: skip
    append_lines(record, [json.dumps(line, ensure_ascii=False, sort_keys=True)])
    return done

"""Erasure 删除: a person, or months past their time, taken out of everything a workspace keeps; the act stays on record."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from fraudgraph.casework.appending import append_lines, read_lines
from fraudgraph.casework.casebook import case_rows
from fraudgraph.claims.erasing import Forgotten
from fraudgraph.errors import GraphStoreError, UsageError
from fraudgraph.jobs.deliveries import Delivery, deliveries
from fraudgraph.jobs.erasure_intent import Intent, Wanted, kept_keys, scratch_store
from fraudgraph.jobs.holds import check_not_held, held_people
from fraudgraph.jobs.inbox import inbox_files
from fraudgraph.jobs.lock import Lock
from fraudgraph.jobs.redaction import lines_with, redact, texts_of
from fraudgraph.jobs.registers import REGISTER_NAME, names_kept
from fraudgraph.jobs.rewriting import rewrite_deliveries
from fraudgraph.jobs.searching import files_with
from fraudgraph.jobs.workspace import Workspace
from fraudgraph.records import Month
from fraudgraph.settings import Settings
from fraudgraph.store import DATABASE_NAME

__all__ = ["Forgetting", "forget_before", "forget_person", "month_of_retention"]

_RECORD = "erasures.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """What was erased: delivered rows and files, lines of casework and logs, and months that are to be made anew or are gone.

    `kept` are months that stay because a ring on legal hold was put forward in them; `graph` says whether the local
    graph's store went too; `found_in` are files in which the id still stands (none, unless it is a number like others).
    """

    rows: int
    files: int
    entries: int
    months: tuple[str, ...]
    record: str
    kept: tuple[str, ...] = ()
    graph: bool = False
    found_in: tuple[str, ...] = ()


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
    wanted = Wanted(
        what="person", which=hashlib.sha256(person.encode()).hexdigest()[:8],
        condition="person = md5_number_lower($value)", value=person,
    )  # fmt: skip
    with Lock(workspace, "fraudgraph workspace forget"):
        intent = Intent.begin(workspace, settings, wanted)
        rewrite_deliveries(
            workspace, settings, intent, lambda _one: Forgotten(person=person, keys=intent.keys)
        )
        texts = {path: lines_with(path, person) for path in texts_of(workspace)}
        intent.entries |= {str(path.relative_to(workspace.root)): n for path, n in texts.items() if n}
        months = [one for one in workspace.published() if intent.concerns(workspace, one)]
        intent.months = sorted({*intent.months, *map(str, months)})
        if not (intent.rewritten or intent.entries or intent.months or intent.keys):
            intent.end(workspace)
            raise UsageError(
                f"{person!r} is found nowhere in {workspace.root}; nothing was erased.",
                f"在 {workspace.root} 中没有找到 {person!r}；未删除任何数据。",
            )
        intent.save(workspace)
        for path in texts:
            redact(path, person)
        for month in months:
            _drop_month(workspace, month, person)
        for day in workspace.days.glob("[0-9]*"):
            shutil.rmtree(day)
        graph = _drop_derived(workspace)
        done = replace(_recorded(workspace, intent, by, reason), graph=graph)
        intent.end(workspace)
        with scratch_store(workspace, settings) as store:
            left = files_with(workspace.root, person, store)
        shutil.rmtree(workspace.work, ignore_errors=True)
        return replace(done, found_in=tuple(str(path.relative_to(workspace.root)) for path in left))


def forget_before(
    workspace: Workspace, first: Month, settings: Settings, *, by: str, reason: str
) -> Forgetting:
    """Take everything before a month out of deliveries, months, days, logs, databases, kept sheets and the local graph.

    Lists of later months stay as they were issued; their databases go if they hold claims of the months erased. Claims of
    people on legal hold stay, and months in which their ring was put forward.

    Raises
    ------
    UsageError
        If nobody and no reason is named, or no month would be left.
    GraphStoreError
        If the workspace's Neo4j is running.
    """
    _check(workspace, by, reason)
    _check_some_left(workspace, first)
    held = held_people(workspace)
    wanted = Wanted(
        what="before", which=str(first), condition="month < $value", value=str(first), but=tuple(sorted(held))
    )
    with Lock(workspace, "fraudgraph workspace forget"):
        intent = Intent.begin(workspace, settings, wanted)

        def of_delivery(one: Delivery) -> Forgotten:
            """All of it where every claim is past its time: rows that could not be read, too."""
            whole = one.months and max(one.months) < str(first)
            kept = kept_keys(workspace, settings, one, wanted) if whole else None
            return Forgotten(person="", keys=intent.keys, but=kept)

        rewrite_deliveries(workspace, settings, intent, of_delivery)
        gone = [month for month in workspace.published() if month < first]
        stay = [month for month in gone if _put_forward(workspace, month) & set(held.values())]
        intent.months = sorted({*intent.months, *(str(month) for month in gone if month not in stay)})
        intent.save(workspace)
        for month in workspace.published():
            if str(month) in intent.months:
                shutil.rmtree(_aside(workspace, month))
            elif intent.concerns(workspace, month):
                (workspace.month(month) / DATABASE_NAME).unlink(missing_ok=True)
        _drop_old_files(workspace, first)
        graph = _drop_derived(workspace) if intent.rewritten or intent.months else False
        done = _recorded(workspace, intent, by, reason)
        intent.end(workspace)
        return replace(done, graph=graph, kept=tuple(str(month) for month in stay))


def _check_some_left(workspace: Workspace, first: Month) -> None:
    months = {str(month) for month in workspace.published()}
    months |= {name for one in deliveries(workspace) for name in one.months}
    if not months or str(first) > max(months):
        raise UsageError(
            f"Nothing would be left: the last month in this workspace is {max(months, default='-')}. Give a month up to that one; nothing was erased.",
            f"不会剩下任何数据：该工作区的最后一个月份是 {max(months, default='-')}。请给出不晚于该月的月份；未删除任何数据。",
        )


def _put_forward(workspace: Workspace, month: Month) -> set[str]:
    """Rings on a month's list."""
    cases = case_rows(workspace.month(month) / "casework.parquet")
    return {str(row["ring_id"]) for row in cases if row["listed"]}


def _aside(workspace: Workspace, month: Month) -> Path:
    """A month's folder out of the readers' sight, in one step."""
    aside = workspace.month(month).with_name(f".{month}.partial")
    workspace.month(month).rename(aside)
    return aside


def _drop_old_files(workspace: Workspace, first: Month) -> None:
    """Days, logs, quarantined files and names of rings that are older."""
    for folder in (workspace.days, workspace.root / "logs", workspace.casework / "names"):
        for path in folder.glob("[0-9]*"):
            if path.name[:7] < str(first):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in workspace.quarantine.glob("[0-9]*-[0-9]*"):
        if path.name.partition("-")[2][:6] < str(first).replace("-", ""):
            shutil.rmtree(path)


def _check(workspace: Workspace, by: str, reason: str) -> None:
    from fraudgraph.graphdb.places import Places  # noqa: PLC0415  # rarely wanted
    from fraudgraph.graphdb.server import LocalServer  # noqa: PLC0415

    if not by.strip() or not reason.strip():
        raise UsageError(
            "Say who erases and why (--by, --reason); nothing was erased.",
            "请注明操作人和理由（--by、--reason）；未删除任何数据。",
        )
    waiting, links = inbox_files(workspace)
    if waiting or links:
        raise UsageError(
            f"{len(waiting) + len(links)} files wait in {workspace.inbox} and may hold what shall be erased. Take them in with `fraudgraph month` or move them away, and run again; nothing was erased.",
            f"{workspace.inbox} 中有 {len(waiting) + len(links)} 个待接收的文件，其中可能有待删除的数据。请先用 `fraudgraph month` 接收或将其移走，再重新运行；未删除任何数据。",
        )
    if (workspace.root / "neo4j").is_dir() and LocalServer(Places(workspace.root)).running():
        raise GraphStoreError(
            "The workspace's Neo4j is running and may hold what shall be erased. Stop it (`fraudgraph neo4j stop`) and run again; nothing was erased.",
            "工作区的 Neo4j 正在运行，其中可能有待删除的数据。请先停止（`fraudgraph neo4j stop`）再运行；未删除任何数据。",
        )


def _drop_month(workspace: Workspace, month: Month, person: str) -> None:
    """Take a month's results away but for the names of its rings; `fraudgraph month` makes it anew."""
    out = workspace.month(month)
    names = names_kept(workspace, month)
    names.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(out / REGISTER_NAME, names)
    names.chmod(0o600)
    redact(names, person)
    shutil.rmtree(_aside(workspace, month))


def _drop_derived(workspace: Workspace) -> bool:
    """What is kept for speed, and the local graph's store: both are made again from what is left. Whether there was a graph."""
    shutil.rmtree(workspace.work, ignore_errors=True)
    graph = (workspace.root / "neo4j" / "data").is_dir()
    for name in ("data", "logs", "dumps"):
        shutil.rmtree(workspace.root / "neo4j" / name, ignore_errors=True)
    (workspace.root / "logs" / "neo4j.json").unlink(missing_ok=True)
    return graph


def _recorded(workspace: Workspace, intent: Intent, by: str, reason: str) -> Forgetting:
    """Note the act without the data, once: a person is told by eight digits of a hash only."""
    record = workspace.root / "logs" / _RECORD
    done = Forgetting(
        rows=sum(rows for rows, _ in intent.rewritten.values()), files=sum(files for _, files in intent.rewritten.values()),
        entries=sum(intent.entries.values()), months=tuple(intent.months), record=str(record),
    )  # fmt: skip
    line = {
        "what": intent.what, "which": intent.which, "began": intent.began, "by": by, "reason": reason, "rows": done.rows,
        "files": done.files, "entries": done.entries, "months": list(done.months),
    }  # fmt: skip
    before = read_lines(record)
    if before and before[-1].get("began") == intent.began:
        return done  # the job that was killed had got as far as this
    if done.rows or done.entries or done.months:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        told = {"at": at, "number": len(before) + 1, **line}
        append_lines(record, [json.dumps(told, ensure_ascii=False, sort_keys=True)])
    return done

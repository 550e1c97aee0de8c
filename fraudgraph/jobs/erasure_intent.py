"""What an erasure is about, kept by hashes until it is done: a job that was killed on the way is gone on with."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from fraudgraph.errors import UsageError
from fraudgraph.jobs.damage import check_parquet, read_json
from fraudgraph.jobs.deliveries import INDEX_NAME, Delivery, deliveries
from fraudgraph.jobs.delivery_effects import REMEDY, ensure_indexes
from fraudgraph.jobs.plan import month_notes
from fraudgraph.jobs.workspace import Workspace, tidy, write_private
from fraudgraph.records import Month
from fraudgraph.settings import Settings
from fraudgraph.store import Store

__all__ = ["Intent", "Wanted", "begun_before", "kept_keys", "scratch_store"]

_INTENT = ".forgetting.json"
_HELD = "person IN (SELECT md5_number_lower(unnest($but)))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What shall be erased: `what` is person or before, `which` a hash's digits or a month; `condition` names the claims.

    Claims of the people in `but` are none of it.
    """

    what: str
    which: str
    condition: str
    value: str
    but: tuple[str, ...] = ()


@dataclass(slots=True)
class Intent:
    """What an erasure is about, by hashes, and what it has done so far; kept until the act is recorded.

    `rewritten` has rows and files taken out by delivery, `entries` lines by file, `months` those that go.
    """

    what: str
    which: str
    began: str
    keys: frozenset[int]
    rewritten: dict[str, tuple[int, int]] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)
    months: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, workspace: Workspace, settings: Settings, wanted: Wanted) -> Intent:
        """Find the claims that shall go, with those of the same erasure begun before; what killed jobs left is cleared away.

        Raises
        ------
        UsageError
            If another erasure was begun and has not come to its end.
        """
        for folder in (workspace.deliveries, workspace.months, workspace.days):
            tidy(folder)
        kept = _kept(workspace)
        if kept is not None and (kept.what, kept.which) != (wanted.what, wanted.which):
            en, zh = begun_before(workspace) or ("", "")
            raise UsageError(f"{en} Nothing was erased.", f"{zh}未删除任何数据。")
        ensure_indexes(workspace, deliveries(workspace), settings)
        began = datetime.now(UTC).isoformat(timespec="microseconds")
        made = kept or cls(what=wanted.what, which=wanted.which, began=began, keys=frozenset())
        made.keys |= _keys(workspace, settings, wanted)
        made.save(workspace)
        return made

    def save(self, workspace: Workspace) -> None:
        """Keep it."""
        told = {**asdict(self), "keys": sorted(self.keys)}
        write_private(workspace.deliveries / _INTENT, json.dumps(told, sort_keys=True))

    def end(self, workspace: Workspace) -> None:
        """It is done."""
        (workspace.deliveries / _INTENT).unlink(missing_ok=True)

    def concerns(self, workspace: Workspace, month: Month) -> bool:
        """Whether a published month, or a list issued for it before, was made of a delivery that was written again."""
        used = set((month_notes(workspace, month) or {}).get("deliveries", ()))
        for path in sorted((workspace.month(month) / "issued").glob("*/month.json")):
            issued = read_json(path, ("Restore it from a backup.", "请从备份恢复。")) or {}
            used |= set(issued.get("deliveries", ()))
        return bool(self.rewritten.keys() & used)


def begun_before(workspace: Workspace) -> tuple[str, str] | None:
    """That an erasure was begun and did not come to its end, in both languages; None if there is none."""
    kept = _kept(workspace)
    if kept is None:
        return None
    en = (
        f"of the person with the code {kept.which}"
        if kept.what == "person"
        else f"of what was before {kept.which}"
    )
    zh = f"代码为 {kept.which} 的个人" if kept.what == "person" else f"{kept.which} 之前的数据"
    return (
        f"An erasure {en} was begun and did not come to its end. Run the same `fraudgraph workspace forget` again first.",
        f"此前的删除（{zh}）未执行完毕。请先再次执行同一条 `fraudgraph workspace forget` 命令。",
    )


def _kept(workspace: Workspace) -> Intent | None:
    remedy = ("Delete it and run again.", "请删除该文件后重新运行。")
    kept = read_json(workspace.deliveries / _INTENT, remedy)
    if kept is None:
        return None
    return Intent(
        what=str(kept.get("what")), which=str(kept.get("which")), began=str(kept.get("began")), keys=frozenset(kept.get("keys", ())),
        rewritten={name: (int(rows), int(files)) for name, (rows, files) in dict(kept.get("rewritten", {})).items()},
        entries=dict(kept.get("entries", {})), months=list(kept.get("months", ())),
    )  # fmt: skip


def _keys(workspace: Workspace, settings: Settings, wanted: Wanted) -> frozenset[int]:
    """Hashes of the claims and encounters that are wanted."""
    condition = f"{wanted.condition} AND NOT coalesce({_HELD}, false)"
    return _select(workspace, settings, deliveries(workspace), condition, wanted, value=wanted.value)


def kept_keys(workspace: Workspace, settings: Settings, one: Delivery, wanted: Wanted) -> frozenset[int]:
    """Hashes of the claims and encounters of a delivery that stay, because their people are on hold."""
    return _select(workspace, settings, [one], _HELD, wanted)


def _select(
    workspace: Workspace, settings: Settings, every: Sequence[Delivery], condition: str, wanted: Wanted, **given: str
) -> frozenset[int]:  # fmt: skip
    paths = [str(one.folder / INDEX_NAME) for one in every if (one.folder / INDEX_NAME).is_file()]
    if not paths:
        return frozenset()
    for path in paths:
        check_parquet(Path(path), REMEDY)
    with scratch_store(workspace, settings) as store:
        rows = store.rows(
            f"SELECT DISTINCT key FROM read_parquet($paths) WHERE kind IN ('claims', 'encounters') AND {condition} ORDER BY 1",
            paths=paths, but=list(wanted.but) or [""], **given,
        )  # fmt: skip
    return frozenset(int(key) for (key,) in rows)


def scratch_store(workspace: Workspace, settings: Settings) -> Store:
    """A store to work in while something is erased."""
    scratch = workspace.work / "forget"
    shutil.rmtree(scratch, ignore_errors=True)
    return Store(scratch, threads=settings.run.threads, memory_limit_gib=settings.run.memory_limit_gib)

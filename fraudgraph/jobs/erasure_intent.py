"""What an erasure is about, kept by hashes until it is done: a job that was killed on the way is gone on with."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass

from fraudgraph.jobs.damage import read_json
from fraudgraph.jobs.deliveries import INDEX_NAME, deliveries
from fraudgraph.jobs.delivery_effects import ensure_indexes
from fraudgraph.jobs.plan import month_notes
from fraudgraph.jobs.workspace import Workspace, tidy, write_private
from fraudgraph.records import Month
from fraudgraph.settings import Settings
from fraudgraph.store import Store

__all__ = ["Intent", "scratch_store"]

_INTENT = ".forgetting.json"


@dataclass(slots=True)
class Intent:
    """What an erasure is about, by hashes, kept until it is done: a job that was killed on the way is gone on with."""

    keys: frozenset[int]
    deliveries: set[str]

    @classmethod
    def begin(cls, workspace: Workspace, settings: Settings, condition: str, value: str) -> Intent:
        """Find the claims that a condition names, with those of an erasure that was begun before."""
        tidy(workspace.deliveries)
        every = deliveries(workspace)
        ensure_indexes(workspace, every, settings)
        kept = (
            read_json(
                workspace.deliveries / _INTENT, ("Delete it and run again.", "请删除该文件后重新运行。")
            )
            or {}
        )
        keys = _keys(workspace, settings, condition, value) | frozenset(kept.get("keys", ()))
        made = cls(keys=keys, deliveries=set(kept.get("deliveries", ())))
        made.save(workspace)
        return made

    def save(self, workspace: Workspace) -> None:
        """Keep it."""
        text = json.dumps({"keys": sorted(self.keys), "deliveries": sorted(self.deliveries)})
        write_private(workspace.deliveries / _INTENT, text)

    def end(self, workspace: Workspace) -> None:
        """It is done."""
        (workspace.deliveries / _INTENT).unlink(missing_ok=True)

    def concerns(self, workspace: Workspace, month: Month) -> bool:
        """Whether a published month was made of a delivery that was written again."""
        kept = month_notes(workspace, month) or {}
        return bool(self.deliveries & set(kept.get("deliveries", ())))


def _keys(workspace: Workspace, settings: Settings, condition: str, value: str) -> frozenset[int]:
    """Hashes of the claims and encounters that a condition names."""
    paths = [
        str(one.folder / INDEX_NAME) for one in deliveries(workspace) if (one.folder / INDEX_NAME).is_file()
    ]
    if not paths:
        return frozenset()
    with scratch_store(workspace, settings) as store:
        rows = store.rows(
            f"SELECT DISTINCT key FROM read_parquet($paths) WHERE kind IN ('claims', 'encounters') AND {condition} ORDER BY 1",
            paths=paths,
            value=value,
        )
    return frozenset(int(key) for (key,) in rows)


def scratch_store(workspace: Workspace, settings: Settings) -> Store:
    """A store to work in while something is erased."""
    scratch = workspace.work / "forget"
    shutil.rmtree(scratch, ignore_errors=True)
    return Store(scratch, threads=settings.run.threads, memory_limit_gib=settings.run.memory_limit_gib)

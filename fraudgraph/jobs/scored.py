"""The scored month on its way: what the long stages found, kept beside the store, so that a job can go on from there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from fraudgraph.claims.sheet_cache import KeptSheets
from fraudgraph.jobs.workspace import disk_told, write_private
from fraudgraph.pipeline import Scored, Stages, score_claims
from fraudgraph.records import Month
from fraudgraph.settings import Settings
from fraudgraph.store import DATABASE_NAME, Store

__all__ = ["ScoredMonth", "score_month"]

_REPORT = "scored.json"
_SHAPE: TypeAdapter[Scored] = TypeAdapter(Scored)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredMonth:
    """A month's store with groups, flags and outliers. `again` says whether it was there already."""

    folder: Path
    scored: Scored
    seconds: dict[str, float]
    again: bool

    def copy_store(self, target: Path) -> None:
        """Put a copy of the store into a folder; this one stays as it is."""
        shutil.copyfile(self.folder / DATABASE_NAME, target / DATABASE_NAME)
        (target / DATABASE_NAME).chmod(0o600)


def score_month(
    folder: Path, sources: Sequence[Path], settings: Settings, month: Month, *, mapping: Path | None, key: str,
    kept: KeptSheets, stages: Stages, again: bool = False,
) -> ScoredMonth:  # fmt: skip
    """Do the long stages for a month, or take what an earlier job with the same key did.

    Parameters
    ----------
    folder : Path
        Where the store lies; whatever else is there goes.
    sources : sequence of Path
        The window's files.
    settings : Settings
        All settings.
    month : Month
        The month.
    mapping : Path, optional
        The operator's mapping file.
    key : str
        What the result depends on, as a hash.
    kept : KeptSheets
        Delivered sheets that were read before.
    stages : Stages
        Times and tells.
    again : bool
        Score anew even if the key is the same.
    """
    before = _kept(folder, key)
    if before is not None and not again:
        return ScoredMonth(
            folder=folder,
            scored=_SHAPE.validate_python(before["scored"]),
            seconds=before["seconds"],
            again=True,
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    of_month = settings.model_copy(
        update={"run": settings.run.model_copy(update={"window_months": settings.month.window_months})}
    )
    with (
        disk_told(folder),
        Store(folder, threads=settings.run.threads, memory_limit_gib=settings.run.memory_limit_gib) as store,
    ):
        scored = score_claims(
            store, sources, of_month, month=month, mapping=mapping, stages=stages, kept=kept
        )
        store.run("CHECKPOINT")
    report: dict[str, Any] = {
        "key": key,
        "seconds": dict(stages.seconds),
        "scored": _SHAPE.dump_python(scored, mode="json"),
    }
    write_private(folder / _REPORT, json.dumps(report, ensure_ascii=False) + "\n")
    return ScoredMonth(folder=folder, scored=scored, seconds=dict(stages.seconds), again=False)


def _kept(folder: Path, key: str) -> dict[str, Any] | None:
    """What lies in the folder, if it is whole and of this key."""
    if not (folder / _REPORT).is_file() or not (folder / DATABASE_NAME).is_file():
        return None
    try:
        kept: dict[str, Any] = json.loads((folder / _REPORT).read_text(encoding="utf-8"))
        return kept if kept["key"] == key else None
    except (ValueError, KeyError, TypeError):
        return None  # cut off: scored anew

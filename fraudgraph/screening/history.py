"""What fired in which version over finished folders, and how often investigators agreed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fraudgraph.errors import SourceError
from fraudgraph.records import Screen, ScreenOutcome
from fraudgraph.screening.cards import load_screens
from fraudgraph.store import Store

__all__ = ["Fired", "keep_outcomes", "model_titles", "read_ring_verdicts", "version_history"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """One version of one model in one finished folder.

    `confirmed` and `cleared` count rings of that folder whose people the model flagged and on which a verdict stands; None
    where no verdicts were given or the folder holds no rings. `hit_share` is confirmed / (confirmed + cleared).
    """

    out: str
    model: str
    version: int
    sha256: str
    state: str
    hits: int
    confirmed: int | None = None
    cleared: int | None = None

    @property
    def hit_share(self) -> float | None:
        """Share of the decided rings that were confirmed; None where none is decided."""
        decided = (self.confirmed or 0) + (self.cleared or 0)
        return (self.confirmed or 0) / decided if decided else None


def keep_outcomes(store: Store, outcomes: Sequence[ScreenOutcome], screens: Iterable[Screen]) -> None:
    """Write the table `screen_runs`: what ran in which version, kept beside the flags, so that a later change of a model loses nothing."""
    prints = {(screen.id, screen.version): screen.sha256 for screen in screens}
    columns = {
        "model": pa.array([one.model for one in outcomes], pa.string()),
        "version": pa.array([one.version for one in outcomes], pa.int32()),
        "title_zh": pa.array([one.title_zh for one in outcomes], pa.string()),
        "title_en": pa.array([one.title for one in outcomes], pa.string()),
        "sha256": pa.array([prints.get((one.model, one.version), "") for one in outcomes], pa.string()),
        "state": pa.array([one.state for one in outcomes], pa.string()),
        "reason_zh": pa.array([one.reason_zh for one in outcomes], pa.string()),
        "reason_en": pa.array([one.reason_en for one in outcomes], pa.string()),
        "hits": pa.array([one.hits for one in outcomes], pa.int64()),
    }
    store.put("screen_runs", pa.table(columns))


def model_titles(store: Store) -> dict[str, tuple[str, str]]:
    """By id the Chinese and English title of every built-in model, and of those made on site that ran here."""
    titles = {screen.id: (screen.title_zh, screen.title) for screen in load_screens()}
    if store.has("screen_runs"):
        ran = "SELECT model, title_zh, title_en FROM screen_runs WHERE state = 'ran' ORDER BY model"
        titles |= {model: (zh, en) for model, zh, en in store.rows(ran)}
    return titles


def version_history(outs: Iterable[Path], verdicts: Mapping[str, str] | None = None) -> list[Fired]:
    """What fired by version, over several finished folders.

    Parameters
    ----------
    outs : iterable of Path
        Folders written by `run` or `screen`, in the order in which they shall be told.
    verdicts : mapping, optional
        By ring the verdict that stands, as `read_ring_verdicts` gives it.

    Raises
    ------
    SourceError
        If a folder is not one of ours.
    """
    rows: list[Fired] = []
    for out in outs:
        if not (out / "fraudgraph.duckdb").is_file():
            raise SourceError(
                f"{out} holds no fraudgraph.duckdb. Give folders written by `run` or `screen`.",
                f"{out} 中没有 fraudgraph.duckdb。请给出 `run` 或 `screen` 写出的目录。",
            )
        with Store(out, read_only=True) as store:
            if not store.has("screen_runs"):
                continue
            ran = store.rows(
                "SELECT model, version, left(sha256, 12), state, hits FROM screen_runs ORDER BY model, version"
            )
        decided = _decided(out, verdicts) if verdicts is not None else None
        for model, version, sha256, state, hits in ran:
            confirmed, cleared = (
                decided.get(model, (0, 0)) if decided is not None and state == "ran" else (None, None)
            )
            rows.append(
                Fired(
                    out=out.name,
                    model=model,
                    version=version,
                    sha256=sha256,
                    state=state,
                    hits=hits,
                    confirmed=confirmed,
                    cleared=cleared,
                )
            )
    return rows


def _decided(out: Path, verdicts: Mapping[str, str]) -> dict[str, tuple[int, int]] | None:
    """By model how many rings of a folder, among those that it flagged somebody of, were confirmed and cleared."""
    members, flags = out / "ring_members.parquet", out / "flags.parquet"
    if not members.is_file() or not flags.is_file():
        return None
    rings_of: dict[str, set[str]] = {}
    for row in pq.read_table(members, columns=["ring_id", "entity_id"]).to_pylist():
        if verdicts.get(row["ring_id"]) in ("confirmed", "cleared"):
            rings_of.setdefault(row["entity_id"], set()).add(row["ring_id"])
    hit: dict[str, set[str]] = {}
    for batch in pq.ParquetFile(flags).iter_batches(columns=["model", "subject_id", "member_ids"]):
        for row in batch.to_pylist():
            for entity in (row["subject_id"], *row["member_ids"]):
                hit.setdefault(row["model"], set()).update(rings_of.get(entity, ()))
    return {
        model: (
            sum(verdicts[ring] == "confirmed" for ring in rings),
            sum(verdicts[ring] == "cleared" for ring in rings),
        )
        for model, rings in hit.items()
    }


def read_ring_verdicts(path: Path) -> dict[str, str]:
    """By ring the verdict that stands last in a file with ring_id and verdict: csv, parquet, or one JSON object a line.

    Raises
    ------
    SourceError
        If the file can't be read or lacks the two columns.
    """
    try:
        rows = _rows(path)
        return {str(row["ring_id"]): str(row["verdict"]) for row in rows if row["verdict"]}
    except FileNotFoundError:
        raise SourceError(
            f"The file of verdicts {path} does not exist. Check the path given with --verdicts.",
            f"核查结论文件 {path} 不存在，请检查 --verdicts 后的路径。",
        ) from None
    except (KeyError, TypeError, ValueError, OSError) as problem:
        raise SourceError(
            f"{path} can't be read as verdicts: expected the columns ring_id and verdict as csv, parquet or JSON lines ({type(problem).__name__}: {problem}).",
            f"{path} 不能作为核查结论读取：应为含 ring_id 和 verdict 两列的 csv、parquet 或逐行 JSON（{type(problem).__name__}: {problem}）。",
        ) from None


def _rows(path: Path) -> Sequence[Mapping[str, Any]]:
    if path.suffix == ".parquet":
        rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        return rows
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix in (".jsonl", ".json"):
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    return list(csv.DictReader(text.splitlines()))

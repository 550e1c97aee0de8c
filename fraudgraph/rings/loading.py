"""Rings read back from OUT: nothing heavy is imported, so that a look-up answers at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from fraudgraph.errors import UsageError
from fraudgraph.records import (
    Account,
    Evidence,
    Explanation,
    Member,
    NodeKind,
    Ring,
    Role,
    ScorePart,
    Typology,
)
from fraudgraph.settings import Settings, kept_settings
from fraudgraph.store import parquet_reader

__all__ = ["load_rings", "load_run_settings"]

_Rows = list[dict[str, Any]]


def load_rings(out: Path) -> tuple[Ring, ...]:
    """Read a run's rings back, whole, in rank order.

    Parameters
    ----------
    out : Path
        A folder that a run wrote.

    Raises
    ------
    UsageError
        If the folder holds no results of ours.
    """
    if not (out / "rings.parquet").is_file():
        raise UsageError(
            f"{out} holds no results: rings.parquet is not there. Give the folder that `fraudgraph run --out` wrote.",
            f"{out} 中没有运行结果：缺少 rings.parquet。请指定 `fraudgraph run --out` 写出的文件夹。",
        )
    with parquet_reader() as read:
        parts = {
            name: _grouped(_rows_kept(read, out / f"{name}.parquet"))
            for name in ("ring_members", "evidence", "score_parts", "explanations")
        }
        rings = _rows_kept(read, out / "rings.parquet")
    return tuple(_ring(row, parts) for row in sorted(rings, key=lambda row: row["rank"]))


def load_run_settings(out: Path) -> Settings:
    """The settings that a run was made with, so that what is shown later is masked as it was then.

    Parameters
    ----------
    out : Path
        A folder that a run wrote.

    Raises
    ------
    UsageError
        If the folder holds no readable run.json.
    """
    try:
        kept = json.loads((out / "run.json").read_text(encoding="utf-8"))["settings"]
        return kept_settings(kept)
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        raise UsageError(
            f"{out} holds no readable run.json. Give the folder that `fraudgraph run --out` wrote.",
            f"{out} 中没有可读取的 run.json。请指定 `fraudgraph run --out` 写出的文件夹。",
        ) from None


def _rows_kept(read: Callable[[Path], _Rows], path: Path) -> _Rows:
    try:
        return read(path)
    except ValueError:
        raise UsageError(
            f"{path} is missing or damaged: the folder is not as the run left it. Use a whole copy of it, or run again.",
            f"{path} 缺失或损坏：该文件夹已不是运行写出的原样。请使用完整的副本，或重新运行。",
        ) from None


def _grouped(rows: _Rows) -> dict[str, _Rows]:
    found: dict[str, _Rows] = {}
    for row in rows:
        found.setdefault(row.pop("ring_id"), []).append(row)
    return found


def _ring(row: dict[str, Any], parts: dict[str, dict[str, _Rows]]) -> Ring:
    of = row["ring_id"]
    members = [
        Member(**{**m, "entity_type": NodeKind(m["entity_type"]), "role": Role(m["role"])})
        for m in parts["ring_members"].get(of, [])
    ]
    evidence = [Evidence(**{**e, "claim_ids": tuple(e["claim_ids"])}) for e in parts["evidence"].get(of, [])]
    explanations = [
        Explanation(**{**e, "claim_ids": tuple(e["claim_ids"])}) for e in parts["explanations"].get(of, [])
    ]
    account = Account(**{f.name: row.pop(f.name) for f in fields(Account) if f.name in row})
    return Ring(
        **{**row, "typology": Typology(row["typology"])},
        account=account,
        members=tuple(members),
        parts=tuple(ScorePart(**p) for p in parts["score_parts"].get(of, [])),
        explanations=tuple(explanations),
        evidence=tuple(evidence),
    )

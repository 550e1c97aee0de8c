"""Twelve months as they really arrive: late, corrected, repeated, withdrawn, in parts; against the truth of what should count."""

from __future__ import annotations

import random
import shutil
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from fraudgraph.claims.reading import read_claims
from fraudgraph.claims.sheet_cache import KeptSheets
from fraudgraph.jobs import Workspace, init_workspace, run_month
from fraudgraph.jobs.deliveries import deliveries, link_window, window_of
from fraudgraph.jobs.taking_in import take_in
from fraudgraph.pipeline import run
from fraudgraph.records import Month
from fraudgraph.settings import Settings
from fraudgraph.store import Store
from tests.jobs.town import crowd, others, team

__all__ = ["compare_months"]

_CLAIMS = "claim_id,patient_id,facility_id,claim_type,started_at,total_amount,fund_amount,vali_flag"
_ITEMS = "claim_id,item_code,item_name,quantity,amount"
_WEST, _EAST = "H3702020001", "H3702030002"
_MONTHS = [Month(2025, number) for number in range(1, 13)]
_Rows = dict[str, list[str]]
_LISTS = Settings.model_validate({"rings": {"list_score": -100.0}})
"""In a town of some hundred claims hardly a fact is known: whatever is found is put forward, so that there are lists."""


def compare_months(work: Path, chance: random.Random, *, count: int = 12) -> dict[str, Any]:
    """Deliver some months in disorder and compare each with a reading from scratch of what should count.

    Parameters
    ----------
    work : Path
        A folder to work in.
    chance : random.Random
        Which claims are late, corrected, repeated or withdrawn.
    count : int
        How many months.
    """
    root = work / "corrections"
    shutil.rmtree(root, ignore_errors=True)
    workspace = Workspace(root / "w")
    init_workspace(workspace.root)
    rings = 0
    truth: _Rows = {}
    late: _Rows = {}
    counts = dict.fromkeys(("late", "corrected", "repeated", "withdrawn", "parts"), 0)
    months = _MONTHS[:count]
    for month in months:
        _deliver_month(workspace, month, truth, late, counts, chance)
    _put(workspace, "last", late, {})
    take_in(workspace, Settings())
    same = {"claims": 0, "amounts": 0, "items": 0, "lists": 0}
    for month in months:
        found, wanted = _of_workspace(workspace, month), _of_truth(root / "truth", truth, month)
        same["claims"] += found[0].keys() == wanted[0].keys()
        same["amounts"] += found[0] == wanted[0]
        same["items"] += found[1] == wanted[1]
        listed = _list_of_workspace(workspace, month)
        rings += len(listed)
        same["lists"] += bool(listed) and listed == _list_of_truth(root, month)
        print(f"{month}: {len(found[0])} claims, {rings} rings listed, {same}", file=sys.stderr, flush=True)
    return {
        "months": len(months),
        "deliveries": len(deliveries(workspace)),
        "rings_listed": rings,
        **counts,
        **{f"same_{k}": v for k, v in same.items()},
    }


def _deliver_month(
    workspace: Workspace,
    month: Month,
    truth: _Rows,
    late: _Rows,
    counts: dict[str, int],
    chance: random.Random,
) -> None:
    """One month's deliveries: most of it, what was late before, corrections, repetitions, withdrawals, lines in parts."""
    rows = [
        *others(str(month), _WEST, a_day=3),
        *others(str(month), _EAST, a_day=3),
        *team(str(month), "A", crowd(0, 5), _WEST),
    ]
    fresh = {row.split(",")[0]: [f"{row},1", *_lines(row)] for row in rows}
    now, later = {}, {}
    for name, parts in fresh.items():
        (later if chance.random() < 0.04 else now)[name] = parts
    counts["late"] += len(later)
    truth |= fresh
    now |= late
    late.clear()
    late |= later
    for name in chance.sample(
        sorted(truth.keys() - late.keys() - fresh.keys()), k=min(20, len(truth) - len(fresh) and 20)
    ):
        parts = truth[name]
        kind = chance.choice(("corrected", "repeated", "withdrawn"))
        counts[kind] += 1
        if kind == "corrected":
            cells = parts[0].split(",")
            cells[5] = f"{Decimal(cells[5]) + chance.randint(-40, 90)}.00".replace(".00.00", ".00")
            truth[name] = now[name] = [",".join(cells), *_lines(",".join(cells))]
        elif kind == "repeated":
            now[name] = parts
        else:
            now[name] = [parts[0][:-1] + "0"]
            del truth[name]
    half = {name: parts for name, parts in now.items() if chance.random() < 0.1 and parts[1:]}
    counts["parts"] += len(half)
    _put(workspace, str(month), {n: p[:1] if n in half else p for n, p in now.items()}, {})
    take_in(workspace, Settings())
    _put(workspace, f"{month}-lines", {}, half)
    take_in(workspace, Settings())


def _lines(row: str) -> list[str]:
    cells = row.split(",")
    return [f"{cells[0]},X1,item,1,{cells[5]}"]


def _put(workspace: Workspace, name: str, claims: _Rows, lines: _Rows) -> None:
    items = [line for parts in (*claims.values(), *lines.values()) for line in parts[1:]]
    if claims:
        text = "\n".join([_CLAIMS, *(parts[0] for parts in claims.values()), ""])
        (workspace.inbox / f"claims-{name}.csv").write_text(text, encoding="utf-8")
    if items:
        (workspace.inbox / f"items-{name}.csv").write_text("\n".join([_ITEMS, *items, ""]), encoding="utf-8")


_Kept = tuple[dict[str, Decimal], list[tuple[Any, ...]]]


def _of_workspace(workspace: Workspace, month: Month) -> _Kept:
    _, used = window_of(deliveries(workspace), month, Settings())
    folder = link_window(used, workspace.work / "window")
    return _read(workspace.work / "look", folder, month, kept=KeptSheets(workspace.kept), several=True)


def _of_truth(folder: Path, truth: _Rows, month: Month) -> _Kept:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "claims.csv").write_text(
        "\n".join([_CLAIMS, *(p[0] for p in truth.values()), ""]), encoding="utf-8"
    )
    lines = [line for parts in truth.values() for line in parts[1:]]
    (folder / "files" / "items.csv").write_text("\n".join([_ITEMS, *lines, ""]), encoding="utf-8")
    return _read(folder / "look", folder / "files", month, kept=None, several=False)


def _read(scratch: Path, folder: Path, month: Month, *, kept: KeptSheets | None, several: bool) -> _Kept:
    shutil.rmtree(scratch, ignore_errors=True)
    with Store(scratch) as store:
        read_claims(
            store, [folder], Settings().source, month=month, window_months=12, kept=kept, partial=several, deliveries=several
        )  # fmt: skip
        claims = dict(store.rows("SELECT claim_id, total_amount FROM claims ORDER BY 1"))
        return claims, store.rows("SELECT claim_id, item_code, amount FROM claim_items ORDER BY ALL")


def _list_of_workspace(workspace: Workspace, month: Month) -> list[Any]:
    run_month(workspace, month, _LISTS)
    return _people(workspace.month(month))


def _list_of_truth(root: Path, month: Month) -> list[Any]:
    settings = _LISTS.model_copy(update={"run": _LISTS.run.model_copy(update={"window_months": 12})})
    run([root / "truth" / "files"], root / "scratch-run", month=month, settings=settings, replace=True)
    return _people(root / "scratch-run")


def _people(out: Path) -> list[Any]:
    """The list without its names: of each ring put forward its members with their roles, score, money and what is said of it."""

    def rows(name: str) -> list[dict[str, Any]]:
        return pq.read_table(out / f"{name}.parquet").to_pylist()

    told: dict[str, list[Any]] = {row["ring_id"]: [] for row in rows("rings") if row["listed"]}
    for row in rows("rings"):
        if row["listed"]:
            told[row["ring_id"]] += [row["score"], str(row["fund_amount"]), str(row["excess_amount"])]
    for name, columns in (
        ("ring_members", ("entity_type", "entity_id", "role")),
        ("evidence", ("kind", "observed", "expected", "claim_ids")),
    ):
        found = sorted(
            ([row["ring_id"], *(row[column] for column in columns)] for row in rows(name)), key=str
        )
        for ring, *rest in found:
            if ring in told:
                told[ring].append(rest)
    return sorted(told.values(), key=str)

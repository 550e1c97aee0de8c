"""The month's own files, beside those of a run: what changed, who decides, where rings came from, what verdicts teach."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from fraudgraph.casework.casebook import LINEAGE, write_cases, write_lineage
from fraudgraph.casework.drift import DriftRow, drift_rows, earlier_measures, measure
from fraudgraph.casework.facts import seed_neighbours
from fraudgraph.casework.known import CHANGES, Event
from fraudgraph.casework.manual_edits import notes_of
from fraudgraph.jobs.district_lists import write_district_lists
from fraudgraph.jobs.month_review import Clerk
from fraudgraph.pipeline import Findings
from fraudgraph.records import Month, NodeKind, ScreenOutcome
from fraudgraph.report.files import save
from fraudgraph.report.lineage_drawing import lineage_page
from fraudgraph.report.month_page import MonthFacts, drift_page, month_page
from fraudgraph.report.naming import Naming
from fraudgraph.report.sanitise import formula_safe
from fraudgraph.store import Store

__all__ = ["broken_models", "csv_bytes", "write_month_files"]

_COMPARED = 6
"""Months before, that a month's numbers are compared with."""


def write_month_files(
    store: Store, clerk: Clerk, found: Findings, folder: Path, first: Month, *, issue: int = 1
) -> dict[str, int]:
    """Write what a month has beside a run's files.

    Returns
    -------
    dict
        Counts for the log: rings, listed, changed, held.
    """
    assert clerk.followed is not None  # named before they are written
    register = clerk.followed.register
    save(clerk.register_path(folder), register.as_json())
    write_cases(clerk.cases, folder / "casework.parquet")
    write_lineage(register.events, folder / "lineage.parquet")
    save(folder / "lineage.csv", _lineage_csv(register.events))
    save(folder / "lineage.html", lineage_page(register))
    save(folder / "hit_rates.csv", _rates_csv(clerk))
    save(folder / "seed_neighbours.csv", _seeds_csv(store, clerk))
    drift = _drift(store, clerk, found, folder)
    districts = write_district_lists(store, clerk, found, folder)
    facts = MonthFacts(
        month=clerk.month, first=first, cases=clerk.cases, events=clerk.followed.events, register=register,
        notes=notes_of(clerk.file.edits), learned=clerk.file.learned, rates=clerk.file.rates,
        reweighed=clerk.settings.casework.reweigh and clerk.file.learned.enough, unusual=tuple(row for row in drift if row.unusual),
        districts=districts, changes=found.read.changes, changed_people=_write_claim_changes(store, clerk, folder),
        broken=broken_models(found), issue=issue,
        district_names=clerk.settings.casework.districts,
    )  # fmt: skip
    save(folder / "month.html", month_page(facts))
    save(folder / "drift.html", drift_page(clerk.month, drift))
    listed = [case for case in clerk.cases if case.ring.listed]
    return {
        "ring_count": len(clerk.cases),
        "listed_count": len(listed),
        "changed_count": sum(case.change in CHANGES for case in listed),
        "held_count": sum(bool(case.ring.held_zh) and case.ring.verdict != "pending" for case in clerk.cases),
    }


def broken_models(found: Findings) -> tuple[ScreenOutcome, ...]:
    """Models that failed: a mistake in one of one's own never stops a month, and never goes unsaid."""
    return tuple(one for one in found.screens.outcomes if one.state == "failed")


def _write_claim_changes(store: Store, clerk: Clerk, folder: Path) -> int:
    """Write claim_changes.csv: claim by claim what a later delivery changed; how many people it concerns."""
    naming = Naming([], clerk.settings)
    table = store.arrow("SELECT * FROM claim_changes ORDER BY claim_id")
    people: set[str] = set()

    def rows() -> Iterable[list[Any]]:
        for batch in table.to_batches(max_chunksize=10_000):
            for row in batch.to_pylist():
                for name in ("patient_before", "patient_after"):
                    if row[name] is not None:
                        people.add(row[name])
                        row[name] = naming.entity(NodeKind.PATIENT, row[name])
                yield ["" if value is None else str(value) for value in row.values()]

    save(folder / "claim_changes.csv", csv_bytes(table.column_names, rows()))
    return len(people)


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A small table as spreadsheets in Chinese offices expect it; no cell is a formula."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([formula_safe(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _lineage_csv(events: Sequence[Event]) -> bytes:
    return csv_bytes(LINEAGE.names, ([str(getattr(one, name)) for name in LINEAGE.names] for one in events))


def _rates_csv(clerk: Clerk) -> bytes:
    rows = [
        (one.month, one.kind, one.name, one.decided, one.confirmed, f"{one.share:.4f}") for one in clerk.file.rates
    ]  # fmt: skip
    return csv_bytes(("month", "kind", "name", "decided", "confirmed", "share"), rows)


def _seeds_csv(store: Store, clerk: Clerk) -> bytes:
    naming = Naming([], clerk.settings)
    rows = [
        (
            naming.entity(NodeKind.PATIENT, row["patient_id"]),
            row["seeds_met"],
            row["observed"],
            row["expected"],
        )
        for row in seed_neighbours(store, clerk.seed_people)
    ]
    return csv_bytes(("patient_id", "seeds_met", "observed", "expected"), rows)


def _drift(store: Store, clerk: Clerk, found: Findings, folder: Path) -> list[DriftRow]:
    now = measure(store, clerk.month, found.screens)
    save(folder / "drift.json", json.dumps(now, ensure_ascii=False, indent=1) + "\n")
    earlier = [one for one in clerk.workspace.published() if one < clerk.month][-_COMPARED:]
    before = earlier_measures([clerk.workspace.month(one) / "drift.json" for one in earlier])
    rows = drift_rows(now, before, clerk.month)
    header = ("kind", "name", "now", "usual", "unusual", "note_zh", "note_en")
    save(folder / "drift.csv", csv_bytes(header, ([getattr(row, name) for name in header] for row in rows)))
    return rows

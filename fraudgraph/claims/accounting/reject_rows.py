"""The delivered cells of rows that were set aside, so that a supplier gets back what he sent, column by column."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pyarrow as pa

from fraudgraph.claims.cleaning.landing import Landing
from fraudgraph.claims.formats.raw_lines import open_lines
from fraudgraph.claims.formats.sheets import Sheet
from fraudgraph.claims.typing.literals import MERGED
from fraudgraph.store import Store

__all__ = ["CORRECTABLE_LIMIT", "NOT_SENT_BACK", "write_reject_rows"]

CORRECTABLE_LIMIT = 50_000
"""Rows of one delivered table that go back at most; the rest stands in rejects.parquet."""
NOT_SENT_BACK = ("E_DUPLICATE", "E_VOID", "E_CORRECTED", "E_NO_RECORD", "E_OTHER_RECORD", "E_CLAIM_SET_ASIDE")
"""Codes that a supplier has nothing to correct about."""


def write_reject_rows(store: Store, landings: Sequence[Landing]) -> None:
    """The table `reject_rows`: source_file, line, the delivered headers and the row's cells as they came."""
    store.run(
        'CREATE OR REPLACE TABLE reject_rows (source_file VARCHAR, "line" BIGINT, headers VARCHAR[], cells VARCHAR[])'
    )
    for landing in landings:
        title = landing.sheet.title
        lines = store.rows(
            'SELECT "line", raw_line FROM rejects WHERE source_file = $title AND NOT list_contains($skipped, code) ORDER BY "line" LIMIT $most',
            title=title,
            skipped=list(NOT_SENT_BACK),
            most=CORRECTABLE_LIMIT,
        )
        if not lines:
            continue
        cells = _cells(store, landing, [int(line) for line, _ in lines], [str(raw or "") for _, raw in lines])
        table = pa.table(
            {
                "source_file": [title] * len(lines),
                "line": pa.array([int(line) for line, _ in lines], pa.int64()),
                "headers": pa.array([list(landing.sheet.headers)] * len(lines), pa.list_(pa.string())),
                "cells": pa.array(cells, pa.list_(pa.string())),
            }
        )
        store.con.register("_reject_rows", table)
        try:
            store.run("INSERT INTO reject_rows SELECT * FROM _reject_rows")
        finally:
            store.con.unregister("_reject_rows")


def _cells(store: Store, landing: Landing, lines: list[int], raw: list[str]) -> list[list[str]]:
    sheet, of_line = landing.sheet, dict(zip(lines, raw, strict=True))

    def delivered(wanted: list[int]) -> dict[int, list[str]]:
        return _delivered(store, sheet, {line: of_line[line] for line in wanted})

    found = delivered(lines) if sheet.kept is None else sheet.kept.look_up("cells", lines, delivered)
    return [found.get(line, [""] * len(sheet.headers)) for line in lines]


def _delivered(store: Store, sheet: Sheet, raw: dict[int, str]) -> dict[int, list[str]]:
    open_lines(store, sheet)
    width = len(sheet.headers)
    if sheet.text is not None:
        return {line: _split(text, sheet.text.delimiter, width) for line, text in raw.items()}
    values = ", ".join(f"replace(coalesce(CAST(c{i} AS VARCHAR), ''), '{MERGED}', '')" for i in range(width))
    store.con.register("_wanted", pa.table({"line": pa.array(list(raw), pa.int64())}))
    try:
        return dict(
            store.rows(
                f"SELECT _line, [{values}] FROM ({sheet.relation}) WHERE _line IN (SELECT line FROM _wanted)"
            )
        )
    finally:
        store.con.unregister("_wanted")


def _split(line: str, delimiter: str, width: int) -> list[str]:
    """The cells of a line of text; one that makes no sense keeps all that is left in its last cell."""
    try:
        cells = next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter, strict=True), [])
    except csv.Error:
        cells = line.split(delimiter)
    if len(cells) > width:
        cells = [*cells[: width - 1], delimiter.join(cells[width - 1 :])]
    return [*cells, *[""] * (width - len(cells))]

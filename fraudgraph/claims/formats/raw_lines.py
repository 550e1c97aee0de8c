"""The delivered rows behind line numbers, for the reject list."""

from __future__ import annotations

from itertools import islice

import pyarrow as pa

from fraudgraph.claims.formats.encodings import DAMAGED
from fraudgraph.claims.formats.sheets import Sheet, stage_rows
from fraudgraph.claims.typing.literals import MERGED
from fraudgraph.store import Store

__all__ = ["open_lines", "raw_lines"]


def raw_lines(store: Store, sheet: Sheet, lines: pa.Table) -> dict[int, str]:
    """The delivered rows behind line numbers, for the reject list (`lines` has one column, `line`).

    Rows of a workbook or Parquet file come as their values, joined by commas.
    """
    if sheet.kept is None:
        return _delivered(store, sheet, lines.column("line").to_pylist())
    found = sheet.kept.look_up(
        "raw",
        lines.column("line").to_pylist(),
        lambda missing: {line: [text] for line, text in _delivered(store, sheet, missing).items()},
    )
    return {line: cells[0] for line, cells in found.items()}


def _delivered(store: Store, sheet: Sheet, lines: list[int]) -> dict[int, str]:
    open_lines(store, sheet)
    if sheet.text is not None and not sheet.staged:
        wanted = {line - sheet.text.offset for line in lines}
        with sheet.text.path.open(encoding="utf-8-sig", newline="\n") as file:
            numbered = enumerate(islice(file, max(wanted)), start=1)
            return {
                number + sheet.text.offset: line.rstrip("\r\n").replace(DAMAGED, "\ufffd")
                for number, line in numbered
                if number in wanted
            }
    values = ", ".join(f"coalesce(CAST(c{i} AS VARCHAR), '')" for i in range(len(sheet.headers)))
    joined = f"replace(concat_ws(',', {values}), '{MERGED}', '')"
    rows = (
        f"SELECT _line, coalesce(_raw, {joined}) FROM {sheet.stage}"
        if sheet.staged
        else f"SELECT _line, {joined} FROM ({sheet.relation})"
    )
    store.con.register("_wanted_lines", pa.table({"line": pa.array(lines, pa.int64())}))
    try:
        found = store.rows(f"{rows} WHERE _line IN (SELECT line FROM _wanted_lines)")
    finally:
        store.con.unregister("_wanted_lines")
    return {int(line): text for line, text in found}


def open_lines(store: Store, sheet: Sheet) -> None:
    """Make sure that a sheet's delivered rows can be asked for, if it stayed closed because they were kept."""
    if sheet.reopen is not None:
        fresh = sheet.reopen()
        sheet.relation, sheet.text, sheet.batches = fresh.relation, fresh.text, fresh.batches
        sheet.staged, sheet.reopen = fresh.staged, None
    if sheet.restage:
        stage_rows(store, sheet)

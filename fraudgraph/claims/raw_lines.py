"""The delivered rows behind line numbers, for the reject list."""

from __future__ import annotations

from itertools import islice

import pyarrow as pa

from fraudgraph.claims.encodings import DAMAGED
from fraudgraph.claims.sheets import Sheet
from fraudgraph.store import Store

__all__ = ["raw_lines"]


def raw_lines(store: Store, sheet: Sheet, lines: pa.Table) -> dict[int, str]:
    """The delivered rows behind line numbers, for the reject list (`lines` has one column, `line`).

    Rows of a workbook or Parquet file come as their values, joined by commas.
    """
    if sheet.text is not None and not sheet.staged:
        wanted = {line - sheet.text.offset for line in lines.column("line").to_pylist()}
        with sheet.text.path.open(encoding="utf-8-sig", newline="\n") as file:
            numbered = enumerate(islice(file, max(wanted)), start=1)
            return {
                number + sheet.text.offset: line.rstrip("\r\n").replace(DAMAGED, "\ufffd")
                for number, line in numbered
                if number in wanted
            }
    values = ", ".join(f"coalesce(CAST(c{i} AS VARCHAR), '')" for i in range(len(sheet.headers)))
    joined = f"concat_ws(',', {values})"
    rows = (
        f"SELECT _line, coalesce(_raw, {joined}) FROM {sheet.stage}"
        if sheet.staged
        else f"SELECT _line, {joined} FROM ({sheet.relation})"
    )
    store.con.register("_wanted_lines", lines)
    try:
        found = store.rows(f"{rows} WHERE _line IN (SELECT line FROM _wanted_lines)")
    finally:
        store.con.unregister("_wanted_lines")
    return {int(line): text for line, text in found}

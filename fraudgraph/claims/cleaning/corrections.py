"""Rows that a supplier corrected: the reject workbook comes back, and its rows take the place of those set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fraudgraph.claims.cleaning.landing import Landing
from fraudgraph.claims.columns.mapping import TableRule
from fraudgraph.claims.columns.matching import TableMapping, normalised
from fraudgraph.claims.columns.understanding import match_table
from fraudgraph.claims.formats.sheets import Sheet, stage_rows
from fraudgraph.claims.typing.row_sql import Fault
from fraudgraph.errors import SourceError
from fraudgraph.store import Store

__all__ = ["MARKERS", "Correction", "is_correction", "match_correction", "supersede"]

MARKERS = {
    "source": "剔除来源 reject_source",
    "line": "剔除行号 reject_line",
    "column": "问题列 reject_column",
    "reason": "剔除原因 reject_reason",
}
"""Columns that the reject workbook adds to the delivered ones, by what they say."""


class Correction:
    """A corrected sheet: which delivered sheet it speaks of, and where its markers stand."""

    def __init__(self, sheet: Sheet, source_title: str) -> None:
        places = {normalised(header): i for i, header in enumerate(sheet.headers)}
        self.sheet = sheet
        self.source_title = source_title
        self.at = {name: places.get(normalised(header)) for name, header in MARKERS.items()}


def is_correction(sheet: Sheet) -> bool:
    """Whether a sheet is one of the reject workbook."""
    present = {normalised(header) for header in sheet.headers}
    return all(normalised(MARKERS[name]) in present for name in ("source", "line"))


def match_correction(
    store: Store, sheet: Sheet, originals: Sequence[tuple[Sheet, TableMapping]]
) -> tuple[Correction, TableMapping] | None:
    """Read a corrected sheet as the table that its rows came from; None if it has no rows.

    Raises
    ------
    SourceError
        If the delivered file that its rows came from is not among the sources.
    """
    stage_rows(store, sheet)
    at = Correction(sheet, "").at["source"]
    titles = [str(row[0]) for row in store.rows(f"SELECT DISTINCT c{at} FROM {sheet.stage} WHERE c{at} IS NOT NULL ORDER BY 1")]  # fmt: skip
    if not titles:
        return None
    found = {original.title: (original, mapping) for original, mapping in originals}
    if titles[0] not in found or len(titles) > 1:
        raise SourceError(
            f"{sheet.title} corrects rows of {', '.join(titles[:3])}; one delivered table is expected, and it has to be among the sources. Give the delivered files together with the corrected sheet.",
            f"{sheet.title} 更正的是 {'、'.join(titles[:3])} 中的行；应只对应一个来源表，且须与更正表一并给出。请同时给出原始数据文件。",
        )
    original, mapping = found[titles[0]]
    known = match_table(original.source.name, original.name, sheet.headers, (_as_rule(original, mapping),))
    assert known is not None  # the rule of the original fits, or match_table says what lacks
    correction = Correction(sheet, titles[0])
    markers = {place for place in correction.at.values() if place is not None}
    return correction, replace(known, unmapped=tuple(i for i in known.unmapped if i not in markers))


def _as_rule(original: Sheet, mapping: TableMapping) -> TableRule:
    """The original's mapping by name, for a sheet whose columns may stand elsewhere."""
    columns = {name: original.headers[position] for name, position in mapping.columns.items()}
    update = {"columns": columns, "match": None, "sheet": None, "has": (), "only": True}
    return mapping.rule.model_copy(update=update)


def supersede(store: Store, original: Landing, correction: Correction) -> Landing:
    """Set the corrected rows of the original aside as replaced, so that no row and no amount counts twice."""
    number = len(original.faults) + 1
    fault = Fault(number=number, field="", column="", code="E_CORRECTED")
    line = correction.at["line"]
    if original.lined:  # kept rows can't be changed: a copy is
        table = f"{original.table}_corrected"
        store.run(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM {original.table}")
        original = replace(original, table=table)
    store.run(
        f"""UPDATE {original.table} SET fault_no = {number}, fault_value = NULL
        WHERE {original.line()} IN
            (SELECT TRY_CAST(c{line} AS BIGINT) FROM {correction.sheet.stage})"""
    )
    return replace(original, faults=(*original.faults, fault))

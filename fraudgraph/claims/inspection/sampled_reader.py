"""How a sheet's columns are read, decided from its sample: what `inspect` shows of values."""

from __future__ import annotations

from fraudgraph.claims.columns.matching import TableMapping
from fraudgraph.claims.formats.sheets import Sheet
from fraudgraph.claims.typing.column_forms import ColumnForms, as_is
from fraudgraph.claims.typing.column_sql import ValueReader
from fraudgraph.claims.typing.form_survey import survey
from fraudgraph.settings import SourceSettings
from fraudgraph.store import Store

__all__ = ["sampled_forms", "sampled_reader"]


def sampled_forms(
    store: Store, sheet: Sheet, found: TableMapping, settings: SourceSettings | None = None
) -> ColumnForms:
    """The forms of a sheet's columns, by the rows of its sample; nothing is refused here, only told."""
    chosen = settings or SourceSettings()
    reader = ValueReader(found, sheet.headers, sheet.types, True, as_is(chosen))
    return survey(store, reader, f"SELECT * FROM scratch.sample_{sheet.number}", sheet.title, sheet.day_zero, refuse=False)  # fmt: skip


def sampled_reader(
    store: Store, sheet: Sheet, found: TableMapping, settings: SourceSettings | None = None
) -> ValueReader:
    """A reader of a sheet's sample."""
    forms = sampled_forms(store, sheet, found, settings)
    return ValueReader(found, sheet.headers, sheet.types, True, forms)

"""The first values of a delivered table: what its headers leave open, they decide."""

from __future__ import annotations

from itertools import islice

import duckdb

from fraudgraph.claims.formats.malformed_text import careful_rows
from fraudgraph.claims.formats.sheets import Sheet
from fraudgraph.claims.typing.literals import MERGED
from fraudgraph.store import Store

__all__ = ["first_values"]

_ROWS = 200


def first_values(store: Store, sheet: Sheet) -> list[tuple[object, ...]]:
    """The first values of every column; an empty list where the file breaks off before them."""
    width = range(len(sheet.headers))
    if sheet.relation is not None:
        names = ", ".join(f"c{i}" for i in width)
        store.run("SET preserve_insertion_order = true")
        try:
            rows = store.rows(f"SELECT {names} FROM ({sheet.relation}) LIMIT {_ROWS}")
            return [tuple(_unmarked(row[i]) for row in rows) for i in width]
        except duckdb.Error:
            if sheet.text is None:
                return []
        finally:
            store.run("SET preserve_insertion_order = false")
    if sheet.batches is not None:
        batch = next(sheet.batches(), None)
        return (
            []
            if batch is None
            else [tuple(map(_unmarked, batch.column(f"c{i}").slice(0, _ROWS).to_pylist())) for i in width]
        )
    assert sheet.text is not None  # a sheet has a relation, batches or a text
    lines = [row.values for row in islice(careful_rows(sheet.text), _ROWS) if not row.fault]
    return [tuple(values[i] for values in lines) for i in width]


def _unmarked(value: object) -> object:
    return value.removeprefix(MERGED) if isinstance(value, str) else value

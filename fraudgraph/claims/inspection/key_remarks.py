"""Whether the files of a delivery meet, by the sampled rows: told by `inspect` before anything is imported."""

from __future__ import annotations

from collections.abc import Sequence

from fraudgraph.claims.accounting.joins import Join, measure_joins
from fraudgraph.claims.columns.matching import TableMapping
from fraudgraph.claims.formats.sheets import Sheet
from fraudgraph.claims.inspection.sex_codes import sampled_union
from fraudgraph.store import Store

__all__ = ["sampled_joins"]

_OF_PLACES = {"facility_id": "NOT", "pharmacy_id": ""}
_IS_SHOP = "regexp_matches(key, '^[Pp][0-9]')"


def sampled_joins(
    store: Store, samples: Sequence[tuple[Sheet, TableMapping]], whole: frozenset[int]
) -> tuple[Join, ...]:
    """For each key of which both sides are there: how many values find their register, both ways, and the nearest repair.

    `whole` are the numbers of the sheets that the sample holds whole: a register that is cut says nothing.
    """
    cut = {found.kind.name for sheet, found in samples if sheet.number not in whole}

    def rows(wanted: tuple[tuple[str, str], ...]) -> list[str]:
        found: list[str] = []
        if cut & {kind for kind, _ in wanted} - {"claims", "claim_items"}:
            return found
        for kind, field in wanted:
            delivered = sampled_union(store, samples, (kind,), {"key": field})
            if not delivered and kind == "claims" and field in _OF_PLACES:
                places = sampled_union(store, samples, (kind,), {"key": "place_id"})
                delivered = [
                    f"SELECT key FROM ({one}) WHERE {_OF_PLACES[field]} {_IS_SHOP}" for one in places
                ]
            found += delivered
        return found

    return measure_joins(store, rows)

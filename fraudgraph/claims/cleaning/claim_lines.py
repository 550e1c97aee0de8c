"""Tables with one row a claim line: the rows of a claim become one claim, and its lines the claim's items.

A total that stands on every line of a claim is the claim's and counts once; amounts that each line has for itself are
added up. Which of the two a delivery means is seen from the lines: one amount that is the same on all lines of nearly
every claim, though the claims differ, is the claim's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fraudgraph.claims.cleaning.landing import Landing
from fraudgraph.store import Store

__all__ = ["LineTotals", "claims_of_lines", "items_of_lines"]

_AMOUNTS = ("total_amount", "fund_amount", "account_amount", "self_paid_amount")
_NUMBERED = {"line_number", "line_item_code"}
_NEARLY_ALL = 0.95
_IN_ORDER = "TRY_CAST(line_number AS BIGINT) NULLS LAST, line_number, line"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTotals:
    """How the lines of one sheet were put together: `repeated` are amounts that stood on every line, `summed` those of the lines."""

    title: str
    lines: int
    claims: int
    repeated: tuple[str, ...]
    summed: tuple[str, ...]


def claims_of_lines(store: Store, landings: Sequence[Landing]) -> tuple[list[Landing], list[LineTotals]]:
    """Landings in which each claim stands once, where a sheet numbers the lines of its claims; and what was done."""
    done: list[Landing] = []
    told: list[LineTotals] = []
    for landing in landings:
        if landing.mapping.kind.name == "claims" and "line_number" in landing.mapping.columns:
            one, totals = _together(store, landing)
            told.append(totals)
            done.append(one)
        else:
            done.append(landing)
    return done, told


def _together(store: Store, landing: Landing) -> tuple[Landing, LineTotals]:
    lines, table = f"{landing.table}_lines", f"{landing.table}_claims"
    store.run(
        f"CREATE OR REPLACE TABLE {lines} AS SELECT * REPLACE ({landing.line()} AS line) FROM {landing.table}"
    )
    usual = f"FROM {lines} WHERE fault_no IS NULL AND claim_id IS NOT NULL"
    named = [name for name in _AMOUNTS if name in landing.mapping.fields]
    proved = "line_amount" in landing.mapping.columns and _lines_make_the_total(store, usual)
    repeated = [name for name in named if _stands_on_every_line(store, usual, name, proved=proved)]
    summed = [name for name in named if name not in repeated]
    if "total_amount" in summed and "line_amount" not in landing.mapping.columns:
        store.run(f"UPDATE {lines} SET line_amount = total_amount")
    count, claims = store.one(f"SELECT count(*), count(DISTINCT claim_id) {usual}")
    whole = "".join(f", sum({name}) OVER (PARTITION BY claim_id) AS {name}" for name in summed)
    first = f"row_number() OVER (PARTITION BY claim_id ORDER BY {_IN_ORDER})"
    store.run(
        f"""CREATE OR REPLACE TABLE {table} AS
        SELECT * FROM {lines} WHERE fault_no IS NOT NULL OR claim_id IS NULL
        UNION ALL BY NAME
        SELECT * EXCLUDE (place_in_claim) FROM (SELECT * EXCLUDE ({", ".join(["line_number", *summed])}), line_number{whole}, {first} AS place_in_claim {usual})
        WHERE place_in_claim = 1
        ORDER BY line"""
    )
    told = LineTotals(
        title=landing.sheet.title,
        lines=int(count),
        claims=int(claims),
        repeated=tuple(repeated),
        summed=tuple(summed),
    )
    return replace(
        landing, table=table, rows=int(store.one(f"SELECT count(*) FROM {table}")[0]), lined=True
    ), told


def _stands_on_every_line(store: Store, usual: str, name: str, *, proved: bool) -> bool:
    """Whether an amount is the claim's, repeated on its lines: one value a claim in nearly all claims of several lines.

    Where all claims have that one value nothing follows from it, unless the lines' amounts `proved` the total to be the claims'.
    """
    same, several, values = store.one(
        f"""SELECT count(*) FILTER (WHERE kinds = 1), count(*), count(DISTINCT least) FROM (
            SELECT count(DISTINCT coalesce({name}, 0)) AS kinds, min({name}) AS least {usual}
            GROUP BY claim_id HAVING count(*) > 1)"""
    )
    return bool(several) and same >= _NEARLY_ALL * several and (proved or values > 1)


def _lines_make_the_total(store: Store, usual: str) -> bool:
    fits, several = store.one(
        f"""SELECT count(*) FILTER (WHERE abs(lines - total) <= 0.05), count(*) FROM (
            SELECT sum(line_amount) AS lines, max(total_amount) AS total {usual} GROUP BY claim_id HAVING count(*) > 1)"""
    )
    return bool(several) and fits >= _NEARLY_ALL * several


def items_of_lines(store: Store, landings: Sequence[Landing]) -> None:
    """The lines' own items, where no fee lines were delivered beside them."""
    if any(one.mapping.kind.name == "claim_items" for one in landings):
        return
    for landing in landings:
        if landing.mapping.kind.name != "claims" or not set(landing.mapping.columns) >= _NUMBERED:
            continue
        lines = f"{landing.table.removesuffix('_claims')}_lines"
        store.run(
            f"""INSERT INTO claim_items BY NAME
            SELECT l.claim_id, l.line_item_code AS item_code, l.line_item_name AS item_name, coalesce(l.line_quantity, 1) AS quantity,
                l.line_amount AS amount, l.started_at AS charged_at, l.doctor_id AS ordered_by
            FROM {lines} AS l SEMI JOIN claims AS c ON c.claim_id = l.claim_id
            WHERE l.fault_no IS NULL AND l.line_item_code IS NOT NULL AND l.line_amount IS NOT NULL
            ORDER BY l.claim_id, l.line"""
        )

"""A later delivery against an earlier one: records that were changed, are missing, or were added after the fact.

Supplements are normal. Records of days gone by that say something else than before are a finding of their own, at the
institution that changed them; why they were changed is for people to ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from fraudgraph.claims.schema.schema import CANONICAL
from fraudgraph.claims.typing.value_sql import literal
from fraudgraph.errors import UsageError
from fraudgraph.store import Store, quoted

__all__ = ["CHANGES_QUERY", "Comparison", "PlaceChanges", "compare_deliveries"]

CHANGES_QUERY = "SELECT * FROM delivery_changes ORDER BY place_id, event_date, claim_id, kind, change, item_code, column_name, before, after"
_DERIVED = ("claim_id", "refund_of")
"""Not compared: the key, and the original that pairing found (a later refund finds it only now)."""
_DATABASE = "fraudgraph.duckdb"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceChanges:
    """What one institution changed. Shares are of its claims that both deliveries should hold; amounts in yuan, after less before."""

    place_id: str
    place_name: str | None
    claims: int
    changed: int
    missing: int
    added_late: int
    share: float
    amount_difference: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two deliveries over the days that both cover. `places` are those with changes, the largest share first."""

    earlier: str
    first_day: str | None
    last_day: str | None
    claims_in_both: int
    changed: int
    missing: int
    added_late: int
    items_changed: int
    share: float
    places: tuple[PlaceChanges, ...]


def compare_deliveries(store: Store, earlier: Path) -> Comparison:
    """Fill `delivery_changes` row by row: who, what, before, after.

    Parameters
    ----------
    store : Store
        Holds the later delivery.
    earlier : Path
        The folder of an earlier import or run.

    Raises
    ------
    UsageError
        If the folder holds no import of ours.
    """
    database = earlier / _DATABASE
    if not database.is_file():
        raise UsageError(
            f"{earlier} holds no import of ours ({_DATABASE} is missing). Give --against the folder of an earlier import or run.",
            f"{earlier} 中没有本程序的导入结果（缺少 {_DATABASE}）。请为 --against 指定先前 import 或 run 的结果目录。",
        )
    store.run(f"ATTACH {literal(str(database))} AS earlier (READ_ONLY)")
    try:
        days = store.one(
            """SELECT greatest((SELECT min(event_date) FROM claims), (SELECT min(event_date) FROM earlier.claims)),
                least((SELECT max(event_date) FROM claims), (SELECT max(event_date) FROM earlier.claims))"""
        )
        store.run(
            """CREATE OR REPLACE TABLE delivery_changes (kind VARCHAR, change VARCHAR, claim_id VARCHAR, item_code VARCHAR, column_name VARCHAR,
            before VARCHAR, after VARCHAR, place_id VARCHAR, patient_id VARCHAR, operator_id VARCHAR, event_date DATE, amount_before DECIMAL(16,2), amount_after DECIMAL(16,2))"""
        )
        _compare_claims(store, days[0], days[1])
        items = _compare_items(store) if _delivered(store, "claim_items", "item_code") else 0
        return _summary(store, earlier, days[0], days[1], items)
    finally:
        store.run("DETACH earlier")


def _delivered(store: Store, table: str, column: str) -> bool:
    """Whether both deliveries hold a column."""
    sql = "SELECT count(*) FROM {}column_catalog WHERE table_name = $table AND column_name = $column AND filled_share > 0"
    return all(store.one(sql.format(side), table=table, column=column)[0] for side in ("", "earlier."))


def _compare_claims(store: Store, first: object, last: object) -> None:
    names = [
        column.name
        for column in CANONICAL["claims"].columns
        if column.name not in _DERIVED and _delivered(store, "claims", column.name)
    ]
    differs = " OR ".join(f"o.{quoted(name)} IS DISTINCT FROM n.{quoted(name)}" for name in names)
    pairs = ", ".join(
        f"struct_pack(name := '{name}', before := CAST(o.{quoted(name)} AS VARCHAR), after := CAST(n.{quoted(name)} AS VARCHAR))"
        for name in names
    )
    store.run(
        f"""INSERT INTO delivery_changes
        SELECT 'claims', 'changed', claim_id, NULL, d.name, d.before, d.after, place_id, patient_id, operator_id, event_date, amount_before, amount_after
        FROM (SELECT o.claim_id, unnest([{pairs}]) AS d, n.place_id, n.patient_id, coalesce(n.operator_id, o.operator_id) AS operator_id,
                o.event_date, o.total_amount AS amount_before, n.total_amount AS amount_after
            FROM earlier.claims AS o INNER JOIN claims AS n ON n.claim_id = o.claim_id WHERE {differs})
        WHERE d.before IS DISTINCT FROM d.after"""
    )
    for change, source, other, before, after in (
        ("missing", "earlier.claims", "claims", "a.total_amount", "NULL"),
        ("added_late", "claims", "earlier.claims", "NULL", "a.total_amount"),
    ):
        store.run(
            f"""INSERT INTO delivery_changes
            SELECT 'claims', '{change}', a.claim_id, NULL, NULL, NULL, NULL, a.place_id, a.patient_id, a.operator_id, a.event_date, {before}, {after}
            FROM {source} AS a ANTI JOIN {other} AS b ON b.claim_id = a.claim_id
            WHERE a.event_date BETWEEN CAST($first AS DATE) AND CAST($last AS DATE)""",
            first=first,
            last=last,
        )


def _compare_items(store: Store) -> int:
    """Fee lines of claims that both hold, summed by claim, item and day, so that their order decides nothing; how many sums differ.

    A sum that changed gets a row for each of its columns that did; one that is missing or new a row with its amount.
    """
    lines = "SELECT claim_id, item_code, CAST(charged_at AS DATE) AS day, count(*) AS lines, sum(quantity) AS quantity, sum(amount) AS amount FROM {}claim_items GROUP BY ALL"
    pairs = ", ".join(
        f"struct_pack(name := '{name}', before := CAST(o.{name} AS VARCHAR), after := CAST(n.{name} AS VARCHAR))"
        for name in ("amount", "quantity", "lines")
    )
    store.run(
        f"""CREATE OR REPLACE TEMP TABLE item_changes AS
        SELECT CASE WHEN o.claim_id IS NULL THEN 'added_late' WHEN n.claim_id IS NULL THEN 'missing' ELSE 'changed' END AS change,
            c.claim_id, coalesce(n.item_code, o.item_code) AS item_code, [{pairs}] AS columns,
            c.place_id, c.patient_id, c.operator_id, c.event_date, o.amount AS amount_before, n.amount AS amount_after
        FROM ({lines.format("earlier.")}) AS o
        FULL OUTER JOIN ({lines.format("")}) AS n ON n.claim_id = o.claim_id AND n.item_code = o.item_code AND n.day IS NOT DISTINCT FROM o.day
        INNER JOIN claims AS c ON c.claim_id = coalesce(n.claim_id, o.claim_id)
        SEMI JOIN earlier.claims AS e ON e.claim_id = c.claim_id
        WHERE o.claim_id IS NULL OR n.claim_id IS NULL OR o.amount <> n.amount OR o.quantity <> n.quantity OR o.lines <> n.lines"""
    )
    store.run(
        """INSERT INTO delivery_changes
        SELECT 'claim_items', change, claim_id, item_code, d.name, d.before, d.after, place_id, patient_id, operator_id, event_date, amount_before, amount_after
        FROM (SELECT *, unnest(columns) AS d FROM item_changes)
        WHERE d.before IS DISTINCT FROM d.after AND (change = 'changed' OR d.name = 'amount')"""
    )
    differing = int(store.one("SELECT count(*) FROM item_changes")[0])
    store.run("DROP TABLE item_changes")
    return differing


def _summary(store: Store, earlier: Path, first: object, last: object, items: int) -> Comparison:
    places = store.rows(
        """WITH held AS (
            SELECT place_id, count(*) AS claims FROM earlier.claims
            WHERE event_date BETWEEN CAST($first AS DATE) AND CAST($last AS DATE) GROUP BY place_id
        ),
        per_claim AS (
            SELECT place_id, claim_id,
                max(CASE WHEN change = 'changed' OR kind = 'claim_items' THEN 1 ELSE 0 END) AS changed,
                max(CASE WHEN kind = 'claims' AND change = 'missing' THEN 1 ELSE 0 END) AS missing,
                max(CASE WHEN kind = 'claims' AND change = 'added_late' THEN 1 ELSE 0 END) AS added_late,
                max(CASE WHEN kind = 'claims' THEN coalesce(amount_after, 0) - coalesce(amount_before, 0) END) AS difference
            FROM delivery_changes GROUP BY place_id, claim_id
        ),
        named AS (SELECT facility_id AS place_id, name FROM facilities UNION ALL SELECT pharmacy_id, name FROM pharmacies),
        summed AS (
            SELECT place_id, sum(changed) AS changed, sum(missing) AS missing, sum(added_late) AS added_late, sum(coalesce(difference, 0)) AS difference
            FROM per_claim GROUP BY place_id
        )
        SELECT s.place_id, (SELECT min(name) FROM named WHERE named.place_id = s.place_id), coalesce(h.claims, 0), s.changed, s.missing, s.added_late, s.difference
        FROM summed AS s LEFT JOIN held AS h ON h.place_id = s.place_id
        ORDER BY (s.changed + s.missing + s.added_late) / greatest(coalesce(h.claims, 0), 1) DESC, s.place_id""",
        first=first,
        last=last,
    )
    found = tuple(
        PlaceChanges(
            place_id=str(place),
            place_name=name,
            claims=int(claims),
            changed=int(changed),
            missing=int(missing),
            added_late=int(late),
            share=round((int(changed) + int(missing) + int(late)) / max(int(claims), 1), 4),
            amount_difference=Decimal(difference),
        )
        for place, name, claims, changed, missing, late, difference in places
    )
    both = int(
        store.one(
            "SELECT count(*) FROM earlier.claims AS o SEMI JOIN claims AS n ON n.claim_id = o.claim_id"
        )[0]
    )
    changed, missing, late = (
        sum(getattr(one, name) for one in found) for name in ("changed", "missing", "added_late")
    )
    held = int(
        store.one(
            "SELECT count(*) FROM earlier.claims WHERE event_date BETWEEN CAST($first AS DATE) AND CAST($last AS DATE)",
            first=first,
            last=last,
        )[0]
    )
    return Comparison(
        earlier=earlier.name,
        first_day=str(first) if first else None,
        last_day=str(last) if last else None,
        claims_in_both=both,
        changed=changed,
        missing=missing,
        added_late=late,
        items_changed=items,
        share=round((changed + missing + late) / max(held, 1), 4),
        places=found,
    )

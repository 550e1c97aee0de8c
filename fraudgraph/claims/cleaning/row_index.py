"""Which keys a delivery brings, and what it says of each, as hashes: enough to tell what a later delivery changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fraudgraph.claims.cleaning.landing import Landing
from fraudgraph.claims.cleaning.newest import content_sql
from fraudgraph.claims.cleaning.repeated import KEYS, key_sql
from fraudgraph.claims.typing.value_sql import literal
from fraudgraph.store import Store

__all__ = ["write_row_index"]


def write_row_index(store: Store, landings: Sequence[Landing], path: Path) -> None:
    """Write a Parquet file with one row per key of the delivery: kind, key, content, month, voided, person.

    Key, content and person (the patient of a claim or an encounter) are hashes. The month is that of a claim or an encounter; fee lines stand under their claim's key,
    registers have no month. Rows at fault are left out, rows withdrawn by their mark are in.
    """
    delivered = {landing.mapping.kind.name for landing in landings}
    parts = [_keyed(kind) for kind in KEYS if kind in delivered]
    if "claim_items" in delivered:
        parts.append(
            f"""SELECT 'claim_items' AS kind, md5_number_lower(coalesce(claim_id, encounter_id)) AS key,
                md5_number_lower(string_agg(content, '' ORDER BY content)) AS content, CAST(NULL AS VARCHAR) AS month, bool_and(voided) AS voided, CAST(NULL AS UBIGINT) AS person
            FROM (SELECT *, CASE WHEN voided THEN '' ELSE {content_sql("claim_items")} END AS content FROM scratch.claim_items_in WHERE fault_no IS NULL OR voided)
            WHERE coalesce(claim_id, encounter_id) IS NOT NULL GROUP BY 2"""
        )
    rows = " UNION ALL ".join(parts)
    store.run(
        f"COPY (SELECT * FROM ({rows}) ORDER BY kind, key) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
    )
    path.chmod(0o600)


def _keyed(kind: str) -> str:
    month = {"claims": "strftime(r.started_at, '%Y-%m')", "encounters": "strftime(i.started_at, '%Y-%m')"}
    person = "md5_number_lower(i.patient_id)" if kind in ("claims", "encounters") else "CAST(NULL AS UBIGINT)"
    join = "LEFT JOIN scratch.claims_resolved AS r ON r.row_no = i.row_no" if kind == "claims" else ""
    return f"""SELECT '{kind}' AS kind, md5_number_lower(i.key_text) AS key, arg_max(md5_number_lower(i.content), i.row_no) AS content,
        CAST(max({month.get(kind, "NULL")}) AS VARCHAR) AS month, bool_and(i.voided) AS voided, max({person}) AS person
    FROM (
        SELECT *, {key_sql(kind)} AS key_text, {content_sql(kind)} AS content FROM scratch.{kind}_in
        WHERE (fault_no IS NULL OR voided) AND (voided OR row_no NOT IN (SELECT row_no FROM scratch.set_aside WHERE kind = '{kind}'))
    ) AS i {join}
    GROUP BY i.key_text"""

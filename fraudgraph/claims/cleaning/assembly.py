"""Landing tables become the canonical tables: duplicates, encounters, refunds, reference data.

Everything works on a scratch database beside the store; what is set aside is collected in `scratch.set_aside`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from fraudgraph.claims.cleaning.landing import Landing
from fraudgraph.claims.schema.fields import KINDS, REFERENCE_KINDS, REFERENCE_TABLES
from fraudgraph.claims.schema.landing_form import content_columns, landing_columns
from fraudgraph.claims.schema.schema import CANONICAL, DERIVED_CLAIM_COLUMNS, create_table_sql
from fraudgraph.store import Store

__all__ = [
    "ROWS_PER_SHEET",
    "assemble_claims",
    "assemble_items",
    "assemble_reference",
    "gather",
    "keep_claims",
    "prepare",
]

ROWS_PER_SHEET = 1 << 40
"""A row's number is its sheet's number times this, plus its line."""
_SQL = Path(__file__).parent / "sql"
_AMOUNT = {"claims": "total_amount", "claim_items": "amount"}
_KEYS = {
    "claims": ("claim_id",),
    "encounters": ("encounter_id",),
    "institutions": ("place_id",),
    **{name: CANONICAL[name].key for name in REFERENCE_TABLES},
}


@cache
def _sql(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


def prepare(store: Store) -> None:
    """Empty canonical tables and an empty list of what is set aside."""
    for table in CANONICAL.values():
        store.run(create_table_sql(table))
    store.run(
        "CREATE OR REPLACE TABLE scratch.set_aside (kind VARCHAR, row_no BIGINT, code VARCHAR, field VARCHAR, column_name VARCHAR, value VARCHAR, amount DECIMAL(16,2))"
    )


def gather(store: Store, landings: Sequence[Landing]) -> None:
    """One view per kind over its landing tables, rows numbered; rows at fault and repeated ones are set aside."""
    for kind in KINDS.values():
        ours = [landing for landing in landings if landing.mapping.kind.name == kind.name]
        names = [name for name, _ in landing_columns(kind.name, kind.fields) if name != "line"]
        if ours:
            parts = [
                f"SELECT {one.sheet.number} * {ROWS_PER_SHEET} + {one.line()} AS row_no, {', '.join(names)} FROM {one.table}"
                for one in ours
            ]
            store.run(f"CREATE OR REPLACE VIEW scratch.{kind.name}_in AS {' UNION ALL '.join(parts)}")
        else:
            columns = ", ".join(
                f"{name} {type_}" for name, type_ in landing_columns(kind.name, kind.fields)[1:]
            )
            store.run(f"CREATE OR REPLACE TABLE scratch.{kind.name}_in (row_no BIGINT, {columns})")
        for landing in ours:
            _set_aside_faults(store, landing)
        if ours and kind.name in _KEYS:
            _set_aside_repeated(store, kind.name)


def _set_aside_faults(store: Store, landing: Landing) -> None:
    """Rows with a fault number, with the reason that stands for it."""
    kind = landing.mapping.kind.name
    amount = _AMOUNT.get(kind, "NULL")
    rows = ", ".join(
        f"({f.number}, $code_{f.number}, $field_{f.number}, $column_{f.number})" for f in landing.faults
    )
    parameters: dict[str, str] = {}
    for fault in landing.faults:
        parameters |= {
            f"code_{fault.number}": fault.code,
            f"field_{fault.number}": fault.field,
            f"column_{fault.number}": fault.column,
        }
    store.run(
        f"""INSERT INTO scratch.set_aside
        SELECT $kind, {landing.sheet.number} * {ROWS_PER_SHEET} + {landing.line("l")},
            f.code, f.field, f.column_name, l.fault_value, l.{amount}
        FROM {landing.table} AS l
        INNER JOIN (VALUES {rows}) AS f (number, code, field, column_name) ON f.number = l.fault_no""".replace(
            "l.NULL", "NULL"
        ),
        kind=kind,
        **parameters,
    )


def _set_aside_repeated(store: Store, kind_name: str) -> None:
    """All rows but one per key. Reference tables may say the same thing in several sheets: those are merged later."""
    kind = KINDS[kind_name]
    per_sheet = [f"CAST(row_no // {ROWS_PER_SHEET} AS VARCHAR)"] if kind_name in REFERENCE_KINDS else []
    key = "concat_ws(chr(31), " + ", ".join([*per_sheet, *_KEYS[kind_name]]) + ")"
    names = content_columns(kind_name, kind.fields)
    content = "md5(to_json(struct_pack(" + ", ".join(f"{name} := {name}" for name in names) + "))::VARCHAR)"
    at_time = "coalesce(settled_at, started_at)" if kind_name == "claims" else "NULL"
    if kind_name == "encounters":
        at_time = "started_at"
    source = f"scratch.{kind_name}_in WHERE fault_no IS NULL"
    store.run(f"CREATE OR REPLACE VIEW scratch.keyed AS SELECT row_no, {key} AS key_text FROM {source}")
    store.run(_sql("repeated_rows"))  # apart: comparing content is dear and only these few rows need it
    store.run(
        f"CREATE OR REPLACE VIEW scratch.keyed_content AS SELECT row_no, {key} AS key_text, {content} AS content, CAST({at_time} AS TIMESTAMP) AS at_time FROM {source} AND row_no IN (SELECT row_no FROM scratch.repeated_rows)"
    )
    field = _KEYS[kind_name][0]
    amount = f"i.{_AMOUNT[kind_name]}" if kind_name in _AMOUNT else "NULL"
    store.run(
        f"""INSERT INTO scratch.set_aside
        SELECT $kind, d.row_no, d.code, $field, NULL, i.{field}, {amount}
        FROM ({_sql("repeated_keys")}) AS d INNER JOIN scratch.{kind_name}_in AS i ON i.row_no = d.row_no""",
        kind=kind_name,
        field=field,
    )


def assemble_claims(store: Store) -> None:
    """Join encounters to settlements, set impossible dates aside, pair refunds."""
    store.run(
        """CREATE OR REPLACE TABLE scratch.encounters_kept AS
        SELECT encounter_id, patient_id, doctor_id, started_at, ended_at, diagnosis_code, admission_way, discharge_way, med_type_raw, extra
        FROM scratch.encounters_in
        WHERE row_no NOT IN (SELECT row_no FROM scratch.set_aside WHERE kind = 'encounters')"""
    )
    form = "TABLE" if store.one("SELECT count(*) FROM scratch.encounters_kept")[0] else "VIEW"
    store.run(f"CREATE OR REPLACE {form} scratch.claims_resolved AS {_sql('resolve_claims')}")
    store.run(
        """INSERT INTO scratch.set_aside
        SELECT 'claims', row_no, late_code, CASE late_code WHEN 'E_REQUIRED' THEN 'started_at' ELSE 'ended_at' END,
            NULL, CAST(ended_at AS VARCHAR), total_amount
        FROM scratch.claims_resolved
        WHERE late_code IS NOT NULL AND fault_no IS NULL
            AND row_no NOT IN (SELECT row_no FROM scratch.set_aside WHERE kind = 'claims')"""
    )
    store.run(
        """CREATE OR REPLACE VIEW scratch.claims_kept AS
        SELECT * FROM scratch.claims_resolved
        WHERE row_no NOT IN (SELECT row_no FROM scratch.set_aside WHERE kind = 'claims')"""
    )
    _pair_refunds(store)


def _pair_refunds(store: Store) -> None:
    """By the original's id; then by person, place and amount; then records marked as refunds but not written negative."""
    store.run(f"CREATE OR REPLACE TABLE scratch.refund_pairs AS {_sql('refund_pairs_by_id')}")
    store.run(f"CREATE OR REPLACE TABLE scratch.refund_events AS {_sql('refund_events')}")
    store.run(f"INSERT INTO scratch.refund_pairs {_sql('pair_refunds')}")
    store.run(
        """DELETE FROM scratch.refund_events
        WHERE row_no IN (SELECT row_no FROM scratch.refund_pairs) OR row_no IN (SELECT original_row_no FROM scratch.refund_pairs) OR is_reversal"""
    )
    store.run("UPDATE scratch.refund_events SET is_reversal = refund_flag")
    store.run(f"INSERT INTO scratch.refund_pairs {_sql('pair_refunds')}")
    store.run(f"CREATE OR REPLACE TABLE scratch.refund_nets AS {_sql('refund_nets')}")


def keep_claims(store: Store, first_day: dt.date, last_day: dt.date) -> None:
    """Write the kept claims of the window into the store."""
    columns = [*CANONICAL["claims"].column_names, *(name for name, _, _ in DERIVED_CLAIM_COLUMNS)]
    store.run(
        f"INSERT INTO claims ({', '.join(columns)}) {_sql('final_claims')}",
        first_day=first_day,
        last_day=last_day,
    )


def assemble_items(store: Store) -> None:
    """Fee lines of the claims that are kept; lines without a settlement id find it by their encounter."""
    names = CANONICAL["claim_items"].column_names
    others = ", ".join(f"i.{name}" for name in names if name != "claim_id")
    store.run(
        f"""CREATE OR REPLACE TABLE scratch.items_resolved AS
        WITH one_claim AS (
            SELECT encounter_id, min(claim_id) AS claim_id FROM scratch.claims_kept
            WHERE encounter_id IS NOT NULL AND NOT is_reversal GROUP BY encounter_id HAVING count(*) = 1
        )
        SELECT i.row_no, coalesce(i.claim_id, o.claim_id) AS claim_id, {others}
        FROM scratch.claim_items_in AS i
        LEFT JOIN one_claim AS o ON o.encounter_id = i.encounter_id
        WHERE i.fault_no IS NULL"""
    )
    store.run(
        """INSERT INTO scratch.set_aside
        SELECT 'claim_items', i.row_no, CASE WHEN s.claim_id IS NOT NULL THEN 'E_CLAIM_SET_ASIDE' ELSE 'E_NO_CLAIM' END,
            'claim_id', NULL, i.claim_id, i.amount
        FROM scratch.items_resolved AS i
        ANTI JOIN scratch.claims_kept AS k ON k.claim_id = i.claim_id
        LEFT JOIN (
            SELECT DISTINCT claim_id FROM scratch.claims_in
            WHERE row_no IN (SELECT row_no FROM scratch.set_aside WHERE kind = 'claims')
        ) AS s ON s.claim_id = i.claim_id"""
    )
    store.run(
        f"""INSERT INTO claim_items ({", ".join(names)})
        SELECT {", ".join(f"i.{name}" for name in names)} FROM scratch.items_resolved AS i
        SEMI JOIN claims AS c ON c.claim_id = i.claim_id"""
    )


def assemble_reference(store: Store, landings: Sequence[Landing]) -> None:
    """Persons, doctors and places: own tables first, then what settlements and encounters say about them."""
    delivered = {(one.mapping.kind.name, name) for one in landings for name in one.mapping.fields}
    _split_institutions(store)
    kinds = {kind for kind, _ in delivered}
    for table in REFERENCE_TABLES:
        said = _said_elsewhere(table, delivered)
        if not said and not kinds & {table, "institutions"}:
            continue
        canonical = CANONICAL[table]
        key = canonical.key
        columns = [name for name in canonical.column_names if name not in key]
        best = ", ".join(f"arg_min({name}, row_no) AS {name}" for name in columns)
        kept = f"SELECT row_no, {', '.join(canonical.column_names)} FROM scratch.{table}_in WHERE row_no NOT IN (SELECT row_no FROM scratch.set_aside WHERE kind = '{table}')"
        if table in ("facilities", "pharmacies"):
            shared = ", ".join(
                name if name in _INSTITUTION_COLUMNS else f"NULL AS {name}" for name in columns
            )
            kept += f" UNION ALL BY NAME SELECT row_no, place_id AS {key[0]}, {shared} FROM scratch.institutions_split WHERE is_pharmacy = {table == 'pharmacies'}"
        own = f"SELECT {', '.join(canonical.column_names)} FROM ({kept})"
        if store.one(f"SELECT count(*) > count(DISTINCT ({', '.join(key)})) FROM ({kept})")[0]:
            own = f"SELECT {', '.join(key)}{', ' if columns else ''}{best} FROM ({kept}) GROUP BY {', '.join(key)}"
        store.run(f"INSERT INTO {table} BY NAME {own} ORDER BY {', '.join(key)}")
        if said:
            _add_said(store, table, said)


_INSTITUTION_COLUMNS = {field.name for field in KINDS["institutions"].fields}


def _split_institutions(store: Store) -> None:
    store.run(
        """CREATE OR REPLACE TABLE scratch.institutions_split AS
        SELECT *, coalesce(place_kind = '2' OR contains(place_kind, '药'), regexp_matches(place_id, '^[Pp][0-9]')) AS is_pharmacy
        FROM scratch.institutions_in
        WHERE row_no NOT IN (SELECT row_no FROM scratch.set_aside WHERE kind = 'institutions')"""
    )


def _said_elsewhere(table: str, delivered: set[tuple[str, str]]) -> dict[str, str]:
    """Columns of a reference table that settlements or encounters bring: column → their field."""
    prefix = {
        "patients": "patient_",
        "doctors": "doctor_",
        "facilities": "place_",
        "pharmacies": "place_",
    }.get(table)
    if prefix is None:
        return {}
    names = {
        field for kind, field in delivered if kind in ("claims", "encounters") and field.startswith(prefix)
    }
    columns = [name for name in CANONICAL[table].column_names if name not in CANONICAL[table].key]
    return {name: prefix + name for name in columns if prefix + name in names}


def _add_said(store: Store, table: str, said: dict[str, str]) -> None:
    """Fill a reference table's gaps with the latest value that settlements or encounters give, and add who is missing."""
    key = CANONICAL[table].key[0]
    fields = ", ".join(said.values())
    claims = f"SELECT {key} AS said_key, coalesce(settled_at, started_at) AS at_time, {fields} FROM scratch.claims_in WHERE row_no NOT IN (SELECT row_no FROM scratch.set_aside WHERE kind = 'claims')"
    parts = [claims]
    if table in ("patients", "doctors"):
        parts.append(
            f"SELECT {key} AS said_key, started_at AS at_time, {fields} FROM scratch.encounters_in WHERE row_no NOT IN (SELECT row_no FROM scratch.set_aside WHERE kind = 'encounters')"
        )
    latest = ", ".join(
        f"arg_max({field}, struct_pack(t := coalesce(at_time, TIMESTAMP '1900-01-01'), v := {field})) FILTER (WHERE {field} IS NOT NULL) AS {name}"
        for name, field in said.items()
    )
    store.run(
        f"CREATE OR REPLACE TABLE scratch.said AS SELECT said_key AS {key}, {latest} FROM ({' UNION ALL '.join(parts)}) WHERE said_key IS NOT NULL GROUP BY said_key"
    )
    columns = CANONICAL[table].column_names
    merged = ", ".join(
        f"coalesce(o.{name}, s.{name}) AS {name}" if name in said or name == key else f"o.{name}"
        for name in columns
    )
    store.run(
        f"CREATE OR REPLACE TABLE scratch.merged AS SELECT {merged} FROM {table} AS o FULL OUTER JOIN scratch.said AS s ON s.{key} = o.{key}"
    )
    store.run(f"DELETE FROM {table}")
    store.run(f"INSERT INTO {table} SELECT * FROM scratch.merged ORDER BY {key}")

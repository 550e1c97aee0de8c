"""The accounts of a delivery: rejects with their raw lines, the column catalogue, and sums that must agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pyarrow as pa

from fraudgraph.claims.accounting.read_report import FileReport, TableReport
from fraudgraph.claims.accounting.rejects import NOT_COUNTED, REASONS
from fraudgraph.claims.accounting.source_errors import first_fault
from fraudgraph.claims.cleaning.claim_changes import SUPERSEDED
from fraudgraph.claims.cleaning.landing import Landing
from fraudgraph.claims.cleaning.repeated import ROWS_PER_SHEET
from fraudgraph.claims.formats.raw_lines import raw_lines
from fraudgraph.claims.schema.landing_form import COUNTS
from fraudgraph.claims.schema.schema import CANONICAL, DERIVED_CLAIM_COLUMNS
from fraudgraph.errors import FraudgraphError, SourceError
from fraudgraph.settings import SourceSettings
from fraudgraph.store import Store

__all__ = [
    "check_conserved",
    "check_share",
    "report_files",
    "report_tables",
    "write_catalog",
    "write_rejects",
]

_MOST_OLD = 0.5
"""Share of a table's rows that may be valid and older than what is looked at."""

_IN_WINDOW = "CAST(started_at AS DATE) BETWEEN CAST($first AS DATE) AND CAST($last AS DATE)"


def write_rejects(store: Store, landings: Sequence[Landing]) -> None:
    """The table `rejects`: one row per delivered row that was set aside, with the line as it came.

    Rows that a later delivery took the place of are no rejects: they are only counted.
    """
    store.run(
        'CREATE OR REPLACE TABLE rejects (source_file VARCHAR, "line" BIGINT, "column" VARCHAR, "value" VARCHAR, code VARCHAR, reason_zh VARCHAR, reason_en VARCHAR, amount DECIMAL(16,2), raw_line VARCHAR)'
    )
    reasons = pa.table(
        {
            "code": list(REASONS),
            "zh": [reason.zh for reason in REASONS.values()],
            "en": [reason.en for reason in REASONS.values()],
        }
    )
    for landing in landings:
        number = landing.sheet.number
        lines = store.arrow(
            f"SELECT row_no % {ROWS_PER_SHEET} AS line FROM scratch.set_aside WHERE kind = $kind AND row_no // {ROWS_PER_SHEET} = $number AND NOT list_contains($superseded, code)",
            kind=landing.mapping.kind.name,
            number=number,
            superseded=list(SUPERSEDED),
        )
        if not lines.num_rows:
            continue
        found = raw_lines(store, landing.sheet, lines)
        raw = pa.table(
            {"line": pa.array(list(found), pa.int64()), "raw": pa.array(list(found.values()), pa.string())}
        )
        store.con.register("_reasons", reasons)
        store.con.register("_raw", raw)
        store.con.register("_headers", _headers(landing))
        try:
            store.run(
                f"""INSERT INTO rejects
                SELECT $title, s.row_no % {ROWS_PER_SHEET}, nullif(coalesce(s.column_name, h.header, s.field), ''), s.value, s.code, r.zh, r.en, s.amount, w.raw
                FROM scratch.set_aside AS s
                INNER JOIN _reasons AS r ON r.code = s.code
                LEFT JOIN _headers AS h ON h.field = s.field
                LEFT JOIN _raw AS w ON w.line = s.row_no % {ROWS_PER_SHEET}
                WHERE s.kind = $kind AND s.row_no // {ROWS_PER_SHEET} = $number AND NOT list_contains($superseded, s.code)
                ORDER BY s.row_no""",
                superseded=list(SUPERSEDED),
                title=landing.sheet.title,
                kind=landing.mapping.kind.name,
                number=number,
            )
        finally:
            store.con.unregister("_reasons")
            store.con.unregister("_raw")
            store.con.unregister("_headers")


def _headers(landing: Landing) -> pa.Table:
    """The delivered header behind each field."""
    columns = landing.mapping.columns
    headers = [landing.sheet.headers[position] for position in columns.values()]
    return pa.table({"field": pa.array(list(columns), pa.string()), "header": pa.array(headers, pa.string())})


def write_catalog(store: Store, landings: Sequence[Landing]) -> None:
    """The table `column_catalog`: what was delivered, and how much of it is filled."""
    named = {(one.mapping.kind.name, name) for one in landings for name in one.mapping.fields}
    found: list[tuple[str, str, bool, float]] = []
    for table in CANONICAL.values():
        names = [*table.column_names]
        if table.name == "claims":
            names += [name for name, _, _ in DERIVED_CLAIM_COLUMNS]
        counts = store.one(
            f"SELECT count(*), {', '.join(f'count({name})' for name in names)} FROM {table.name}"
        )
        for name, filled in zip(names, counts[1:], strict=True):
            share = round(filled / counts[0], 6) if counts[0] else 0.0
            found.append((table.name, name, (table.name, name) in named or filled > 0, share))
    columns = ("table_name", "column_name", "delivered", "filled_share")
    store.put(
        "column_catalog", pa.table(dict(zip(columns, map(list, zip(*found, strict=True)), strict=True)))
    )


def report_files(store: Store, landings: Sequence[Landing], first: date, last: date) -> list[FileReport]:
    """Per sheet: rows and yuan read, kept, set aside and outside the window."""
    kept = _per_sheet(
        store,
        f"""SELECT 'claims' AS kind, row_no, total_amount AS amount FROM scratch.claims_kept WHERE {_IN_WINDOW}
        UNION ALL
        SELECT 'claim_items', i.row_no, i.amount FROM scratch.items_resolved AS i SEMI JOIN claims AS c ON c.claim_id = i.claim_id""",
        first=first,
        last=last,
    )
    outside = _per_sheet(
        store,
        f"""SELECT 'claims' AS kind, row_no, total_amount AS amount FROM scratch.claims_kept WHERE NOT ({_IN_WINDOW})
        UNION ALL
        SELECT 'claim_items', i.row_no, i.amount FROM scratch.items_resolved AS i
        SEMI JOIN scratch.claims_kept AS k ON k.claim_id = i.claim_id ANTI JOIN claims AS c ON c.claim_id = i.claim_id""",
        first=first,
        last=last,
    )
    aside = _per_sheet(store, "SELECT kind, row_no, amount FROM scratch.set_aside")
    return [_file_report(store, one, kept, aside, outside) for one in landings]


_PerSheet = dict[int, tuple[int, Decimal]]


def _per_sheet(store: Store, rows: str, **parameters: date) -> _PerSheet:
    found = store.rows(
        f"SELECT row_no // {ROWS_PER_SHEET}, count(*), coalesce(sum(amount), 0) FROM ({rows}) GROUP BY 1",
        **parameters,
    )
    return {int(number): (int(count), Decimal(amount)) for number, count, amount in found}


def _file_report(
    store: Store, landing: Landing, kept: _PerSheet, aside: _PerSheet, outside: _PerSheet
) -> FileReport:
    sheet, kind = landing.sheet, landing.mapping.kind.name
    amount = {"claims": "sum(total_amount)", "claim_items": "sum(amount)"}.get(kind, "NULL")
    counted = ", ".join(f"coalesce(sum({name}), 0)" for name in COUNTS)
    read, read_amount, blanked, open_ends, mended = store.one(
        f"SELECT count(*), coalesce({amount}, 0), {counted} FROM {landing.table}"
    )
    none = (0, Decimal(0))
    rows_aside, amount_aside = aside.get(sheet.number, none)
    paid = kind in ("claims", "claim_items")
    rows_kept, amount_kept = (
        kept.get(sheet.number, none) if paid else (_kept_reference(store, landing), Decimal(0))
    )
    rows_outside, amount_outside = outside.get(sheet.number, none)
    return FileReport(
        file=sheet.source.name,
        sheet=sheet.name,
        size=sheet.source.size,
        sha256=sheet.source.sha256,
        format=sheet.source.format,
        encoding=sheet.encoding,
        table=kind,
        mapping=landing.mapping.rule.name,
        columns={name: sheet.headers[position] for name, position in landing.mapping.columns.items()}
        | {name: " + ".join(sheet.headers[i] for i in parts) for name, parts in landing.mapping.sums.items()},
        rows_read=int(read),
        rows_kept=rows_kept,
        rows_set_aside=rows_aside,
        rows_outside=rows_outside,
        amount_read=Decimal(read_amount),
        amount_kept=amount_kept,
        amount_set_aside=amount_aside,
        amount_outside=amount_outside,
        values_left_empty=int(blanked),
        open_ends=int(open_ends),
        ids_mended=int(mended),
    )


def _kept_reference(store: Store, landing: Landing) -> int:
    kind = landing.mapping.kind.name
    return int(
        store.one(
            f"SELECT count(*) FROM scratch.{kind}_in WHERE row_no // {ROWS_PER_SHEET} = $number AND row_no NOT IN (SELECT row_no FROM scratch.set_aside WHERE kind = $kind)",
            number=landing.sheet.number,
            kind=kind,
        )[0]
    )


def report_tables(store: Store, files: Sequence[FileReport]) -> dict[str, TableReport]:
    """Per kind of table: the sums over its sheets, and the rows that the canonical table holds."""
    tables = {}
    superseded = dict(store.rows("SELECT kind, count(*) FROM scratch.superseded GROUP BY kind ORDER BY kind"))
    for name in sorted({str(one.table) for one in files}):
        ours = [one for one in files if one.table == name]
        tables[name] = TableReport(
            table=name,
            rows_read=sum(one.rows_read for one in ours),
            rows_kept=sum(one.rows_kept for one in ours),
            rows_set_aside=sum(one.rows_set_aside for one in ours),
            rows_outside=sum(one.rows_outside for one in ours),
            amount_read=sum((one.amount_read for one in ours), Decimal(0)),
            amount_kept=sum((one.amount_kept for one in ours), Decimal(0)),
            amount_set_aside=sum((one.amount_set_aside for one in ours), Decimal(0)),
            amount_outside=sum((one.amount_outside for one in ours), Decimal(0)),
            rows=store.count(name) if name in CANONICAL else 0,
            rows_superseded=int(superseded.get(name, 0)),
        )
    return tables


def check_conserved(store: Store, tables: dict[str, TableReport]) -> None:
    """Every row and every fen read is kept, set aside or outside the window; what is kept is in the store.

    Raises
    ------
    FraudgraphError
        If a sum does not agree: a fault in this program, never in the delivery.
    """
    for table in tables.values():
        rows = table.rows_kept + table.rows_set_aside + table.rows_outside
        amount = table.amount_kept + table.amount_set_aside + table.amount_outside
        stored = None
        if table.table in ("claims", "claim_items"):
            column = "total_amount" if table.table == "claims" else "amount"
            stored = store.one(f"SELECT count(*), coalesce(sum({column}), 0) FROM {table.table}")
        listed = stored is None or (stored[0] == table.rows_kept and stored[1] == table.amount_kept)
        if rows != table.rows_read or amount != table.amount_read or not listed:
            raise FraudgraphError(
                f"Internal error: of {table.rows_read} rows ({table.amount_read} yuan) of {table.table}, {rows} rows ({amount} yuan) are accounted for, {stored} stored. Nothing of this run may be used; please report it.",
                f"程序内部错误：{table.table} 读入 {table.rows_read} 行（{table.amount_read} 元），核对为 {rows} 行（{amount} 元），入库 {stored}。本次结果不可使用，请反馈。",
            )
    listed_rows = store.one(
        "SELECT (SELECT count(*) FROM rejects) + (SELECT count(*) FROM scratch.superseded), (SELECT count(*) FROM scratch.set_aside)"
    )
    if listed_rows[0] != listed_rows[1] or listed_rows[0] != sum(
        table.rows_set_aside for table in tables.values()
    ):
        raise FraudgraphError(
            f"Internal error: {listed_rows[1]} rows were set aside but {listed_rows[0]} are listed. Nothing of this run may be used; please report it.",
            f"程序内部错误：剔除 {listed_rows[1]} 行，但清单中有 {listed_rows[0]} 行。本次结果不可使用，请反馈。",
        )


def check_share(store: Store, tables: dict[str, TableReport], settings: SourceSettings) -> None:
    """Stop if too large a share of a table had to be set aside.

    Raises
    ------
    SourceError
        Naming the table, the share, and the most frequent reasons.
    """
    for table in tables.values():
        reasons = store.rows(
            "SELECT code, count(*) FROM scratch.set_aside WHERE kind = $kind AND NOT list_contains($lawful, code) GROUP BY code ORDER BY count(*) DESC, code",
            kind=table.table,
            lawful=list(NOT_COUNTED),
        )
        rows = max(table.rows_read, 1)
        old = dict(reasons).get("E_DATE_OLD", 0)
        if old <= _MOST_OLD * rows:  # else it is likelier a column of birthdays
            reasons = [one for one in reasons if one[0] != "E_DATE_OLD"]
        share = sum(count for _, count in reasons) / rows
        if share <= settings.max_reject_share:
            continue
        listed_en = "; ".join(f"{REASONS[code].en} ({count} rows, {code})" for code, count in reasons[:3])
        listed_zh = ";".join(f"{REASONS[code].zh}（{count} 行，{code}）" for code, count in reasons[:3])
        example = store.rows(
            'SELECT source_file, "line", "column", "value" FROM rejects WHERE code = $code ORDER BY source_file, "line", "column", "value" LIMIT 1',
            code=reasons[0][0],
        )[0]
        first_en, first_zh = first_fault(example[2], example[3])
        raise SourceError(
            f"{share:.1%} of the {table.rows_read} rows of {table.table} had to be set aside, more than max_reject_share = {settings.max_reject_share:.1%}. Most frequent: {listed_en}. First: {example[0]} line {example[1]}, {first_en}. Correct the delivery or its mapping, or raise the setting.",
            f"{table.table} 的 {table.rows_read} 行中有 {share:.1%} 被剔除，超过 max_reject_share = {settings.max_reject_share:.1%}。主要原因：{listed_zh}。首例：{example[0]} 第 {example[1]} 行，{first_zh}。请改正数据或映射，或调高该设置。",
        )

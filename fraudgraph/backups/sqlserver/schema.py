"""From the catalogue to tables: names, types, code pages, and what is left out, with the reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudgraph.backups.sqlserver import variants
from fraudgraph.backups.sqlserver.catalog import Catalog
from fraudgraph.backups.sqlserver.collation import CodePage, code_page
from fraudgraph.backups.sqlserver.faults import Note
from fraudgraph.backups.sqlserver.layouts import column_numbers
from fraudgraph.backups.sqlserver.records import gather
from fraudgraph.backups.sqlserver.tables import Table
from fraudgraph.backups.sqlserver.types import NAMES, Column, ColumnType, is_text

__all__ = ["Skipped", "read_tables"]

USER_TABLE = int.from_bytes(b"U ", "little")
COMPUTED, FILESTREAM, COLUMN_SET = 0x10, 0x20, 0x2000000
CP_NAMES = {"gbk": "cp936"}


@dataclass(frozen=True, slots=True)
class Skipped:
    """A table that is not read, and why."""

    name: str
    rows: int
    note: Note


_COLUMNS = {
    "computed": Note(
        "computed column: its value is made by a formula from others.", "计算列：其值由公式从其他列得出。"
    ),
    "filestream": Note(
        "FILESTREAM column: its values lie outside of the data files; ask for an export of the column.",
        "FILESTREAM 列：其值在数据文件之外；请索取该列的导出文件。",
    ),
    "set": Note("column set: shows sparse columns again.", "列集：重复显示稀疏列。"),
    "xml": Note(
        "xml is kept in a binary form that is not read here; ask for CAST(… AS nvarchar(max)).",
        "xml 以二进制形式保存，此处不读取；请索取 CAST(… AS nvarchar(max)) 的结果。",
    ),
    "type": Note("type unknown to this reader.", "此处未知的类型。"),
}


def _skip_reason(xtype: int, status: int) -> str:
    if status & COMPUTED:
        return "computed"
    if status & FILESTREAM:
        return "filestream"
    if status & COLUMN_SET:
        return "set"
    if xtype == 241:
        return "xml"
    return "" if xtype in NAMES else "type"


def _declared(kind: ColumnType) -> str:
    name = NAMES[kind.xtype]
    if kind.xtype in (106, 108):
        return f"{name}({kind.precision},{kind.scale})"
    if kind.xtype in (41, 42, 43):
        return f"{name}({kind.scale})"
    if kind.xtype in (165, 167, 173, 175, 231, 239):
        size = kind.length // 2 if kind.xtype in (231, 239) and kind.length > 0 else kind.length
        return f"{name}(max)" if kind.length == -1 else f"{name}({size})"
    return name


def _note(kind: ColumnType, page: CodePage, collation: int) -> Note | None:
    if is_text(kind.xtype) and not page.certain:
        return Note(
            f"collation 0x{collation:08X} is not known for certain; its bytes were read as {page.name or 'their form suggests'}.",
            f"排序规则 0x{collation:08X} 未能确认；按 {page.name or '其字节形式'} 读取。",
        )
    if kind.xtype == 240:
        return Note(
            "a CLR type (hierarchyid, geometry, geography …): its bytes as stored.",
            "CLR 类型（hierarchyid、geometry、geography 等）：按存储的字节给出。",
        )
    if kind.xtype == 98:
        return Note("sql_variant: each value as text.", "sql_variant：各值以文本给出。")
    return None


def _columns(catalog: Catalog, object_id: int, locale: int) -> tuple[list[Column], list[tuple[str, Note]]]:
    table = catalog.columns
    rows = catalog.by_object.get(object_id, np.zeros(0, np.int64))
    rows = rows[table.numbers["number"][rows] == 0]
    rows = rows[np.argsort(table.numbers["colid"][rows], kind="stable")]
    columns: list[Column] = []
    skipped: list[tuple[str, Note]] = []
    names: set[str] = set()
    for row in rows.tolist():
        get = {name: int(values[row]) for name, values in table.numbers.items()}
        name = table.texts[row]
        reason = _skip_reason(get["xtype"], get["status"])
        if reason or name in names:
            skipped.append((name, _COLUMNS[reason or "type"]))
            continue
        names.add(name)
        columns.append(_column(catalog, name, get, locale))
    return columns, skipped


def _column(catalog: Catalog, name: str, get: dict[str, int], locale: int) -> Column:
    collation = get["collationid"] & 0xFFFFFFFF
    page = code_page(collation, catalog.collation, locale)
    text = is_text(get["xtype"])
    kind = ColumnType(
        get["xtype"],
        get["length"],
        get["prec"] & 0xFF,
        get["scale"] & 0xFF,
        page if text else CodePage("", True),
    )
    shown = CP_NAMES.get(page.name, page.name) if text else ""
    return Column(
        name,
        get["colid"],
        _declared(kind),
        kind,
        not get["status"] & 1,
        collation,
        shown,
        _note(kind, page, collation),
    )


def _whole(catalog: Catalog, object_id: int, compression: set[int]) -> Note | None:
    """Why a table can't be read at all; None if it can."""
    if compression & {3, 4}:
        return Note(
            "clustered columnstore: its rows are not kept in pages of rows; ask for an export (bcp … out -c -C 65001, or CSV).",
            "聚集列存储：行不以行页保存；请索取导出文件（bcp … out -c -C 65001 或 CSV）。",
        )
    sets = catalog.rowsets
    if not ((sets["idmajor"] == object_id) & (sets["idminor"] >= 0) & (sets["idminor"] <= 1)).any():
        return Note(
            "memory-optimised or external table: its rows are not in the data files; ask for an export (bcp … out -c -C 65001, or CSV).",
            "内存优化表或外部表：其行不在数据文件中；请索取导出文件（bcp … out -c -C 65001 或 CSV）。",
        )
    return None


def _defaults(catalog: Catalog) -> dict[tuple[int, int], bytes]:
    """Defaults of columns that were added without touching the rows (`sysseobjvalues`, 2012 and later).

    By rowset and physical column; values are sql_variants, of which the bytes are kept.
    """
    found = next((k for k, name in enumerate(catalog.objects.texts) if name == "sysseobjvalues"), None)
    base = None if found is None else catalog.base_table(int(catalog.objects.numbers["id"][found]))
    if base is None or "value" not in base[2] or not {"valclass", "id", "subid", "valnum"} <= base[1].keys():
        return {}
    rows, fixed, variable = base
    numbers = column_numbers(rows, {name: fixed[name] for name in ("valclass", "id", "subid", "valnum")})
    start, length, _ = rows.variable(variable["value"])
    raw = gather(rows.flat, start, length, np.zeros(len(rows), bool)).items()
    out: dict[tuple[int, int], bytes] = {}
    for row in np.flatnonzero((numbers["valclass"] == 1) & (numbers["valnum"] == 0)).tolist():
        value = variants.body(raw[row] or b"")
        if value is not None:
            out[int(numbers["id"][row]), int(numbers["subid"][row])] = value
    return out


def read_tables(catalog: Catalog, locale: int) -> tuple[list[Table], list[Skipped]]:
    """All user tables, and those that can't be read.

    Parameters
    ----------
    catalog : Catalog
    locale : int
        The database's Windows locale as a backup states it; 0 where unknown.
    """
    tables: list[Table] = []
    skipped: list[Skipped] = []
    objects = catalog.objects
    defaults = _defaults(catalog)
    for row in np.flatnonzero((objects.numbers["type"] & 0xFFFF) == USER_TABLE).tolist():
        object_id, name = int(objects.numbers["id"][row]), objects.texts[row]
        schema = catalog.schemas.get(int(objects.numbers["nsid"][row]), "dbo")
        rowsets = catalog.rowsets_of(object_id)
        count = sum(max(0, one.rows) for one in rowsets)
        reason = _whole(catalog, object_id, {one.compression for one in rowsets})
        columns, left = _columns(catalog, object_id, locale)
        if reason is not None or not columns:
            skipped.append(Skipped(f"{schema}.{name}", count, reason or _COLUMNS["type"]))
            continue
        kept = {
            (one.rowset, number): defaults[one.rowset, piece.hobt]
            for one in rowsets
            for number, piece in one.columns.items()
            if (one.rowset, piece.hobt) in defaults
        }
        tables.append(Table(schema, name, columns, count, catalog, rowsets, left, kept))
    tables.sort(key=lambda one: (one.schema, one.name))
    skipped.sort(key=lambda one: one.name)
    return tables, skipped

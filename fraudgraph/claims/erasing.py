"""Delivered files written again without what must be forgotten: a person's rows, or claims by their keys.

A file that holds nothing of it stays byte for byte. One that does is written again as the same kind of file where the
name promises one (Parquet, workbook, zip), else as csv in UTF-8: what it is read as stays the same.
"""

from __future__ import annotations

import csv
import os
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import xlsxwriter

from fraudgraph.claims.columns.mapping import TableRule
from fraudgraph.claims.columns.matching import TableMapping
from fraudgraph.claims.formats.sheets import Sheet, open_sheets, stage_rows
from fraudgraph.claims.formats.source_file import SourceFile
from fraudgraph.claims.formats.sources import discover
from fraudgraph.claims.reading import look_at, scratch_beside
from fraudgraph.claims.typing.value_sql import literal
from fraudgraph.store import Store

__all__ = ["Erasure", "Forgotten", "rewrite_without"]

_BY_CLAIM = ("claim_id", "encounter_id", "refund_of")
_OF_A_TIME = ("claims", "claim_items", "encounters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What shall go: a person (or nobody, ""), and claims and encounters by the hashes of their keys.

    With `but`, all claims, fee lines and encounters go but those with these keys: also rows that could not be read.
    """

    person: str
    keys: frozenset[int]
    but: frozenset[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was taken out of a file: whole rows, and cells of other rows."""

    rows: int
    cells: int


def rewrite_without(
    store: Store, file: Path, target: Path, what: Forgotten, rules: Sequence[TableRule] = ()
) -> Erasure:
    """Write a delivered file again without what shall be forgotten.

    Parameters
    ----------
    store : Store
        To work in.
    file : Path
        As it was delivered.
    target : Path
        Where the new one goes, under the same name; it is not made if there is nothing to take out.
    what : Forgotten
        What shall go.
    rules : sequence of TableRule
        The operator's mapping.

    Raises
    ------
    SourceError
        If the file can't be read.
    """
    with scratch_beside(store) as scratch:
        store.run(
            "CREATE OR REPLACE TEMP TABLE forgotten_keys AS SELECT unnest($keys) AS key",
            keys=sorted(what.keys if what.but is None else what.but) or [0],
        )
        inside: list[tuple[SourceFile, list[Sheet]]] = []
        number, rows, cells = 1, 0, 0
        for source in discover([file], scratch):
            sheets = open_sheets(store, source, scratch, number, rules)
            number += len(sheets) + 1
            inside.append((source, sheets))
            for sheet in sheets:
                gone = _clean(store, sheet, what, rules)
                rows, cells = rows + gone.rows, cells + gone.cells
        if rows or cells:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(store, inside, file.name, target)
            target.chmod(0o600)
    return Erasure(rows=rows, cells=cells)


def _clean(store: Store, sheet: Sheet, what: Forgotten, rules: Sequence[TableRule]) -> Erasure:
    """Take a sheet's rows into a table of our own, without what shall go."""
    mapping = look_at(store, sheet, rules).table
    if not sheet.staged and (sheet.text is not None or sheet.batches is not None):
        stage_rows(store, sheet)
    cells = [f"c{i}" for i in range(len(sheet.headers))]
    store.run(
        f"CREATE OR REPLACE TABLE {_table(sheet)} AS SELECT row_number() OVER () AS no, {', '.join(cells)} FROM ({sheet.relation})"
    )
    condition, given = _condition(mapping, what)
    rows = 0
    if condition:
        rows = int(store.one(f"SELECT count(*) FROM {_table(sheet)} WHERE {condition}", **given)[0])
        store.run(f"DELETE FROM {_table(sheet)} WHERE {condition}", **given)
    return Erasure(rows=rows, cells=_blank(store, sheet, what.person) if what.person else 0)


def _condition(mapping: TableMapping | None, what: Forgotten) -> tuple[str, dict[str, str]]:
    """Which rows of a sheet go, as SQL over its cells; "" for none."""
    columns = mapping.columns if mapping is not None else {}
    keyed = [
        f"md5_number_lower({_text(f'c{columns[name]}')}) IN (SELECT key FROM forgotten_keys)"
        for name in _BY_CLAIM
        if name in columns
    ]
    if what.person:
        owned = [f"{_text(f'c{columns[name]}')} = $person" for name in ("patient_id",) if name in columns]
        return " OR ".join([*owned, *keyed]), {"person": what.person} if owned else {}
    if mapping is None or mapping.kind.name not in _OF_A_TIME or not keyed:
        return "", {}
    own = keyed[0]  # a stay that began before its last claims takes none of them with it
    return own if what.but is None else f"NOT coalesce({own}, false)", {}


def _blank(store: Store, sheet: Sheet, person: str) -> int:
    """Take a person's id out of the cells of other people's rows."""
    pattern = f"(^|[^0-9A-Za-z]){re.escape(person)}($|[^0-9A-Za-z])"
    blanked = 0
    for cell, type_ in zip((f"c{i}" for i in range(len(sheet.headers))), sheet.types, strict=True):
        if type_ != "VARCHAR":
            continue
        found = int(
            store.one(
                f"SELECT count(*) FROM {_table(sheet)} WHERE regexp_matches({cell}, $pattern)",
                pattern=pattern,
            )[0]
        )
        if found:
            store.run(
                f"UPDATE {_table(sheet)} SET {cell} = nullif(regexp_replace({cell}, $pattern, '\\1\\2', 'g'), '') WHERE regexp_matches({cell}, $pattern)",
                pattern=pattern,
            )
        blanked += found
    return blanked


def _table(sheet: Sheet) -> str:
    return f"scratch.cleaned_{sheet.number}"


def _text(cell: str) -> str:
    return f"trim(CAST({cell} AS VARCHAR), ' ''\t')"


def _write(store: Store, inside: Sequence[tuple[SourceFile, list[Sheet]]], name: str, target: Path) -> None:
    """Write a file from its cleaned sheets, as the kind of file that its name promises."""
    if len(inside) > 1 or inside[0][0].name != name:  # it came packed
        if PurePath(inside[0][0].name).parts[0] != name:
            _write_one(store, inside[0][1], target, name)  # a gzip of one table
            return
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for source, sheets in inside:
                part = target.with_name(f"{target.name}.part")
                inner = source.name.partition("/")[2]
                if sheets:
                    _write_one(store, sheets, part, inner)
                else:
                    part.write_bytes(source.path.read_bytes())
                archive.writestr(zipfile.ZipInfo(inner), part.read_bytes(), zipfile.ZIP_DEFLATED)
                part.unlink()
        return
    _write_one(store, inside[0][1], target, name)


def _write_one(store: Store, sheets: Sequence[Sheet], target: Path, name: str) -> None:
    suffix = PurePath(name).suffix.lower()
    if suffix == ".parquet":
        sheet = sheets[0]
        cells = ", ".join(
            f'c{i} AS "{header.replace(chr(34), chr(34) * 2)}"' for i, header in enumerate(sheet.headers)
        )
        store.run(
            f"COPY (SELECT {cells} FROM {_table(sheet)} ORDER BY no) TO {literal(str(target))} (FORMAT parquet)"
        )
    elif len(sheets) > 1 or suffix in (".xlsx", ".xlsm", ".xls", ".ods", ".et"):
        _write_workbook(store, sheets, target)
    else:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(sheets[0].headers)
            writer.writerows(_rows(store, sheets[0]))


def _rows(store: Store, sheet: Sheet) -> list[tuple[str, ...]]:
    cells = ", ".join(f"coalesce(CAST(c{i} AS VARCHAR), '')" for i in range(len(sheet.headers)))
    return store.rows(f"SELECT {cells} FROM {_table(sheet)} ORDER BY no")


def _write_workbook(store: Store, sheets: Sequence[Sheet], target: Path) -> None:
    book = xlsxwriter.Workbook(str(target), {"strings_to_formulas": False, "strings_to_urls": False})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        page.write_row(0, 0, sheet.headers)
        for number, row in enumerate(_rows(store, sheet), 1):
            page.write_row(number, 0, row)
    book.close()

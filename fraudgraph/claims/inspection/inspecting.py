"""What delivered files are, before anything is imported: format, table, columns, and what looks wrong in their values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from fraudgraph.claims.accounting.joins import Join
from fraudgraph.claims.cleaning.corrections import is_correction
from fraudgraph.claims.columns.mapping import load_mapping
from fraudgraph.claims.columns.matching import TableMapping, known_columns
from fraudgraph.claims.columns.remembered import guessed_text, mapping_text, remember
from fraudgraph.claims.columns.understanding import Understood
from fraudgraph.claims.formats.first_values import first_values
from fraudgraph.claims.formats.sheets import Sheet, open_sheets, stage_rows
from fraudgraph.claims.formats.source_file import SourceFile
from fraudgraph.claims.formats.sources import discover
from fraudgraph.claims.inspection.brought_along import brought_along
from fraudgraph.claims.inspection.column_remarks import Remark, value_remarks
from fraudgraph.claims.inspection.column_values import ColumnReport, column_reports
from fraudgraph.claims.inspection.guessing import guess_claims
from fraudgraph.claims.inspection.key_remarks import sampled_joins
from fraudgraph.claims.inspection.sex_codes import sex_remarks
from fraudgraph.claims.inspection.skeletons import skeletons
from fraudgraph.claims.reading import look_at, scratch_beside
from fraudgraph.claims.schema.fields import KINDS
from fraudgraph.claims.schema.schema import CANONICAL
from fraudgraph.errors import SourceError
from fraudgraph.settings import SourceSettings
from fraudgraph.store import Store

__all__ = ["SAMPLE_ROWS", "Inspection", "SheetReport", "inspect_files"]

SAMPLE_ROWS = 50_000
"""Shares and samples come from so many rows of each table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetReport:
    """One table of one file; `table` is None where it is none of ours, and `lacking` says the nearest kind and what it would still need.

    `refused` says why a table that lacks nothing is not taken; `hospital` names the table of a hospital's own that it is.
    The fields of `columns` are the nearest kind's where `table` is None.
    `guesses` are fields and headers that only the values suggest. `rows` counts lines of a text, which quoted line ends make a little too many. `problem` is why a file can't be read.
    `correction`: rows of a reject workbook that came back, which import puts in the place of those set aside.
    """

    file: str
    sheet: str | None
    format: str
    encoding: str | None
    delimiter: str | None
    header_row: int
    rows: int | None
    table: str | None
    mapping: str | None
    columns: tuple[ColumnReport, ...] = ()
    nearest: str | None = None
    lacking: tuple[str, ...] = ()
    refused_zh: str = ""
    refused_en: str = ""
    hospital: str | None = None
    hospital_zh: str = ""
    hospital_en: str = ""
    remarks: tuple[Remark, ...] = ()
    problem_zh: str = ""
    problem_en: str = ""
    same_as: str | None = None
    guesses: tuple[tuple[str, str], ...] = ()
    correction: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What a delivery is.

    `delivered` are the canonical columns that hold something, as table.column; `mapping` the proposed mapping file;
    `remembered` the files that now keep a mapping; `remarks` what only shows across tables; `joins` whether its keys meet.
    """

    sheets: tuple[SheetReport, ...]
    delivered: frozenset[str]
    mapping: str
    remembered: tuple[Path, ...]
    remarks: tuple[Remark, ...] = ()
    joins: tuple[Join, ...] = ()


def inspect_files(
    store: Store,
    sources: Sequence[Path],
    *,
    mapping: Path | None = None,
    keep: bool = False,
    settings: SourceSettings | None = None,
) -> Inspection:
    """Look into files without importing them.

    Parameters
    ----------
    store : Store
        A scratch store; nothing stays in it.
    sources : sequence of Path
        Folders or files.
    mapping : Path, optional
        The operator's mapping file; it wins over what is remembered and over the presets.
    keep : bool
        Remember the mapping of each table that was recognised, by its headers.
    settings : SourceSettings, optional
        How a run would read the files.

    Raises
    ------
    SourceError
        If a path does not exist or an archive is damaged.
    SettingsError
        If the mapping file can't be used.
    """
    rules = load_mapping(mapping) if mapping is not None else ()
    reports: list[SheetReport] = []
    texts: list[str] = []
    kept: list[Path] = []
    samples: list[tuple[Sheet, TableMapping]] = []
    unknown: list[tuple[Sheet, Understood, str | None]] = []
    first_of: dict[str, str] = {}
    number = 1
    with scratch_beside(store) as scratch:
        for source in discover(sources, scratch):
            if source.size and first_of.setdefault(source.sha256, source.name) != source.name:
                reports.append(_no_table(source, same_as=first_of[source.sha256]))
                continue
            try:
                sheets = open_sheets(store, source, scratch, number, rules)
            except SourceError as problem:
                reports.append(_no_table(source, problem=problem))
                continue
            number += max(1, len(sheets))
            if not sheets:
                reports.append(_no_table(source))
            for sheet in sheets:
                if is_correction(sheet):
                    reports.append(_report(store, sheet, Understood(), correction=True))
                    continue
                understood = look_at(store, sheet, rules)
                found, whole = understood.table, sheet.name if len(sheets) > 1 else None
                reports.append(_report(store, sheet, understood, settings))
                if reports[-1].guesses:
                    texts.append(guessed_text(reports[-1].guesses, file=source.name))
                elif found is None:
                    unknown.append((sheet, understood, whole))
                if found is not None:
                    samples.append((sheet, found))
                    texts.append(mapping_text(found, sheet.headers, file=source.name, sheet=whole))
                    if keep:
                        kept.append(remember(found, sheet.headers))
        texts += skeletons(unknown, active=not texts)
        delivered = _delivered(samples, reports)
        across = sex_remarks(store, samples)
        cut = [report for report in reports if report.table and (report.rows or 0) > SAMPLE_ROWS]
        joins = sampled_joins(store, samples, frozenset(sheet.number for sheet, _ in samples if not any(one.file == sheet.source.name and one.sheet == sheet.name for one in cut)))  # fmt: skip
    return Inspection(
        sheets=tuple(reports),
        delivered=delivered,
        mapping="\n".join(texts),
        remembered=tuple(kept),
        remarks=across,
        joins=joins,
    )


def _no_table(
    source: SourceFile, *, problem: SourceError | None = None, same_as: str | None = None
) -> SheetReport:
    return SheetReport(
        file=source.name,
        sheet=None,
        format="empty" if source.size == 0 else source.format,
        encoding=None,
        delimiter=None,
        header_row=0,
        rows=None,
        table=None,
        mapping=None,
        problem_zh=problem.message_zh if problem else "",
        problem_en=problem.message_en if problem else "",
        same_as=same_as,
    )


def _report(
    store: Store,
    sheet: Sheet,
    understood: Understood,
    settings: SourceSettings | None = None,
    *,
    correction: bool = False,
) -> SheetReport:
    rows = _sample(store, sheet)
    found, near = understood.table, understood.nearest
    guesses = _guesses(store, sheet) if found is None and not correction and not understood.hospital else ()
    columns = column_reports(store, sheet, found or near, settings)
    refused_en, refused_zh = understood.refused or ("", "")
    hospital = understood.hospital
    return SheetReport(
        file=sheet.source.name,
        sheet=sheet.name,
        format=sheet.source.format,
        encoding=sheet.encoding,
        delimiter=sheet.text.delimiter if sheet.text is not None else None,
        header_row=max(0, sheet.first_line - 1),
        rows=rows,
        table=found.kind.name if found else None,
        mapping=found.rule.name if found else None,
        columns=columns,
        nearest=near.kind.name if near else None,
        lacking=(near.kind.name, *(group[0] for group in understood.missing))
        if near and understood.missing
        else (),
        refused_zh=refused_zh,
        refused_en=refused_en,
        hospital=hospital.name if hospital else None,
        hospital_zh=hospital.title_zh if hospital else "",
        hospital_en=hospital.title_en if hospital else "",
        remarks=value_remarks(store, sheet, found, columns, settings) if found else (),
        guesses=guesses,
        correction=correction,
    )


def _guesses(store: Store, sheet: Sheet) -> tuple[tuple[str, str], ...]:
    """What an unknown table would be as claims: fields by headers that are known and by values, if all that is needed is there."""
    known = known_columns("claims", sheet.headers, lambda: first_values(store, sheet))
    found = {**known, **guess_claims(store, sheet, known)}
    kind = KINDS["claims"]
    if not all(set(group) & set(found) for group in kind.needs):
        return ()
    return tuple((name, sheet.headers[found[name]]) for name in kind.field_names if name in found)


def _sample(store: Store, sheet: Sheet) -> int:
    """Put the first rows of a sheet into its sample table; how many rows the sheet has."""
    if sheet.relation is None:
        stage_rows(store, sheet)
    try:
        _take(store, sheet)
    except duckdb.InvalidInputException:
        stage_rows(store, sheet)
        _take(store, sheet)
    if sheet.text is not None and not sheet.staged:
        return max(0, sheet.text.lines - sheet.text.header_lines)
    return int(store.one(f"SELECT count(*) FROM ({sheet.relation})")[0])


def _take(store: Store, sheet: Sheet) -> None:
    store.run("SET preserve_insertion_order = true")
    try:
        store.run(
            f"CREATE OR REPLACE TABLE scratch.sample_{sheet.number} AS SELECT * FROM ({sheet.relation}) LIMIT {SAMPLE_ROWS}"
        )
    finally:
        store.run("SET preserve_insertion_order = false")


def _delivered(
    samples: Sequence[tuple[Sheet, TableMapping]], reports: Sequence[SheetReport]
) -> frozenset[str]:
    """Canonical columns that hold something, also those that come beside another table or are derived."""
    found: set[str] = set()
    clocked = False
    for report in reports:
        for column in report.columns:
            if report.table and column.field and column.filled_share > 0 and column.parsed_share > 0:
                found.add(f"{report.table}.{column.field}")
                clocked = clocked or (column.field in ("started_at", "settled_at") and column.has_clock)
    found |= {f"{m.kind.name}.{name}" for _, m in samples for name in m.rule.constants}
    found |= brought_along(found)
    if clocked and any(name.startswith("claims.") for name in found):
        found.add("claims.event_at")
    return frozenset(
        name for name in found if name.partition(".")[0] in CANONICAL or name.startswith("claims.")
    )

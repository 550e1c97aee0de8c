"""From delivered files to the canonical tables: the one door into the `claims` room."""

from __future__ import annotations

import calendar
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from fraudgraph.claims.accounting.joins import write_joins
from fraudgraph.claims.accounting.read_report import FileReport, ReadReport
from fraudgraph.claims.accounting.reconciliation import (
    check_conserved,
    check_share,
    report_files,
    report_tables,
    write_catalog,
    write_rejects,
)
from fraudgraph.claims.accounting.reject_rows import write_reject_rows
from fraudgraph.claims.accounting.remarks import remarks
from fraudgraph.claims.accounting.source_errors import (
    no_month,
    no_row_usable,
    nothing_usable,
    rule_without_table,
)
from fraudgraph.claims.accounting.uploads import write_uploads
from fraudgraph.claims.cleaning.assembly import (
    assemble_claims,
    assemble_items,
    assemble_reference,
    gather,
    keep_claims,
    prepare,
)
from fraudgraph.claims.cleaning.claim_lines import claims_of_lines, items_of_lines
from fraudgraph.claims.cleaning.corrections import is_correction, match_correction, supersede
from fraudgraph.claims.cleaning.landing import Landing, land
from fraudgraph.claims.cleaning.newest import (
    delivery_no,
    several_deliveries,
    with_deliveries,
    write_claim_changes,
)
from fraudgraph.claims.cleaning.row_index import write_row_index
from fraudgraph.claims.cleaning.supervision_tables import settle_supervision
from fraudgraph.claims.columns.copies_and_clocks import copies, with_clocks, with_filled_copies
from fraudgraph.claims.columns.mapping import TableRule, load_mapping
from fraudgraph.claims.columns.matching import TableMapping
from fraudgraph.claims.columns.remembered import recall
from fraudgraph.claims.columns.understanding import Understood, understand
from fraudgraph.claims.formats.first_values import first_values
from fraudgraph.claims.formats.raw_lines import open_lines
from fraudgraph.claims.formats.sheets import Sheet, open_sheets
from fraudgraph.claims.formats.source_file import SourceFile
from fraudgraph.claims.formats.sources import discover
from fraudgraph.claims.sheet_cache import KeptSheets, kept_mapping
from fraudgraph.claims.typing.value_sql import literal
from fraudgraph.records import Month
from fraudgraph.settings import SourceSettings
from fraudgraph.store import Store

__all__ = ["look_at", "read_claims", "scratch_beside"]

Progress = Callable[[str, str], None]
"""Told what is going on, in English and Chinese."""


def read_claims(
    store: Store,
    sources: Sequence[Path],
    settings: SourceSettings,
    *,
    month: Month | None = None,
    window_months: int | None = None,
    mapping: Path | None = None,
    kept: KeptSheets | None = None,
    partial: bool = False,
    deliveries: bool = False,
    index: Path | None = None,
    progress: Progress | None = None,
) -> ReadReport:
    """Read what a bureau or institution delivered; nothing is lost on the way.

    Parameters
    ----------
    store : Store
        Where the canonical tables, `rejects` and `column_catalog` are written.
    sources : sequence of Path
        Folders or files of any format that docs/files.md names.
    settings : SourceSettings
        How many rows may be set aside.
    month : Month, optional
        The last month to keep; later claims are left outside. None keeps up to the last month delivered.
    window_months : int, optional
        How many months up to `month` to keep; None keeps all earlier ones.
    mapping : Path, optional
        The operator's mapping file; it wins over the presets.
    kept : KeptSheets, optional
        Sheets that were read before are taken from here, others are kept here; what is read stays the same.
    partial : bool
        Whether tables may be missing, those of the mapping file and claims too: not every delivery brings all.
    deliveries : bool
        Whether the first folder in each file's name is a delivery of a workspace, such as 0012-3fa9: the newest wins.
        Each passed the gate by itself, so that the share of rejects stops nothing here.
    index : Path, optional
        Where to write which keys the delivery brings, as hashes (see `write_row_index`).
    progress : callable, optional
        Called with a sentence in English and in Chinese.

    Returns
    -------
    ReadReport
        Rows and yuan read = kept + set aside + outside the window, per table and per file.

    Raises
    ------
    SourceError
        If nothing usable was delivered, a file is damaged, or too many rows had to be set aside.
    SettingsError
        If the mapping file can't be used.
    """
    tell: Progress = progress or (lambda _en, _zh: None)
    rules = load_mapping(mapping) if mapping is not None else ()
    with scratch_beside(store) as scratch:
        files = discover(sources, scratch)
        prepare(store)
        landings, skipped = _land_all(
            store, files, scratch, rules, settings, tell, kept, partial=partial, deliveries=deliveries
        )
        if deliveries:
            landings = with_deliveries(landings)
        landings, lines = claims_of_lines(store, landings)
        gather(store, landings)
        tell("Joining encounters, pairing refunds", "关联就诊信息、配对退费")
        assemble_claims(store)
        first, last = _window(store, month, window_months, partial=partial)
        keep_claims(store, first, last)
        assemble_items(store, several=several_deliveries(landings))
        items_of_lines(store, landings)
        assemble_reference(store, landings)
        settle_supervision(store, landings)
        write_uploads(store)
        tell("Accounting for every row", "核对行数和金额")
        joins = write_joins(store, {one.mapping.kind.name for one in landings})
        write_rejects(store, landings)
        write_reject_rows(store, landings)
        write_catalog(store, landings)
        reported = report_files(store, landings, first, last)
        tables = report_tables(store, reported)
        check_conserved(store, tables)
        if not deliveries:
            check_share(store, tables, settings)
        if index is not None:
            write_row_index(store, landings, index)
        changes = write_claim_changes(store, first, last)
        return replace(remarks(store, landings, reported, tables, skipped, lines, joins), changes=changes)


@contextmanager
def scratch_beside(store: Store) -> Iterator[Path]:
    """A folder beside the store with the database `scratch` in it, both gone when the block is left."""
    folder = store.folder / "reading.tmp"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        store.run(f"ATTACH {literal(str(folder / 'scratch.duckdb'))} AS scratch")
        try:
            yield folder
        finally:
            store.run("DETACH scratch")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _land_all(
    store: Store, files: Sequence[SourceFile], scratch: Path, rules: Sequence[TableRule], settings: SourceSettings, tell: Progress,
    kept: KeptSheets | None,
    *, partial: bool, deliveries: bool,
) -> tuple[list[Landing], list[FileReport]]:  # fmt: skip
    """Open every file, keep what is a table of ours, name the rest."""
    matched: list[tuple[Sheet, TableMapping]] = []
    unknown: list[tuple[SourceFile, Sheet | None, Understood]] = []
    corrected: list[Sheet] = []
    first_of: dict[str, str] = {}
    opened = kept.open_sheets if kept is not None else open_sheets
    for source in files:
        same = f"{delivery_no(source.name)} {source.sha256}" if deliveries else source.sha256
        if source.size and first_of.setdefault(same, source.name) != source.name:
            unknown.append((source, None, Understood()))
            continue
        tell(f"Opening {source.name}", f"打开 {source.name}")
        sheets = opened(store, source, scratch, len(matched) + len(unknown) + len(corrected) + 1, rules)
        if not sheets:
            unknown.append((source, None, Understood()))
        for sheet in sheets:
            if is_correction(sheet):
                corrected.append(sheet)
            elif (understood := look_at(store, sheet, rules)).table is not None:
                matched.append((sheet, understood.table))
            else:
                unknown.append((source, sheet, understood))
    for rule in rules:
        if not partial and not any(found.rule is rule for _, found in matched):
            raise rule_without_table(
                rule,
                [(source.name, sheet) for source, sheet, _ in unknown]
                + [(s.source.name, s) for s, _ in matched],
            )
    if not matched or not (partial or any(found.kind.name == "claims" for _, found in matched)):
        raise nothing_usable(matched, unknown)
    landings = _land_matched(store, matched, corrected, settings, tell, kept)
    return landings, [
        _skipped(source, sheet, first_of.get(source.sha256), made) for source, sheet, made in unknown
    ]


def _land_matched(
    store: Store, matched: Sequence[tuple[Sheet, TableMapping]], corrected: Sequence[Sheet], settings: SourceSettings, tell: Progress,
    kept: KeptSheets | None,
) -> list[Landing]:  # fmt: skip
    """Type every table; rows that came back corrected take the place of those that they correct."""
    settled = [header for sheet, found in matched if found.kind.name == "claims" for header in sheet.headers]
    landings: dict[str, Landing] = {}
    typed = kept.land if kept is not None else land

    def keep(sheet: Sheet, found: TableMapping) -> None:
        title_zh = f"读取 {sheet.title}（{found.kind.title_zh}）"
        tell(f"Reading {sheet.title} as {found.kind.title_en}", title_zh)
        landing = typed(store, sheet, found, settings, settled if found.kind.name == "encounters" else ())
        landings[sheet.title] = landing

    for sheet, found in matched:
        keep(sheet, found)
    for sheet in corrected:
        known = [(one.sheet, one.mapping) for one in landings.values()]
        matching = match_correction(store, sheet, known)
        if matching is None:
            continue
        correction, mapping = matching
        landings[correction.source_title] = supersede(store, landings[correction.source_title], correction)
        keep(sheet, mapping)
    return list(landings.values())


def look_at(store: Store, sheet: Sheet, rules: Sequence[TableRule] = ()) -> Understood:
    """What a sheet is: by the operator's rules, else by what was remembered for its headers, else by the presets."""
    remembered = recall(sheet.headers)
    every = (*rules, *(() if remembered is None else (remembered,)))
    made: list[Understood] = []

    def values() -> list[tuple[object, ...]]:
        open_lines(store, sheet)
        return first_values(store, sheet)

    def match() -> TableMapping | None:
        made.append(understand(sheet.source.name, sheet.name, sheet.headers, every, values))
        found = made[0].table
        return None if found is None else _with_columns_beside(found, sheet.headers, values)

    table = match() if sheet.kept is None else kept_mapping(sheet, every, match)
    if table is None and not made:
        match()
    return replace(made[0], table=table) if made else Understood(table=table)


def _with_columns_beside(
    found: TableMapping, headers: Sequence[str], values: Callable[[], Sequence[Sequence[object]]]
) -> TableMapping:
    """A header that stands twice, and times of day beside their days; values are asked for only where there can be such."""
    doubled = any(len(copies(headers, position)) > 1 for position in found.columns.values())
    dated = any(found.kind.field(name).type == "timestamp" for name in found.columns)
    if not doubled and not (dated and found.unmapped):
        return found
    first = values()
    return with_clocks(with_filled_copies(found, headers, first), headers, first)


def _skipped(source: SourceFile, sheet: Sheet | None, first: str | None, made: Understood) -> FileReport:
    return FileReport(
        file=source.name,
        sheet=sheet.name if sheet else None,
        size=source.size,
        sha256=source.sha256,
        format=source.format,
        encoding=sheet.encoding if sheet else None,
        table=None,
        mapping=None,
        same_as=first if first != source.name else None,
        hospital=made.hospital.name if made.hospital else None,
    )


def _window(
    store: Store, month: Month | None, window_months: int | None, *, partial: bool
) -> tuple[date, date]:
    """The first and last day to keep.

    Raises
    ------
    SourceError
        If no row is usable, or the month asked for has no claims.
    """
    days = store.one(
        "SELECT CAST(min(started_at) AS DATE), CAST(max(started_at) AS DATE) FROM scratch.claims_kept"
    )
    if days[0] is None:
        of_claims = store.one("SELECT count(*) FROM scratch.claims_in WHERE NOT voided")[0]
        if partial and month is None and not of_claims:
            return date.min, date.max  # registers, fee lines, or claims withdrawn
        raise no_row_usable(store)
    if month is None and window_months is None:
        return days[0], days[1]
    last = month or Month(days[1].year, days[1].month)
    last_day = date(last.year, last.month, calendar.monthrange(last.year, last.month)[1])
    in_month = store.one(
        "SELECT count(*) FROM scratch.claims_kept WHERE CAST(started_at AS DATE) BETWEEN CAST($first AS DATE) AND CAST($last AS DATE)",
        first=last_day.replace(day=1),
        last=last_day,
    )[0]
    if not in_month:
        raise no_month(last, days[0], days[1])
    if window_months is None:
        return days[0], last_day
    first = last.year * 12 + last.month - window_months
    return date(first // 12, first % 12 + 1, 1), last_day

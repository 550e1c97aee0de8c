"""Taking in what a hospital and its insurer delivered, of any form, into a visit; every row and yuan is accounted for."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

import duckdb

from fraudgraph.backups.delivering import as_tables, is_backup
from fraudgraph.claims.formats.sheets import Sheet, open_sheets, stage_rows
from fraudgraph.claims.formats.source_file import SourceFile
from fraudgraph.claims.formats.sources import discover
from fraudgraph.claims.reading import scratch_beside
from fraudgraph.errors import SettingsError, SourceError, nearest_hint
from fraudgraph.hospital.landing import Landed, TakenTable, land_sheet
from fraudgraph.hospital.settled_run import is_run, take_run
from fraudgraph.hospital.tables import site_tables
from fraudgraph.hospital.understanding import SiteUnderstood, understand_sheet
from fraudgraph.hospital.visit import made_visit, open_visit
from fraudgraph.store import Store

__all__ = ["take"]

Tell = Callable[[str, str], None]


def take(
    sources: Sequence[Path],
    visit: Path,
    *,
    settlement: Sequence[Path] = (),
    place: str = "",
    mapping: Path | None = None,
    tell: Tell | None = None,
) -> tuple[TakenTable, ...]:
    """Read files into a visit; a file that the visit has already is passed over, so that a broken-off import goes on.

    Parameters
    ----------
    sources, settlement : sequence of Path
        The hospital's own files, and what it settled: files, folders, or a run's OUT.
    visit : Path
        The visit's folder; made if it is not there.
    place : str
        The hospital's number.
    mapping : Path, optional
        A TOML file that says what a table or column is: `[files."FYMX*"]` with `table = "h_charges"` and `columns = {charge_id = "XH"}`.

    Raises
    ------
    SourceError
        If a file is damaged or nothing in it is a table of ours.
    SettingsError
        If the mapping file can't be used.
    """
    rules = _rules(mapping)
    made_visit(visit)
    told: list[TakenTable] = []
    listen: Tell = tell or (lambda _en, _zh: None)
    with open_visit(visit) as store, scratch_beside(store) as scratch:
        number = 1
        for side, given in (("settlement", settlement), ("hospital", sources)):
            runs = [path for path in given if is_run(path)]
            for run in runs:
                told += [_kept(store, side, one) for one in take_run(store, run, place)]
            files = [path for path in given if path not in runs]
            for source in discover(files, scratch) if files else ():
                listen(f"Taking in {source.name}", f"读入 {source.name}")
                before = len(told)
                for sheet in _sheets(store, source, scratch, number):
                    number += 1
                    again = _known(store, sheet)
                    told.append(_again(sheet) if again else _take_sheet(store, sheet, side, place, rules))
                if len(told) == before:  # a file without a table is told too
                    told.append(_nothing_of(source.name, None))
    if not any(one.table or one.already for one in told):
        raise SourceError(
            "None of the delivered tables is known: " + "; ".join(_why(one) for one in told[:4]) + ". Name tables and columns with --mapping.",
            "没有识别出任何表：" + "；".join(_why(one) for one in told[:4]) + "。请用 --mapping 指明表和列。",
        )  # fmt: skip
    return tuple(told)


def _why(one: TakenTable) -> str:
    lacking = f" ({one.nearest}: {', '.join(one.missing)}?)" if one.nearest else ""
    return f"{one.file}{f'[{one.sheet}]' if one.sheet else ''}{lacking}"


def _known(store: Store, sheet: Sheet) -> bool:
    there = "SELECT count(*) FROM taken WHERE sha256 = $sha AND sheet IS NOT DISTINCT FROM $sheet"
    return bool(store.one(there, sha=sheet.source.sha256, sheet=sheet.name)[0])


def _again(sheet: Sheet) -> TakenTable:
    return replace(_nothing_of(sheet.source.name, sheet.name), already=True)


def _nothing_of(file: str, sheet: str | None) -> TakenTable:
    return TakenTable(
        file=file, sheet=sheet, table=None, nearest=None, missing=(), columns={}, unknown=(), landed=Landed()
    )


def _sheets(store: Store, source: SourceFile, scratch: Path, number: int) -> Iterator[Sheet]:
    """A file's tables; those of a database's backup come as Parquet files of the backup's name."""
    if not is_backup(source.path):
        yield from open_sheets(store, source, scratch, number)
        return
    for path in as_tables(source.path, scratch):
        (inner,) = discover([path])
        for sheet in open_sheets(store, inner, scratch, number):
            sheet.source = SourceFile(
                path=path,
                name=source.name,
                size=source.size,
                sha256=source.sha256,
                format=inner.format,
                gzipped=False,
            )
            sheet.name = path.stem
            yield sheet


def _take_sheet(
    store: Store, sheet: Sheet, side: str, place: str, rules: Sequence[tuple[str, str, dict[str, str]]]
) -> TakenTable:
    made = _by_rule(sheet, rules) or understand_sheet(sheet.source.name, sheet.name, sheet.headers, [side])
    landed = Landed()
    if sheet.relation is None:
        stage_rows(store, sheet)
    store.run("BEGIN")
    try:
        landed = _landed(store, sheet, made, place)
        one = TakenTable(
            file=sheet.source.name,
            sheet=sheet.name,
            table=made.table.name if made.table else None,
            nearest=made.nearest.name if made.nearest else None,
            missing=made.missing,
            columns={name: sheet.headers[position] for name, position in made.columns.items()},
            unknown=made.unknown,
            landed=landed,
        )
        _keep(store, one, side, sheet.source)
        store.run("COMMIT")
    except BaseException:
        store.run("ROLLBACK")
        raise
    return one


def _landed(store: Store, sheet: Sheet, made: SiteUnderstood, place: str) -> Landed:
    """Rows through DuckDB's own reader; what that refuses is read again with care."""
    try:
        return land_sheet(store, sheet, made, place)
    except duckdb.InvalidInputException:
        if sheet.text is None or sheet.staged:
            raise
        store.run("ROLLBACK")
        stage_rows(store, sheet)
        store.run("BEGIN")
        return land_sheet(store, sheet, made, place)


def _kept(store: Store, side: str, one: TakenTable) -> TakenTable:
    source = SourceFile(
        path=Path(one.file), name=one.file, size=0, sha256=f"run:{one.file}", format="parquet", gzipped=False
    )
    _keep(store, one, side, source)
    return one


def _keep(store: Store, one: TakenTable, side: str, source: SourceFile) -> None:
    got = one.landed
    store.run(
        "INSERT INTO taken VALUES ($file, $sha, $size, $side, $sheet, $table, $nearest, $missing, $columns, $unknown, $r, $k, $a, $yr, $yk, $ya)",
        file=one.file, sha=source.sha256, size=source.size, side=side, sheet=one.sheet, table=one.table, nearest=one.nearest,
        missing=", ".join(one.missing), columns=json.dumps(one.columns, ensure_ascii=False), unknown=json.dumps(one.unknown, ensure_ascii=False),
        r=got.rows_read, k=got.rows_taken, a=got.rows_set_aside, yr=got.yuan_read, yk=got.yuan_taken, ya=got.yuan_set_aside,
    )  # fmt: skip


def _rules(mapping: Path | None) -> list[tuple[str, str, dict[str, str]]]:
    if mapping is None:
        return []
    try:
        told = tomllib.loads(mapping.read_text(encoding="utf-8"))["files"]
        rules = [(pattern, str(one["table"]), dict(one.get("columns", {}))) for pattern, one in told.items()]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, AttributeError) as problem:
        raise SettingsError(
            f'Mapping file {mapping} can\'t be used: {problem}. It holds tables [files."NAME"] with table and columns.',
            f'映射文件 {mapping} 无法使用：{problem}。应含 [files."文件名"] 表，列出 table 和 columns。',
        ) from None
    for _, table, _ in rules:
        if table not in site_tables():
            hint_en, hint_zh = nearest_hint(table, list(site_tables()))
            raise SettingsError(
                f"Mapping file {mapping} names the table {table!r}; {hint_en}",
                f"映射文件 {mapping} 指明的表 {table!r} 不存在；{hint_zh}",
            )
    return rules


def _by_rule(sheet: Sheet, rules: Sequence[tuple[str, str, dict[str, str]]]) -> SiteUnderstood | None:
    """The operator's word for a table, with what the headers say about columns that the word leaves open."""
    for pattern, name, columns in rules:
        if not (fnmatch(sheet.source.name, pattern) or (sheet.name and fnmatch(sheet.name, pattern))):
            continue
        table = site_tables()[name]
        guessed = understand_sheet(f"{name} {' '.join(table.hints)}", None, sheet.headers, [table.side])
        found = (
            dict(guessed.columns)
            if (guessed.table or guessed.nearest) and (guessed.table or guessed.nearest) is table
            else {}
        )
        for column, header in columns.items():
            if header not in sheet.headers:
                hint_en, hint_zh = nearest_hint(header, list(sheet.headers))
                raise SettingsError(
                    f"The mapping for {pattern} names the header {header!r}, which {sheet.title} does not have; {hint_en}",
                    f"{pattern} 的映射列出表头 {header!r}，但 {sheet.title} 中没有；{hint_zh}",
                )
            position = sheet.headers.index(header)
            found = {key: value for key, value in found.items() if value != position}
            found[column] = position
        missing = tuple(column for column in table.required if column not in found)
        unknown = tuple(h for i, h in enumerate(sheet.headers) if i not in found.values())
        return SiteUnderstood(
            table=None if missing else table,
            columns=found,
            unknown=unknown,
            nearest=table if missing else None,
            missing=missing,
        )
    return None

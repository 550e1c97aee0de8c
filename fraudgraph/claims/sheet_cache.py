"""Delivered sheets that were read before: their typed rows are kept as Parquet, so that a window is not typed anew each month.

What is kept stands under the delivered file's own hash and a key made of all that its reading depends on: the code of
this room, the database's version, the mapping. It may be deleted whenever nothing is being read: what is missing is
read from the delivery again and gives the same rows. Duplicates, refunds and encounters are judged after this, over
the whole window.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import astuple, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from fraudgraph.claims.cleaning.corrections import is_correction
from fraudgraph.claims.cleaning.landing import Landing, faults_of, land
from fraudgraph.claims.columns.mapping import TableRule
from fraudgraph.claims.columns.matching import TableMapping, normalised
from fraudgraph.claims.formats.kept_lines import KeptLines
from fraudgraph.claims.formats.raw_lines import open_lines
from fraudgraph.claims.formats.sheets import Sheet, open_sheets
from fraudgraph.claims.formats.source_file import SourceFile
from fraudgraph.claims.schema.fields import KINDS
from fraudgraph.claims.schema.landing_form import landing_columns
from fraudgraph.claims.typing.column_forms import Told
from fraudgraph.claims.typing.literals import literal
from fraudgraph.settings import SourceSettings
from fraudgraph.store import Store, storage_problem

__all__ = ["KeptSheets", "kept_mapping"]

_UNUSED_DAYS = 45
"""What no reading asked for in so many days goes, whatever its dates."""
_ROOM = Path(__file__).parent
_CODE = (_ROOM, _ROOM.parent / "sql", _ROOM.parent / "store.py", _ROOM.parent / "settings.py")
_FORM = ("name", "headers", "types", "encoding", "first_line", "odd_spaces", "day_zero")


class KeptSheets:
    """What earlier readings left in a folder; its methods stand in for `open_sheets` and `land`.

    Parameters
    ----------
    folder : Path
        Made when something is kept; one job at a time may work in it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._used: set[Path] = set()

    def open_sheets(
        self, store: Store, source: SourceFile, scratch: Path, first_number: int, rules: Sequence[TableRule] = ()
    ) -> list[Sheet]:  # fmt: skip
        """The tables inside a file; one that was opened before stays closed until its delivered lines are asked for."""
        place = self._folder / source.sha256[:32]
        told = place / f"sheets-{_opening_key(source, rules)}.json"
        self._used.add(told)
        known = _read_json(told)

        def opened() -> list[Sheet]:
            return open_sheets(store, source, scratch, first_number, rules)

        if known is None:
            sheets = opened()
            if not any(is_correction(sheet) for sheet in sheets):
                _write_json(told, [{name: getattr(sheet, name) for name in _FORM} for sheet in sheets])
        else:
            sheets = [
                Sheet(source=source, number=first_number + i, **_tuples(form)) for i, form in enumerate(known)
            ]
            for i, sheet in enumerate(sheets):
                sheet.reopen = lambda i=i: opened()[i]
        for i, sheet in enumerate(sheets):
            sheet.kept = KeptLines(place, i)
        return sheets

    def land(
        self, store: Store, sheet: Sheet, mapping: TableMapping, settings: SourceSettings, settled_headers: Sequence[str] = ()
    ) -> Landing:  # fmt: skip
        """A sheet's typed rows: those that are kept, else typed now and kept from now on."""
        kept = sheet.kept
        assert kept is not None  # given by `open_sheets`
        kept.key = _landing_key(sheet, mapping, settings, settled_headers)
        rows, told = kept.path("rows", "parquet"), kept.path("rows", "json")
        self._used |= {rows, told, kept.path("raw", "parquet"), kept.path("cells", "parquet")}
        known = _read_json(told)
        if known is not None and _readable(store, rows, mapping):
            os.utime(told)
            sheet.restage = bool(known["staged"])
            table = f"scratch.landing_{sheet.number}"
            store.run(f"CREATE OR REPLACE VIEW {table} AS SELECT * FROM read_parquet({literal(str(rows))})")
            return Landing(
                sheet=sheet, mapping=mapping, table=table, faults=faults_of(sheet, mapping, settings, settled_headers),
                rows=int(known["rows"]), lined=True, told=tuple(Told(*one) for one in known["told"]),
            )  # fmt: skip
        open_lines(store, sheet)
        landing = land(store, sheet, mapping, settings, settled_headers)
        passing, last_day = _days(store, landing)
        if not passing and _write_rows(store, landing, rows):
            _write_json(told, {"staged": sheet.staged, "rows": landing.rows, "last_day": last_day, "told": [astuple(one) for one in landing.told]})  # fmt: skip
        return landing

    def tidy(self, first_day: date) -> None:
        """Let go of what a later window won't ask for.

        That is: other versions of the sheets that this object was asked for, claims that end before a day, and
        whatever nobody asked for in a month and a half.

        Parameters
        ----------
        first_day : date
            The first day of the window that was read.
        """
        if not self._folder.is_dir():
            return
        places = {path.parent for path in self._used}
        for place in sorted(self._folder.iterdir()):
            if place in places:
                for path in place.iterdir():
                    if path not in self._used and (path.name[:7] != "mapping" or _unused(path)):
                        path.unlink()
                continue
            told = list(place.glob("rows-*.json"))
            days = [known["last_day"] for path in told if (known := _read_json(path)) is not None]
            before = bool(days) and all(day is not None and day < first_day.isoformat() for day in days)
            if before or all(_unused(path) for path in told):
                shutil.rmtree(place, ignore_errors=True)


def kept_mapping(
    sheet: Sheet, rules: Sequence[TableRule], match: Callable[[], TableMapping | None]
) -> TableMapping | None:
    """What a sheet was taken for before, else now; the values of its columns may have had a say.

    Parameters
    ----------
    sheet : Sheet
        Given by `KeptSheets.open_sheets`.
    rules : sequence of TableRule
        Rules that win over the presets.
    match : callable
        Finds out.
    """
    assert sheet.kept is not None
    named = [rule.model_dump(mode="json") for rule in rules]
    told = sheet.kept.place / f"mapping-{sheet.kept.index}-{_hash(sheet.source.name, named)}.json"
    known = _read_json(told)
    if known is None:
        found = match()
        _write_json(told, {"mapping": None if found is None else _mapping_form(found)})
        return found
    os.utime(told)
    if known["mapping"] is None:
        return None
    form = _tuples(known["mapping"])
    rule = TableRule.model_validate(known["mapping"]["rule"])
    return TableMapping(
        **{**form, "kind": KINDS[form["kind"]], "rule": next((one for one in rules if one == rule), rule)}
    )


def _unused(path: Path) -> bool:
    return time.time() - path.stat().st_mtime > _UNUSED_DAYS * 86_400


def _mapping_form(mapping: TableMapping) -> dict[str, Any]:
    form = {field.name: getattr(mapping, field.name) for field in fields(mapping)}
    return {**form, "kind": mapping.kind.name, "rule": mapping.rule.model_dump(mode="json")}


def _tuples(form: Any) -> Any:
    """What JSON made of tuples, as tuples again."""
    if isinstance(form, dict):
        return {name: _tuples(value) for name, value in form.items()}
    return tuple(_tuples(value) for value in form) if isinstance(form, list) else form


def _opening_key(source: SourceFile, rules: Sequence[TableRule]) -> str:
    """What finding the tables in a file depends on, beside its bytes."""
    layouts = [bool(rule.layout) and rule.means(source.name) for rule in rules]
    return _hash(source.format, source.gzipped, [rule.model_dump(mode="json") for rule in rules], layouts)


def _landing_key(
    sheet: Sheet, mapping: TableMapping, settings: SourceSettings, settled_headers: Sequence[str]
) -> str:
    """What a sheet's typed rows depend on, beside the file's bytes."""
    rule = mapping.rule.model_dump(mode="json", exclude={"name"})
    settled = sorted({normalised(header) for header in settled_headers})
    read = (mapping.kind.name, mapping.columns, mapping.sums, mapping.unmapped, mapping.clocks)
    chosen = settings.model_dump(mode="json", exclude={"max_reject_share"})
    return _hash(sheet.source.format, sheet.name, sheet.headers, sheet.types, rule, read, settled, chosen)


def _hash(*parts: Any) -> str:
    text = json.dumps([_code_hash(), *parts], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def _code_hash() -> str:
    """Changes whenever the program reads otherwise than before."""
    digest = hashlib.sha256(duckdb.__version__.encode())
    for root in _CODE:
        files = [root] if root.is_file() else root.rglob("*")
        for path in sorted(one for one in files if one.suffix in (".py", ".sql", ".toml")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _read_json(path: Path) -> Any:
    """What stands in a file; None where it is missing or was cut off."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _write_json(path: Path, content: Any) -> None:
    """Keep something small; where there is no room for it, it is found out again next time."""
    beside = path.with_name(f"{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        beside.chmod(0o600)
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()


def _write_rows(store: Store, landing: Landing, path: Path) -> bool:
    """Keep a sheet's rows; False where there is no room for them, which is no reason to stop."""
    beside = path.with_name(f"{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        store.run(
            f"COPY (SELECT {landing.line()} AS line, * EXCLUDE (line) FROM {landing.table}) "
            f"TO {literal(str(beside))} (FORMAT parquet, COMPRESSION snappy)"
        )
        beside.chmod(0o600)
        beside.replace(path)
    except (OSError, duckdb.Error) as problem:
        if not isinstance(problem, OSError) and storage_problem(problem, path.parent) is None:
            raise
        with suppress(OSError):
            beside.unlink()
        return False
    return True


def _readable(store: Store, path: Path, mapping: TableMapping) -> bool:
    """Whether a file of kept rows is whole and has the form of today's landing tables."""
    if not path.is_file():
        return False
    try:
        described = store.rows(f"DESCRIBE SELECT * FROM read_parquet({literal(str(path))})")
    except duckdb.Error as problem:
        if (full := storage_problem(problem, store.folder)) is not None:
            raise full from None
        return False
    form = landing_columns(mapping.kind.name, mapping.kind.fields)
    return [(str(row[0]), str(row[1])) for row in described] == form


def _days(store: Store, landing: Landing) -> tuple[bool, str | None]:
    """Whether a judgement on the rows is a passing one, and the last day in them (None in registers).

    Rows that lie in the future are set aside, and time will bring it nearer: such a sheet is not kept but typed anew
    each time. Dates ten years ahead and more are slips of the pen, and stay what they are.
    """
    kind = landing.mapping.kind
    names = [field.name for field in kind.fields if field.type in ("timestamp", "date")]
    if kind.name not in ("claims", "claim_items", "encounters") or not names:
        return False, None
    latest = f"list_max([{', '.join(f'CAST({name} AS TIMESTAMP)' for name in names)}])"
    ahead = " OR ".join(f"({name} >= current_date + 2 AND {name} < current_date + 3652)" for name in names)
    passing, last = store.one(
        f"SELECT count(*) FILTER (WHERE {ahead}), CAST(CAST(max({latest}) FILTER (WHERE fault_no IS NULL) AS DATE) AS VARCHAR) FROM {landing.table}"
    )
    return passing > 0, last

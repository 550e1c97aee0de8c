"""Workbooks of every age: xlsx, xlsm, xlsb, xls, ods. One sheet is held in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fraudgraph.claims.columns.headers import GridTable, cell_text, tables_in
from fraudgraph.claims.formats.batches import cell_value_text
from fraudgraph.claims.formats.date_systems import first_day
from fraudgraph.claims.formats.source_file import SourceFile
from fraudgraph.claims.typing.literals import MERGED
from fraudgraph.errors import SourceError

__all__ = ["WorkbookTable", "workbook_tables"]

_MOST_ROWS = 10_000
"""A block of more rows is a coloured page, not a value."""
_LOCK_NAME = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class WorkbookTable:
    """One table of a workbook: its sheet's name, with the header's row where a sheet has several, and its rows (line, cells)."""

    name: str
    table: GridTable
    rows: Iterator[tuple[int, list[Any]]]
    day_zero: str


def workbook_tables(source: SourceFile, more: frozenset[str]) -> Iterator[WorkbookTable]:
    """The tables of a workbook, sheet by sheet; a table's rows can be read until the next one is asked for.

    Raises
    ------
    SourceError
        If the workbook is damaged or locked with a password.
    """
    day_zero = first_day(source)
    with _reading(source) as book:
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            spans = _spans(sheet)
            tables = list(tables_in(_rows(sheet), more)) or _no_table(_rows(sheet))
            for table in tables:
                title = name if len(tables) == 1 else f"{name}:{table.first_line - 1}"
                yield WorkbookTable(title, table, _rows_of(sheet, table, spans), day_zero)


def _rows_of(sheet: Any, table: GridTable, spans: dict[int, list[_Span]]) -> Iterator[tuple[int, list[Any]]]:
    above: dict[_Span, Any] = {}
    for line, cells in _rows(sheet):
        if table.last_line is not None and line > table.last_line:
            break
        if line >= table.first_line:
            yield line, _filled_down(line, cells, spans.get(line, ()), above, table.first_line)


_Span = tuple[int, int, int]
"""A cell merged over several rows: its first and last line and its column."""


def _spans(sheet: Any) -> dict[int, list[_Span]]:
    """The cells merged downwards, by every line that they cover."""
    found: dict[int, list[_Span]] = {}
    for (top, left), (bottom, _) in sorted(getattr(sheet, "merged_cell_ranges", None) or ()):
        if bottom > top and bottom - top <= _MOST_ROWS:
            for row in range(top, bottom + 1):
                found.setdefault(row + 1, []).append((top + 1, bottom + 1, left))
    return found


def _filled_down(
    line: int, cells: list[Any], spans: Sequence[_Span], above: dict[_Span, Any], first_line: int
) -> list[Any]:
    """A row with what merged cells say for it, marked: an amount must not be counted for each row.

    A block that reaches up into the header is none of the body's.
    """
    if not spans:
        return cells
    cells = list(cells)
    for span in spans:
        top, _, column = span
        if top < first_line or column >= len(cells):
            continue
        if line == top:
            above[span] = cells[column]
        said = cell_value_text(above.get(span))
        if said is not None and cells[column] in (None, "", above.get(span)):
            cells[column] = f"{MERGED}{said}"
    return cells


def _no_table(rows: Iterator[tuple[int, list[Any]]]) -> list[GridTable]:
    """A sheet with something in it that is no table: it is named among what was not read."""
    filled = ((line, [cell_text(cell) for cell in cells if cell_text(cell)]) for line, cells in rows)
    return [GridTable(tuple(texts), line + 1, None) for line, texts in filled if texts][:1]


def _rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    return iter(()) if sheet.start is None else enumerate(sheet.iter_rows(), start=sheet.start[0] + 1)


@contextmanager
def _reading(source: SourceFile) -> Iterator[Any]:
    import python_calamine  # noqa: PLC0415  # only workbooks need it

    damaged = (
        python_calamine.CalamineError,
        python_calamine.XmlError,
        python_calamine.ZipError,
        python_calamine.WorksheetNotFound,
        python_calamine.PasswordError,
    )
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(source.path))
        try:
            yield book
        finally:
            book.close()
    except damaged as problem:
        if isinstance(problem, python_calamine.PasswordError) or _is_locked(source):
            raise SourceError(
                f"{source.name} is locked with a password. Open it with the password, save it without one, and run again.",
                f"{source.name} 设有密码。请用密码打开后另存为不带密码的文件，再重新运行。",
            ) from None
        raise SourceError(
            f"{source.name} can't be read as a workbook: {problem}. Open and save it again in a spreadsheet program, or ask the supplier for csv.",
            f"{source.name} 不能作为工作簿读取：{problem}。请用表格软件重新保存，或让提供方改用 csv。",
        ) from None


def _is_locked(source: SourceFile) -> bool:
    with source.path.open("rb") as file:
        head = file.read(1 << 16)
        file.seek(max(0, source.size - (1 << 16)))
        return _LOCK_NAME in head or _LOCK_NAME in file.read()

"""Workbooks of every age: xlsx, xlsm, xlsb, xls, ods. One sheet is held in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fraudgraph.claims.headers import GridTable, cell_text, tables_in
from fraudgraph.claims.sources import SourceFile
from fraudgraph.errors import SourceError

__all__ = ["workbook_rows", "workbook_tables"]

_LOCK_NAME = "EncryptedPackage".encode("utf-16-le")


def workbook_tables(source: SourceFile, more: frozenset[str]) -> list[tuple[str, GridTable]]:
    """The tables of a workbook, each with its sheet's name.

    Raises
    ------
    SourceError
        If the workbook is damaged or locked with a password.
    """
    found: list[tuple[str, GridTable]] = []
    with _reading(source) as book:
        for name in book.sheet_names:
            tables = list(tables_in(_rows(book, name), more)) or _no_table(_rows(book, name))
            found += [(name, table) for table in tables]
    return found


def _no_table(rows: Iterator[tuple[int, list[Any]]]) -> list[GridTable]:
    """A sheet with something in it that is no table: it is named among what was not read."""
    filled = ((line, [cell_text(cell) for cell in cells if cell_text(cell)]) for line, cells in rows)
    return [GridTable(tuple(texts), line + 1, None) for line, texts in filled if texts][:1]


def workbook_rows(source: SourceFile, sheet: str, table: GridTable) -> Iterator[tuple[int, list[Any]]]:
    """The rows of one table: (line in the sheet, cells)."""
    with _reading(source) as book:
        for line, cells in _rows(book, sheet):
            if table.last_line is not None and line > table.last_line:
                break
            if line >= table.first_line:
                yield line, cells


def _rows(book: Any, name: str) -> Iterator[tuple[int, list[Any]]]:
    sheet = book.get_sheet_by_name(name)
    if sheet.start is None:
        return
    yield from enumerate(sheet.iter_rows(), start=sheet.start[0] + 1)


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

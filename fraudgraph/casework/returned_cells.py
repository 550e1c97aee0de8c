"""Cells of a returned workbook that hold no value to read: formulas that were never calculated, and errors."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from xml.etree import ElementTree as Xml

__all__ = ["unreadable_cells"]

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(r"([A-Z]+)(\d+)")


def unreadable_cells(path: Path, sheet: str, columns: Collection[int]) -> Iterator[tuple[str, str]]:
    """Cells of a sheet's columns without a value, each with "formula" or with its error, such as #REF!.

    Parameters
    ----------
    path : Path
        An xlsx file; of other workbooks nothing is told.
    sheet : str
        The sheet's name.
    columns : collection of int
        Columns that matter, from 0.
    """
    try:
        with zipfile.ZipFile(path) as book:
            text = book.read(_part_of(book, sheet))
    except (KeyError, zipfile.BadZipFile, Xml.ParseError):
        return
    if b"<!DOCTYPE" in text[:1024]:  # nobody's spreadsheet has one; entities are no values
        return
    for cell in Xml.fromstring(text).iter(f"{_MAIN}c"):
        place = _CELL.fullmatch(cell.get("r", ""))
        if place is None or place[2] == "1" or _number(place[1]) not in columns:
            continue
        value = cell.find(f"{_MAIN}v")
        if cell.get("t") == "e":
            yield place[0], (value.text or "#?") if value is not None else "#?"
        elif (
            cell.find(f"{_MAIN}f") is not None
            and cell.get("t") != "str"
            and (value is None or not value.text)
        ):
            yield place[0], "formula"


def _part_of(book: zipfile.ZipFile, sheet: str) -> str:
    """The name of a sheet's part inside the workbook."""
    sheets = Xml.fromstring(book.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
    link = next(one.get(_LINK) for one in sheets if one.get("name") == sheet)
    for one in Xml.fromstring(book.read("xl/_rels/workbook.xml.rels")):
        if one.get("Id") == link:
            return posixpath.normpath(posixpath.join("xl", one.get("Target", ""))).removeprefix("/")
    raise KeyError(sheet)


def _number(letters: str) -> int:
    """A column's number from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1

"""Word documents 文书: plain paragraphs and tables, the same bytes for the same content, the store's head at the foot."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from fraudgraph.cases.store import Head

__all__ = ["Paper", "Table", "write_docx"]

_FIXED = (1980, 1, 1, 0, 0, 0)
"""The time that stands in the archive's directory: none of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with its header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What stands in a document: parts are paragraphs, headings (that begin with `# `) and tables.

    `signatures` are lines to sign; `notes` are printed small at the end, such as marks of unverified articles.
    """

    title: str
    number: str
    parts: Sequence[str | Table]
    signatures: Sequence[str] = ()
    notes: Sequence[str] = field(default=())


def write_docx(paper: Paper, path: Path, head: Head, *, made_on: datetime) -> None:
    """Write a document.

    Parameters
    ----------
    paper : Paper
        What it says.
    path : Path
        Where; its folder is made.
    head : Head
        The store's head, printed at the end: whoever has the page can see whether the store was rewritten.
    made_on : datetime
        The document's date.
    """
    document = Document()
    _font(document)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run(_clean(paper.title))
    run.bold, run.font.size = True, Pt(18)
    number = document.add_paragraph(_clean(paper.number))
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for part in paper.parts:
        if isinstance(part, Table):
            _table(document, part)
        elif part.startswith("# "):
            document.add_paragraph().add_run(_clean(part[2:])).bold = True
        else:
            document.add_paragraph(_clean(part))
    for line in paper.signatures:
        document.add_paragraph(_clean(line)).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for note in (*paper.notes, f"办案库 / case store {head}", f"SM3 {head.sm3}"):
        document.add_paragraph().add_run(_clean(note)).font.size = Pt(7.5)
    told = document.core_properties
    told.author, told.title, told.last_modified_by = "fraudgraph", _clean(paper.title), "fraudgraph"
    told.created = told.modified = made_on.replace(microsecond=0, tzinfo=None)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(_same_bytes(document))
    path.chmod(0o600)


def _font(document: DocumentType) -> None:
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")


def _table(document: DocumentType, part: Table) -> None:
    table = document.add_table(rows=1, cols=len(part.header), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, part.header, strict=True):
        cell.paragraphs[0].add_run(_clean(text)).bold = True
    for row in part.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = _clean(text)
    document.add_paragraph()


def _clean(text: str) -> str:
    """Characters that XML can't hold are shown as their code."""
    return "".join(
        char if char in "\t\n" or (char.isprintable() and ord(char) < 0xFFFE) or ord(char) > 0xFFFF
        else f"⟨U+{ord(char):04X}⟩"
        for char in text
    )  # fmt: skip


def _same_bytes(document: DocumentType) -> bytes:
    """The document with every entry of the archive dated alike."""
    made, fixed = io.BytesIO(), io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for one in source.infolist():
            target.writestr(
                zipfile.ZipInfo(one.filename, _FIXED), source.read(one.filename), zipfile.ZIP_DEFLATED
            )
    return fixed.getvalue()

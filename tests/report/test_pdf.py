"""Paper: a dossier as pdf, and the characters that no font of the machine can draw."""

from pathlib import Path

import pytest

from fraudgraph.errors import StorageError, UsageError
from fraudgraph.report import glyphs
from fraudgraph.report.pdf import print_page


@pytest.mark.browser
def test_a_dossier_prints_to_a_pdf_of_its_owner(chromium: str, written: Path, tmp_path: Path) -> None:
    to = tmp_path / "ring.pdf"
    print_page(written / "dossiers" / "2025-10-001.html", to, chromium=chromium, lang="zh")
    assert to.read_bytes().startswith(b"%PDF")
    assert to.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ring.pdf"]


def test_a_page_that_is_not_there_or_a_program_that_prints_nothing_is_told(
    written: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError):
        print_page(tmp_path / "none.html", tmp_path / "x.pdf", chromium="true", lang="en")
    with pytest.raises(StorageError):
        print_page(written / "dossiers" / "2025-10-001.html", tmp_path / "x.pdf", chromium="true", lang="en")
    assert not list(tmp_path.iterdir())


def test_a_character_without_a_glyph_is_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyphs, "_covered", lambda: ((0x20, 0x7E), (0x4E00, 0x9FFF)))
    assert glyphs.missing_glyphs("张𠮷 and 𠮷山\u200b") == "𠮷"


def test_a_machine_that_cannot_be_asked_lacks_nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyphs, "_lines", lambda *command: [])
    glyphs._covered.cache_clear()
    assert glyphs.chinese_fonts() == (0, "")
    assert glyphs.missing_glyphs("𠮷") == ""
    glyphs._covered.cache_clear()

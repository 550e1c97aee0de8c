"""One thing has one name: docs/glossary.md against the words of pages, workbook, terminal, graph and questions."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import fraudgraph
from fraudgraph.content import content_folder
from fraudgraph.graphdb.model import CASE_WORDS_ZH, WORDS_ZH
from fraudgraph.report.fields import EVIDENCE_FIELDS, EXPLANATION_FIELDS, LIST_FIELDS, MEMBER_FIELDS
from fraudgraph.report.ring_summary import SUMMARY_FIELDS
from fraudgraph.report.words import (
    CLAIM_TYPES,
    EVIDENCE_KINDS,
    KINDS,
    ROLES,
    STATUSES,
    TYPOLOGIES,
    VERDICTS,
    VIEWS,
)

PACKAGE = Path(fraudgraph.__file__).parent
PAGE = PACKAGE.parent / "docs" / "glossary.md"
ROOMS = ("report", "rings", "explanations", "casework", "expansion", "graphdb", "jobs")
"""Whose words people read about rings; the hospital's and the screening models' words are their own."""


def rows() -> list[list[str]]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    cells = [
        [cell.strip() for cell in line.strip("| ").split("|")] for line in lines if line.startswith("| ")
    ]
    return [row for row in cells if row[0] != "English"]


def unused() -> list[str]:
    """Words that are not to be used."""
    return [word for row in rows() if len(row) == 4 for word in row[3].split(", ") if word]


def strings_of(path: Path) -> Iterator[str]:
    """What a source may say to a reader: its literals, without docstrings, names and queries."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said_about = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said_about:
            text = node.value
            if (" " in text.strip() or not text.isascii()) and not re.search(
                r"\b(SELECT|FROM|WITH|MATCH)\b", text
            ):
                yield text


def texts() -> Iterator[tuple[str, str]]:
    for room in ROOMS:
        for path in sorted((PACKAGE / room).rglob("*.py")):
            for text in strings_of(path):
                yield f"{room}/{path.name}", text
        for path in sorted((PACKAGE / room).rglob("*.j2")):
            for text in re.findall(r'"([^"\n]*)"', path.read_text(encoding="utf-8")):
                if " " in text or not text.isascii():
                    yield f"{room}/{path.name}", text
    facts = tomllib.loads((PACKAGE / "explanations" / "facts.toml").read_text(encoding="utf-8"))
    for name, fact in facts.items():
        for key, value in fact.items():
            if key.endswith(("_zh", "_en")):
                yield f"facts.toml {name}", value
    for path in sorted(content_folder("cypher").rglob("*.cypher")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("//"):
                yield path.name, line


@pytest.mark.parametrize(
    "words", [KINDS, ROLES, TYPOLOGIES, VIEWS, EVIDENCE_KINDS, STATUSES, VERDICTS, CLAIM_TYPES]
)
def test_every_word_of_the_pages_stands_in_the_glossary_in_both_languages(words: dict[str, object]) -> None:
    known = {(row[0], row[1]) for row in rows()}
    assert {(text.en, text.zh) for text in words.values()} <= known  # type: ignore[attr-defined]


def test_the_graph_says_what_the_pages_say() -> None:
    pages = {
        str(key): text.zh for words in (ROLES, EVIDENCE_KINDS, TYPOLOGIES) for key, text in words.items()
    }
    assert {key: pages.get(key) for key in WORDS_ZH} == WORDS_ZH
    cases = {str(key): text.zh for words in (STATUSES, VERDICTS) for key, text in words.items()}
    assert {key: cases.get(key) for key in CASE_WORDS_ZH} == CASE_WORDS_ZH


def test_one_english_word_has_one_chinese_word_and_the_other_way_round() -> None:
    for one, other in ((0, 1), (1, 0)):
        found: dict[str, set[str]] = {}
        for row in rows():
            found.setdefault(row[one], set()).add(row[other])
        several = {word: names for word, names in found.items() if len(names) > 1}
        assert set(several) <= SAME_WORD, several


SAME_WORD = {
    "住院",
    "处方导流",
    "共用身份信息",
    "steering",
    "steered prescriptions",
    "trace codes settled twice",
    "医师",
    "新发现",
    "pharmacy",
}
"""A kind of meeting and the typology that is called after it share their Chinese word."""


def test_the_workbooks_titles_use_the_glossarys_words() -> None:
    terms = {row[1] for row in rows()} | {"编号", "简称", "名称", "类别", "摘要", "备注"}
    titles = [f.title.zh for fields in (LIST_FIELDS, MEMBER_FIELDS, EVIDENCE_FIELDS, EXPLANATION_FIELDS, SUMMARY_FIELDS) for f in fields]  # fmt: skip
    wanted = ("疑似团伙编号", "基金支付（元）", "超出预期（元）", "费用总额（元）", "结算单数", "紧密程度", "合理解释", "证据编号", "同类人费用（元）", "线索材料", "核查结论")  # fmt: skip
    for title in wanted:
        assert title in titles
        assert any(term in title for term in terms), title


def test_no_word_that_is_not_to_be_used_stands_in_what_people_read() -> None:
    patterns = {word: re.compile(rf"\b{word}\b" if word.isascii() else re.escape(word)) for word in unused()}
    assert len(patterns) >= 8, "the glossary names what is not to be used"
    found = [
        (where, word, text[:80])
        for where, text in texts()
        for word, pattern in patterns.items()
        if pattern.search(text)
    ]
    assert not found, found


def test_a_word_that_is_not_to_be_used_would_be_found(tmp_path: Path) -> None:
    source = tmp_path / "a.py"
    source.write_text(
        '"""A sitting in a docstring."""\nname = "sitting"\nsaid = f"came to {name} of the sittings"\n',
        "utf-8",
    )
    assert [text for text in strings_of(source) if "sitting" in text] == [" of the sittings"]

"""Leads, never findings: words that must not stand in anything people read."""

import ast
import re
from pathlib import Path

import openpyxl
import pytest

import fraudgraph.report
from fraudgraph.records import NodeKind, Ring, Role, Typology
from fraudgraph.report import ring_text, rings_table
from fraudgraph.report.pages import static_text
from fraudgraph.report.words import KINDS, LEAD_NOT_VERDICT, ROLES, TYPOLOGIES, VERDICTS

from .conftest import held_ring, small_ring

FORBIDDEN_ZH = (
    "诈骗犯", "骗子", "骗保者", "骗保分子", "骗保人员", "欺诈者", "欺诈分子", "罪犯", "犯罪分子", "犯罪嫌疑", "嫌犯", "嫌疑人", "主犯",
    "从犯", "惯犯", "首犯", "有罪", "犯罪事实", "作案", "同伙", "赃款", "黑手", "不法分子", "违法分子", "参与骗保", "实施诈骗",
)  # fmt: skip
FORBIDDEN_EN = (
    "fraudster", "guilty", "guilt", "criminal", "culprit", "perpetrator", "offender", "crook", "convict", "mastermind", "accomplice",
    "conspirator", "swindler", "scammer", "thief", "thieves", "felon", "suspect", "suspects", "ringleader", "gang", "committed fraud", "proven",
)  # fmt: skip
REPORT = Path(fraudgraph.report.__file__).parent
SOURCES = [
    *REPORT.glob("*.py"), *REPORT.glob("templates/*.j2"),
    *(p for p in REPORT.glob("static/*") if not p.name.startswith("cytoscape")),
]  # fmt: skip


def forbidden(text: str) -> list[str]:
    lowered = text.lower()
    english = [word for word in FORBIDDEN_EN if re.search(rf"\b{word}\b", lowered)]
    untitled = re.sub(
        "《[^》]*》|涉嫌犯罪案件|涉嫌犯罪，", "", text
    )  # names of laws stand as they are, and what an authority hands over by them
    return [word for word in FORBIDDEN_ZH if word in untitled] + english


def test_the_list_itself_finds_what_it_forbids() -> None:
    assert forbidden("此人是诈骗犯") == ["诈骗犯"]
    assert forbidden("The Fraudster was found.") == ["fraudster"]
    assert forbidden(" ".join(LEAD_NOT_VERDICT)) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.name)
def test_no_source_of_the_report_accuses(path: Path) -> None:
    assert forbidden(path.read_text("utf-8")) == []


def strings_of(path: Path) -> str:
    """All text in a file of Python, names of variables left out; other files whole."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        return text
    found = (node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant))
    return "\n".join(value for value in found if isinstance(value, str))


def test_no_sentence_template_card_question_or_document_accuses() -> None:
    """Sentences of evidence, explanations and messages; the cards of all screening models; questions to Neo4j; documents."""
    package = REPORT.parent
    files = [
        *package.rglob("*.py"), *package.rglob("*.sql"), *package.rglob("*.toml"), *package.rglob("*.j2"),
        *package.parent.glob("cypher/**/*.cypher"), *package.parent.glob("docs/**/*.md"), *package.parent.glob("*.md"),
    ]  # fmt: skip
    assert len(files) > 200
    accusing = {
        str(path.relative_to(package.parent)): words
        for path in files
        if (words := forbidden(strings_of(path)))
    }
    assert accusing == {}


def test_no_page_list_or_sheet_accuses(written: Path) -> None:
    library = static_text("cytoscape.min.js")
    for path in sorted(p for p in written.rglob("*") if p.suffix in (".html", ".csv", ".jsonl", ".json")):
        assert forbidden(path.read_text("utf-8").replace(library, "")) == [], path.name
    book = openpyxl.load_workbook(written / "referral_list.xlsx")
    for page in book:
        for row in page.iter_rows():
            for cell in row:
                assert forbidden(str(cell.value)) == [], (page.title, cell.coordinate)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("ring", [small_ring(), held_ring()], ids=["listed", "held back"])
def test_a_terminal_does_not_accuse_either(ring: Ring, lang: str) -> None:
    assert forbidden(ring_text(ring, lang) + rings_table([ring], lang)) == []


def test_every_page_and_the_list_say_that_they_are_leads(written: Path) -> None:
    for path in [*written.glob("*.html"), *written.glob("dossiers/*.html")]:
        page = path.read_text("utf-8")
        assert LEAD_NOT_VERDICT.zh in page
        assert LEAD_NOT_VERDICT.en in page


def test_every_word_has_both_languages() -> None:
    assert set(ROLES) == set(Role)
    assert set(TYPOLOGIES) == set(Typology)
    assert set(KINDS) == set(NodeKind)
    for text in (
        *ROLES.values(),
        *TYPOLOGIES.values(),
        *KINDS.values(),
        *VERDICTS.values(),
        LEAD_NOT_VERDICT,
    ):
        assert re.search(r"[\u4e00-\u9fff]", text.zh)
        assert text.en.isascii()


def test_no_chinese_sentence_of_ours_has_half_width_commas() -> None:
    for path in SOURCES:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            assert not re.search(r"[\u4e00-\u9fff][,;?!]|[,;?!][\u4e00-\u9fff]", line), (
                f"{path.name}:{number}: {line.strip()}"
            )

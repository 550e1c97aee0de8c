"""docs/outputs.md says what a real run writes: its files, its columns, its exit codes."""

import re
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fraudgraph import errors
from fraudgraph.report.fields import EVIDENCE_FIELDS, EXPLANATION_FIELDS, LIST_FIELDS, MEMBER_FIELDS, Field
from fraudgraph.report.ring_summary import SUMMARY_FIELDS
from fraudgraph.report.words import EVIDENCE_KINDS, STATUSES
from fraudgraph.report.workbook import SHEETS
from tests.waiting import PATIENCE

PAGE = (Path(__file__).parents[2] / "docs" / "outputs.md").read_text(encoding="utf-8")


def columns(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading, cell by cell."""
    part = re.split(rf"^#+ {re.escape(heading)}$", PAGE, flags=re.MULTILINE)[1].split("\n#")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real run on a small invented city."""
    base = tmp_path_factory.mktemp("run")
    for words in (
        [
            "sample",
            str(base / "city"),
            "--claims",
            "20000",
            "--months",
            "3",
            "--rings",
            "standard",
            "--seed",
            "3",
        ],
        ["run", str(base / "city"), "--out", str(base / "out")],
    ):
        subprocess.run(
            [sys.executable, "-m", "fraudgraph", *words], check=True, capture_output=True, timeout=PATIENCE
        )
    return base / "out"


def test_every_file_of_a_run_is_on_the_page_and_the_other_way_round(run_folder: Path) -> None:
    files = {p.name for p in run_folder.iterdir() if p.is_file()}
    of_a_run = PAGE.partition("## A month's own files")[0]
    told = set(re.findall(r"^\| \[?`([^/`]+\.\w+|SHA256SUMS)`", of_a_run, flags=re.MULTILINE))
    assert files == told
    assert list((run_folder / "dossiers").glob("*.html")), "the city has rings that are put forward"


@pytest.mark.parametrize(
    "name",
    [
        "rings",
        "ring_members",
        "score_parts",
        "ring_facts",
        "explanations",
        "evidence",
        "meetings",
        "flags",
        "outliers",
        "rejects",
    ],
)
def test_every_column_of_every_table_is_on_the_page(run_folder: Path, name: str) -> None:
    written = pq.read_schema(run_folder / f"{name}.parquet").names
    assert [row[0] for row in columns(f"{name}.parquet")] == written


@pytest.mark.parametrize(
    ("heading", "fields"),
    [("List", LIST_FIELDS), ("Ring summary", SUMMARY_FIELDS), ("Members", MEMBER_FIELDS), ("Evidence", EVIDENCE_FIELDS), ("Explanations", EXPLANATION_FIELDS)],
)  # fmt: skip
def test_every_column_of_the_list_is_on_the_page(heading: str, fields: tuple[Field, ...]) -> None:
    assert columns(heading) == [[field.key, field.title.zh, field.note.en] for field in fields]


def test_the_exit_codes_are_those_of_the_errors() -> None:
    told = {int(row[0]) for row in columns("Exit codes")}
    ours = {
        getattr(errors, name).exit_code for name in errors.__all__ if isinstance(getattr(errors, name), type)
    }
    assert told - ours == {0, 99, 130}
    assert ours <= told


def test_the_kinds_of_evidence_are_those_of_the_page(run_folder: Path) -> None:
    told = [row[0] for row in columns("Kinds of evidence")]
    assert set(told) == set(EVIDENCE_KINDS) - {"burst", "same_day", "journey", "batch", "visited"}
    written = set(pq.read_table(run_folder / "evidence.parquet")["kind"].to_pylist())
    assert written <= set(told)


def test_the_sheets_are_those_of_the_page() -> None:
    for title in SHEETS.values():
        assert title in PAGE
    assert set(STATUSES) <= set(re.findall(r"[a-z]+", PAGE))

"""Every notebook runs from top to bottom on the sample delivery, and its figures are there and seen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import fraudgraph as fg
from fraudgraph.content import content_folder
from tests.waiting import PATIENCE

NOTEBOOKS = sorted(content_folder("notebooks").glob("*.ipynb"))
FIGURES = {"00": 3, "10": 1, "20": 5, "30": 3, "40": 1, "50": 1, "60": 2, "70": 1, "80": 1, "90": 3}
"""How many figures each shows."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the sample run is already made, as it is from the second notebook on."""
    folder = tmp_path_factory.mktemp("lab")
    fg.demo_run(folder / "fraudgraph-demo")
    return folder


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_its_figures(path: Path, desk: Path) -> None:
    book = read(path)
    NotebookClient(
        book, timeout=PATIENCE, kernel_name="python3", resources={"metadata": {"path": str(desk)}}
    ).execute()
    shown = [output for cell in book.cells for output in cell.get("outputs", []) if "data" in output]
    figures = [o for o in shown if {"application/vnd.plotly.v1+json", "image/svg+xml"} & o["data"].keys()]
    assert len(figures) == FIGURES[path.stem[:2]]
    for figure in figures:
        assert "text/html" in figure["data"], "html exported from the notebook would show nothing"
        note = figure["data"].get("application/vnd.plotly.v1+json")
        assert note is None or note["data"], "a figure without anything in it"
    warned = [o["text"] for c in book.cells for o in c.get("outputs", []) if o.get("name") == "stderr"]
    assert warned == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_clean(path: Path) -> None:
    book = read(path)
    for cell in book.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
        else:
            heading = cell.source.splitlines()[0]
            assert not heading.startswith("#") or (
                CHINESE.search(heading) and re.search(r"[A-Za-z]{2}", heading)
            ), heading
    assert "/tmp" not in path.read_text(encoding="utf-8")


def test_the_notebooks_are_numbered_by_task() -> None:
    assert {path.stem[:2] for path in NOTEBOOKS} == set(FIGURES)
    assert all(re.fullmatch(r"\d\d_[a-z0-9_]+", path.stem) for path in NOTEBOOKS)

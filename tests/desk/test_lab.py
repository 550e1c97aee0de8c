"""JupyterLab really started, a notebook really run in a browser, and the same seen in exported html; no network."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

import fraudgraph as fg
from fraudgraph.content import content_folder
from fraudgraph.desk.lab import copy_notebooks
from tests.waiting import PATIENCE, wait_until

TOKEN = "only-for-this-test"
BOOK = "20_why_is_this_ring_here.ipynb"


def test_the_copy_keeps_what_an_analyst_changed(tmp_path: Path) -> None:
    copied, kept = copy_notebooks(tmp_path / "lab")
    assert copied == len(list(content_folder("notebooks").glob("*.ipynb")))
    assert kept == 0
    (tmp_path / "lab" / BOOK).write_text("mine", encoding="utf-8")
    assert copy_notebooks(tmp_path / "lab") == (0, copied)
    assert (tmp_path / "lab" / BOOK).read_text(encoding="utf-8") == "mine"


@pytest.fixture
def folder(run: fg.Run, tmp_path: Path) -> Path:
    """A lab folder in which the sample run is already made."""
    lab = tmp_path / "lab"
    copy_notebooks(lab)
    shutil.copytree(run.out, lab / "fraudgraph-demo")
    return lab


@pytest.fixture
def lab(folder: Path, tmp_path: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = tmp_path / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}', encoding="utf-8")
    said = (tmp_path / "lab.log").open("w", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "fraudgraph", "lab", "--dir", str(folder), "--port", str(port), "--no-browser"],
        stdout=said, stderr=subprocess.STDOUT, start_new_session=True,
        env={
            **os.environ, "JUPYTER_TOKEN": TOKEN, "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"),
            **{f"JUPYTER_{part}_DIR": str(tmp_path / part.lower()) for part in ("CONFIG", "DATA", "RUNTIME")},
            "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces"),
        },
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(f"{address}/api"), process)
        yield address
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        said.close()


def answers(address: str) -> bool:
    """Whether a server is there and speaks."""
    with contextlib.suppress(OSError):
        return bool(urllib.request.urlopen(address, timeout=60).read())
    return False


def shot(page: Any, name: str) -> None:
    """Keep a picture where FRAUDGRAPH_SHOTS says, for whoever wants to look."""
    where = os.environ.get("FRAUDGRAPH_SHOTS")
    if where:
        page.screenshot(path=str(Path(where) / f"{name}.png"))


@pytest.mark.browser
def test_a_notebook_runs_in_jupyterlab_and_its_figures_are_drawn(lab: str, browser: Any) -> None:
    asked_elsewhere: list[str] = []
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)

    def note(request: Any) -> None:
        if not request.url.startswith((lab, "data:", "blob:", "about:")):
            asked_elsewhere.append(request.url)

    page.on("request", note)
    page.goto(f"{lab}/lab/tree/{BOOK}?token={TOKEN}", timeout=PATIENCE * 1000)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=PATIENCE * 1000)
    page.get_by_text("| Idle").wait_for(
        timeout=PATIENCE * 1000
    )  # else the cells are asked to run before there is a kernel
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.wait_for_function(
        "document.querySelectorAll('.jp-Notebook .js-plotly-plot').length >= 4", timeout=PATIENCE * 1000
    )
    page.wait_for_selector(".jp-Notebook iframe", timeout=PATIENCE * 1000)
    page.wait_for_function(
        "![...document.querySelectorAll('.jp-InputPrompt')].some(e => e.textContent.includes('*'))",
        timeout=PATIENCE * 1000,
    )
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    for index in range(page.locator(".js-plotly-plot").count()):
        figure = page.locator(".js-plotly-plot").nth(index)
        figure.scroll_into_view_if_needed()
        box = figure.bounding_box()
        assert box is not None
        assert box["width"] > 300
        assert box["height"] > 200
        assert figure.locator("svg.main-svg").count() > 0
        shot(page, f"lab-figure-{index}")
    drawing = page.frame_locator(".jp-Notebook iframe").first
    assert drawing.locator("[data-node]").count() > 5
    page.locator(".jp-Notebook iframe").first.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    shot(page, "lab-ring")
    drawing.locator("[data-node]").first.click()
    assert drawing.locator("#told").inner_text().strip()
    shot(page, "lab-ring-clicked")
    assert asked_elsewhere == []
    assert page.get_by_text("Jupyter news").count() == 0
    context.close()


@pytest.mark.browser
def test_exported_html_shows_every_figure_without_a_network(
    folder: Path, browser: Any, tmp_path: Path
) -> None:
    book = nbformat.read(folder / BOOK, as_version=4)
    NotebookClient(
        book, timeout=PATIENCE, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    html, _ = HTMLExporter().from_notebook_node(book)
    page_path = tmp_path / "exported.html"
    page_path.write_text(html, encoding="utf-8")
    context = browser.new_context(offline=True, viewport={"width": 1200, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    faults: list[str] = []
    page.on("pageerror", lambda problem: faults.append(str(problem)))
    page.goto(page_path.as_uri(), timeout=PATIENCE * 1000)
    page.wait_for_function(
        "document.querySelectorAll('.js-plotly-plot svg.main-svg').length >= 4", timeout=PATIENCE * 1000
    )
    assert page.locator(".js-plotly-plot").count() == 4
    assert page.frame_locator("iframe").locator("[data-node]").count() > 5
    for index in range(4):
        page.locator(".js-plotly-plot").nth(index).scroll_into_view_if_needed()
        shot(page, f"html-figure-{index}")
    page.locator("iframe").first.scroll_into_view_if_needed()
    shot(page, "html-ring")
    assert [fault for fault in faults if "MathJax" not in fault and "require" not in fault] == []
    context.close()


@pytest.mark.browser
def test_a_saved_figure_is_a_picture_without_a_network(
    run: fg.Run, ring_id: str, browser: Any, tmp_path: Path
) -> None:
    page_path = run.waterfall(ring_id).save(tmp_path / "waterfall.html")
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(page_path.as_uri())
    page.wait_for_selector(".js-plotly-plot svg.main-svg")
    picture = page.evaluate(
        "Plotly.toImage(document.querySelector('.js-plotly-plot'), {format: 'svg', width: 900, height: 400})"
    )
    assert picture.startswith("data:image/svg+xml")
    assert len(picture) > 5_000
    drawn = page.evaluate(
        """() => ['穆', '丁', '药'].map(text => {
            const canvas = document.createElement('canvas');
            canvas.width = canvas.height = 40;
            const pen = canvas.getContext('2d');
            pen.font = '32px ' + getComputedStyle(document.querySelector('.gtitle, .xtick text')).fontFamily;
            pen.fillText(text, 2, 34);
            return canvas.toDataURL();
        })"""
    )
    assert len(set(drawn)) == 3, "no font with Chinese: apt-get install fonts-noto-cjk"
    context.close()

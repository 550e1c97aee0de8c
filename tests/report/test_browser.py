"""The pages in a real browser: offline, in both languages, drawn, printable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import PATIENCE

pytestmark = pytest.mark.browser


class Opened:
    """A page from disk, with what it said and what it asked for."""

    def __init__(self, browser: Any, path: Path, *, query: str = "", **context: Any) -> None:
        self.context = browser.new_context(offline=True, **context)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE * 1000)
        self.faults: list[str] = []
        self.asked: list[str] = []
        self.page.on(
            "console",
            lambda said: self.faults.append(said.text) if said.type in ("error", "warning") else None,
        )
        self.page.on("pageerror", lambda problem: self.faults.append(str(problem)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(f"{path.as_uri()}{query}")


@pytest.fixture(autouse=True)
def closed_again(browser: Any) -> Iterator[None]:
    """Pages left open go on drawing: each takes its share of the processor from the tests after it."""
    before = set(browser.contexts)
    yield
    for context in browser.contexts:
        if context not in before:
            context.close()


@pytest.fixture
def small(written: Path) -> Path:
    return written / "dossiers" / "2025-10-001.html"


@pytest.fixture
def big(written: Path) -> Path:
    return written / "dossiers" / "2025-10-002.html"


@pytest.mark.parametrize("name", ["small", "big"])
def test_a_dossier_draws_itself_without_a_network_or_a_fault(
    browser: Any, name: str, request: pytest.FixtureRequest
) -> None:
    path: Path = request.getfixturevalue(name)
    opened = Opened(browser, path)
    opened.page.wait_for_selector("#cy[data-ready]")
    assert opened.page.locator("#cy canvas").count() > 0
    assert not opened.page.locator(".still").is_visible()
    assert opened.faults == []
    assert opened.asked == [path.as_uri(), (path.parents[1] / "shared" / "cytoscape.min.js").as_uri()]


def test_the_language_switch_works_with_and_without_script(browser: Any, small: Path) -> None:
    for script in (True, False):
        page = Opened(browser, small, java_script_enabled=script).page
        assert page.locator("h2 [lang=zh]").first.is_visible()
        page.locator("label[for=lang-en]").click()
        assert page.locator("h2 [lang=en]").first.is_visible()
        assert not page.locator("h2 [lang=zh]").first.is_visible()
        visible = page.locator(".page").inner_text()
        assert "涉及谁" not in visible


def test_the_language_travels_from_the_list_to_the_dossier_and_back(browser: Any, written: Path) -> None:
    page = Opened(browser, written / "index.html", query="?lang=en").page
    assert page.title() == "Referral list 2025-10"
    page.locator("a.ring").first.click()
    page.wait_for_url("**/2025-10-001.html?lang=en")
    assert page.locator("h2 [lang=en]").first.is_visible()
    assert page.evaluate("document.documentElement.lang") == "en"
    page.locator(".crumbs a:visible").first.click()
    page.wait_for_url("**/index.html?lang=en")
    assert page.evaluate("localStorage.length") == 0


def test_without_script_the_still_drawing_stands_in(browser: Any, small: Path) -> None:
    page = Opened(browser, small, java_script_enabled=False).page
    assert page.locator(".still svg").is_visible()
    assert not page.locator("#cy").is_visible()


def test_a_node_tells_its_numbers(browser: Any, small: Path) -> None:
    page = Opened(browser, small).page
    page.wait_for_selector("#cy[data-ready]")
    frame = page.locator("#cy")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box is not None
    for step in range(4, 96):
        page.mouse.click(box["x"] + box["width"] * step / 100, box["y"] + box["height"] / 2)
        if page.locator("#told").inner_text().startswith("S1 康宁桥大药房"):
            break
    told = page.locator("#told").inner_text()
    assert "H37020500123" in told
    assert "预期" in told


def test_as_of_an_early_day_those_who_came_later_are_not_drawn(browser: Any, small: Path) -> None:
    page = Opened(browser, small).page
    page.wait_for_selector("#cy[data-ready]")
    told = page.locator("#as-of-told")
    whole = told.inner_text()
    page.locator("#as-of").fill("0")
    assert told.inner_text() != whole
    assert "同现 1 天" in told.inner_text()


def test_the_list_filters_and_sorts(browser: Any, written: Path) -> None:
    page = Opened(browser, written / "index.html").page
    ids = lambda: [row.strip() for row in page.locator("#list tbody tr:visible a.ring").all_inner_texts()]  # noqa: E731
    assert ids() == ["2025-10-001", "2025-10-002"]
    page.locator("th button[data-key=fund]").click()
    assert ids() == ["2025-10-002", "2025-10-001"]
    page.fill("#search", "病种")
    assert ids() == ["2025-10-002"]
    assert page.locator("#shown").inner_text() == "1 / 2"
    page.fill("#search", "")
    page.select_option("#typology", index=2)
    assert len(ids()) == 1


def test_long_member_lists_fold_and_unfold(browser: Any, big: Path) -> None:
    page = Opened(browser, big).page
    rows = page.locator("table.members tbody tr:visible")
    folded = rows.count()
    page.locator(".more-row button").click()
    assert rows.count() > folded + 100


def test_nothing_is_wider_than_the_screen(browser: Any, small: Path, big: Path, written: Path) -> None:
    for path in (small, big, written / "index.html"):
        for width in (1280, 768, 390):
            for query in ("?lang=zh", "?lang=en"):
                page = Opened(browser, path, query=query, viewport={"width": width, "height": 900}).page
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (
                    path.name,
                    width,
                    query,
                )


def test_chinese_is_drawn_with_glyphs(browser: Any, small: Path) -> None:
    """A missing glyph is drawn as the same box for every character; two characters of ours must differ."""
    page = Opened(browser, small).page
    drawn = page.evaluate(
        """() => ['穆', '丁', '药'].map(text => {
            const canvas = document.createElement('canvas');
            canvas.width = canvas.height = 40;
            const pen = canvas.getContext('2d');
            pen.font = '32px ' + getComputedStyle(document.body).fontFamily;
            pen.fillText(text, 2, 34);
            return canvas.toDataURL();
        })"""
    )
    assert len(set(drawn)) == 3, "no font with Chinese: apt-get install fonts-noto-cjk"


def test_a_dossier_prints_on_a4_with_its_drawing(browser: Any, small: Path) -> None:
    page = Opened(browser, small).page
    page.wait_for_selector("#cy[data-ready]")
    page.emulate_media(media="print")
    assert page.locator(".still svg").is_visible()
    assert not page.locator("#cy").is_visible()
    assert not page.locator(".jump").is_visible()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")

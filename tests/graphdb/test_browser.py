"""What a new investigator sees in Neo4j Browser, in a fresh profile of a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from fraudgraph.graphdb.kit import question_link
from fraudgraph.report.files import browser_link
from fraudgraph.settings import ReferralSettings, Settings
from tests.graphdb.conftest import Served
from tests.waiting import PATIENCE

pytestmark = [pytest.mark.neo4j, pytest.mark.browser]

PATIENT, PHARMACY, FACILITY, RING, HIGH, MET = (
    "#56B4E9",
    "#E69F00",
    "#0072B2",
    "#7B4EA3",
    "#A50026",
    "#D55E00",
)


@pytest.fixture(scope="module")
def page(served: Served, browser: Any) -> Iterator[Any]:
    """Browser as `neo4j open` opens it, logged in with the generated password."""
    opened = browser.new_page(viewport={"width": 1600, "height": 1100})
    opened.set_default_timeout(PATIENCE * 1000)
    opened.goto(served.server.browser_url)
    opened.wait_for_selector("input[data-testid=password]")
    assert opened.input_value("input[data-testid=username]") == "neo4j"
    opened.fill("input[data-testid=password]", served.server.places.password())
    opened.click("button[data-testid=connect]")
    opened.wait_for_selector("text=本月线索")
    yield opened
    opened.close()


def press(page: Any, label: str) -> None:
    page.locator(f'button:has-text("{label}")').first.evaluate("button => button.click()")


def run_button(page: Any, label: str) -> Any:
    """Press a guide's button, then Run; the newest frame once it has drawn."""
    press(page, label)
    title = re.sub(r"^\w+ ", "", label)
    page.wait_for_function(
        "title => document.querySelector('[data-testid=activeEditor]').innerText.replace(/\\s/g, '').includes(title.replace(/\\s/g, ''))",
        arg=title,
    )
    page.locator('[data-testid="editor-Run"]').first.click()
    frame = page.locator('[data-testid="frame"]').first
    page.wait_for_function(
        "title => document.querySelector('[data-testid=frame]').innerText.includes(title)",
        arg=title.split()[0],
    )
    return frame


def drawn(frame: Any) -> dict[str, list[str]]:
    """Fill and border colours and words of the circles, once the drawing stands."""
    frame.locator("svg g.node circle").first.wait_for()
    return {
        "fills": frame.locator("svg g.node circle.b-outline").evaluate_all(
            "all => all.map(one => one.getAttribute('fill'))"
        ),
        "borders": frame.locator("svg g.node circle.b-outline").evaluate_all(
            "all => all.map(one => one.getAttribute('stroke'))"
        ),
        "words": frame.locator("svg g.node text").all_text_contents(),
        "lines": frame.locator("svg g.relationship path.b-outline").evaluate_all(
            "all => all.map(one => one.getAttribute('fill'))"
        ),
    }


def frame_of_lines(page: Any) -> list[float]:
    """How thick each line of the newest drawing is at its thickest, its head included."""
    lines = page.locator('[data-testid="frame"]').first.locator("svg g.relationship path.b-outline")
    found: list[float] = lines.evaluate_all("all => all.map(one => one.getBBox().height)")
    return found


def test_the_first_screen_is_the_guide_and_no_dump_of_settings(page: Any) -> None:
    page.locator('[data-testid="frame"]').filter(has_text="本月线索").wait_for()
    frames = page.locator('[data-testid="frame"]').all_inner_texts()
    assert "本月线索" in frames[0] and "Rings of the month" in frames[0]
    assert not any("diameter" in text for text in frames)


def test_a_new_investigator_sees_the_guide_and_the_months_rings_in_colour(page: Any, served: Served) -> None:
    assert "从这里开始" in page.inner_text("body")
    found = drawn(run_button(page, "11 本月疑似团伙"))
    assert RING in found["fills"] and {PHARMACY, FACILITY} & set(found["fills"])
    assert HIGH in found["borders"]
    assert {"2025-12", "001"} <= {word.strip() for word in found["words"]}, "a number is written in two lines"


def test_the_guide_walks_through_the_first_ring(page: Any) -> None:
    press(page, "下一步")
    page.wait_for_selector("text=1 选定团伙")
    press(page, "选用排名第一的团伙")
    page.wait_for_selector("text=Successfully set your parameters")
    frame = run_button(page, "21 一个团伙的全貌")
    found = drawn(frame)
    assert MET in found["lines"] and "VISITED" not in frame.inner_text(), "only lines that were asked for"
    assert RING in found["fills"] and found["fills"].count(PATIENT) >= 3
    assert any("*" in words for words in found["words"])
    page.locator("[data-testid=guideNextSlide]").click()
    found = drawn(run_button(page, "22 谁与谁反复同现"))
    assert set(found["fills"]) == {PATIENT}
    assert MET in found["lines"]
    heights = frame_of_lines(page)
    assert heights and max(heights) <= 4, "two who met are joined by a line, not by an arrow"
    frame = run_button(page, "27 团伙时间线")
    frame.locator("table").first.wait_for()
    assert "person_count" in frame.inner_text()


@pytest.mark.parametrize("label", ["28 合理解释", "25 共用电话", "29 证据与结算单"])
def test_further_questions_of_the_guide_draw(page: Any, label: str) -> None:
    for _ in range(5):
        if page.locator(f'button:has-text("{label}")').count():
            break
        page.locator("[data-testid=guideNextSlide]").click()
        page.wait_for_timeout(300)
    else:
        while (
            page.locator("[data-testid=guidePreviousSlide]").count()
            and not page.locator(f'button:has-text("{label}")').count()
        ):
            page.locator("[data-testid=guidePreviousSlide]").click()
            page.wait_for_timeout(300)
    assert len(drawn(run_button(page, label))["fills"]) > 1


def test_a_link_from_the_list_fills_in_the_question_which_then_runs(page: Any, served: Served) -> None:
    address = f"http://localhost:{served.server.facts.http_port}"
    settings = Settings(referral=ReferralSettings(browser_url=address))
    links = [
        browser_link(settings, "2025-12-001"),
        question_link(address, "ring_whole", ringId="2025-12-001"),
    ]
    with served.server.open_graph() as graph:
        for link in links:
            assert link.startswith(f"{address}/browser/?cmd=edit&arg=")
            question = parse_qs(urlsplit(link).query)["arg"][0]
            assert graph.rows(question)
    page.goto(links[0])
    page.locator("input[data-testid=password]").or_(page.get_by_text("本月线索")).first.wait_for()
    if page.locator("input[data-testid=password]").count():
        page.fill("input[data-testid=username]", "neo4j")
        page.fill("input[data-testid=password]", served.server.places.password())
        page.click("button[data-testid=connect]")
    page.wait_for_selector("text=本月线索")
    page.wait_for_timeout(2000)
    page.wait_for_function(
        "document.querySelector('[data-testid=activeEditor]')?.innerText.includes('2025-12-001')"
    )
    page.locator('[data-testid="editor-Run"]').first.click()
    found = drawn(page.locator('[data-testid="frame"]').first)
    assert RING in found["fills"] and PATIENT in found["fills"]

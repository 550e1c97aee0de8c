"""What all tests share. In CI no test may slip away: FRAUDGRAPH_REQUIRE turns skips into failures.

What is in a file that slow.txt names, or rests on the story's cities, has the mark `slow`. On several processes, tests stay together as sharing.py says.
"""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.running import slow_files
from tests.sharing import keep_together
from tests.story_city import quiet_story, story, story_city  # noqa: F401  # fixtures, for all tests

CONDITIONAL_MARKS = {"airflow", "browser", "neo4j", "spark", "scale"}


def _must_run(marks: set[str]) -> bool:
    """Whether a test with these marks has no leave to skip.

    FRAUDGRAPH_REQUIRE unset: skips are skips. Set ("browser", or "browser,neo4j"): tests without a conditional
    mark must run, and those whose conditional marks are all named.
    """
    required = os.environ.get("FRAUDGRAPH_REQUIRE")
    if required is None:
        return False
    return marks & CONDITIONAL_MARKS <= set(required.split(","))


STORY = frozenset(("story", "story_city", "quiet_story"))
CHROMIUM_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is."""
    named = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, named)), None)
    if not found:
        pytest.skip("no Chromium: install it, or set CHROMIUM_PATH")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """One browser for all tests of a process: a second Playwright can't start beside the first."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        yield running
        running.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    slow = slow_files()
    for item in items:
        on_city = STORY.intersection(getattr(item, "fixturenames", ()))
        if on_city or item.path.relative_to(config.rootpath).as_posix() in slow:
            item.add_marker(pytest.mark.slow)
    keep_together(config, items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report: pytest.TestReport = yield
    expected_to_fail = hasattr(report, "wasxfail")
    if report.skipped and not expected_to_fail and _must_run({mark.name for mark in item.iter_markers()}):
        report.outcome = "failed"
        report.longrepr = f"skipped where FRAUDGRAPH_REQUIRE says it must run: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    report: pytest.CollectReport = yield
    if report.skipped and _must_run(set()):
        report.outcome = "failed"
        report.longrepr = f"a whole file skipped where FRAUDGRAPH_REQUIRE is set: {report.longrepr}"
    return report

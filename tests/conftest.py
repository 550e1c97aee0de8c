"""What all tests share. In CI no test may slip away: FRAUDGRAPH_REQUIRE turns skips into failures."""

import os
from collections.abc import Iterator

import pytest

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

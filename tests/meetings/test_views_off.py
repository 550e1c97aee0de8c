"""A view that lacks what it needs is off and says why, in both languages; the run goes on without it."""

import csv
import json
import random
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from fraudgraph.claims.reading import read_claims
from fraudgraph.meetings import VIEWS, find_meetings
from fraudgraph.meetings.finding import ViewReport
from fraudgraph.pipeline import RunSummary, run
from fraudgraph.settings import MeetingSettings, SourceSettings
from fraudgraph.store import Store

REAL = Path(__file__).parents[3] / "shared" / "data" / "medicare_like"
OFF = {"burst", "batch", "identity", "steering", "ownership", "trace_code"}
"""What a delivery of outpatient claims alone, without a clock, can't feed."""
COLUMNS = ("claim_id", "patient_id", "facility_id", "claim_type", "started_at", "total_amount", "fund_amount")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


def days_only(folder: Path) -> Path:
    """A delivery of outpatient claims that know the day and no more; five people keep coming on the same days."""
    chance = random.Random(3)
    first, rows = date(2025, 7, 1), []
    for number in range(90):
        people = [f"P{chance.randrange(300):03d}" for _ in range(8)]
        if number % 9 == 4:
            people += [f"Q{person}" for person in range(5)]
        for person in people:
            rows.append((f"S{len(rows):05d}", person, f"H{number % 2}", "outpatient", first + timedelta(days=number), "120.00", "80.00"))  # fmt: skip
    folder.mkdir()
    with (folder / "claims.csv").open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([COLUMNS, *rows])
    return folder


def off(views: tuple[ViewReport, ...]) -> dict[str, ViewReport]:
    for view in views:
        assert view.on == (not view.reason_zh) == (not view.reason_en)
        if not view.on:
            assert view.meeting_count == 0
            assert re.search(r"[\u4e00-\u9fff]{2,}", view.reason_zh)
            assert re.fullmatch(r"[\x20-\x7e]+", view.reason_en)
    return {view.view: view for view in views if not view.on}


def test_claims_that_know_only_the_day_switch_off_what_needs_a_clock(store: Store, tmp_path: Path) -> None:
    read_claims(store, [days_only(tmp_path / "delivery")], SourceSettings())
    report = find_meetings(store, MeetingSettings())
    found = off(report.views)
    assert set(found) == OFF
    assert "event_at" in found["burst"].reason_en
    assert "event_at" in found["burst"].reason_zh
    assert "patients" in found["identity"].reason_en
    assert "参保人" in found["identity"].reason_zh
    assert "legal_representative" in found["ownership"].reason_en
    assert "定点医疗机构表、定点零售药店表没有可用的" in found["ownership"].reason_zh
    assert "trace_code" in found["trace_code"].reason_en
    assert "费用明细表没有可用的 trace_code" in found["trace_code"].reason_zh
    on = {view.view: view.meeting_count for view in report.views if view.on}
    assert on["same_day"] >= 10, "the five who keep coming meet on the day all the same"


def test_a_run_without_a_clock_comes_to_its_end_and_tells_what_it_could_not_look_at(tmp_path: Path) -> None:
    summary: RunSummary = run([days_only(tmp_path / "delivery")], tmp_path / "out")
    views = {view: (zh, en) for view, zh, en in summary.views_off}
    assert set(views) == OFF
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    told = {
        view["view"]: view
        for view in json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["views"]
    }
    assert set(told) == set(VIEWS)
    for view, (zh, en) in views.items():
        assert zh in page
        assert en in page
        assert (told[view]["on"], told[view]["reason_zh"], told[view]["reason_en"]) == (False, zh, en)


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_that_the_settings_switch_off_says_so(view: str, store: Store, tmp_path: Path) -> None:
    read_claims(store, [days_only(tmp_path / "delivery")], SourceSettings())
    report = find_meetings(store, MeetingSettings(off=(view,)))
    found = off(report.views)[view]
    assert (found.reason_zh, found.reason_en) == ("设置中已关闭", "switched off in the settings")
    assert not store.rows("SELECT 1 FROM pair_meetings WHERE view = $view LIMIT 1", view=view)


def on_the_public_set() -> Callable[..., None]:
    def test_the_public_set_has_no_clock_and_no_pharmacies_and_the_views_say_so(store: Store) -> None:
        read_claims(store, [REAL], SourceSettings())
        found = off(find_meetings(store, MeetingSettings()).views)
        assert set(found) == {"burst", "steering", "ownership", "trace_code"}
        assert "pharmacy_id" in found["steering"].reason_zh
        assert "pharmacy_id" in found["steering"].reason_en

    return test_the_public_set_has_no_clock_and_no_pharmacies_and_the_views_say_so


if REAL.is_dir():  # not part of the project: where it is at hand, it is read
    test_the_public_set = on_the_public_set()

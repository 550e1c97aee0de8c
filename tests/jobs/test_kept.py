"""What earlier jobs kept makes a month quicker and changes nothing in it: not a byte of what people read."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from fraudgraph.jobs import Workspace, run_month
from fraudgraph.jobs.taking_in import take_in
from fraudgraph.jobs.watch import watch_day
from fraudgraph.records import Month
from fraudgraph.settings import load_settings
from tests.jobs.test_month import files
from tests.jobs.town import crowd, deliver, others, small_workspace, team

WEST, EAST = "H3702020001", "H3702030002"
OCTOBER, NOVEMBER, DAY = Month(2025, 10), Month(2025, 11), date(2025, 12, 2)


def job(workspace: Workspace, month: Month) -> None:
    run_month(workspace, month, load_settings(workspace.settings))


def small(month: str) -> list[str]:
    """An ordinary month of a small town."""
    return [*others(month, WEST, a_day=4), *others(month, EAST, a_day=4)]


def begin(root: Path) -> Workspace:
    """Three months, the last of them published."""
    workspace = Workspace(root)
    small_workspace(root)
    for month in ("2025-08", "2025-09", "2025-10"):
        deliver(workspace.inbox, f"claims-{month}.csv", small(month), team(month, "A", crowd(0, 5), WEST))
    job(workspace, OCTOBER)
    return workspace


def go_on(workspace: Workspace, *, forget: bool) -> Workspace:
    """A month with rows that concern earlier ones, with a late delivery, then a day: with what is kept, or without."""

    def forget_all() -> None:
        if forget:
            shutil.rmtree(workspace.work)

    forget_all()
    october = team("2025-10", "A", crowd(0, 5), WEST)
    refund = october[3].replace("A2025-10", "X2025-10").replace(",300.00,200.00", ",-300.00,-200.00")
    deliver(
        workspace.inbox, "claims-2025-11.csv", small("2025-11"), team("2025-11", "A", crowd(0, 7), WEST),
        team("2025-11", "C", crowd(20, 26), EAST, hour=10), october[5:9], [refund.replace(" 15:", " 18:")],
        ["Z1,P01,H3702020001,outpatient,2025-13-40 10:00:00,10.00,5.00", "Z2,,H3702020001,outpatient,2025-11-03 10:00:00,10.00,5.00"],
    )  # fmt: skip
    deliver(workspace.inbox, "late.csv", team("2025-10", "L", crowd(40, 47), EAST, hour=9))
    job(workspace, NOVEMBER)
    forget_all()
    deliver(workspace.inbox, "claims-2025-12-02.csv", others("2025-12", WEST, a_day=4)[:8], team("2025-12", "A", crowd(0, 6), WEST, days=(2,)))  # fmt: skip
    watch_day(workspace, DAY, load_settings(workspace.settings))
    return workspace


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Workspace]:
    root = tmp_path_factory.mktemp("kept")
    kept, forgotten = begin(root / "kept"), Workspace(root / "forgotten")
    shutil.copytree(kept.root, forgotten.root)
    return go_on(kept, forget=False), go_on(forgotten, forget=True)


def test_the_published_months_are_the_same_bytes(both: tuple[Workspace, Workspace]) -> None:
    kept, forgotten = both
    assert [str(month) for month in kept.published()] == ["2025-10", "2025-11"]
    for month in kept.published():
        with_kept, without = files(kept.month(month)), files(forgotten.month(month))
        assert sorted(with_kept) == sorted(without)
        assert [name for name in with_kept if with_kept[name] != without[name]] == []


def test_refunds_and_repeated_rows_of_earlier_months_are_found(both: tuple[Workspace, Workspace]) -> None:
    for workspace in both:
        told = json.loads((workspace.month(NOVEMBER) / "run.json").read_text(encoding="utf-8"))["reading"]
        assert told["reasons"]["claims"] == {"E_DELIVERED_AGAIN": 4, "E_DATE": 1, "E_REQUIRED": 1}
        page = (workspace.month(NOVEMBER) / "quality.html").read_text(encoding="utf-8")
        assert "E_DELIVERED_AGAIN" in page
        assert 'href="quality.html"' in (workspace.month(NOVEMBER) / "month.html").read_text(encoding="utf-8")
        assert 'href="quality.html"' in (workspace.month(NOVEMBER) / "index.html").read_text(encoding="utf-8")


def test_the_day_is_the_same_too(both: tuple[Workspace, Workspace]) -> None:
    with_kept, without = (files(workspace.days / str(DAY)) for workspace in both)
    assert {name for name in with_kept if with_kept[name] != without[name]} <= {
        "day.json"
    }  # its seconds and place
    assert b"R-2025-0001" in with_kept["moved.csv"]


def test_each_delivered_file_is_kept_once_and_privately(both: tuple[Workspace, Workspace]) -> None:
    kept, _ = both
    rows = list(kept.kept.rglob("rows-*.parquet"))
    assert len(rows) == 6
    assert all(path.stat().st_mode & 0o077 == 0 for path in rows)
    assert list(kept.kept.rglob("*.tmp")) == []


def test_a_mapping_that_names_files_holds_for_deliveries_that_bring_only_some_of_them(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    small_workspace(workspace.root)
    (workspace.root / "mapping.toml").write_text(
        '[[table]]\ntable = "claims"\nmatch = "claims-*.csv"\n[table.columns]\npatient_id = "卡"\n'
        '[[table]]\ntable = "patients"\nmatch = "people.csv"\n[table.columns]\npatient_id = "卡"\nphone = "联系"\n',
        encoding="utf-8",
    )
    for month in ("2025-09", "2025-10"):
        claims = deliver(
            workspace.inbox, f"claims-{month}.csv", small(month), team(month, "A", crowd(0, 5), WEST)
        )
        claims.write_text(claims.read_text(encoding="utf-8").replace("patient_id", "卡", 1), encoding="utf-8")
        if month == "2025-09":
            (workspace.inbox / "people.csv").write_text("卡,联系\nP01,13800000001\n", encoding="utf-8")
            take_in(workspace, load_settings(workspace.settings))
    job(workspace, OCTOBER)
    told = json.loads((workspace.month(OCTOBER) / "run.json").read_text(encoding="utf-8"))["reading"]
    assert {one["table"] for one in told["files"]} == {"claims", "patients"}
    assert told["tables"]["claims"]["rows_set_aside"] == 0

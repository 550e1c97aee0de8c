"""The daily look: who moved, who crossed the line, where one may still be in time."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from fraudgraph.cli import main
from fraudgraph.errors import SourceError
from fraudgraph.jobs import Workspace, run_month
from fraudgraph.jobs.watch import watch_day
from fraudgraph.jobs.workspace import tidy
from fraudgraph.records import Month
from fraudgraph.settings import load_settings
from tests.jobs.town import crowd, deliver, ordinary, small_workspace, team

WEST, EAST = "H3702020001", "H3702030002"
TUESDAYS = {"2025-08": (5, 12, 19, 26), "2025-09": (2, 9, 16, 23)}
DAY = date(2025, 10, 7)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """September is published; a team that comes on Tuesdays is known, another has begun since."""
    workspace = Workspace(tmp_path_factory.mktemp("days") / "workspace")
    small_workspace(workspace.root)
    for month, days in TUESDAYS.items():
        deliver(
            workspace.inbox,
            f"claims-{month}.csv",
            ordinary(month),
            team(month, "A", crowd(0, 6), WEST, days=days),
        )
    run_month(workspace, Month(2025, 9), load_settings(workspace.settings))
    deliver(
        workspace.inbox, "claims-2025-10-07.csv",
        [row for row in ordinary("2025-10") if row.split(",")[4][:10] <= "2025-10-07"],
        team("2025-10", "A", crowd(0, 6), WEST, days=(7,)),
        team("2025-10", "N", crowd(30, 37), EAST, days=(1, 2, 3, 4, 5, 6, 7), hour=10),
    )  # fmt: skip
    watch_day(workspace, DAY, load_settings(workspace.settings))
    return workspace


def table(workspace: Workspace, name: str) -> list[dict[str, str]]:
    with (workspace.days / str(DAY) / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_known_ring_that_came_together_is_named_with_place_and_time(watched: Workspace) -> None:
    (move,) = table(watched, "moved.csv")
    assert (move["ring_id"], move["place_id"], move["present"]) == ("R-2025-0001", WEST, "6")
    assert (move["first_at"], move["last_at"]) == ("15:00", "15:15")
    assert float(move["usual"]) < 1


def test_a_ring_that_no_month_has_put_forward_crosses_the_line(watched: Workspace) -> None:
    told = json.loads((watched.days / str(DAY) / "day.json").read_text(encoding="utf-8"))
    assert told["crossed"] == ["2025-10-07-001"]
    record = json.loads((watched.days / str(DAY) / "referral_list.jsonl").read_text(encoding="utf-8"))
    people = {one["entity_id"] for one in record["members"] if one["entity_type"].endswith("patient")}
    assert people == set(crowd(30, 37))


def test_the_next_session_is_foreseen_with_its_chance(watched: Workspace) -> None:
    (told,) = table(watched, "expected.csv")
    assert (told["ring_id"], told["day"], told["place_id"]) == ("R-2025-0001", "2025-10-14", WEST)
    assert float(told["chance"]) > 2 * float(told["guess"])
    assert "2025-10-14" in (watched.days / str(DAY) / "day.html").read_text(encoding="utf-8")


def test_known_rings_alone_are_quicker_to_look_at_and_the_same(watched: Workspace) -> None:
    whole = {name: table(watched, name) for name in ("moved.csv", "expected.csv")}
    told = watch_day(watched, DAY, load_settings(watched.settings), known_only=True)
    assert told.crossed == ()
    (move,) = table(watched, "moved.csv")
    assert {key: move[key] for key in ("ring_id", "place_id", "present")} == {
        key: whole["moved.csv"][0][key] for key in ("ring_id", "place_id", "present")
    }
    assert [(one["ring_id"], one["day"]) for one in table(watched, "expected.csv")] == [
        ("R-2025-0001", "2025-10-14")
    ]


def test_a_day_leaves_the_months_as_they_are(watched: Workspace) -> None:
    assert [path.name for path in sorted(watched.months.iterdir())] == ["2025-09"]
    assert not list(watched.root.glob(".work/day"))


def test_a_day_without_claims_is_the_suppliers_turn(watched: Workspace) -> None:
    with pytest.raises(SourceError, match="2025-10-20"):
        watch_day(watched, date(2025, 10, 20), load_settings(watched.settings))
    assert main(["watch", "2025-10-20", "--workspace", str(watched.root)]) == 4
    assert main(["watch", "the 20th", "--workspace", str(watched.root)]) == 2


def test_what_a_killed_job_left_is_cleared_and_an_older_folder_has_its_place_again(tmp_path: Path) -> None:
    for name in (".2025-10.partial-77", ".2025-09.earlier-77", ".2025-08.earlier-9", "2025-08"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "month.json").write_text(name, encoding="utf-8")
    tidy(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2025-08", "2025-09"]
    assert (tmp_path / "2025-09" / "month.json").read_text(encoding="utf-8") == ".2025-09.earlier-77"
    assert (tmp_path / "2025-08" / "month.json").read_text(encoding="utf-8") == "2025-08"

"""The month nobody watches: right, comparable with the last, safe to run twice, and taught by what investigators found."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from fraudgraph.casework.known import Register
from fraudgraph.casework.manual_edits import HandEdit, add_edit
from fraudgraph.casework.verdicts import Verdict, add_verdicts, read_verdicts
from fraudgraph.cli import main
from fraudgraph.doctor import Health
from fraudgraph.errors import GraphStoreError, LockedError, SourceError, UsageError
from fraudgraph.jobs import MonthSummary, Workspace, init_workspace, run_month
from fraudgraph.jobs.checkup import examine_workspace
from fraudgraph.jobs.registers import known_rings
from fraudgraph.records import Month
from fraudgraph.screening.site import new_screen
from fraudgraph.settings import load_settings
from tests.jobs.town import crowd, deliver, ordinary, small_workspace, team

SEPTEMBER, OCTOBER, NOVEMBER = Month(2025, 9), Month(2025, 10), Month(2025, 11)
WEST, EAST = "H3702020001", "H3702030002"
FIRST, SECOND = "R-2025-0001", "R-2025-0002"


def job(workspace: Workspace, month: Month, **more: Any) -> MonthSummary:
    return run_month(workspace, month, load_settings(workspace.settings), **more)


def rows(workspace: Workspace, month: Month, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(workspace.month(month) / f"{name}.parquet").to_pylist()
    return found


def listed(workspace: Workspace, month: Month) -> dict[str, set[str]]:
    """Patients of the rings put forward, by name."""
    members = rows(workspace, month, "ring_members")
    return {
        ring["ring_id"]: {
            m["entity_id"]
            for m in members
            if m["ring_id"] == ring["ring_id"] and m["entity_type"] == "patient"
        }
        for ring in rows(workspace, month, "rings")
        if ring["listed"]
    }


def files(folder: Path) -> dict[str, bytes]:
    """What must be the same bytes in every run."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("run.json", "fraudgraph.duckdb", "SHA256SUMS")
    }


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with September and October: a team in the west since August, one in the east since October."""
    workspace = Workspace(tmp_path_factory.mktemp("job") / "workspace")
    small_workspace(workspace.root)
    for month in ("2025-08", "2025-09"):
        deliver(workspace.inbox, f"claims-{month}.csv", ordinary(month), team(month, "A", crowd(0, 5), WEST))
    first = job(workspace, SEPTEMBER)
    assert (first.listed_count, first.changed_count, first.done) == (1, 1, ("2025-09",))
    deliver(
        workspace.inbox, "claims-2025-10.csv", ordinary("2025-10"), team("2025-10", "A", crowd(0, 7), WEST),
        team("2025-10", "C", crowd(20, 28), EAST, hour=10),
    )  # fmt: skip
    job(workspace, OCTOBER)
    return workspace


@pytest.fixture
def copied(published: Workspace, tmp_path: Path) -> Workspace:
    """A copy that a test may change."""
    shutil.copytree(published.root, tmp_path / "workspace")
    return Workspace(tmp_path / "workspace")


# What a month is.


def test_a_ring_keeps_its_name_and_the_list_begins_with_what_changed(published: Workspace) -> None:
    assert listed(published, SEPTEMBER) == {FIRST: set(crowd(0, 5))}
    assert listed(published, OCTOBER) == {FIRST: set(crowd(0, 7)), SECOND: set(crowd(20, 28))}
    cases = rows(published, OCTOBER, "casework")
    assert {case["ring_id"]: case["change"] for case in cases if case["listed"]} == {
        FIRST: "grown",
        SECOND: "born",
    }
    events = {(row["month"], row["ring_id"], row["event"]) for row in rows(published, OCTOBER, "lineage")}
    assert events == {("2025-09", FIRST, "born"), ("2025-10", FIRST, "grown"), ("2025-10", SECOND, "born")}


def test_the_inbox_is_empty_and_the_delivery_is_kept_as_it_came(published: Workspace) -> None:
    assert list(published.inbox.iterdir()) == []
    kept = sorted(path.name for path in published.deliveries.glob("*/files/*"))
    assert kept == ["claims-2025-08.csv", "claims-2025-09.csv", "claims-2025-10.csv"]


def test_a_month_has_its_pages_and_files(published: Workspace) -> None:
    folder = published.month(OCTOBER)
    names = {path.name for path in folder.iterdir()}
    assert names >= {
        "month.html", "index.html", "lineage.html", "lineage.csv", "lineage.parquet", "drift.html", "drift.csv",
        "casework.parquet", "following.json", "hit_rates.csv", "seed_neighbours.csv", "run.json", "referral_list.xlsx",
    }  # fmt: skip
    page = (folder / "month.html").read_text(encoding="utf-8")
    assert FIRST in page
    assert "刑法" in page, "a route names its legal source"
    told = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert told["counts"]["listed"] == 2
    assert all(len(one["sha256"]) == 64 for one in told["reading"]["files"])
    assert not list(published.months.glob(".*")), "nothing half done beside"
    bad = [one.found_en for one in examine_workspace(published) if one.health is not Health.OK]
    assert bad == [], "hashes, readable files, room, and nothing that others may read"


def test_a_month_asked_for_again_with_no_change_is_left_alone_and_nothing_is_counted(
    published: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.stat().st_mtime_ns for path in published.months.rglob("*")}
    making = "fraudgraph.jobs.month_build.make_month"
    monkeypatch.setattr(making, lambda *_, **__: pytest.fail("it is made again"))
    again = job(published, OCTOBER)
    assert again.done == ()
    assert {path: path.stat().st_mtime_ns for path in published.months.rglob("*")} == before


def test_nothing_to_do_has_an_exit_code_of_its_own(
    published: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["month", "2025-10", "--workspace", str(published.root), "--lang", "en"]) == 99
    assert "Nothing to do" in capsys.readouterr().out


def test_the_same_month_made_again_is_the_same_bytes(copied: Workspace) -> None:
    before = files(copied.month(OCTOBER))
    again = job(copied, OCTOBER, from_stage="score")
    assert again.done == ("2025-10",)
    assert files(copied.month(OCTOBER)) == before


def test_a_list_can_be_made_anew_without_scoring(copied: Workspace) -> None:
    before = files(copied.month(OCTOBER))
    said: list[dict[str, Any]] = []
    job(copied, OCTOBER, from_stage="rings", listener=lambda line: said.append(json.loads(line)))
    assert [one["scored_before"] for one in said if one["event"] == "rings"] == [True]
    assert files(copied.month(OCTOBER)) == before


# Deliveries.


def test_a_late_delivery_scores_its_month_and_the_later_ones_anew_and_names_stay(copied: Workspace) -> None:
    deliver(copied.inbox, "late.csv", team("2025-09", "L", crowd(40, 46), EAST, hour=11))
    done = job(copied, OCTOBER)
    assert (done.done, done.late) == (("2025-09", "2025-10"), ("2025-09", "2025-10"))
    assert listed(copied, SEPTEMBER)[FIRST] == set(crowd(0, 5))
    october = listed(copied, OCTOBER)
    assert (october[FIRST], october[SECOND]) == (set(crowd(0, 7)), set(crowd(20, 28)))
    assert set(crowd(40, 46)) in october.values(), "the ring that came late has a name of its own"


def test_a_few_stragglers_wait_and_are_counted(copied: Workspace) -> None:
    deliver(copied.inbox, "stragglers.csv", ["X1,Q1,H3702020001,outpatient,2025-09-30 09:00:00,90.00,50.00"])
    done = job(copied, OCTOBER)
    assert (done.done, done.waiting) == ((), 1)


def test_the_same_files_delivered_again_change_nothing(copied: Workspace) -> None:
    deliver(copied.inbox, "claims-again.csv", ordinary("2025-09"), team("2025-09", "A", crowd(0, 5), WEST))
    assert job(copied, OCTOBER).done == ()
    assert list(copied.inbox.iterdir()) == []


def test_a_delivery_that_fails_the_gate_stays_in_the_inbox(copied: Workspace) -> None:
    path = deliver(copied.inbox, "bad.csv", [f"Y{i},Q1,H3702020001,outpatient,no day,x,y" for i in range(50)])
    before = files(copied.months)
    with pytest.raises(SourceError):
        job(copied, NOVEMBER)
    assert path.is_file()
    assert files(copied.months) == before
    assert main(["month", "2025-11", "--workspace", str(copied.root)]) == 4


def test_a_file_still_being_copied_is_left_alone(copied: Workspace) -> None:
    deliver(copied.inbox, "claims.csv.part", ordinary("2025-11"))
    assert job(copied, OCTOBER).done == ()
    assert (copied.inbox / "claims.csv.part").is_file()


def test_files_are_fetched_by_pattern_and_rows_from_a_database(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    small_workspace(workspace.root)
    (tmp_path / "export").mkdir()
    deliver(tmp_path / "export", "claims_2025-09_a.csv", ordinary("2025-09"))
    base = sqlite3.connect(tmp_path / "claims.db")
    base.execute(
        "CREATE TABLE s (claim_id, patient_id, facility_id, claim_type, started_at, total_amount, fund_amount)"
    )
    extra = [
        row.split(",") for month in ("2025-09", "2025-10") for row in team(month, "A", crowd(0, 5), WEST)
    ]
    base.executemany("INSERT INTO s VALUES (?, ?, ?, ?, ?, ?, ?)", extra)
    base.commit()
    workspace.settings.write_text(
        f"""[month]
collect = ["{tmp_path}/export/claims_{{month}}_*.csv"]
database = "sqlite3"
database_connect = {{ database = "$FG_TEST_DB" }}
[month.queries]
claims = "SELECT * FROM s WHERE started_at BETWEEN '{{first_day}}' AND '{{last_day}} 24'"
""",
        encoding="utf-8",
    )
    os.environ["FG_TEST_DB"] = str(tmp_path / "claims.db")
    try:
        job(workspace, SEPTEMBER)
        kept = {
            path.name: path.read_text(encoding="utf-8") for path in workspace.deliveries.glob("*/files/*")
        }
        assert set(kept) == {"claims_2025-09_a.csv", "claims-2025-09.csv"}
        assert kept["claims-2025-09.csv"].count("\n") == 41, "forty claims of September and a header"
        assert job(workspace, SEPTEMBER).done == (), "fetched before"
    finally:
        del os.environ["FG_TEST_DB"]


# One at a time, and whatever may end it.


def test_a_second_job_is_told_who_is_at_work(copied: Workspace) -> None:
    holder = subprocess.Popen(
        [
            sys.executable, "-c",
            "import sys,time;from pathlib import Path;from fraudgraph.jobs.lock import Lock;from fraudgraph.jobs.workspace import Workspace\n"
            "with Lock(Workspace(Path(sys.argv[1])), 'fraudgraph month 2025-10'):\n print('held', flush=True); time.sleep(3600)",
            str(copied.root),
        ],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(LockedError, match=str(holder.pid)):
        job(copied, OCTOBER)
    holder.kill()
    holder.wait()
    said: list[dict[str, Any]] = []
    assert job(copied, OCTOBER, listener=lambda line: said.append(json.loads(line))).done == ()
    assert said[0]["left_behind"]["pid"] == holder.pid, "the lock it left is known for what it is"


@pytest.mark.parametrize("event", ["delivery", "rings"])
def test_a_job_killed_on_its_way_leaves_no_half_month_and_the_next_one_makes_it(
    copied: Workspace, event: str
) -> None:
    """Killed when its log tells of the event: while it scores, and while it publishes. `python -m bench months --kills 50` does it fifty times."""
    arguments = ("2025-11.csv", ordinary("2025-11"), team("2025-11", "A", crowd(0, 7), WEST))
    deliver(copied.inbox, *arguments)
    before = files(copied.months)
    process = subprocess.Popen(
        [sys.executable, "-m", "fraudgraph", "month", "2025-11", "--workspace", str(copied.root)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    log = copied.root / "logs" / "2025-11.jsonl"
    while not log.is_file() or f'"event": "{event}"' not in log.read_text(encoding="utf-8"):
        assert process.poll() is None, "it is still at work"
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    visible = {name: data for name, data in files(copied.months).items() if not name.startswith(".")}
    assert {name: data for name, data in visible.items() if not name.startswith("2025-11/")} == before
    done = job(copied, NOVEMBER)
    assert set(listed(copied, NOVEMBER)) == {FIRST, SECOND}
    assert done.month == "2025-11"
    assert not list(copied.months.glob(".*"))
    assert not list(copied.inbox.iterdir())
    assert len(list(copied.deliveries.glob("*/delivery.json"))) == 3


def test_another_folder_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="fraudgraph init"):
        run_month(Workspace(tmp_path), OCTOBER, load_settings())
    assert main(["month", "2025-10", "--workspace", str(tmp_path)]) == 2


def test_init_keeps_what_is_there(tmp_path: Path) -> None:
    init_workspace(tmp_path / "w")
    (tmp_path / "w" / "fraudgraph.toml").write_text("[month]\nwindow_months = 6\n", encoding="utf-8")
    assert init_workspace(tmp_path / "w") == ()
    assert load_settings(tmp_path / "w" / "fraudgraph.toml").month.window_months == 6
    assert (tmp_path / "w").stat().st_mode & 0o777 == 0o700


def test_every_setting_of_the_new_workspace_is_one(tmp_path: Path) -> None:
    """What stands there commented out can be switched on as it stands."""
    init_workspace(tmp_path / "w")
    lines = (tmp_path / "w" / "fraudgraph.toml").read_text(encoding="utf-8").splitlines()
    on = [
        line[2:] if line.startswith("# ") and (" = " in line or line.startswith("# [")) else line
        for line in lines
    ]
    (tmp_path / "all.toml").write_text("\n".join(on), encoding="utf-8")
    settings = load_settings(tmp_path / "all.toml")
    assert settings.month.queries["claims"].startswith("SELECT")
    assert settings.casework.owners == {"370202": "市南分局"}


def test_a_list_is_safe_when_neo4j_is_away_and_is_loaded_later(copied: Workspace) -> None:
    copied.settings.write_text(
        "[month]\npublish_graph = true\n[rings]\nlist_score = -100\n", encoding="utf-8"
    )
    before = files(copied.month(OCTOBER))
    for _ in range(2):
        with pytest.raises(GraphStoreError, match="from-stage publish"):
            job(copied, OCTOBER)
    assert files(copied.month(OCTOBER)) == before
    assert main(["month", "2025-10", "--workspace", str(copied.root), "--from-stage", "publish"]) == 5


def test_a_full_disk_is_told_as_such(copied: Workspace) -> None:
    """A limit on the size of files stands for the end of the disk."""
    deliver(copied.inbox, "2025-11.csv", ordinary("2025-11"))
    before = files(copied.months)
    done = subprocess.run(
        [
            sys.executable, "-c",
            "import resource,sys;resource.setrlimit(resource.RLIMIT_FSIZE,(600_000,600_000));import signal;"
            "signal.signal(signal.SIGXFSZ,signal.SIG_IGN);from fraudgraph.cli import main;sys.exit(main(sys.argv[1:]))",
            "month", "2025-11", "--workspace", str(copied.root), "--lang", "en",
        ],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 7, done.stderr
    assert files(copied.months) == before


# What investigators found.


def verdict(workspace: Workspace, ring: str, word: str, on: date, by: str = "李敏") -> None:
    add_verdicts(workspace.casework, [Verdict(ring_id=ring, verdict=word, by=by, on=on, reason="现场核查")])


def test_a_cleared_ring_stays_off_the_list_and_the_list_says_so(copied: Workspace) -> None:
    verdict(copied, FIRST, "cleared", date(2025, 10, 31))
    done = job(copied, OCTOBER)
    assert (done.held_count, set(listed(copied, OCTOBER))) == (1, {SECOND})
    assert "李敏 核查排除" in (copied.month(OCTOBER) / "month.html").read_text(encoding="utf-8")
    assert "李敏 核查排除" in (copied.month(OCTOBER) / "index.html").read_text(encoding="utf-8")


def test_a_cleared_ring_comes_back_when_its_evidence_has_grown(copied: Workspace) -> None:
    verdict(copied, FIRST, "cleared", date(2025, 9, 30))
    job(copied, OCTOBER)
    (case,) = [case for case in rows(copied, OCTOBER, "casework") if case["ring_id"] == FIRST]
    assert case["claims_since"] >= 0.5 * case["claims_before"]
    assert FIRST in listed(copied, OCTOBER)


def test_the_returned_list_itself_is_read_back(copied: Workspace, tmp_path: Path) -> None:
    """The month's own workbook, filled in and saved by a spreadsheet program."""
    book = openpyxl.load_workbook(copied.month(OCTOBER) / "referral_list.xlsx")
    sheet = book["移送清单 List"]
    columns = {str(cell.value).split()[-1]: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        if sheet.cell(row, columns["ring_id"]).value == SECOND:
            for key, value in (("verdict", "查实 confirmed"), ("handled_by", "王强"), ("remark", "录像核对")):
                sheet.cell(row, columns[key]).value = value
    book.save(tmp_path / "returned.xlsx")
    arguments = [
        "verdict",
        "--from",
        str(tmp_path / "returned.xlsx"),
        "--on",
        "2025-11-02",
        "--workspace",
        str(copied.root),
    ]
    assert main(arguments) == 0
    (found,) = read_verdicts(copied.casework)
    assert (found.ring_id, found.verdict, found.by, found.reason) == (SECOND, "confirmed", "王强", "录像核对")
    assert main(arguments) == 0
    assert len(read_verdicts(copied.casework)) == 1, "returned twice, registered once"


def test_verdicts_that_contradict_each_other_keep_the_ring_on_the_list(copied: Workspace) -> None:
    verdict(copied, FIRST, "cleared", date(2025, 10, 31))
    verdict(copied, FIRST, "confirmed", date(2025, 10, 31), by="王强")
    job(copied, OCTOBER)
    assert FIRST in listed(copied, OCTOBER)
    assert "结论不一致" in (copied.month(OCTOBER) / "month.html").read_text(encoding="utf-8")


def test_what_was_recovered_is_not_charged_again(copied: Workspace) -> None:
    def fund() -> float:
        return {row["ring_id"]: float(row["fund_amount"]) for row in rows(copied, OCTOBER, "rings")}[SECOND]

    before = fund()
    ledger = "claim_id,amount,on,document\nC2025-10-2-P20,,2025-11-01,鲁医保罚1\nC2025-10-2-P21,50.00,2025-11-01,\n"
    (copied.casework / "ledger.csv").write_text(ledger, encoding="utf-8")
    job(copied, OCTOBER)
    assert before - fund() == 250.0


def test_an_event_in_the_calendar_explains_a_ring(copied: Workspace) -> None:
    calendar = f"place_id,from,to,kind,note\n{EAST},2025-10-01,2025-10-31,新病区,疗程\n"
    (copied.casework / "calendar.csv").write_text(calendar, encoding="utf-8")
    job(copied, OCTOBER)
    assert set(listed(copied, OCTOBER)) == {FIRST}
    told = [row for row in rows(copied, OCTOBER, "explanations") if row["name"] == "calendar"]
    assert [row["holds"] for row in told] == [True]


def edit(workspace: Workspace, action: str, ring: str, **more: Any) -> None:
    known = known_rings(workspace)
    patients = known[ring].patients
    other = known[more["other"]].patients if "other" in more else ()
    add_edit(
        workspace.casework,
        HandEdit(action=action, ring_id=ring, by="李敏", on=date(2025, 11, 2), reason="亲属", patients=patients, other_patients=other, **more),
    )  # fmt: skip


def next_month(workspace: Workspace) -> None:
    deliver(
        workspace.inbox, "claims-2025-11.csv", ordinary("2025-11"), team("2025-11", "A", crowd(0, 7), WEST),
        team("2025-11", "C", crowd(20, 28), EAST, hour=10),
    )  # fmt: skip
    job(workspace, NOVEMBER)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (lambda w: edit(w, "merge", SECOND, other=FIRST), {SECOND: {*crowd(0, 7), *crowd(20, 28)}}),
        (
            lambda w: (
                edit(w, "drop", FIRST, people=("P06",)),
                edit(w, "split", SECOND, people=tuple(crowd(24, 28))),
            ),
            {FIRST: set(crowd(0, 6)), SECOND: set(crowd(20, 24)), "R-2025-0003": set(crowd(24, 28))},
        ),
    ],
    ids=["merge", "drop and split"],
)
def test_what_an_analyst_settled_is_so_now_and_next_month(
    copied: Workspace, action: Callable[[Workspace], object], expected: dict[str, set[str]]
) -> None:
    action(copied)
    job(copied, OCTOBER)
    assert listed(copied, OCTOBER) == expected
    next_month(copied)
    assert listed(copied, NOVEMBER) == expected


def test_a_month_without_any_ring_says_so_and_which_model_of_ones_own_broke(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A model that can't run stops no month, and is told on the terminal, in the log and on the page; one that can is not."""
    workspace = Workspace(tmp_path / "w")
    small_workspace(workspace.root)
    new_screen("good_model", workspace.root / "screens")
    broken = new_screen("bad_model", workspace.root / "screens")
    text = broken.read_text(encoding="utf-8")
    slip = "(claim_type = 'pharmacy' OR CAST('x' || patient_id AS INTEGER) > 0)"
    broken.write_text(text.replace("claim_type = 'pharmacy'", slip), encoding="utf-8")
    deliver(workspace.inbox, "claims.csv", ordinary("2025-09"))
    assert main(["month", "2025-09", "--workspace", str(workspace.root), "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "nothing to list" in said
    page = (workspace.month(SEPTEMBER) / "month.html").read_text(encoding="utf-8")
    assert "没有需要列入的疑似团伙" in page
    log = (workspace.root / "logs" / "2025-09.jsonl").read_text(encoding="utf-8")
    events = [one for one in map(json.loads, log.splitlines()) if one["event"] == "model_failed"]
    (told,) = events
    assert "Could not run and found nothing: " + told["model"] in said
    assert told["model"] in page
    assert "x" in told["reason"]
    assert Register.read(workspace.month(SEPTEMBER) / "following.json").rings == {}

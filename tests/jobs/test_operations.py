"""What an operations engineer does to a workspace: exports repeated, odd things in the inbox, two processes, a slip in a command."""

import json
import os
import sqlite3
from pathlib import Path

import pytest

from fraudgraph.cli import main
from fraudgraph.errors import SourceError
from fraudgraph.jobs import Workspace, init_workspace
from fraudgraph.jobs.collecting import collect
from fraudgraph.jobs.deliveries import Delivery, deliveries
from fraudgraph.jobs.journal import Journal
from fraudgraph.jobs.lock import Lock
from fraudgraph.jobs.taking_in import take_in
from fraudgraph.records import Month
from fraudgraph.settings import Settings, load_settings
from tests.jobs.town import HEADER, crowd, deliver, team

WEST, OCTOBER = "H3702020001", Month(2025, 10)
ROWS = team("2025-10", "A", crowd(0, 5), WEST)
ACT = ("--by", "李敏", "--reason", "误传")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    init_workspace(tmp_path / "w")
    return Workspace(tmp_path / "w")


def fetched(workspace: Workspace) -> Delivery | None:
    settings = load_settings(workspace.settings)
    collect(workspace, OCTOBER, settings, Journal(workspace.root / "logs" / "look.jsonl"))
    return take_in(workspace, settings)


def test_a_database_asked_again_brings_only_what_was_corrected_there(
    workspace: Workspace, tmp_path: Path
) -> None:
    base = sqlite3.connect(tmp_path / "claims.db")
    base.execute(f"CREATE TABLE s ({HEADER})")
    base.executemany("INSERT INTO s VALUES (?, ?, ?, ?, ?, ?, ?)", [row.split(",") for row in ROWS])
    base.commit()
    workspace.settings.write_text(
        f"""[month]
database = "sqlite3"
database_connect = {{ database = "{tmp_path}/claims.db" }}
[month.queries]
claims = "SELECT * FROM s"
""",
        encoding="utf-8",
    )
    first = fetched(workspace)
    assert first is not None
    assert first.effects == {"new": 40}
    assert fetched(workspace) is None, "nothing was corrected"
    base.execute("UPDATE s SET total_amount = '310.00' WHERE patient_id = 'P01'")
    base.execute("DELETE FROM s WHERE patient_id = 'P02'")
    base.commit()
    again = fetched(workspace)
    assert again is not None
    assert again.effects == {"again": 24, "changed": 8}, "what is exported no more was not withdrawn"
    assert again.touched == {"2025-10": 8}


def test_a_folder_exported_whole_with_one_file_corrected_is_one_delivery_of_that_file(
    workspace: Workspace, tmp_path: Path
) -> None:
    export = tmp_path / "export"
    export.mkdir()
    deliver(export, "a.csv", ROWS[:20])
    deliver(export, "b.csv", ROWS[20:])
    workspace.settings.write_text(f'[month]\ncollect = ["{export}/*.csv"]\n', encoding="utf-8")
    assert fetched(workspace) is not None
    deliver(export, "b.csv", [row.replace("300.00", "310.00") for row in ROWS[20:]])
    os.utime(export / "a.csv")  # written again, the same bytes
    again = fetched(workspace)
    assert again is not None
    assert ([file.name for file in again.files], again.effects) == (["b.csv"], {"changed": 20})


def test_a_file_separated_by_semicolons_passes_the_gate(workspace: Workspace) -> None:
    path = deliver(workspace.inbox, "claims.csv", ROWS)
    path.write_text(path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    taken = take_in(workspace, Settings())
    assert taken is not None
    assert taken.effects == {"new": 40}


def test_a_pipe_in_the_inbox_is_named_and_nobody_waits_for_it(workspace: Workspace) -> None:
    os.mkfifo(workspace.inbox / "claims.csv")
    with pytest.raises(SourceError, match=r"claims\.csv: it is no ordinary file"):
        take_in(workspace, Settings())


def test_a_folder_that_is_a_link_is_refused_with_what_it_leads_to(
    workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "export").mkdir()
    deliver(tmp_path / "export", "claims.csv", ROWS)
    (workspace.inbox / "october").symlink_to(tmp_path / "export")
    with pytest.raises(SourceError, match="october: it is a symbolic link"):
        take_in(workspace, Settings())
    assert deliveries(workspace) == []


def test_a_file_taken_away_while_it_is_copied_is_named(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = deliver(workspace.inbox, "claims.csv", ROWS)
    real = os.fsync

    def take_away(handle: int) -> None:
        real(handle)
        path.unlink(missing_ok=True)

    monkeypatch.setattr(os, "fsync", take_away)
    with pytest.raises(SourceError, match=r"claims\.csv: it was taken away"):
        take_in(workspace, Settings())


def told(capsys: pytest.CaptureFixture[str], workspace: Workspace, *line: str) -> tuple[int, str]:
    code = main([*line, "--workspace", str(workspace.root), "--lang", "en"])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_deliveries_are_listed_shown_withdrawn_and_restored(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(workspace.inbox, "claims.csv", ROWS)
    one = take_in(workspace, Settings())
    assert one is not None
    assert one.id in told(capsys, workspace, "deliveries", "list")[1]
    code, said = told(capsys, workspace, "deliveries", "show", "1")
    assert (code, one.files[0].sha256 in said.replace("\n", "")) == (0, True)
    for wrong in (
        ("deliveries", "show", "2"),
        ("deliveries", "withdraw", "1"),
        ("deliveries", "withdraw", "1", "--by", " ", "--reason", "?"),
        ("deliveries", "restore", "1", *ACT),
    ):
        assert told(capsys, workspace, *wrong)[0] == 2
    assert told(capsys, workspace, "deliveries", "withdraw", "1", *ACT)[0] == 0
    assert told(capsys, workspace, "deliveries", "withdraw", "1", *ACT)[0] == 2
    code, said = told(capsys, workspace, "deliveries", "list", "--json")
    assert [(row["id"], row["decision"]["by"]) for row in json.loads(said)] == [(one.id, "李敏")]
    assert told(capsys, workspace, "month", "2025-10")[0] == 4, "no claims count any more"
    assert told(capsys, workspace, "deliveries", "restore", one.id, *ACT)[0] == 0
    assert [one.withdrawn for one in deliveries(workspace)] == [False]


def test_while_a_job_is_at_work_others_end_with_6_and_readers_go_on(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(workspace.inbox, "claims.csv", ROWS)
    take_in(workspace, Settings())
    with Lock(workspace, "fraudgraph month 2025-10"):
        for line in (
            ("month", "2025-10"),
            ("watch", "2025-10-07"),
            ("deliveries", "withdraw", "1", *ACT),
            ("workspace", "forget", "--person", "P01", *ACT),
        ):
            code, said = told(capsys, workspace, *line)
            assert (code, "fraudgraph month 2025-10" in said) == (6, True), line
        assert told(capsys, workspace, "deliveries", "list")[0] == 0


def test_the_order_of_deliveries_is_theirs_and_not_the_clocks(workspace: Workspace) -> None:
    """A machine whose clock was set back between two deliveries."""
    deliver(workspace.inbox, "claims.csv", ROWS)
    first = take_in(workspace, Settings())
    deliver(workspace.inbox, "claims.csv", [row.replace("300.00", "310.00") for row in ROWS])
    second = take_in(workspace, Settings())
    assert first is not None
    assert second is not None
    path = second.folder / "delivery.json"
    kept = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**kept, "taken_in_at": "1970-01-01T00:00:00+00:00"}), encoding="utf-8")
    deliver(workspace.inbox, "claims.csv", [row.replace("300.00", "310.00") for row in ROWS[:3]])
    third = take_in(workspace, Settings())
    assert third is not None
    assert third.effects == {"again": 3}
    assert [one.number for one in deliveries(workspace)] == [1, 2, 3]

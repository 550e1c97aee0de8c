"""Whatever file of a workspace is cut off or damaged, the job ends with a code that wants a person, and names the file."""

import shutil
import tarfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from fraudgraph.casework.drift import earlier_measures
from fraudgraph.casework.verdicts import Verdict, add_verdicts
from fraudgraph.cli import main
from fraudgraph.errors import StorageError, UsageError
from fraudgraph.jobs import Workspace
from fraudgraph.jobs.deliveries import INDEX_NAME, deliveries
from fraudgraph.jobs.graph_copy import publish_graph
from fraudgraph.jobs.journal import Journal
from fraudgraph.jobs.lock import Lock
from fraudgraph.jobs.migration import migrate
from fraudgraph.jobs.month_review import open_case_file
from fraudgraph.jobs.taking_in import take_in
from fraudgraph.records import Month
from fraudgraph.settings import Settings, load_settings
from tests.jobs.town import crowd, deliver, team

OLD = Path(__file__).parent / "data" / "workspace-format-1.tar.gz"
RING, SEPTEMBER, OCTOBER = "R-2025-0001", Month(2025, 9), Month(2025, 10)
BY = ("--by", "李敏", "--reason", "试")


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("damage") / "w"
    with tarfile.open(OLD) as archive:
        archive.extractall(root, filter="data")
    migrate(root)
    return root


@pytest.fixture
def workspace(migrated: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(migrated, tmp_path / "w")
    return Workspace(tmp_path / "w")


def damage(workspace: Workspace, name: str, text: str | None) -> Path:
    """Cut a file off in its middle, or put a text in its place."""
    (path,) = list(workspace.root.glob(name)) or [workspace.root / name]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2] if text is None else text.encode())
    return path


@pytest.mark.parametrize(
    ("name", "text", "command", "code"),
    [
        ("workspace.json", None, ("deliveries", "list"), 7),
        ("deliveries/0001-*/delivery.json", None, ("deliveries", "list"), 7),
        ("deliveries/0001-*/index.parquet", None, ("month", "2025-10"), 7),
        ("deliveries/decisions.jsonl", '{"a": 1\n{"b": 2}\n', ("deliveries", "list"), 7),
        ("deliveries/decisions.jsonl", "no\n", ("deliveries", "withdraw", "1", *BY), 7),
        ("deliveries/.forgetting.json", "{", ("workspace", "forget", "--person", "P44", *BY), 7),
        ("deliveries/.collected.json", "[]", ("month", "2025-10"), 7),
        ("months/2025-09/month.json", None, ("month", "2025-10"), 7),
        ("months/2025-09/month.json", "{}", ("month", "2025-10"), 7),
        ("months/2025-09/following.json", None, ("workspace", "holds"), 7),
        ("casework/names/2025-08.json", "{", ("workspace", "holds"), 7),
        ("casework/hand.jsonl", "{}}\n", ("casework", "log"), 7),
        ("casework/verdicts.jsonl", "[1]\n", ("verdict", "--list"), 7),
        ("casework/holds.jsonl", "x\n", ("workspace", "holds"), 7),
        ("fraudgraph.toml", "[month", ("month", "2025-10"), 3),
        ("mapping.toml", "[[table", ("month", "2025-10"), 3),
    ],
)
def test_a_damaged_file_is_named_by_the_command_that_needs_it(
    workspace: Workspace, name: str, text: str | None, command: tuple[str, ...], code: int,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    if "month" in command:
        (workspace.root.parent / "export").mkdir()
        deliver(
            workspace.root.parent / "export", "claims.csv", team("2025-10", "A", crowd(0, 5), "H3702020001")
        )
        settings = workspace.settings.read_text(encoding="utf-8")
        collect = f'[month]\ncollect = ["{workspace.root.parent}/export/*.csv"]\n'
        workspace.settings.write_text(settings.replace("[month]\n", collect, 1), encoding="utf-8")
    path = damage(workspace, name, text)
    kept = {one: one.read_bytes() for one in workspace.months.rglob("*") if one.is_file()}
    assert main([*command, "--workspace", str(workspace.root), "--lang", "en"]) == code
    assert path.name in capsys.readouterr().err
    assert {one: one.read_bytes() for one in workspace.months.rglob("*") if one.is_file()} == kept


def confirmed(workspace: Workspace) -> None:
    said = Verdict(ring_id=RING, verdict="confirmed", by="李敏", on=date(2025, 9, 30), reason="录像")
    add_verdicts(workspace.casework, [said])


def case_file(workspace: Workspace) -> None:
    confirmed(workspace)
    open_case_file(workspace, OCTOBER, Settings())


def graph(workspace: Workspace) -> None:
    journal = Journal(workspace.root / "logs" / "look.jsonl")
    publish_graph(workspace, SEPTEMBER, Settings(), force=True, journal=journal)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("months/2025-09/casework.parquet", case_file),
        ("months/2025-09/ring_members.parquet", case_file),
        ("months/2025-09/drift.json", lambda w: earlier_measures([w.month(SEPTEMBER) / "drift.json"])),
        ("logs/neo4j.json", graph),
    ],
)
def test_a_damaged_table_of_an_earlier_month_is_named(
    workspace: Workspace, name: str, read: Callable[[Workspace], object]
) -> None:
    path = damage(workspace, name, None if (workspace.root / name).is_file() else "{")
    with pytest.raises(StorageError, match=str(path)):
        read(workspace)


def test_an_index_that_is_gone_is_made_again_before_the_next_delivery_is_compared(
    workspace: Workspace,
) -> None:
    (first,) = deliveries(workspace)
    before = (first.folder / INDEX_NAME).read_bytes()
    (first.folder / INDEX_NAME).unlink()
    name = first.files[0].name
    text = (first.folder / "files" / name).read_text(encoding="utf-8").splitlines()
    (workspace.inbox / "again.csv").write_text("\n".join([*text[:9], ""]), encoding="utf-8")
    again = take_in(workspace, load_settings(workspace.settings))
    assert again is not None
    assert again.effects == {"again": 8}
    assert (first.folder / INDEX_NAME).read_bytes() == before


def test_a_lock_that_was_cut_off_holds_nobody_up(workspace: Workspace) -> None:
    (workspace.root / ".lock").write_text('{"pid": 1', encoding="utf-8")
    with Lock(workspace, "fraudgraph month 2025-10") as lock:
        assert lock.left_behind is None


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("calendar.csv", "place_id;from;to;kind\nH1;2025-10-01;2025-10-02;新病区\n", "separated by commas"),
        ("calendar.csv", "place_id,from,to,kind,note\nH1,2025-10-01,,新病区,\n", "row 2: to is empty"),
        ("ledger.csv", "claim_id,amount,on,document\nC1,NaN,,\n", "'NaN' is no amount"),
        ("ledger.csv", "claim_id,amount,on,document\n,12.00,,\n", "row 2: claim_id is empty"),
    ],
)
def test_a_row_of_the_users_own_tables_that_says_half_is_named(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    from fraudgraph.casework.kept_tables import read_calendar, recovered_money
    from fraudgraph.store import Store

    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said), Store(tmp_path / "s") as store:
        read_calendar(tmp_path / name) if name == "calendar.csv" else recovered_money(store, tmp_path / name)
    (tmp_path / name).write_text(text.partition("\n")[0].replace(";", ",") + "\n,,,\n", encoding="utf-8")
    assert read_calendar(tmp_path / name) == [] if name == "calendar.csv" else True

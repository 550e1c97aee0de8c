"""What a workspace keeps over the years: versions, holds, erasure, what was undone; each damage has its sentence."""

import json
import shutil
import tarfile
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from fraudgraph.casework.appending import read_lines
from fraudgraph.casework.manual_edits import HandEdit, add_edit, in_force, read_edits, undo
from fraudgraph.casework.returns import read_returns
from fraudgraph.casework.verdicts import Verdict, add_verdicts, check_days, read_verdicts
from fraudgraph.cli import main
from fraudgraph.doctor import Health
from fraudgraph.errors import SettingsError, StorageError, UsageError
from fraudgraph.jobs import Workspace
from fraudgraph.jobs.checkup import examine_workspace
from fraudgraph.jobs.deliveries import deliveries
from fraudgraph.jobs.forgetting import forget_before, forget_person
from fraudgraph.jobs.holds import held_rings, set_hold
from fraudgraph.jobs.migration import migrate
from fraudgraph.jobs.workspace import FORMAT, format_of, put_in_place
from fraudgraph.records import Month
from fraudgraph.run_folder import exchange
from fraudgraph.settings import load_settings

OLD = Path(__file__).parent / "data" / "workspace-format-1.tar.gz"
RING = "R-2025-0001"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A workspace as the program made it before forms were numbered: August and September, one ring (its database left out)."""
    root = tmp_path / "w"
    with tarfile.open(OLD) as archive:
        archive.extractall(root, filter="data")
    return root


@pytest.fixture
def workspace(old: Path) -> Workspace:
    migrate(old)
    return Workspace(old)


def holding(root: Path, person: str) -> list[str]:
    """Every file under a folder in which an id stands, however it is packed."""

    def texts(path: Path) -> list[bytes]:
        if path.suffix == ".parquet":
            return [str(pq.read_table(path).to_pylist()).encode()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return [archive.read(name) for name in archive.namelist()]
        return [path.read_bytes()]

    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    return [
        str(path.relative_to(root)) for path in files if any(person.encode() in text for text in texts(path))
    ]


# Versions.


def test_an_older_workspace_is_migrated_on_a_copy_and_kept_as_it_was(old: Path) -> None:
    with pytest.raises(SettingsError, match="workspace migrate"):
        Workspace(old).checked()
    before = {path.relative_to(old): path.read_bytes() for path in old.rglob("*") if path.is_file()}
    done = migrate(old)
    assert done is not None
    assert (done.before, done.after, done.deliveries, done.months) == (1, FORMAT, 1, 1)
    kept = Path(done.kept_as)
    assert {path.relative_to(kept): path.read_bytes() for path in kept.rglob("*") if path.is_file() and path.name != ".lock"} == before  # fmt: skip
    workspace = Workspace(old).checked()
    (delivery,) = deliveries(workspace)
    assert delivery.effects == {"new": sum(delivery.months.values())}
    assert json.loads(Path(done.report).read_text(encoding="utf-8"))["before"] == 1
    assert [one.name for one in examine_workspace(workspace) if one.health is not Health.OK] == []
    assert migrate(old) is None


def test_a_newer_workspace_is_refused_and_a_torn_file_is_named(workspace: Workspace) -> None:
    path = workspace.root / "workspace.json"
    path.write_text('{"format": 99}', encoding="utf-8")
    assert main(["month", "2025-09", "--workspace", str(workspace.root)]) == 3
    path.write_text('{"form', encoding="utf-8")
    with pytest.raises(StorageError, match=r"workspace\.json"):
        format_of(workspace)
    assert main(["month", "2025-09", "--workspace", str(workspace.root)]) == 7


def test_the_checkup_finds_what_is_damaged_and_what_others_can_read(workspace: Workspace) -> None:
    (delivery,) = deliveries(workspace)
    kept = delivery.folder / "files" / delivery.files[0].name
    kept.write_bytes(kept.read_bytes() + b"\n")
    kept.chmod(0o644)
    (workspace.months / "2025-09" / "drift.json").write_text("{", encoding="utf-8")
    bad = {one.name for one in examine_workspace(workspace) if one.health is not Health.OK}
    assert bad == {"delivery_hashes", "workspace_files", "workspace_permissions"}
    assert main(["doctor", "--workspace", str(workspace.root)]) == 1


def test_a_folder_put_in_place_of_another_leaves_no_moment_without(tmp_path: Path) -> None:
    for name in ("new", "out"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "said").write_text(name, encoding="utf-8")
    assert exchange(tmp_path / "new", tmp_path / "out"), "one step on this file system"
    assert (tmp_path / "out" / "said").read_text(encoding="utf-8") == "new"
    put_in_place(tmp_path / "new", tmp_path / "out")
    assert (tmp_path / "out" / "said").read_text(encoding="utf-8") == "out"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert not exchange(tmp_path / "nobody", tmp_path / "out")


# Erasure and hold.


def test_a_person_of_an_open_case_is_kept_and_one_released_is_found_nowhere_afterwards(
    workspace: Workspace,
) -> None:
    settings = load_settings(workspace.settings)
    add_edit(workspace.casework, HandEdit(action="drop", ring_id=RING, by="李敏", on=date(2025, 10, 1), reason="P01 是护工", people=("P01",), patients=("P01", "P02")))  # fmt: skip
    assert list(held_rings(workspace)) == [RING]
    with pytest.raises(UsageError, match="legal hold"):
        forget_person(workspace, "P01", settings, by="李敏", reason="申请删除")
    set_hold(workspace, RING, release=True, by="李敏", reason="结案")
    assert holding(workspace.root, "P01")
    rows = sum(deliveries(workspace)[0].rows_kept.values())
    done = forget_person(workspace, "P01", settings, by="李敏", reason="申请删除")
    assert holding(workspace.root, "P01") == []
    assert (done.rows, done.months) == (16, ("2025-09",))
    assert sum(deliveries(workspace)[0].rows_kept.values()) == rows - 16
    assert read_edits(workspace.casework)[0].patients == ("P02",)
    (record,) = read_lines(workspace.root / "logs" / "erasures.jsonl")
    assert (record["by"], record["rows"]) == ("李敏", 16)
    assert {one.health for one in examine_workspace(workspace) if one.name == "delivery_hashes"} == {
        Health.OK
    }
    with pytest.raises(UsageError, match="found nowhere"):
        forget_person(workspace, "P01", settings, by="李敏", reason="再次")


def test_a_file_that_was_changed_is_not_written_again_as_if_it_had_been_delivered_so(
    workspace: Workspace,
) -> None:
    set_hold(workspace, RING, release=True, by="李敏", reason="结案")
    (one,) = deliveries(workspace)
    path = one.folder / "files" / one.files[0].name
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"300.00", b"900.00"))
    with pytest.raises(StorageError, match="its hash differs"):
        forget_person(workspace, "P01", load_settings(workspace.settings), by="李敏", reason="申请删除")
    assert deliveries(workspace)[0].files == one.files
    path.write_bytes(whole)
    forget_person(workspace, "P01", load_settings(workspace.settings), by="李敏", reason="申请删除")
    assert holding(workspace.root, "P01") == [], "gone on with once the file is back"


def test_months_past_their_time_go_and_later_lists_stay(workspace: Workspace) -> None:
    settings = load_settings(workspace.settings)
    set_hold(workspace, RING, release=True, by="李敏", reason="结案")
    done = forget_before(workspace, Month(2025, 9), settings, by="李敏", reason="保存期满")
    (delivery,) = deliveries(workspace)
    assert list(delivery.months) == ["2025-09"]
    assert done.rows > 0
    assert (workspace.month(Month(2025, 9)) / "referral_list.csv").is_file()
    assert holding(workspace.deliveries, "2025-08-") == []


# What was undone.


def test_an_entry_is_taken_back_by_a_new_one_and_that_one_too(tmp_path: Path) -> None:
    add_edit(
        tmp_path, HandEdit(action="note", ring_id=RING, by="李敏", on=date(2025, 10, 1), reason="等待录像")
    )
    undo(tmp_path, 1, by="王强", on=date(2025, 10, 2), reason="误记")
    assert in_force(read_edits(tmp_path)) == ()
    with pytest.raises(UsageError, match="already"):
        undo(tmp_path, 1, by="王强", on=date(2025, 10, 2), reason="误记")
    undo(tmp_path, 2, by="王强", on=date(2025, 10, 3), reason="原无误")
    assert [one.reason for one in in_force(read_edits(tmp_path))] == ["等待录像"]
    assert len(read_edits(tmp_path)) == 3, "nothing is ever taken out"
    with pytest.raises(UsageError, match="no entry 9"):
        undo(tmp_path, 9, by="王强", on=date(2025, 10, 3), reason="?")


def test_members_and_rings_named_must_exist(workspace: Workspace) -> None:
    ending = ["--by", "李敏", "--reason", "亲属", "--workspace", str(workspace.root)]
    assert main(["casework", "drop", RING, "--member", "P77", *ending]) == 2
    assert main(["casework", "merge", RING, RING, *ending]) == 2
    assert main(["workspace", "hold", "R-2025-0009", *ending]) == 2
    assert main(["deliveries", "withdraw", "9", *ending]) == 2
    assert main(["verdict", "R-2025-0009", "confirmed", *ending]) == 2
    assert main(["verdict", RING, "confirmed", "--on", "2091-01-01", *ending]) == 2
    assert main(["verdict", RING, "convicted", *ending]) == 2
    assert read_verdicts(workspace.casework) == []
    assert read_edits(workspace.casework) == []


@pytest.mark.parametrize(
    ("on", "expires"),
    [(date(2031, 1, 1), None), (date(1025, 1, 1), None), (date(2025, 10, 2), date(2025, 10, 1))],
)
def test_a_verdict_of_tomorrow_or_one_that_ends_before_it_begins_is_refused(
    on: date, expires: date | None
) -> None:
    wrong = Verdict(ring_id=RING, verdict="cleared", by="李敏", on=on, expires_on=expires)
    with pytest.raises(UsageError, match=RING):
        check_days([wrong], date(2026, 1, 1))
    check_days([Verdict(ring_id=RING, verdict="cleared", by="李敏", on=date(2025, 10, 1))], date(2026, 1, 1))


# Returned lists.


def returned(path: Path, verdict: str) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["编号 ring_id", "结论 verdict", "handled_by", "remark"])
    sheet.append([RING, verdict, "王强", "录像"])
    book.save(path)
    return path


def test_a_formula_without_its_value_and_an_error_are_told_by_their_cell(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cell B2 holds a formula"):
        read_returns(returned(tmp_path / "a.xlsx", '="confirmed"'), on=date(2025, 11, 1))
    with pytest.raises(UsageError, match="cell B2 holds the error #REF!"):
        read_returns(returned(tmp_path / "b.xlsx", "#REF!"), on=date(2025, 11, 1))
    (good,) = read_returns(returned(tmp_path / "c.xlsx", "confirmed"), on=date(2025, 11, 1))
    assert good.verdict == "confirmed"


def test_a_list_saved_again_and_returned_on_another_day_is_known(tmp_path: Path) -> None:
    first = read_returns(returned(tmp_path / "a.xlsx", "confirmed"), on=date(2025, 11, 1))
    assert add_verdicts(tmp_path, first) == 1
    known = read_verdicts(tmp_path)
    again = read_returns(returned(tmp_path / "renamed.xlsx", "confirmed"), on=date(2025, 11, 9), known=known)
    assert add_verdicts(tmp_path, again) == 0
    other = read_returns(returned(tmp_path / "b.xlsx", "cleared"), on=date(2025, 11, 9), known=known)
    assert add_verdicts(tmp_path, other) == 1


def test_a_semicolon_file_is_read_and_told(tmp_path: Path) -> None:
    path = tmp_path / "west.csv"
    path.write_text(f"ring_id;verdict;by\n{RING};confirmed;王强\n", encoding="utf-8")
    said: list[str] = []
    (found,) = read_returns(path, on=date(2025, 11, 1), tell=lambda en, _zh: said.append(en))
    assert (found.verdict, found.by) == ("confirmed", "王强")
    assert said == ["west.csv is separated by semicolons, not by commas; it was read so."]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            f"ring_id,verdict,by,on\n{RING},confirmed,王强,31.13.2025\n".encode(),
            "west.csv, row 2, column on: '31-13-2025'",
        ),
        (
            f"ring_id,verdict,by\n{RING},confirmed,".encode() + b"\xff\xff\n",
            "west.csv, line 2: letters that can't be read",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old form"),
    ],
    ids=["date", "letters", "xls"],
)
def test_a_cell_that_cannot_be_read_is_named_and_nothing_is_taken_over(
    tmp_path: Path, data: bytes, said: str
) -> None:
    (tmp_path / "west.csv").write_bytes(data)
    with pytest.raises(UsageError, match=said):
        read_returns(tmp_path / "west.csv", on=date(2025, 11, 1))


def test_what_spreadsheets_save_is_read(tmp_path: Path) -> None:
    text = f"ring_id\tverdict\tby\n{RING}\tconfirmed\t王强\n"
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        (tmp_path / "west.csv").write_bytes(text.encode(encoding))
        (found,) = read_returns(tmp_path / "west.csv", on=date(2025, 11, 1))
        assert found.by == "王强"


def test_a_decision_that_cannot_be_read_is_named_and_one_cut_off_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "hand.jsonl"
    path.write_text('{"a": 1}\n{"b": "cut o', encoding="utf-8")
    assert read_lines(path) == [{"a": 1}]
    path.write_text('{"a": 1}\nxx{"b": 2}\n{"c": 3}\n', encoding="utf-8")
    with pytest.raises(StorageError, match="line 2"):
        read_lines(path)
    shutil.rmtree(tmp_path)
    assert read_lines(path) == []

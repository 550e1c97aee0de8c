"""Erased for good: a person is in no file of the workspace any more, however it was packed; old months go, what is on hold stays."""

import gzip
import io
import json
import shutil
import zipfile
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fraudgraph.casework.appending import read_lines
from fraudgraph.cli import main
from fraudgraph.errors import UsageError
from fraudgraph.jobs import Workspace, run_month
from fraudgraph.jobs.checkup import examine_workspace
from fraudgraph.jobs.deliveries import decide_on, deliveries, delivery_by_id
from fraudgraph.jobs.forgetting import forget_before, forget_person
from fraudgraph.jobs.holds import check_not_held, held_rings, set_hold
from fraudgraph.jobs.registers import known_rings
from fraudgraph.jobs.searching import files_with
from fraudgraph.jobs.taking_in import take_in
from fraudgraph.records import Month
from fraudgraph.settings import load_settings
from fraudgraph.store import Store
from tests.jobs.town import HEADER, crowd, deliver, others, small_workspace, team

WEST, EAST = "H3702020001", "H3702030002"
AUGUST, SEPTEMBER = Month(2025, 8), Month(2025, 9)
PERSON = "P01"
ACT = {"by": "李敏", "reason": "申请删除"}
BROKEN = "Z8,P33,H3702020001,outpatient,2025-08-40 10:00:00,10.00,5.00"


def workbook(path: Path, rows: list[str]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADER, *rows):
        sheet.append(row.split(","))
    book.save(path)


def packed(path: Path, claims: list[str]) -> None:
    lines = [f"{row.split(',')[0]},X1,挂号,1,300.00" for row in claims]
    text = "\n".join(["claim_id,item_code,item_name,quantity,amount", *lines, ""])
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("items.csv", text.encode("gb18030"))


def job(workspace: Workspace, month: Month) -> None:
    run_month(workspace, month, load_settings(workspace.settings))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two months delivered as csv, gzip, workbook, zip and Parquet."""
    workspace = Workspace(tmp_path_factory.mktemp("erasing") / "w")
    small_workspace(workspace.root)
    august = [*others("2025-08", WEST, a_day=4), *team("2025-08", "A", crowd(0, 5), WEST)]
    (workspace.inbox / "claims-2025-08.csv.gz").write_bytes(
        gzip.compress("\n".join([HEADER, *august, BROKEN, ""]).encode())
    )
    job(workspace, AUGUST)
    deliver(workspace.inbox, "wrong.csv", team("2025-09", "C", [PERSON, *crowd(20, 26)], EAST, hour=10))
    take_in(workspace, load_settings(workspace.settings))
    september = [*others("2025-09", WEST, a_day=4), *team("2025-09", "A", crowd(0, 5), WEST)]
    workbook(workspace.inbox / "claims-2025-09.xlsx", september)
    packed(workspace.inbox / "items-2025-09.zip", september)
    people = {"patient_id": crowd(0, 9), "phone": [f"1380000000{n}" for n in range(9)]}
    pq.write_table(pa.table(people), workspace.inbox / "patients.parquet")
    job(workspace, SEPTEMBER)
    return workspace


@pytest.fixture
def copied(published: Workspace, tmp_path: Path) -> Workspace:
    shutil.copytree(published.root, tmp_path / "w")
    return Workspace(tmp_path / "w")


def release_all(workspace: Workspace) -> None:
    for ring in held_rings(workspace):
        set_hold(workspace, ring, release=True, by="李敏", reason="结案")


def opened(name: str, data: bytes) -> str:
    """A file as text, whatever it is: opened by the formats' own programs, not by ours."""
    if data[8:12] == b"DUCK":
        with duckdb.connect(name, read_only=True) as con:
            tables = [row[0] for row in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
            return str([con.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables])
    if data[:4] == b"PAR1":
        return str(pq.read_table(io.BytesIO(data)).to_pylist())
    if data[:2] == b"\x1f\x8b":
        return opened(name, gzip.decompress(data))
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return " ".join(opened(one, archive.read(one)) for one in archive.namelist())
    return data.decode("utf-8", errors="replace")


def holding(root: Path, text: str) -> set[str]:
    """Files in which a text stands, hidden ones too."""
    files = [path for path in root.rglob("*") if path.is_file()]
    return {str(path.relative_to(root)) for path in files if text in opened(str(path), path.read_bytes())}


def test_a_person_is_found_in_no_file_afterwards_and_the_month_can_be_made_anew(copied: Workspace) -> None:
    wrong = delivery_by_id(copied, "2")
    bad = copied.quarantine / "0009-20251003T010203" / "b.xlsx"
    bad.parent.mkdir(parents=True)
    workbook(bad, [f"X1,{PERSON},{WEST},outpatient,2025-09-01 10:00:00,1.00,1.00"])
    (copied.days / "2025-09-30").mkdir()
    (copied.days / "2025-09-30" / "moved.csv").write_text(f"R-2025-0001,{PERSON}\n", encoding="utf-8")
    release_all(copied)
    decide_on(copied, wrong, "withdraw", by="李敏", reason=f"{PERSON} 误传")
    job(copied, SEPTEMBER)
    assert (copied.month(SEPTEMBER) / "issued" / "01" / "referral_list.xlsx").is_file()
    told = json.loads((copied.month(SEPTEMBER) / "changes.json").read_text(encoding="utf-8"))
    assert (told["from_issue"], told["issue"]) == (1, 2)
    assert "no longer counts" in told["why"][0]
    assert {one["what"] for one in told["rings"]} & {"no longer on the list", "another score or rank"}
    assert wrong.id in (copied.month(SEPTEMBER) / "changes.html").read_text(encoding="utf-8")
    before = holding(copied.root, PERSON)
    assert {path.suffix for path in map(Path, before)} >= {
        ".gz",
        ".xlsx",
        ".zip",
        ".parquet",
        ".duckdb",
        ".jsonl",
        ".csv",
    }
    with Store(copied.root.parent / "look") as store:
        ours = {str(path.relative_to(copied.root)) for path in files_with(copied.root, PERSON, store)}
    assert ours >= {name for name in before if not name.endswith(".wal")}, (
        "the program's own search finds them too"
    )
    done = forget_person(copied, PERSON, load_settings(copied.settings), **ACT)
    assert holding(copied.root, PERSON) == set()
    assert (done.found_in, done.months, done.files) == ((), ("2025-08", "2025-09"), 5)
    (record,) = read_lines(copied.root / "logs" / "erasures.jsonl")
    assert (record["number"], record["rows"], record["months"]) == (1, done.rows, ["2025-08", "2025-09"])
    checked = {one.name: one.health.name for one in examine_workspace(copied)}
    assert (checked["delivery_hashes"], checked["workspace_files"]) == ("OK", "OK")
    job(copied, SEPTEMBER)
    assert set(known_rings(copied)["R-2025-0001"].patients) == {"P00", "P02", "P03", "P04"}
    assert holding(copied.root, PERSON) == set()


def test_a_person_on_hold_is_kept_even_while_their_month_waits_to_be_made_anew(copied: Workspace) -> None:
    """The first erasure takes the months away; who is on hold stays so meanwhile."""
    somebody = others("2025-08", WEST, a_day=4)[0].split(",")[1]
    forget_person(copied, somebody, load_settings(copied.settings), **ACT)
    assert copied.published() == []
    with pytest.raises(UsageError, match="legal hold"):
        check_not_held(copied, PERSON)


def test_files_that_wait_in_the_inbox_come_first(copied: Workspace) -> None:
    deliver(copied.inbox, "claims-2025-10.csv", team("2025-10", "A", crowd(0, 5), WEST))
    with pytest.raises(UsageError, match="1 files wait"):
        forget_person(copied, PERSON, load_settings(copied.settings), **ACT)


def test_an_erasure_that_was_begun_comes_before_another(copied: Workspace) -> None:
    begun = {"what": "person", "which": "0a1b2c3d", "began": "2025-10-01T00:00:00", "keys": []}
    (copied.deliveries / ".forgetting.json").write_text(json.dumps(begun), encoding="utf-8")
    with pytest.raises(UsageError, match="0a1b2c3d"):
        forget_person(copied, "P08", load_settings(copied.settings), **ACT)
    bad = [one.found_en for one in examine_workspace(copied) if one.name == "workspace_files"]
    assert "0a1b2c3d" in bad[0]


def test_months_past_the_retention_go_with_rows_nobody_could_read_and_later_lists_stay(
    copied: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    act = ["--by", "李敏", "--reason", "保存期满", "--workspace", str(copied.root), "--lang", "en"]
    assert main(["workspace", "forget", "--by-retention", *act]) == 2, "no such setting yet"
    text = copied.settings.read_text(encoding="utf-8")
    copied.settings.write_text(text.replace("[month]", "[month]\nkeep_months = 1", 1), encoding="utf-8")
    release_all(copied)
    lists = {path.name: path.read_bytes() for path in copied.month(SEPTEMBER).glob("referral_list.*")}
    assert main(["workspace", "forget", "--by-retention", *act]) == 0
    assert "months removed: 2025-08" in capsys.readouterr().out
    assert copied.published() == [SEPTEMBER]
    assert {path.name: path.read_bytes() for path in copied.month(SEPTEMBER).glob("referral_list.*")} == lists
    assert not (copied.month(SEPTEMBER) / "fraudgraph.duckdb").exists(), "it held August's claims"
    assert holding(copied.deliveries, "2025-08-") == set()
    assert holding(copied.deliveries, "2025-09-") != set()
    assert deliveries(copied)[0].months == {}
    assert main(["workspace", "forget", "--by-retention", *act]) == 0
    assert "Nothing is that old" in capsys.readouterr().out
    assert len(read_lines(copied.root / "logs" / "erasures.jsonl")) == 1
    with pytest.raises(UsageError, match="Nothing would be left"):
        forget_before(copied, Month(2031, 1), load_settings(copied.settings), **ACT)


def test_old_claims_of_people_on_hold_stay_with_the_month_that_put_their_ring_forward(
    copied: Workspace,
) -> None:
    assert "R-2025-0001" in held_rings(copied)
    done = forget_before(copied, SEPTEMBER, load_settings(copied.settings), **ACT)
    assert (done.kept, done.months) == (("2025-08",), ())
    assert copied.published() == [AUGUST, SEPTEMBER]
    assert deliveries(copied)[0].months == {"2025-08": 40}, "five people, eight days: nobody else"
    assert holding(copied.deliveries, "P33") == set()

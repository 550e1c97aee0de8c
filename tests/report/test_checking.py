"""Seen to be whole: an edited page, a changed table, a file too many or a head hash that is not the one kept elsewhere is named."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fraudgraph.casework.access_log import read_access
from fraudgraph.cli import main
from fraudgraph.report.account import figures
from fraudgraph.report.checking import check_folder, head_hash
from fraudgraph.report.files import dossier_name
from fraudgraph.rings import load_rings
from fraudgraph.store import Store
from tests.story_city import Story

Said = tuple[int, str, str]


@pytest.fixture
def copied(story: Story, tmp_path: Path) -> Path:
    shutil.copytree(story.out, tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def type_it(*words: str | Path) -> Said:
        capsys.readouterr()
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return type_it


def sums_again(out: Path, name: str) -> None:
    """What somebody would do who knows of SHA256SUMS."""
    path = out / "SHA256SUMS"
    lines = path.read_text(encoding="utf-8").splitlines()
    digest = hashlib.sha256((out / name).read_bytes()).hexdigest()
    path.write_text("".join(f"{digest}  {name}\n" if line.endswith(f"  {name}") else f"{line}\n" for line in lines), encoding="utf-8")  # fmt: skip


def test_a_run_as_it_was_left_is_whole(story: Story, typed: Callable[..., Said]) -> None:
    checked = check_folder(story.out, load_rings(story.out), head=head_hash(story.out)[:16])
    assert checked.faults == ()
    assert checked.figure_count > 50
    code, said, _ = typed("evidence", "check", story.out, "--json")
    assert code == 0 and json.loads(said)["head"] == checked.head


def test_an_edited_dossier_is_named_even_if_the_sums_were_made_again(
    copied: Path, typed: Callable[..., Said]
) -> None:
    head = head_hash(copied)
    ring = next(ring for ring in load_rings(copied) if ring.listed)
    name = f"dossiers/{dossier_name(ring.ring_id)}"
    page = (copied / name).read_text(encoding="utf-8")
    (copied / name).write_text(page.replace(figures(ring)["fund_amount"], "1.00"), encoding="utf-8")
    whats = {fault.what for fault in check_folder(copied, load_rings(copied)).faults if fault.file == name}
    assert whats == {"bytes", "fund_amount"}
    sums_again(copied, name)
    found = check_folder(copied, load_rings(copied), head=head)
    assert {(fault.file, fault.what) for fault in found.faults} == {
        ("SHA256SUMS", "head"),
        (name, "fund_amount"),
    }
    code, _, said = typed("evidence", "check", copied)
    assert code == 8 and name in said


def test_a_table_and_its_sums_that_were_both_changed_break_the_seal(copied: Path) -> None:
    ring = next(ring for ring in load_rings(copied) if ring.listed)
    shutil.copy(copied / "evidence.parquet", copied / "kept")
    import pyarrow.parquet as pq

    table = pq.read_table(copied / "kept")
    (copied / "kept").unlink()
    at = table.column("ring_id").to_pylist().index(ring.ring_id)
    pq.write_table(table.slice(0, at).slice(0, at) if at else table.slice(1), copied / "evidence.parquet")
    sums_again(copied, "evidence.parquet")
    whats = {fault.what for fault in check_folder(copied, load_rings(copied)).faults}
    assert "seal" in whats and "bytes" not in whats


def test_a_file_too_many_and_one_too_few_are_named(copied: Path) -> None:
    (copied / "note.txt").write_text("x", encoding="utf-8")
    (copied / "rejects.xlsx").unlink()
    found = {(fault.file, fault.what) for fault in check_folder(copied, load_rings(copied)).faults}
    assert found == {("note.txt", "added"), ("rejects.xlsx", "missing")}


def test_a_head_that_is_no_hash_is_told(story: Story, typed: Callable[..., Said]) -> None:
    assert typed("evidence", "check", story.out, "--head", "xyz")[0] == 2


def test_a_code_is_unmasked_with_a_reason_that_is_logged(copied: Path, typed: Callable[..., Said]) -> None:
    with Store(copied, read_only=True) as store:
        code_of, value = store.rows("SELECT code, value FROM shared_identifiers ORDER BY code")[0]
    assert typed("evidence", "unmask", copied, code_of)[0] == 2
    assert typed("evidence", "unmask", copied, code_of, "--reason", " ")[0] == 2
    assert typed("evidence", "unmask", copied, "A-NOBODY", "--reason", "x")[0] == 2
    assert read_access(copied) == []
    code, said, _ = typed("evidence", "unmask", copied, code_of, "--reason", "询问笔录")
    assert (code, said.strip()) == (0, value)
    (entry,) = read_access(copied)
    assert (entry["command"], entry["subject"], entry["reason"]) == ("evidence unmask", code_of, "询问笔录")
    assert check_folder(copied, load_rings(copied)).faults == ()


def test_a_dossier_goes_into_one_file_and_one_that_is_not_there_is_told(
    story: Story, typed: Callable[..., Said], tmp_path: Path
) -> None:
    ring = next(ring for ring in load_rings(story.out) if ring.listed)
    code, said, _ = typed("evidence", "page", story.out, ring.ring_id, "--to", tmp_path / "case.html")
    assert (code, said.strip()) == (0, str(tmp_path / "case.html"))
    page = (tmp_path / "case.html").read_text(encoding="utf-8")
    assert "<script src=" not in page
    assert (story.out / "dossiers" / dossier_name(ring.ring_id)).stat().st_size < 250_000 < len(page)
    assert typed("evidence", "page", story.out, "R-none")[0] == 2

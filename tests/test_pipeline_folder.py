"""OUT is complete or not there: whatever was there before is safe from a run that fails, is killed, or was not asked to replace it."""

import errno
import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fraudgraph.errors import SourceError, StorageError, UsageError
from fraudgraph.pipeline import run
from fraudgraph.run_folder import MANIFEST_NAME, RunFolder
from tests.waiting import PATIENCE, wait_until

ROOT = Path(__file__).parents[1]


def contents(folder: Path) -> dict[str, bytes | None]:
    """Everything under a folder: names, and the bytes of files."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def write_run(out: Path, text: str = "a run", *, replace: bool = False) -> None:
    """The smallest folder that counts as a run of ours."""
    with RunFolder(out, replace=replace) as folder:
        (folder.path / "dossiers").mkdir()
        (folder.path / "dossiers" / "page.html").write_text(text, encoding="utf-8")
        (folder.path / MANIFEST_NAME).write_text("{}", encoding="utf-8")


def a_number_that_no_process_has() -> int:
    """The id of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_a_finished_folder_is_its_owners_alone(tmp_path: Path) -> None:
    write_run(tmp_path / "out")
    modes = {
        str(path.relative_to(tmp_path)): stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")
    }
    assert modes == {
        "out": 0o700, "out/dossiers": 0o700, "out/dossiers/page.html": 0o600, f"out/{MANIFEST_NAME}": 0o600,
    }  # fmt: skip


def test_while_at_work_the_folder_is_hidden_and_private(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "out") as folder:
        (beside,) = tmp_path.iterdir()
        assert beside == folder.path
        assert beside.name.startswith(".out.partial-")
        assert stat.S_IMODE(beside.stat().st_mode) == 0o700


@pytest.mark.parametrize("replace", [False, True])
def test_what_is_no_run_of_ours_is_refused_and_untouched(tmp_path: Path, replace: bool) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "wedding.jpg").write_bytes(b"precious")
    (tmp_path / "letter").write_text("dear all", encoding="utf-8")
    write_run(tmp_path / "run")
    (tmp_path / "link").symlink_to(tmp_path / "run")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    before = contents(tmp_path)
    for name in ("photos", "letter", "link", "nowhere"):
        with pytest.raises(UsageError) as refused:
            RunFolder(tmp_path / name, replace=replace)
        assert name in refused.value.message_en
        assert name in refused.value.message_zh
    assert contents(tmp_path) == before


def test_a_run_of_ours_is_kept_unless_its_replacement_is_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_run(out, "January")
    before = contents(tmp_path)
    with pytest.raises(UsageError, match="--replace"):
        write_run(out, "February")
    assert contents(tmp_path) == before
    write_run(out, "February", replace=True)
    assert (out / "dossiers" / "page.html").read_text(encoding="utf-8") == "February"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_somebody_puts_there_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(UsageError), RunFolder(out) as folder:
        (folder.path / MANIFEST_NAME).write_text("{}", encoding="utf-8")
        write_elsewhere = out / "thesis.txt"
        out.mkdir()
        write_elsewhere.write_text("years of work", encoding="utf-8")
    assert contents(tmp_path) == {"out": None, "out/thesis.txt": b"years of work"}


def test_a_failure_in_the_middle_leaves_the_earlier_run_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_run(out)
    before = contents(tmp_path)
    with pytest.raises(ZeroDivisionError), RunFolder(out, replace=True) as folder:
        (folder.path / "rings.parquet").write_bytes(b"half")
        raise ZeroDivisionError
    assert contents(tmp_path) == before


def test_folders_made_on_the_way_go_with_a_failure_those_that_were_there_stay(tmp_path: Path) -> None:
    (tmp_path / "bureau").mkdir()
    with pytest.raises(ZeroDivisionError), RunFolder(tmp_path / "bureau" / "2025" / "10" / "out"):
        raise ZeroDivisionError
    assert contents(tmp_path) == {"bureau": None}


def test_a_delivery_that_turns_out_bad_after_out_exists_leaves_the_earlier_run(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_run(out)
    before = contents(out)
    claims = pa.table(
        {
            name: ["?"] * 30
            for name in ("claim_id", "patient_id", "claim_type", "started_at", "total_amount", "fund_amount")
        }
    )
    pq.write_table(claims, tmp_path / "claims.parquet")
    with pytest.raises(SourceError):
        run([tmp_path / "claims.parquet"], out, replace=True)
    assert contents(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["claims.parquet", "out"]


# Runs that were killed: nothing of theirs can clear up, so the next run does.


def test_what_a_killed_run_left_is_cleared_away_and_what_a_living_one_works_in_is_not(tmp_path: Path) -> None:
    dead = a_number_that_no_process_has()
    for name in (f".out.partial-{dead}", f".out.partial-{os.getppid()}", f".other.partial-{dead}", ".out.partial-notes",
                 f".outer.out.partial-{dead}"):  # fmt: skip
        (tmp_path / name).mkdir()
        (tmp_path / name / "fraudgraph.duckdb").write_bytes(b"half")
    write_run(tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [".out.partial-notes", f".out.partial-{os.getppid()}", f".other.partial-{dead}", f".outer.out.partial-{dead}", "out"]
    )  # fmt: skip


def test_a_folder_whose_lock_is_held_is_somebody_at_work_whatever_its_number(tmp_path: Path) -> None:
    """A run in a container has a number that means nothing outside; its lock does."""
    dead = a_number_that_no_process_has()
    theirs = tmp_path / f".out.partial-{dead}"
    with RunFolder(tmp_path / "out") as folder:
        folder.path.rename(theirs)
        with RunFolder(tmp_path / "out") as ours:
            (ours.path / MANIFEST_NAME).write_text("{}", encoding="utf-8")
        assert theirs.is_dir()
        theirs.rename(folder.path)
        (tmp_path / "out" / MANIFEST_NAME).unlink()
        (tmp_path / "out").rmdir()


def test_a_run_killed_between_the_two_renames_loses_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_run(out, "January")
    out.rename(tmp_path / f".out.earlier-{a_number_that_no_process_has()}")
    with pytest.raises(UsageError, match="--replace"):
        RunFolder(out)
    assert (out / "dossiers" / "page.html").read_text(encoding="utf-8") == "January"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_run_that_is_killed_leaves_no_out_and_the_next_goes_through(
    story_city: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    running = subprocess.Popen(
        [sys.executable, "-m", "fraudgraph", "run", str(story_city), "--out", str(out)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: list(tmp_path.glob(".out.partial-*/fraudgraph.duckdb")), running)
    running.send_signal(signal.SIGKILL)
    assert running.wait(timeout=PATIENCE) == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir()] == [f".out.partial-{running.pid}"]
    write_run(out)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


# A disk that is full, wherever on the way.


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """What the system says to a file that grows past a limit, it says in the place where a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("kibibytes", [0, 8, 64])
def test_a_full_disk_while_results_are_written_is_one_sentence_and_leaves_the_earlier_run(
    tmp_path: Path, kibibytes: int
) -> None:
    out = tmp_path / "out"
    write_run(out)
    before = contents(tmp_path)
    table = pa.table({"ring_id": [os.urandom(20).hex() for _ in range(10_000)]})
    with pytest.raises(StorageError) as told, RunFolder(out, replace=True) as folder:  # noqa: SIM117
        with files_no_larger_than(kibibytes * 1024):
            pq.write_table(table, folder.path / "rings.parquet")
    assert told.value.exit_code == 7
    assert str(out) in told.value.message_en
    assert str(out) in told.value.message_zh
    assert "\n" not in told.value.message_en + told.value.message_zh
    assert contents(tmp_path) == before


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.EPERM])
def test_each_way_a_disk_refuses_is_told_as_such(tmp_path: Path, number: int) -> None:
    with pytest.raises(StorageError, match=os.strerror(number)), RunFolder(tmp_path / "out"):
        raise OSError(number, os.strerror(number))
    assert contents(tmp_path) == {}


def test_a_parent_that_is_a_file_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("text", encoding="utf-8")
    with pytest.raises(StorageError, match="report"), RunFolder(tmp_path / "report" / "out"):
        pytest.fail("there is no place to work in")
    assert contents(tmp_path) == {"report": b"text"}

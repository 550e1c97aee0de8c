"""What was recorded stays as it was: changed, missing, moved or cut off events are named; an act is whole or absent."""

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.cases.anchors import Anchor, anchor_as_typed, read_anchors
from fraudgraph.cases.events import Entry, chained
from fraudgraph.cases.store import CLOCK_CORRECTED, CaseStore
from fraudgraph.cases.verifying import verify
from fraudgraph.errors import LockedError, ReplayError, StorageError, UsageError
from tests.cases.office import note, store_at, ticking

EVENTS = 40


@pytest.fixture
def filled(tmp_path: Path) -> CaseStore:
    store = store_at(tmp_path, ticking())
    for number in range(0, EVENTS, 10):
        store.add(*(note(n) for n in range(number, number + 10)))
    return store


def anchors(folder: Path) -> list[Anchor]:
    return read_anchors(folder / "outside" / "anchors.jsonl")


def tampered(store: CaseStore, *statements: str) -> None:
    """As somebody with the file and the sqlite3 program would do it."""
    con = sqlite3.connect(store.path)
    con.execute("PRAGMA journal_mode = DELETE")
    for name in ("events_are_never_changed", "events_are_never_deleted", "events_follow_one_another"):
        con.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        con.execute(statement)
    con.commit()
    con.close()


def test_what_was_recorded_is_verified_and_private(filled: CaseStore, tmp_path: Path) -> None:
    done = verify(filled, anchors(tmp_path))
    assert (done.events, done.anchored_to, done.anchors, done.without_sm3) == (
        EVENTS,
        EVENTS,
        EVENTS // 10,
        0,
    )
    assert filled.path.stat().st_mode & 0o777 == 0o600
    assert anchor_as_typed(str(filled.head())).hash == filled.head().hash


def test_the_file_itself_refuses_changes(filled: CaseStore) -> None:
    con = sqlite3.connect(filled.path)
    for statement in (
        "UPDATE events SET actor = 'x' WHERE seq = 3",
        "DELETE FROM events WHERE seq = 3",
        "INSERT INTO events VALUES (99, '', '', '', '', '', '{}', '', '', '', '')",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="events"):
            con.execute(statement)
    con.close()


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("UPDATE events SET body = replace(body, '\"number\":6', '\"number\":7') WHERE seq = 7", 7),
        ("UPDATE events SET second_actor = '王强' WHERE seq = 9", 9),
        ("UPDATE events SET sm3 = upper(sm3) WHERE seq = 9", 9),
        ("DELETE FROM events WHERE seq = 12", 12),
        ("UPDATE events SET seq = CASE seq WHEN 5 THEN -6 ELSE -5 END WHERE seq IN (5, 6)", 1),
        ("UPDATE events SET at = '2020-01-01T00:00:00' WHERE seq = 20", 20),
    ],
)
def test_what_was_tampered_with_is_named(filled: CaseStore, statement: str, number: int) -> None:
    more = ["UPDATE events SET seq = -seq WHERE seq < 0"] if "CASE" in statement else []
    tampered(filled, statement, *more)
    with pytest.raises(ReplayError, match=rf"Event {5 if more else number} ") as told:
        verify(filled)
    assert f"第 {5 if more else number} 条" in told.value.message_zh


def test_events_cut_off_at_the_end_are_missed_by_the_anchor_and_only_by_it(
    filled: CaseStore, tmp_path: Path
) -> None:
    tampered(filled, "DELETE FROM events WHERE seq > 37")
    with pytest.raises(ReplayError, match=r"ends at event 37, but .* knows of event 40"):
        verify(filled, anchors(tmp_path))
    with pytest.raises(ReplayError, match="lacks its guards"):
        verify(filled)


def test_a_chain_rewritten_whole_is_missed_by_no_anchor(filled: CaseStore, tmp_path: Path) -> None:
    """Somebody who knows the program can make a chain that agrees with itself; not one that agrees with a printed page."""
    forged = store_at(tmp_path / "forged", ticking(), anchored=False)
    forged.add(*(note(number if number != 5 else 999) for number in range(EVENTS)))
    shutil.copyfile(forged.path, filled.path)
    for side in ("-wal", "-shm"):
        Path(f"{filled.path}{side}").unlink(missing_ok=True)
    assert verify(filled).events == EVENTS
    with pytest.raises(ReplayError, match=r"Event \d+ has the hash"):
        verify(filled, anchors(tmp_path))


def test_any_byte_that_means_something_is_missed(filled: CaseStore, tmp_path: Path) -> None:
    """Bytes all over the file: either verify names it, or every event still reads as it was recorded."""
    con = sqlite3.connect(filled.path)
    con.execute("PRAGMA journal_mode = DELETE")
    con.close()
    whole = filled.path.read_bytes()
    with filled.read() as reader:
        rows = list(reader.rows())
    chance, found = random.Random(20261128), 0
    for _ in range(100):
        at = chance.randrange(100, len(whole))
        filled.path.write_bytes(
            whole[:at] + bytes([whole[at] ^ (1 << chance.randrange(8))]) + whole[at + 1 :]
        )
        try:
            verify(filled, anchors(tmp_path))
        except ReplayError:
            found += 1
        except StorageError:
            found += 1
        else:
            with filled.read() as reader:
                assert list(reader.rows()) == rows
    assert found > 30  # most of the file is text of events


def test_a_clock_set_back_is_told_and_can_be_explained(tmp_path: Path) -> None:
    now = [datetime(2030, 1, 1, tzinfo=UTC)]
    store = store_at(tmp_path, lambda: now[0])
    store.add(note(1))
    now[0] -= timedelta(seconds=30)
    store.add(note(2))  # a time server's small step is nothing
    now[0] = datetime(2026, 3, 2, tzinfo=UTC)
    with pytest.raises(
        UsageError, match="clock says 2026-03-02T00:00 UTC, but the last event was recorded at 2030"
    ):
        store.add(note(3))
    assert store.head().seq == 2
    store.add(
        Entry(
            actor="李敏", second_actor="王强", kind=CLOCK_CORRECTED, subject="clock", body={"reason": "电池"}
        )
    )
    store.add(note(3))
    assert verify(store, anchors(tmp_path)).events == 4


def test_killed_at_every_statement_an_act_of_five_events_is_whole_or_absent(tmp_path: Path) -> None:
    """Between any two statements SQLite is told; the parent looks as the next user would."""
    last, sizes = 0, set()
    for point in range(1, 40):
        pid = os.fork()
        if pid == 0:
            os.closerange(1, 3)
            _act_and_be_killed(tmp_path, point)
        _, status = os.waitpid(pid, 0)
        done = verify(store_at(tmp_path), anchors_if_any(tmp_path)).events
        assert done in (last, last + 5), point
        sizes.add(done - last)
        last = done
        if not os.WIFSIGNALED(status):
            break
    assert sizes == {0, 5}
    assert point > 10  # every statement had its turn
    store_at(tmp_path).add(note(1))


def anchors_if_any(folder: Path) -> list[Anchor]:
    path = folder / "outside" / "anchors.jsonl"
    return read_anchors(path) if path.exists() else []


def _act_and_be_killed(folder: Path, point: int) -> None:
    counted = [0]
    store = store_at(folder)
    opened = store._opened

    def seen(_statement: str) -> None:
        counted[0] += 1
        if counted[0] == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def traced() -> sqlite3.Connection:
        con = opened()
        con.set_trace_callback(seen)
        return con

    store._opened = traced  # type: ignore[method-assign]
    try:
        store.add(*(note(n) for n in range(5)))
    finally:
        os._exit(0)


def test_a_full_disk_is_one_sentence_and_nothing_half(filled: CaseStore, tmp_path: Path) -> None:
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from tests.cases.office import note, store_at\n"
        "from fraudgraph.errors import StorageError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40000, 40000))\n"
        "try:\n"
        "    store_at(Path(sys.argv[1])).add(*(note(n) for n in range(2000)))\n"
        "except StorageError as told:\n"
        "    print(told.message_zh)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert "未登记任何内容" in said.stdout
    assert verify(filled, anchors(tmp_path)).events == EVENTS
    filled.add(note(1))
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_two_processes_record_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    pids = []
    for _ in range(2):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                store = store_at(tmp_path)
                for number in range(25):
                    store.add(note(number), note(number + 1))
                code = 0
            finally:
                os._exit(code)
        pids.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in pids] == [0, 0]
    assert verify(store_at(tmp_path), anchors(tmp_path)).events == 100


def test_an_anchor_that_can_not_be_written_is_told_and_the_act_is_not_lost(tmp_path: Path) -> None:
    store = store_at(tmp_path)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "anchors.jsonl").mkdir()
    with pytest.raises(StorageError, match="Event 1 was recorded, but its anchor could not be written"):
        store.add(note(1))
    assert verify(store).events == 1


def test_who_finds_the_store_taken_is_told(filled: CaseStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fraudgraph.cases.store._PATIENCE_SECONDS", 0.1)
    con = sqlite3.connect(filled.path, isolation_level=None)
    con.execute("BEGIN IMMEDIATE")
    with pytest.raises(LockedError, match="nothing was recorded"):
        filled.add(note(1))
    con.close()
    filled.add(note(1))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=6), min_size=8, max_size=8), st.integers(0, 6), st.integers(1, 5))
def test_no_text_moved_into_the_next_column_has_the_same_bytes(
    words: list[str], column: int, letters: int
) -> None:
    moved = list(words)
    moved[column], moved[column + 1] = moved[column][:-letters], moved[column][-letters:] + moved[column + 1]
    if moved != words:
        assert chained(1, *words) != chained(1, *moved)

"""Verdicts and hand edits of older workspaces are taken over once; a verdict edited unseen is seen."""

import json
from datetime import date
from pathlib import Path

import pytest

from fraudgraph.cases.old_files import accept, changed, check_unchanged, take_over
from fraudgraph.cases.store import CaseStore
from fraudgraph.casework.manual_edits import HandEdit, add_edit
from fraudgraph.casework.verdicts import Verdict, add_verdicts
from fraudgraph.errors import ReplayError, UsageError
from tests.cases.office import staffed, store_at


def verdict(ring: str, said: str = "confirmed") -> Verdict:
    return Verdict(ring_id=ring, verdict=said, by="李敏", on=date(2026, 3, 2), reason="现场核查")


@pytest.fixture
def office(tmp_path: Path) -> CaseStore:
    add_verdicts(tmp_path, [verdict("R-2026-0001"), verdict("R-2026-0002", "cleared")])
    add_edit(
        tmp_path,
        HandEdit(
            action="drop", ring_id="R-2026-0001", by="李敏", on=date(2026, 3, 3), reason="邻居", people=("P7",),
            patients=("P7", "P8"),
        ),
    )  # fmt: skip
    (tmp_path / "ledger.csv").write_text(
        "\ufeffclaim_id,amount,on,document\r\nC1,20.00,2026-03-01,决1\r\n", encoding="utf-8"
    )
    return staffed(store_at(tmp_path))


def taken(store: CaseStore, folder: Path) -> int:
    return len(store.act(lambda reader: take_over(reader, folder, by="李敏")))


def test_every_line_is_taken_over_once_and_new_ones_later(office: CaseStore, tmp_path: Path) -> None:
    assert taken(office, tmp_path) == 4
    assert taken(office, tmp_path) == 0
    add_verdicts(tmp_path, [verdict("R-2026-0003")])
    assert taken(office, tmp_path) == 1
    with office.read() as reader:
        kept = [event.body.get("kept", {}) for event in reader.events(kinds=("old_line",))]
        assert changed(reader, tmp_path) == []
    assert [one.get("verdict") for one in kept if "verdict" in one] == ["confirmed", "cleared", "confirmed"]


def test_a_verdict_edited_from_confirmed_to_cleared_is_named_with_the_event_that_knows_better(office: CaseStore, tmp_path: Path) -> None:  # fmt: skip
    taken(office, tmp_path)
    path = tmp_path / "verdicts.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("confirmed", "cleared"), encoding="utf-8")
    with office.read() as reader, pytest.raises(ReplayError) as told:
        check_unchanged(reader, tmp_path)
    number = office.head().seq - 1  # hand.jsonl and ledger come after in no order that matters here
    assert "Line 1 of" in told.value.message_en and "R-2026-0001, confirmed, 李敏" in told.value.message_en
    assert "第 1 行" in told.value.message_zh and number > 0
    with pytest.raises(ReplayError):
        taken(office, tmp_path)  # nothing new is taken over on top of it


@pytest.mark.parametrize("name", ["verdicts.jsonl", "hand.jsonl", "ledger.csv"])
def test_a_line_that_is_gone_is_named(office: CaseStore, tmp_path: Path, name: str) -> None:
    taken(office, tmp_path)
    lines = (tmp_path / name).read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / name).write_text("".join(lines[:-1]), encoding="utf-8")
    with office.read() as reader, pytest.raises(ReplayError, match=f"Line {len(lines)} of .*{name} is gone"):
        check_unchanged(reader, tmp_path)


def test_a_spreadsheet_that_writes_other_line_ends_has_changed_nothing(
    office: CaseStore, tmp_path: Path
) -> None:
    taken(office, tmp_path)
    text = (tmp_path / "ledger.csv").read_text(encoding="utf-8-sig")
    (tmp_path / "ledger.csv").write_bytes(text.replace("\r\n", "\n").encode())
    with office.read() as reader:
        check_unchanged(reader, tmp_path)


def test_what_changed_lawfully_is_accepted_by_two_people_with_a_reason(
    office: CaseStore, tmp_path: Path
) -> None:
    """A person was erased: the hand edit has lost its people."""
    taken(office, tmp_path)
    path = tmp_path / "hand.jsonl"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"P7", ', "").replace('"P7"', ""), encoding="utf-8"
    )

    def accepted(second: str, reason: str) -> None:
        office.act(lambda reader: accept(reader, tmp_path, by="李敏", second=second, reason=reason))

    with pytest.raises(UsageError, match="needs a second person"):
        accepted("", "依法删除")
    with pytest.raises(UsageError, match="reason"):
        accepted("王强", "")
    accepted("王强", "依法删除")
    with office.read() as reader:
        check_unchanged(reader, tmp_path)
    with pytest.raises(UsageError, match="No line has changed"):
        accepted("王强", "依法删除")


def test_people_of_hand_edits_are_not_in_the_store(office: CaseStore, tmp_path: Path) -> None:
    """Who is erased from the workspace must not live on in a file that nobody may change."""
    taken(office, tmp_path)
    with office.read() as reader:
        bodies = [event.body for event in reader.events(subject="casework/hand.jsonl")]
    assert "P7" not in json.dumps(bodies)
    assert bodies[0]["kept"]["people"] == 1 and bodies[0]["kept"]["patients"] == 2

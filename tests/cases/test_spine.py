"""A case goes by the table: who, with whom, after what, until when; what speaks against it is one sentence."""

import os
import signal
import sqlite3
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document

from fraudgraph.cases.case_file import case_of, cases, clocks_of
from fraudgraph.cases.documents import write_docx
from fraudgraph.cases.events import Entry
from fraudgraph.cases.papers import case_paper, write_due
from fraudgraph.cases.points import Act, appeal, take_points
from fraudgraph.cases.spine import (
    Opening,
    StepTaken,
    add_evidence,
    correct,
    due,
    hand_on,
    open_case,
    supervise,
    take_step,
)
from fraudgraph.cases.staff import Staff, new_staff
from fraudgraph.cases.step_rules import step_rules
from fraudgraph.cases.store import CaseStore, Reader
from fraudgraph.cases.verifying import verify
from fraudgraph.cases.working_days import read_working_days
from fraudgraph.errors import UsageError
from tests.cases.office import staffed, store_at

RULES, DAYS, NOW = step_rules(), read_working_days(), datetime(2026, 11, 28, 9, 0)
CASE = "C-2026-0001"


@pytest.fixture
def office(tmp_path: Path) -> CaseStore:
    store = staffed(store_at(tmp_path))
    start(store)
    return store


def start(store: CaseStore, **other: Any) -> str:
    told = {
        "title": "虚假住院",
        "about": "R-2026-0001",
        "county": "370202",
        "owner": "李敏",
        "on": datetime(2026, 9, 1),
    }
    one = Opening(**{**told, **other})
    return store.act(lambda reader: open_case(reader, one, by="李敏", now=NOW))[0].subject


def step(
    store: CaseStore,
    name: str,
    on: str,
    *,
    by: str = "李敏",
    second: str = "王强",
    case: str = CASE,
    **other: Any,
) -> int:
    one = StepTaken(case_id=case, step=name, on=datetime.fromisoformat(on), clock_given="T" in on, **other)
    done = store.act(lambda reader: take_step(reader, one, RULES, DAYS, by=by, second=second, now=NOW))
    return done[0].seq


def state(store: CaseStore, case: str = CASE) -> str:
    with store.read() as reader:
        return case_of(reader, case, RULES).state


def test_a_case_goes_from_filing_to_its_end(office: CaseStore) -> None:
    for name, on in (
        ("filed", "2026-09-02"), ("preserved", "2026-09-16"), ("preservation_decided", "2026-09-24"), ("investigated", "2026-09-28"),
    ):  # fmt: skip
        step(office, name, on)
    step(office, "reviewed", "2026-09-29", second="")
    step(office, "notified", "2026-09-30")
    step(office, "hearing_asked", "2026-10-13", second="")  # 8, 9, 10 (Saturday), 12, 13 October
    for name, on in (("heard", "2026-10-20"), ("decided", "2026-10-26"), ("served", "2026-10-30")):
        step(office, name, on)
    step(office, "paid", "2026-11-10", by="孙经", second="")
    step(office, "closed", "2026-11-12", by="赵局", second="")
    assert state(office) == "closed"
    with office.read() as reader:
        found = cases(reader, RULES)
        assert due(found, RULES, DAYS, now=NOW) == []
        assert all(
            clock.ended_at and clock.ended_at <= clock.until.at for clock in clocks_of(found[CASE], DAYS)
        )


def test_seven_working_days_run_over_a_make_up_sunday(office: CaseStore) -> None:
    """From 16 September 2026: 17, 18, 20 (a Sunday that is worked), 21, 22, 23, 24. A day later is late and says why."""
    step(office, "filed", "2026-09-02")
    step(office, "preserved", "2026-09-16")
    with pytest.raises(UsageError, match="due until 2026-09-24 23:59"):
        step(office, "preservation_decided", "2026-09-25")
    step(office, "preservation_decided", "2026-09-25", late_reason="系统停机")


@pytest.mark.parametrize(
    ("name", "on", "told", "said"),
    [
        ("decided", "2026-09-02", {}, "comes after notified, heard; C-2026-0001 stands at open"),
        ("fild", "2026-09-02", {}, "no step 'fild'; did you mean: filed"),
        (
            "filed",
            "2026-09-02",
            {"by": "孙经", "second": "周办"},
            "孙经 belongs to the agency. Basis: 行政处罚法第60条",
        ),
        ("filed", "2026-09-02", {"second": ""}, "needs a second person"),
        ("filed", "2026-09-02", {"second": "李敏"}, "needs a second person"),
        ("filed", "2026-09-02", {"second": "孙经"}, "孙经 belongs to the agency"),
        ("filed", "2026-09-02", {"by": "李明"}, "'李明' is not among the officers"),
        ("filed", "2026-08-31", {}, "before the step it follows"),
        ("filed", "2026-11-29", {}, "no time from 2000 to now"),
        ("closed", "2026-09-02", {"second": ""}, "for the head of the body; 李敏 is not one"),
        ("filed", "2026-09-02", {"case": "C-2026-0002"}, "no case 'C-2026-0002'; did you mean: C-2026-0001"),
    ],
)
def test_what_the_table_does_not_allow_is_one_sentence(office: CaseStore, name: str, on: str, told: dict[str, str], said: str) -> None:  # fmt: skip
    before = office.head()
    with pytest.raises(UsageError, match=said) as wrong:
        step(office, name, on, **told)
    assert office.head() == before
    assert any("\u4e00" <= char <= "\u9fff" for char in wrong.value.message_zh)


def test_a_case_of_the_superior_is_the_superiors(office: CaseStore) -> None:
    name = start(office, competence="superior")
    assert name == "C-2026-0002"
    with pytest.raises(UsageError, match="is for the superior bureau; 李敏 belongs to the bureau"):
        step(office, "filed", "2026-09-02", case=name)


def test_three_days_and_twenty_four_hours_to_the_police(office: CaseStore) -> None:
    step(office, "filed", "2026-09-02")
    step(office, "referral_proposed", "2026-09-10T10:00")
    with pytest.raises(UsageError, match="due until 2026-09-13 23:59"):
        step(office, "referral_approved", "2026-09-14T00:00", by="赵局", second="")
    with pytest.raises(UsageError, match="counted in hours"):
        step(office, "referral_approved", "2026-09-13", by="赵局", second="")
    step(office, "referral_approved", "2026-09-13T16:30", by="赵局", second="")
    with pytest.raises(UsageError, match="due until 2026-09-14 16:30"):
        step(office, "referred", "2026-09-14T16:31")
    with pytest.raises(UsageError, match=r"decided .* comes after"):
        step(office, "decided", "2026-09-14T10:00")  # no penalty in place of a transfer
    step(office, "referred", "2026-09-14T16:30")
    step(office, "police_filed", "2026-09-30", second="")  # their term: late is theirs
    step(office, "handed_goods", "2026-10-03")
    step(office, "outcome", "2026-11-20", second="")
    assert state(office) == "outcome"


def test_a_correction_is_a_new_event_of_two_people_and_goes_from_the_end(office: CaseStore) -> None:
    first = step(office, "filed", "2026-09-02")
    last = step(office, "investigated", "2026-09-05")
    told: dict[str, Any] = {"by": "李敏", "reason": "登记有误"}
    with pytest.raises(UsageError, match=rf"not the last step .* \(that is {last}"):
        office.act(lambda reader: correct(reader, first, RULES, second="王强", **told))
    with pytest.raises(UsageError, match="needs a second person"):
        office.act(lambda reader: correct(reader, last, RULES, second="", **told))
    office.act(lambda reader: correct(reader, last, RULES, second="王强", **told))
    assert state(office) == "filed"
    with pytest.raises(UsageError, match="not the last step"):
        office.act(lambda reader: correct(reader, last, RULES, second="王强", **told))
    step(office, "investigated", "2026-09-06")
    assert verify(office).events == office.head().seq


def test_overdue_goes_to_the_chief_then_to_the_superior_and_by_county_into_a_workbook(office: CaseStore, tmp_path: Path) -> None:  # fmt: skip
    other = start(office, county="=370203")  # a cell that a spreadsheet would take for a formula
    step(office, "filed", "2026-09-02")
    step(office, "preserved", "2026-09-16")
    step(office, "filed", "2026-09-02", case=other)
    with office.read() as reader:
        found = cases(reader, RULES)

    def goes_to(when: datetime) -> list[str]:
        return [
            one.goes_to
            for one in due(found, RULES, DAYS, now=when)
            if one.clock.until.day == date(2026, 9, 24)
        ]

    assert goes_to(datetime(2026, 9, 24, 23, 59)) == ["owner"]
    assert goes_to(datetime(2026, 9, 25, 0, 0)) == ["chief"]
    # 28, 29, 30 September, 8, 9 October are the five working days after
    assert goes_to(datetime(2026, 10, 9, 23, 0)) == ["chief"]
    assert goes_to(datetime(2026, 10, 10, 0, 0)) == ["superior"]
    assert len(due(found, RULES, DAYS, now=NOW, last=date(2026, 9, 30))) == 1
    path = tmp_path / "due.xlsx"
    write_due(due(found, RULES, DAYS, now=NOW), path, NOW)
    book = openpyxl.load_workbook(path)
    counts = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows(min_row=2)]
    assert counts == [["370202", 2, 1, 1], ["=370203", 1, 0, 0]]
    assert [row[1].value for row in book.worksheets[1].iter_rows(min_row=2)] == [CASE, CASE, other]


def test_supervision_is_the_superiors_and_its_day_lies_ahead(office: CaseStore) -> None:
    def put(by: str, last: date | None) -> None:
        office.act(
            lambda reader: supervise(reader, CASE, last, RULES, by=by, today=NOW.date(), reason="重大")
        )

    with pytest.raises(UsageError, match="李敏 belongs to the bureau"):
        put("李敏", date(2026, 12, 31))
    with pytest.raises(UsageError, match="--until 2026-11-28 lies in the past or is today"):
        put("钱督", date(2026, 11, 28))
    put("钱督", date(2026, 12, 31))
    with office.read() as reader:
        assert [one.clock.until.day for one in due(cases(reader, RULES), RULES, DAYS, now=NOW)] == [
            date(2026, 12, 31)
        ]
    put("钱督", None)
    with office.read() as reader:
        assert due(cases(reader, RULES), RULES, DAYS, now=NOW) == []


def test_the_case_file_prints_evidence_marks_and_head_the_same_bytes_each_time(office: CaseStore, tmp_path: Path) -> None:  # fmt: skip
    record = tmp_path / "病历.pdf"
    record.write_bytes(b"%PDF hostile \x00 <script>")
    step(office, "filed", "2026-09-02", note="<w:t>&\x07 名称")
    step(office, "preserved", "2026-09-16")
    office.act(lambda r: add_evidence(r, CASE, record, RULES, by="李敏", second="王强", origin="现场"))
    office.act(lambda r: hand_on(r, CASE, "王强", RULES, by="李敏", reason="轮岗"))
    with office.read() as reader:
        paper, head = case_paper(case_of(reader, CASE, RULES), RULES, DAYS, NOW), reader.head()
    paths = [tmp_path / "a.docx", tmp_path / "b.docx"]
    for path in paths:
        write_docx(paper, path, head, made_on=NOW)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    document = Document(str(paths[0]))
    text = "\n".join(p.text for p in document.paragraphs) + "\n".join(
        cell.text for table in document.tables for row in table.rows for cell in row.cells
    )
    assert str(head) in text and head.sm3 in text
    assert "<w:t>&⟨U+0007⟩ 名称" in text or "\\u0007" in text
    assert "未经核对" in text
    assert "承办 王强" in text


ACTS: dict[str, Callable[[Reader, Path], Sequence[Entry]]] = {
    "open": lambda r, _f: open_case(r, Opening(title="甲", about="", county="1", owner="李敏", on=datetime(2026, 9, 1)), by="李敏", now=NOW),
    "step": lambda r, _f: take_step(r, StepTaken(case_id=CASE, step="filed", on=datetime(2026, 9, 2), clock_given=False), RULES, DAYS, by="李敏", second="王强", now=NOW),
    "evidence": lambda r, f: add_evidence(r, CASE, f, RULES, by="李敏", second="王强", origin="现场"),
    "owner": lambda r, _f: hand_on(r, CASE, "王强", RULES, by="李敏", reason="轮岗"),
    "points": lambda r, _f: take_points(r, Act(person="D1", band="fraud", points=12, act_on=date(2026, 1, 1), handled_on=date(2026, 2, 1), decided_on=date(2026, 3, 2), reason="空刷", handling="决1"), by="孙经", second="周办", today=NOW.date()),
    "appeal": lambda r, _f: appeal(r, r.events(kinds=("points",))[0].seq, by="孙经", on=date(2026, 3, 3), reason="不服", today=NOW.date(), days=DAYS),
}  # fmt: skip


@pytest.mark.parametrize("kind", ACTS)
def test_killed_in_the_middle_of_each_kind_of_act_it_is_whole_or_absent(office: CaseStore, tmp_path: Path, kind: str) -> None:  # fmt: skip
    """After each statement that SQLite is told, and after the commit, before the anchor is written."""
    record = tmp_path / "record.txt"
    record.write_text("记录", encoding="utf-8")
    office.act(lambda r: new_staff(r, Staff(id="D1", name="陈", sites=("H1",)), by="孙经"))
    if kind == "appeal":
        office.act(lambda r: ACTS["points"](r, record))
    before, outcomes = office.head().seq, set()
    for point in range(1, 40):
        pid = os.fork()
        if pid == 0:
            _killed_at(office, lambda r: ACTS[kind](r, record), point)
        _, status = os.waitpid(pid, 0)
        done = verify(office).events
        outcomes.add((done - before, os.WIFSIGNALED(status)))
        if done != before:
            break
    assert {count for count, _ in outcomes} == {0, 1}
    assert (0, True) in outcomes
    assert point >= 5


def _killed_at(store: CaseStore, decide: Callable[[Reader], Sequence[Entry]], point: int) -> None:
    counted, opened = [0], store._opened

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
        store.act(decide)
    finally:
        os._exit(0)

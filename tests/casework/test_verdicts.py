"""Verdicts are added and never changed; who disagrees is shown; what expired no longer holds."""

import csv
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from fraudgraph.casework.returns import read_returns
from fraudgraph.casework.verdicts import (
    Verdict,
    add_months,
    add_verdicts,
    read_verdicts,
    standing_words,
    standings,
)
from fraudgraph.errors import UsageError
from fraudgraph.settings import CaseworkSettings

SETTINGS = CaseworkSettings()
DAY = date(2025, 11, 3)


def said(verdict: str, by: str = "李敏", on: date = DAY, **more: object) -> Verdict:
    return Verdict(ring_id="R-2025-0001", verdict=verdict, by=by, on=on, **more)  # type: ignore[arg-type]


def holds(*verdicts: Verdict, as_of: date = date(2025, 11, 30)) -> str:
    return standings(verdicts, as_of, SETTINGS)["R-2025-0001"].verdict


def test_verdicts_are_added_at_the_end_and_each_once(tmp_path: Path) -> None:
    assert add_verdicts(tmp_path, [said("confirmed"), said("cleared", by="王强")]) == 2
    first = (tmp_path / "verdicts.jsonl").read_bytes()
    assert add_verdicts(tmp_path, [said("confirmed"), said("insufficient")]) == 1
    assert (tmp_path / "verdicts.jsonl").read_bytes().startswith(first)
    assert [one.verdict for one in read_verdicts(tmp_path)] == ["confirmed", "cleared", "insufficient"]
    assert (tmp_path / "verdicts.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_line_that_a_power_failure_cut_off_loses_nothing_else(tmp_path: Path) -> None:
    add_verdicts(tmp_path, [said("confirmed")])
    with (tmp_path / "verdicts.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"ring_id": "R-2025-0001", "verd')
    assert [one.verdict for one in read_verdicts(tmp_path)] == ["confirmed"]
    assert add_verdicts(tmp_path, [said("cleared", by="王强")]) == 1
    assert [one.verdict for one in read_verdicts(tmp_path)] == ["confirmed", "cleared"]


def test_the_last_word_of_each_person_counts() -> None:
    assert holds(said("insufficient"), said("confirmed")) == "confirmed"
    assert holds(said("confirmed"), said("pending")) == "pending"


def test_who_disagrees_is_shown_and_the_ring_stays_to_be_checked_until_it_is_settled() -> None:
    both = [said("confirmed"), said("cleared", by="王强")]
    standing = standings(both, DAY, SETTINGS)["R-2025-0001"]
    assert (standing.verdict, {one.by for one in standing.disagreeing}) == ("pending", {"李敏", "王强"})
    assert holds(*both, said("cleared", by="科长", settles=True)) == "cleared"
    assert holds(*both, said("confirmed", by="王强")) == "confirmed", "they agree now"


def test_a_verdict_holds_until_it_expires() -> None:
    assert holds(said("confirmed", expires_on=date(2025, 11, 30))) == "confirmed"
    assert holds(said("confirmed", expires_on=date(2025, 11, 29))) == "pending"
    assert holds(said("cleared"), as_of=date(2026, 11, 3)) == "cleared"
    assert holds(said("cleared"), as_of=date(2026, 11, 4)) == "pending", "twelve months by default"
    assert holds(said("confirmed"), as_of=date(2035, 1, 1)) == "confirmed", "what is confirmed stays so"


def test_months_are_added_to_the_end_of_short_ones() -> None:
    assert add_months(date(2025, 12, 31), 2) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("verdict", "by", "word"), [("guilty", "李敏", "confirmed"), ("cleared", " ", "--by")]
)
def test_a_verdict_has_a_known_word_and_a_name(verdict: str, by: str, word: str) -> None:
    with pytest.raises(UsageError, match=word):
        said(verdict, by=by)


# Returned lists.


def returned_csv(folder: Path, rows: list[dict[str, str]], encoding: str = "utf-8-sig") -> Path:
    path = folder / "returned.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            [
                "疑似团伙编号 ring_id",
                "核查结论 verdict",
                "办理人 handled_by",
                "备注 remark",
                "on",
                "expires_on",
            ]
        )
        for row in rows:
            writer.writerow(
                [
                    row.get(key, "")
                    for key in ("ring_id", "verdict", "handled_by", "remark", "on", "expires_on")
                ]
            )
    return path


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_returned_csv_is_read_in_either_encoding(tmp_path: Path, encoding: str) -> None:
    rows = [
        {"ring_id": "R-2025-0001", "verdict": "查实 confirmed", "handled_by": "李敏", "remark": "有录像"},
        {"ring_id": "R-2025-0002", "verdict": "待核 pending", "handled_by": "市南分局"},
        {
            "ring_id": "R-2025-0003",
            "verdict": "排除",
            "handled_by": "王强",
            "on": "2025/10/31",
            "expires_on": "2026-06-30",
        },
        {"ring_id": "R-2025-0004", "verdict": ""},
    ]
    found = read_returns(returned_csv(tmp_path, rows, encoding), on=DAY)
    assert [(one.ring_id, one.verdict, one.by, one.on) for one in found] == [
        ("R-2025-0001", "confirmed", "李敏", DAY), ("R-2025-0003", "cleared", "王强", date(2025, 10, 31)),
    ]  # fmt: skip
    assert found[1].expires_on == date(2026, 6, 30)
    assert found[0].source.startswith("returned.csv ")


def test_a_returned_workbook_is_read_whichever_sheet_holds_the_list(tmp_path: Path) -> None:
    path = tmp_path / "returned.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("说明").write_string(0, 0, "移送清单")
    sheet = book.add_worksheet("清单")
    for column, title in enumerate(
        ("名次\nrank", "疑似团伙编号\nring_id", "核查结论\nverdict", "办理人\nhandled_by")
    ):
        sheet.write_string(0, column, title)
    for column, cell in enumerate(("1", "R-2025-0001", "证据不足 insufficient", "李敏")):
        sheet.write_string(1, column, cell)
    book.close()
    (found,) = read_returns(path, on=DAY)
    assert (found.ring_id, found.verdict, found.by) == ("R-2025-0001", "insufficient", "李敏")


def test_a_word_that_is_no_verdict_stops_the_whole_file(tmp_path: Path) -> None:
    rows = [
        {"ring_id": "R-2025-0001", "verdict": "confirmed", "handled_by": "李敏"},
        {"ring_id": "R-2025-0002", "verdict": "抓"},
    ]
    with pytest.raises(UsageError, match="row 3"):
        read_returns(returned_csv(tmp_path, rows), on=DAY)


def test_a_file_without_the_two_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UsageError, match="ring_id"):
        read_returns(tmp_path / "other.csv", on=DAY)


def test_the_history_of_models_asks_where_rings_stand(tmp_path: Path) -> None:
    """A workspace's verdicts with their contradictions and expiry; any other table with its last word."""
    (tmp_path / "fraudgraph.toml").write_text("", encoding="utf-8")
    said = [
        Verdict(ring_id="R-1", verdict="confirmed", by="李敏", on=date(2025, 3, 1)),
        Verdict(ring_id="R-1", verdict="cleared", by="王强", on=date(2025, 3, 2)),
        Verdict(
            ring_id="R-2", verdict="cleared", by="王强", on=date(2025, 3, 2), expires_on=date(2025, 4, 1)
        ),
        Verdict(ring_id="R-3", verdict="confirmed", by="李敏", on=date(2025, 3, 1)),
    ]
    add_verdicts(tmp_path / "casework", said)
    file = tmp_path / "casework" / "verdicts.jsonl"
    assert standing_words(file, date(2025, 5, 1)) == {"R-1": "pending", "R-2": "pending", "R-3": "confirmed"}
    elsewhere = tmp_path / "said.jsonl"
    elsewhere.write_bytes(file.read_bytes())
    assert standing_words(elsewhere) == {"R-1": "cleared", "R-2": "cleared", "R-3": "confirmed"}

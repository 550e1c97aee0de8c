"""The commands, as a user types them: a case from officer to police, points, verification with code 8, in both languages."""

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fraudgraph.cases.room import CaseRoom
from fraudgraph.cli import main
from fraudgraph.jobs.workspace import init_workspace
from tests.cases.office import staffed


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    init_workspace(tmp_path / "W")
    monkeypatch.setenv("FRAUDGRAPH_WORKSPACE", str(tmp_path / "W"))
    staffed(CaseRoom(tmp_path / "W").store())
    return tmp_path / "W"


def test_a_case_from_its_opening_to_the_police(
    workspace: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now().replace(second=0, microsecond=0)
    ago = [(now - timedelta(hours=h)).isoformat(timespec="minutes") for h in (40, 30, 20, 10, 0)]
    two = ["--by", "李敏", "--with", "王强"]
    person = ["--name", "张组", "--role", "组织者", "--amount", "58000", "--repaid", "2000", "--by", "李敏"]
    letter = ["--amount", "60000", "--office", "某局", "--addressee", "某公安局", "--number", "移〔2026〕1号"]
    out = str(tmp_path / "package")
    case = f"C-{(now - timedelta(hours=40)).year}-0001"
    for line in (
        ["case", "officer", "冯新", "--body", "agency", "--by", "赵局"],
        [
            "case",
            "open",
            "--title",
            "虚假住院",
            "--county",
            "370202",
            "--owner",
            "李敏",
            "--by",
            "李敏",
            "--on",
            ago[0],
        ],
        ["case", "step", case, "filed", *two, "--on", ago[0]],
        ["case", "step", case, "referral_proposed", *two, "--on", ago[1]],
        ["case", "step", case, "referral_approved", "--by", "赵局", "--on", ago[2]],
        ["refer", "person", case, "P1", *person],
        ["refer", "build", case, *letter, "--out", out, *two],
        ["refer", "send", case, out, *two, "--on", ago[3]],
        ["refer", "reply", case, "police_filed", "--by", "李敏", "--on", ago[4], "--note", "已立案"],
        ["case", "show", case, "--docx", str(tmp_path / "file.docx")],
        ["case", "due", "--xlsx", str(tmp_path / "due.xlsx")],
        ["case", "verify"],
    ):
        assert main(line) == 0, (line, capfd.readouterr().err)
    said = capfd.readouterr().out
    assert "police_filed" in said and "17 events are as recorded" in said
    assert (tmp_path / "file.docx").is_file() and (tmp_path / "due.xlsx").is_file()
    head = CaseRoom(workspace).store().head()
    assert main(["case", "verify", "--head", str(head)]) == 0
    con = sqlite3.connect(CaseRoom(workspace).store().path)
    con.execute("DROP TRIGGER events_are_never_changed")
    con.execute("UPDATE events SET body = replace(body, '58000', '5800') WHERE kind = 'case_person'")
    con.commit()
    con.close()
    capfd.readouterr()
    assert main(["--lang", "zh", "case", "verify"]) == 8
    assert "的 case_person" in capfd.readouterr().err


def test_points_from_the_registration_to_the_status(
    workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    add = [
        "points", "add", "D1", "--band", "fraud", "--points", "10", "--act-on", "2026-01-10", "--decided-on", "2026-03-02",
        "--handling", "决1", "--handled-on", "2026-02-20", "--by", "孙经", "--with", "周办", "--reason", "空刷",
    ]  # fmt: skip
    assert main(["points", "staff", "D1", "--site", "H1", "--site", "H2", "--by", "孙经"]) == 0
    assert main(["--lang", "zh", *add]) == 2
    assert "--months 1–6" in capfd.readouterr().err
    assert main([*add, "--months", "3"]) == 0
    assert main(["--lang", "zh", "points", "status", "D1", "--as-of", "2026-06-02"]) == 0
    said = capfd.readouterr().out
    assert "暂停至 2026-06-02" in said and "H1、H2" in said and "未经核对原文" in said
    assert main(["points", "rules"]) == 0
    assert "unverified wording" in capfd.readouterr().out


def test_an_old_verb_writes_into_the_store_and_an_edited_file_stops_it(workspace: Path, capfd: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    from datetime import date

    from fraudgraph.casework.verdicts import Verdict, add_verdicts

    path = workspace / "casework" / "verdicts.jsonl"
    add_verdicts(
        path.parent, [Verdict(ring_id="R-2026-0001", verdict="confirmed", by="李敏", on=date(2026, 3, 2))]
    )
    assert main(["case", "takeover", "--by", "李敏"]) == 0
    assert "1 lines taken over" in capfd.readouterr().out
    path.write_text(path.read_text(encoding="utf-8").replace("confirmed", "cleared"), encoding="utf-8")
    for line in (["case", "verify"], ["month", "2026-03"], ["case", "takeover", "--by", "李敏"]):
        assert main(line) == 8
        assert "verdicts.jsonl was changed since it was recorded as event 9" in capfd.readouterr().err
    accept = ["case", "takeover", "--accept", "--by", "李敏", "--with", "王强", "--reason", "复核后更正"]
    assert main(accept) == 0
    assert main(["case", "verify"]) == 0


WRONG = [
    (["case", "officer", "某", "--body", "buro", "--by", "赵局"], "无法识别；是否想写：bureau"),
    (["case", "officer", "某", "--body", "bureau", "--by", "赵局"], "行政执法证件号"),
    (["case", "verify", "--head", "7:abc"], "64 位十六进制数"),
    (["case", "verify", "--anchor", "none.jsonl"], "没有锚点文件"),
    (["case", "step", "C-2026-0001", "filed", "--on", "昨天"], "--on 应为形如"),
    (["case", "supervise", "C-2026-0001", "--by", "赵局"], "--until 或 --lift"),
    (["case", "evidence", "C-2026-0001", "none.pdf", "--origin", "x", "--by", "李敏"], "没有案件"),
    (["refer", "person", "C-1", "P1", "--name", "a", "--role", "b", "--amount", "1.234"], "至多两位小数"),
    (["refer", "reply", "C-1", "filed"], "不是反馈"),
    (["points", "appeal", "99", "--by", "孙经"], "不是记分决定"),
    (["points", "status", "D9"], "不在已登记人员中"),
]


def test_what_is_typed_wrongly_is_one_sentence_in_chinese(
    workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for line, said in WRONG:
        capfd.readouterr()
        assert main(["--lang", "zh", *line]) == 2, line
        told = capfd.readouterr().err
        assert said in told and told.count("\n") == 1, line
    assert CaseRoom(workspace).store().head().seq == 8

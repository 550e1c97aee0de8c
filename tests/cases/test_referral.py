"""A package holds each person's own part and nobody who reported; what is handed over is what was built."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.cases.amounts import amount_as_typed, in_words
from fraudgraph.cases.referral import add_person, build, check_package, hand_clue
from fraudgraph.cases.referral_papers import Involved, Package
from fraudgraph.cases.spine import add_evidence
from fraudgraph.cases.step_rules import step_rules
from fraudgraph.cases.store import CaseStore
from fraudgraph.errors import ReplayError, UsageError
from tests.cases.office import staffed, store_at
from tests.cases.test_spine import CASE, NOW, start, state, step

RULES = step_rules()
HEAD = Involved(id="P001", name="张组", role="组织者", amount=Decimal("58000.00"), repaid=Decimal("2000.00"))
SMALL = Involved(id="P002", name="王小", role="出借凭证", amount=Decimal("1409.50"), repaid=Decimal("1409.50"), post="会计", political="群众")  # fmt: skip
POLICE = Package(
    case_id=CASE, to="police", office="某市医疗保障局", addressee="某市公安局", amount=Decimal("107000.53"), number="医保移〔2026〕1号",
    goods=(("药品", "12盒", "物证室"),),
)  # fmt: skip


@pytest.fixture
def office(tmp_path: Path) -> CaseStore:
    store = staffed(store_at(tmp_path))
    start(store)
    step(store, "filed", "2026-09-02", note="举报人刘某某提供的单据已核对")
    record = tmp_path / "单据.txt"
    record.write_text("单据", encoding="utf-8")
    store.act(lambda r: add_evidence(r, CASE, record, RULES, by="李敏", second="王强", origin="现场检查"))
    for one in (SMALL, replace(HEAD, amount=Decimal("60000.00")), HEAD):  # said again: the later word counts
        store.act(lambda r, one=one: add_person(r, CASE, one, RULES, by="李敏"))
    step(store, "referral_proposed", "2026-09-10T10:00")
    return store


def approved(store: CaseStore) -> CaseStore:
    step(store, "referral_approved", "2026-09-11T09:00", by="赵局", second="")
    return store


def made(
    store: CaseStore, folder: Path, package: Package = POLICE, reporters: Sequence[str] = (), **other: str
) -> int:
    told: dict[str, Any] = {"by": "李敏", "second": "王强", **other}
    return store.act(lambda r: build(r, package, folder, RULES, reporters=reporters, now=NOW, **told))[0].seq


def text_of(path: Path) -> str:
    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def test_a_package_has_every_document_and_each_persons_own_part(office: CaseStore, tmp_path: Path) -> None:
    folder = tmp_path / "package"
    made(approved(office), folder)
    names = sorted(path.name for path in folder.iterdir())
    assert names == [
        "01-移送书.docx", "02-调查报告.docx", "03-涉案物品及材料清单.docx", "04-01-人员情况表-P001.docx",
        "04-02-人员情况表-P002.docx", "05-回执.docx", "SHA256SUMS",
    ]  # fmt: skip
    letter = text_of(folder / names[0])
    assert "107,000.53 元（人民币壹拾万柒仟元伍角叁分）" in letter and "涉及 2 人" in letter
    small = text_of(folder / names[4])
    assert "1,409.50（壹仟肆佰零玖元伍角整）" in small and "0.00（零元整）" in small
    assert "张组" not in small and "58,000" not in small  # nobody else's part
    assert "现场检查" in text_of(folder / names[2]) and "12盒" in text_of(folder / names[2])
    assert "不得相加" in text_of(folder / names[1])


def test_the_clocks_of_a_transfer_and_what_is_handed_over_is_what_was_built(
    office: CaseStore, tmp_path: Path
) -> None:
    folder = tmp_path / "package"
    made(approved(office), folder)
    with office.read() as reader:
        check_package(reader, CASE, folder, RULES, "police")
        letter = folder / "01-移送书.docx"
        whole = letter.read_bytes()
        letter.write_bytes(whole + b"\0")
        with pytest.raises(ReplayError, match=r"01-移送书.docx in .* is not what was built"):
            check_package(reader, CASE, folder, RULES, "police")
        letter.write_bytes(whole)
        (folder / "06-多出.docx").write_bytes(whole)
        with pytest.raises(ReplayError, match="06-多出"):
            check_package(reader, CASE, folder, RULES, "police")
        with pytest.raises(UsageError, match="No package for discipline was built"):
            check_package(reader, CASE, folder, RULES, "discipline")
    with pytest.raises(UsageError, match="due until 2026-09-12 09:00"):
        step(office, "referred", "2026-09-12T09:01")
    step(office, "referred", "2026-09-12T09:00")
    assert state(office) == "referred"


@pytest.mark.parametrize("where", ["origin", "role", "title"])
def test_no_package_names_a_reporter(office: CaseStore, tmp_path: Path, where: str) -> None:
    approved(office)
    folder = tmp_path / "package"
    if where == "role":
        told = replace(SMALL, role="由刘某某举报")
        office.act(lambda r: add_person(r, CASE, told, RULES, by="李敏"))
    elif where == "origin":
        record = tmp_path / "录音.txt"
        record.write_text("x", encoding="utf-8")
        office.act(
            lambda r: add_evidence(r, CASE, record, RULES, by="李敏", second="王强", origin="刘某某提交")
        )
    package = replace(POLICE, office="刘某某") if where == "title" else POLICE
    before = office.head()
    with pytest.raises(UsageError, match="would name a reporter") as told_so:
        made(office, folder, package, ["刘某某", "13900000000"])
    assert "刘某某" not in told_so.value.message_en + told_so.value.message_zh
    assert not folder.exists() and list(tmp_path.glob(".package*")) == []
    assert office.head() == before


def test_its_innocent_twin_goes_through(office: CaseStore, tmp_path: Path) -> None:
    """A step's note may name the reporter: notes stay in the case file and go into no package."""
    made(approved(office), tmp_path / "package", POLICE, ["刘某某", "13900000000", ""])


@pytest.mark.parametrize(
    ("package", "told", "said"),
    [
        (
            replace(POLICE, amount=Decimal("57999.99")),
            {},
            "P001's own amount, 58000.00 yuan, is beyond the case's total",
        ),
        (replace(POLICE, to="polic"), {}, "--to 'polic' is not known; did you mean: police"),
        (replace(POLICE, to="discipline"), {}, "political status and post; missing for P001"),
        (POLICE, {"second": ""}, "needs a second person"),
        (POLICE, {"by": "孙经", "second": "周办"}, "孙经 belongs to the agency"),
        (replace(POLICE, case_id="C-2026-0009"), {}, "no case 'C-2026-0009'"),
    ],
)
def test_what_is_missing_is_one_sentence(office: CaseStore, tmp_path: Path, package: Package, told: dict[str, str], said: str) -> None:  # fmt: skip
    with pytest.raises(UsageError, match=said):
        made(approved(office), tmp_path / "package", package, **told)
    assert not (tmp_path / "package").exists()


def test_no_package_before_the_head_approved_and_none_over_another(office: CaseStore, tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match="once the transfer was approved; C-2026-0001 stands at referral_proposed"
    ):
        made(office, tmp_path / "package")
    made(approved(office), tmp_path / "package")
    with pytest.raises(UsageError, match="exists; a package gets a folder of its own"):
        made(office, tmp_path / "package")


def test_a_clue_for_discipline_goes_with_post_and_political_status(office: CaseStore, tmp_path: Path) -> None:
    told = replace(HEAD, post="科长", political="中共党员")
    office.act(lambda r: add_person(r, CASE, told, RULES, by="李敏"))
    made(office, tmp_path / "clue", replace(POLICE, to="discipline", addressee="某市纪委监委"))
    assert "中共党员" in text_of(tmp_path / "clue" / "04-01-人员情况表-P001.docx")
    moment = datetime(2026, 9, 20, 9, 0)
    office.act(
        lambda r: hand_clue(r, CASE, "discipline", RULES, by="李敏", second="王强", on=moment, now=NOW)
    )
    assert state(office) == "referral_proposed"  # it starts no step of ours


def test_more_repaid_than_the_own_amount_is_refused(office: CaseStore) -> None:
    wrong = replace(SMALL, repaid=Decimal("1409.51"))
    with pytest.raises(UsageError, match="it can't be more"):
        office.act(lambda r: add_person(r, CASE, wrong, RULES, by="李敏"))


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"), ("0.05", "伍分"), ("10", "壹拾元整"), ("6007.14", "陆仟零柒元壹角肆分"), ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("100010000", "壹亿零壹万元整"), ("273,000,000.00", "贰亿柒仟叁佰万元整"), ("100000000000", "壹仟亿元整"),
    ],
)  # fmt: skip
def test_amounts_in_words(amount: str, words: str) -> None:
    assert in_words(amount_as_typed(amount, "--amount")) == words


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**14 - 1))
def test_an_amount_in_words_reads_back(fen: int) -> None:
    assert read_back(in_words(Decimal(fen) / 100)) == fen


def read_back(words: str) -> int:
    yuan, _, rest = words.removesuffix("整").rpartition("元") if "元" in words else ("", "", words)
    digits, value, group, digit = "零壹贰叁肆伍陆柒捌玖", 0, 0, 0
    for char in yuan.replace("万亿", "兆"):
        if char in digits:
            digit = digits.index(char)
        elif char in "拾佰仟":
            group, digit = group + digit * 10 ** ("拾佰仟".index(char) + 1), 0
        else:
            value, group, digit = (
                value + (group + digit) * {"万": 10**4, "亿": 10**8, "兆": 10**12}[char],
                0,
                0,
            )
    fen = (value + group + digit) * 100
    for unit, size in (("角", 10), ("分", 1)):
        if unit in rest:
            fen += digits.index(rest[rest.index(unit) - 1]) * size
    return fen


@pytest.mark.parametrize("text", ["-1", "1.005", "abc", "NaN", "inf", "1e20", ""])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--amount takes yuan"):
        amount_as_typed(text, "--amount")

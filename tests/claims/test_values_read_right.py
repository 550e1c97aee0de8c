"""A value is read right, set aside with its reason, or its column is refused with a proposal: never guessed in silence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from bench.fuzz_reading import fuzz
from fraudgraph.claims.accounting.read_report import ReadReport
from fraudgraph.claims.formats.encodings import decoded_text, is_western
from fraudgraph.claims.inspection.broken_text import is_broken
from fraudgraph.claims.reading import read_claims
from fraudgraph.claims.typing.clock_sql import clock_sql
from fraudgraph.claims.typing.missing_words import is_missing_sql
from fraudgraph.claims.typing.number_sql import Mark, number_class_sql, number_sql
from fraudgraph.claims.typing.open_ends import open_end_sql
from fraudgraph.claims.typing.pasted_ids import pasted_forms
from fraudgraph.claims.typing.time_sql import Order, TimeForm, timestamp_sql
from fraudgraph.claims.typing.value_sql import id_sql
from fraudgraph.errors import SettingsError, SourceError
from fraudgraph.settings import SourceSettings
from fraudgraph.store import Store
from tests.claims.deliveries import settlement, write_csv

Read = Callable[..., ReadReport]


def value(sql: str, text: str) -> Any:
    found = duckdb.connect().execute(f"SELECT {sql} FROM (SELECT CAST(? AS VARCHAR) AS v)", [text]).fetchone()
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("text", "mark", "amount"),
    [
        ("105,50", ",", "105.50"), ("1.234,56", ",", "1234.56"), ("1 234,56", ",", "1234.56"), ("1\u202f234,56", ",", "1234.56"),
        ("1'234.50", ".", "1234.50"), ("−12.30", ".", "-12.30"), ("－12.30", ".", "-12.30"), ("‒12.30", ".", "-12.30"), ("（12.50）", ".", "-12.50"),
        ("12.50CR", ".", "-12.50"), ("12.50-", ".", "-12.50"), ("1,234.50元", ".", "1234.50"), ("1.2万元", ".", "12000.00"),
        ("12,13 €", ",", "12.13"), ("负12.30", ".", "-12.30"), ("1.5E3", ".", "1500.00"), ("2.500", ",", "2500.00"), ("2.500", ".", "2.50"),
        ("1,2345.00", ".", None), ("12 34", ".", None), ("--5", ".", None), ("(-5)", ".", None), ("1_000", ".", None), ("12%", ".", None),
        ("1.234", "plain", None), ("1.234", "both", None), ("1,234", "both", None), ("105,50", "both", "105.50"), ("105.50", "both", "105.50"),
        ("1,23,456.00", ".", None), ("1,2345", "both", None), ("105,50", ".", None), ("105.50", ",", None), ("105.50", "refused", None),
    ],
)  # fmt: skip
def test_amounts(text: str, mark: Mark, amount: str | None) -> None:
    found = value(number_sql("v", "DECIMAL(16,2)", mark), text)
    assert (None if found is None else str(found)) == amount


@pytest.mark.parametrize(
    ("text", "says"),
    [("105.50", 1), ("1,234,567", 1), ("0.123", 1), ("105,50", 2), ("1.234.567", 2), ("1,234", 3), ("1.234", 3), ("-1,234", 3), ("1234", 0), ("1,2345", 3), ("1 234", 0), ("x", 0)],
)  # fmt: skip
def test_what_an_amount_says_about_its_column(text: str, says: int) -> None:
    assert value(number_class_sql("v"), text) == says


@pytest.mark.parametrize(
    ("text", "order", "moment"),
    [
        ("2025-03-04T01:05:00Z", "none", "2025-03-04 09:05:00"), ("2025-03-04 01:05:00.000+0000", "none", "2025-03-04 09:05:00"),
        ("2025-03-03T20:05:00-05:00", "none", "2025-03-04 09:05:00"), ("2025-3-4T1:05-05:00", "none", "2025-03-04 14:05:00"),
        ("2025-03-04 06:35:00+05:30", "none", "2025-03-04 09:05:00"), ("2025-03-04T09:05:00+08:00[Asia/Shanghai]", "none", "2025-03-04 09:05:00"),
        ("1741050300", "none", "2025-03-04 09:05:00"), ("1741050300000", "none", "2025-03-04 09:05:00"), ("20250304T010500Z", "none", "2025-03-04 09:05:00"),
        ("Mar  4 2025  9:05AM", "none", "2025-03-04 09:05:00"), ("Tue Mar 04 09:05:00 CST 2025", "none", "2025-03-04 09:05:00"),
        ("2025-03-04 PM 03:05:00", "none", "2025-03-04 15:05:00"), ("2025/3/4 礼拜二 凌晨12:20", "none", "2025-03-04 00:20:00"),
        ("2025年3月4日下午三点半", "none", "2025-03-04 15:30:00"), ("04-3月 -25 09.05.00.000000 下午", "none", "2025-03-04 21:05:00"),
        ("2025-03-04 晚上12:10", "none", None), ("2025-03-04 上午13:05", "none", None), ("2025-02-30", "none", None),
        ("03/04/2025", "none", None), ("03/04/2025", "mdy", "2025-03-04 00:00:00"), ("03/04/2025", "dmy", "2025-04-03 00:00:00"),
        ("03/04/2025 9:05 PM", "mdy", "2025-03-04 21:05:00"), ("13/04/2025", "mdy", None), ("13/04/2025", "both", "2025-04-13 00:00:00"),
        ("03/04/2025", "both", None), ("04.03.2025 09:05", "dmy", "2025-03-04 09:05:00"), ("25-03-04", "none", None),
        ("2025-03-04 09:05:00 EST", "none", None), ("2.0250304E7", "none", "2025-03-04 00:00:00"), ("20250304.0", "none", "2025-03-04 00:00:00"),
    ],
)  # fmt: skip
def test_moments(text: str, order: Order, moment: str | None) -> None:
    found = value(timestamp_sql("v", TimeForm(zone="Asia/Shanghai", order=order)), text)
    assert (None if found is None else str(found)) == moment


def test_the_zone_is_the_sources_own_with_its_summer_time() -> None:
    form = TimeForm(zone="America/New_York")
    assert str(value(timestamp_sql("v", form), "2025-03-04T01:05:00Z")) == "2025-03-03 20:05:00"
    assert str(value(timestamp_sql("v", form), "2025-07-04T01:05:00Z")) == "2025-07-03 21:05:00"
    assert str(value(timestamp_sql("v", form), "2025-07-04 09:05:00 EDT")) == "2025-07-04 09:05:00"
    with pytest.raises(SettingsError, match="time zone"):
        timestamp_sql("v", TimeForm(zone="Asia/Shanghei"))


@pytest.mark.parametrize(
    ("text", "form", "clock"),
    [
        ("90500", "hhmm", "9:05:00"), ("090500", "hhmm", "9:05:00"), ("0905", "hhmm", "9:05:00"), ("905", "hhmm", "9:05:00"), ("905", "hhmmss", "0:09:05"),
        ("0.378472222222222", "hhmm", "9:05:00"), ("1899-12-30 09:05:00", "hhmm", "9:05:00"), ("1900/1/0 9:05:00", "hhmm", "9:05:00"),
        ("上午9:05", "hhmm", "9:05:00"), ("9时5分", "hhmm", "9:05:00"), ("9:05 PM", "hhmm", "21:05:00"), ("256060", "hhmm", None), ("noon", "hhmm", None),
    ],
)  # fmt: skip
def test_clocks(text: str, form: Any, clock: str | None) -> None:
    seconds = value(clock_sql("v", form), text)
    assert (None if seconds is None else str(dt.timedelta(seconds=int(seconds)))) == clock


@pytest.mark.parametrize(
    ("text", "field", "none"),
    [
        ("9999-12-31", "ended_at", True), ("0000-00-00 00:00:00", "ended_at", True), ("0", "ended_at", True), ("00000000", "ended_at", True),
        ("1900/1/0", "ended_at", True), ("2099-12-31", "ended_at", True), ("1970-01-01 08:00:00", "settled_at", True),
        ("1970-01-01", "birth_date", False), ("1985-02-03", "ended_at", False), ("2025-12-31", "ended_at", False), ("someday", "ended_at", False),
    ],
)  # fmt: skip
def test_dates_that_mean_none(text: str, field: str, none: bool) -> None:
    assert value(open_end_sql("v", "TRY_CAST(v AS TIMESTAMP)", field), text) is none


@pytest.mark.parametrize(
    "word",
    [
        "N/A",
        "#REF!",
        "无",
        "不详",
        "(NULL)",
        "Ｎ／Ａ",
        "nan",
        "\\N",
        "—",
        "000000",
        "999999999999999999",
        "待查",
        "同上",
        "xxxx",
        "111111111111111111",
        "123456789012345678",
        "00000000000000000X",
    ],
)
def test_words_for_nobody(word: str) -> None:
    assert value(is_missing_sql("v", ("待查",), names_someone=True), word) is True


@pytest.mark.parametrize("name", ["无名氏", "Nan Li", "Nullmeier", "H0", "P000", "9999", "张三", "0371"])
def test_who_is_somebody(name: str) -> None:
    assert value(is_missing_sql("v", (), names_someone=True), name) is False


@pytest.mark.parametrize(
    ("text", "read"),
    [("1.23456E+05", "123456"), ("1.2345678901E10", "12345678901"), ("3.70202E+11", None), ("3.70202E11", None), ("1E+05", None), ("3E12", "3E12"), ("123.0", "123"), ("370201191000000001.0", "370201191000000001"), ("370201191000000000.0", None), ("H37020100001", "H37020100001"), ("1,23456E+05", "123456"), ("3,70202E+17", None), ("3.70202 E+11", None), ("370201199000.00", "370201199000"), ("250.00", "250.00"), ("370,201,190", "370201190"), ("12,345", "12,345"), ("37020119010101001x", "37020119010101001X")],
)  # fmt: skip
def test_ids_of_spreadsheets(text: str, read: str | None) -> None:
    assert value(id_sql("v"), text) == read


def _amounts(*amounts: str) -> list[dict[str, str]]:
    return [settlement(i, medfee_sumamt=amount) for i, amount in enumerate(amounts)]


def test_one_value_decides_for_its_column(store: Store, read: Read, tmp_path: Path) -> None:
    read(write_csv(tmp_path / "setl.csv", _amounts("1.234", "2.500", "7,50"), delimiter=";"))
    assert [str(row[0]) for row in store.rows("SELECT total_amount FROM claims ORDER BY claim_id")] == ["1234.00", "2500.00", "7.50"]  # fmt: skip


def test_nothing_decides_and_the_column_is_refused(store: Store, read: Read, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "setl.csv", _amounts("1.234", "2.500", "7"))
    with pytest.raises(SourceError) as refused:
        read(path)
    said = refused.value
    assert (
        "medfee_sumamt" in said.message_en
        and 'decimal = "."' in said.message_en
        and "1234" in said.message_en
    )
    assert "medfee_sumamt" in said.message_zh and "两种读法" in said.message_zh
    read_claims(store, [path], SourceSettings(max_reject_share=1, decimal=","))
    assert str(store.one("SELECT max(total_amount) FROM claims")[0]) == "2500.00"


def test_rows_that_are_no_records_decide_nothing(store: Store, read: Read, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "setl.csv", [*_amounts("1.234", "2.500"), settlement(8, psn_no="", medfee_sumamt="12.50")]
    )
    with pytest.raises(SourceError, match="two ways"):
        read(path)


def test_a_mapping_file_may_decide(store: Store, read: Read, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "setl.csv", _amounts("1.234", "2.500", "7"))
    (tmp_path / "m.toml").write_text('[[table]]\ntable = "claims"\ndecimal = "."\n', encoding="utf-8")
    read(path, mapping=tmp_path / "m.toml")
    assert str(store.one("SELECT max(total_amount) FROM claims")[0]) == "7.00"


def test_american_dates_are_proven_by_one_of_them(store: Store, read: Read, tmp_path: Path) -> None:
    rows = [settlement(i, begndate=day, enddate="") for i, day in enumerate(("03/04/2025", "03/25/2025"))]
    read(write_csv(tmp_path / "setl.csv", rows))
    assert [str(row[0]) for row in store.rows("SELECT event_date FROM claims ORDER BY claim_id")] == ["2025-03-04", "2025-03-25"]  # fmt: skip


def test_dates_that_nothing_proves_are_left_empty_and_told(store: Store, read: Read, tmp_path: Path) -> None:
    rows = [settlement(i, enddate="05/06/2025") for i in range(2)]
    report = read(write_csv(tmp_path / "setl.csv", rows))
    assert report.tables["claims"].rows_kept == 2
    assert store.one("SELECT count(ended_at) FROM claims")[0] == 0
    assert any(note.code == "column_refused" and "2025-06-05" in note.en for note in report.notes)


def test_the_suppliers_own_words_for_nobody(store: Store, tmp_path: Path) -> None:
    rows = [settlement(0), settlement(1, psn_no="外地人员"), settlement(2, psn_no="Ｐ１２３")]
    path = write_csv(tmp_path / "setl.csv", rows)
    read_claims(store, [path], SourceSettings(max_reject_share=1, missing=("外地人员",)))
    assert [row[0] for row in store.rows("SELECT patient_id FROM claims ORDER BY claim_id")] == ["370200195001010000", "P123"]  # fmt: skip


def test_an_amount_over_several_rows_is_nobodys(store: Store, read: Read, tmp_path: Path) -> None:
    rows = [settlement(i) for i in range(3)]
    head = "".join(f"<th>{name}</th>" for name in rows[0])
    body = "".join(
        "<tr>"
        + "".join(
            f"<td rowspan=3>{text}</td>" if name in ("psn_no", "medfee_sumamt") else f"<td>{text}</td>"
            for name, text in row.items()
            if i == 0 or name not in ("psn_no", "medfee_sumamt")
        )
        + "</tr>"
        for i, row in enumerate(rows)
    )
    good = "<tr>" + "".join(f"<td>{text}</td>" for text in settlement(9).values()) + "</tr>"
    (tmp_path / "结算.xls").write_text(
        f'<html><meta charset="utf-8"><table><tr>{head}</tr>{body}{good}</table></html>', encoding="utf-8"
    )
    report = read(tmp_path / "结算.xls")
    assert report.reasons["claims"] == {"E_MERGED": 3}
    assert store.one("SELECT count(*) FROM claims")[0] == 1


def test_a_header_that_ends_with_a_delimiter(store: Store, read: Read, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "setl.csv", [settlement(i) for i in range(4)])
    head, _, rest = path.read_text(encoding="utf-8").partition("\n")
    path.write_text(f"{head},\n{rest}", encoding="utf-8")
    assert read(path).tables["claims"].rows_kept == 4


@pytest.mark.parametrize("line", ["第1页 共2页", "制表人：李四,,审核：王五", "(12 rows affected)", "Total,,,,,,,,,99.00", "----,----", "共12条记录", "Printed on 2025-03-04"])  # fmt: skip
def test_footers_are_no_records_and_cost_nothing(store: Store, tmp_path: Path, line: str) -> None:
    path = write_csv(tmp_path / "setl.csv", [settlement(i) for i in range(4)])
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    report = read_claims(store, [path], SourceSettings())
    assert (report.tables["claims"].rows_kept, report.reasons["claims"]) == (4, {"E_NO_RECORD": 1})


def test_a_tab_inside_quotes_is_of_nobodys_id(store: Store, read: Read, tmp_path: Path) -> None:
    rows = [settlement(0), settlement(50, psn_no="370200195001010000\t")]
    read(write_csv(tmp_path / "setl.csv", rows, delimiter="\t"))
    assert store.one("SELECT count(DISTINCT patient_id) FROM claims")[0] == 1


def test_a_claim_that_lost_its_person_is_no_footer(store: Store, read: Read, tmp_path: Path) -> None:
    report = read(write_csv(tmp_path / "setl.csv", [settlement(0), settlement(1, psn_no="")]))
    assert report.reasons["claims"] == {"E_REQUIRED": 1}


@pytest.mark.parametrize(("word", "counted"), [("反交易", 0), ("冲红", 0), ("正交易", 1), ("收费", 1)])
def test_a_reversal_by_its_word_counts_nothing(
    store: Store, read: Read, tmp_path: Path, word: str, counted: int
) -> None:
    rows = [{**settlement(i), "交易类型": said} for i, said in enumerate(("正交易", word))]
    for row in rows:
        del row["refd_setl_flag"]
    read(write_csv(tmp_path / "setl.csv", rows))
    assert store.one("SELECT sum(CAST(counted AS INTEGER)) FROM claims")[0] == 1 + counted


def test_lines_of_two_encodings_and_a_damaged_one(store: Store, read: Read, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "setl.csv", [settlement(i, psn_no=f"A{i}", psn_name="欧阳建国") for i in range(9)]
    )
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    parts = [line.encode("gb18030" if i < 4 else "utf-8") for i, line in enumerate(lines)]
    parts[7] = parts[7].replace("建".encode(), "建".encode()[:2])
    path.write_bytes(b"".join(parts))
    report = read(path)
    assert {row[0] for row in store.rows("SELECT name FROM patients")} == {"欧阳建国"}
    assert report.reasons["claims"] == {"E_ENCODING": 1}


@pytest.mark.parametrize("pasted", ["’370200195001010007", "370200 19500101 0007", "370200195001010007.00"])
def test_an_id_however_a_spreadsheet_wrote_it(store: Store, read: Read, tmp_path: Path, pasted: str) -> None:
    read(write_csv(tmp_path / "setl.csv", [settlement(7), settlement(8, psn_no=pasted)]))
    assert store.one("SELECT count(DISTINCT patient_id) FROM claims")[0] == 1


def test_valid_dates_before_the_window_stop_nothing_and_birthdays_do(store: Store, tmp_path: Path) -> None:
    def old(count: int) -> Path:
        changed = {"begndate": "1975-03-04", "enddate": "", "setl_time": ""}
        return write_csv(
            tmp_path / "setl.csv", [settlement(i, **(changed if i < count else {})) for i in range(10)]
        )

    report = read_claims(store, [old(3)], SourceSettings())
    assert (report.tables["claims"].rows_kept, report.reasons["claims"]) == (7, {"E_DATE_OLD": 3})
    with pytest.raises(SourceError, match="E_DATE_OLD"):
        read_claims(store, [old(8)], SourceSettings())


def test_which_bytes_are_of_the_west() -> None:
    assert is_western("José,Núñez,Müller".encode("cp1252"))
    assert is_western("NÚÑEZ,MUÑOZ,O’Brien,ÅSE".encode("cp1252"))
    assert not is_western("王五,CT检查,朱镕基".encode("gb18030"))
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030", "big5"):
        text = (
            "舉報: 370201, H99010100022, 以上各人常在一起"
            if encoding == "big5"
            else "举报: 370201, H99010100022"
        )
        assert decoded_text(text.encode(encoding)) == text


def test_ids_as_they_are_pasted() -> None:
    for pasted in (" H99010100022", "Ｈ99010100022", "h99010100022 ", "\u200bH99010100022", "'H99010100022"):
        assert "H99010100022" in pasted_forms(pasted)


def test_broken_text_is_seen_and_sound_text_is_not() -> None:
    broken = ["欧阳建国".encode().decode("gb18030", errors="replace"), "José".encode().decode("latin-1"), "王五".encode("gbk").decode("latin-1"), "锟斤拷", "??"]  # fmt: skip
    assert all(map(is_broken, broken))
    assert not any(map(is_broken, ["欧阳建国", "José Núñez", "涓涓", "阿莫西林胶囊（0.25g）", "Größe", "A?"]))


def test_files_of_every_form_hold_no_value_that_is_silently_wrong() -> None:
    tally = fuzz(8, seed=11)
    assert tally.wrong == []
    assert (tally.rows_lost, tally.rows_kept > 30) == (0, True)

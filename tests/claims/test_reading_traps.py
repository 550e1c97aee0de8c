"""What real deliveries do to a loader, trap by trap, each with its harmless twin."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from fraudgraph.store import Store
from tests.claims.conftest import Read
from tests.claims.deliveries import canonical, settlement, write_csv


def codes(store: Store) -> dict[str, str]:
    """The reject code by claim id, taken from the raw line."""
    return {line.split(",")[0]: code for line, code in store.rows("SELECT raw_line, code FROM rejects")}


def claim(store: Store, claim_id: str, columns: str) -> tuple[object, ...]:
    return store.one(f"SELECT {columns} FROM claims WHERE claim_id = $id", id=claim_id)


def test_a_revoked_settlement_and_its_original_net_to_nothing(
    store: Store, read: Read, tmp_path: Path
) -> None:
    rows = [
        settlement(1, psn_no="A", medfee_sumamt="100", fund_pay_sumamt="60", setl_time="2025-03-04 09:00:00"),
        settlement(2, psn_no="A", medfee_sumamt="100", fund_pay_sumamt="60", setl_time="2025-03-04 10:00:00"),
        settlement(
            3,
            psn_no="A",
            medfee_sumamt="-100",
            fund_pay_sumamt="-60",
            setl_time="2025-03-04 11:00:00",
            refd_setl_flag="1",
        ),
    ]
    read(write_csv(tmp_path / "setl_d.csv", rows))
    columns = "is_refund, counted, net_total_amount, net_fund_amount, refund_of"
    zero = Decimal(0)
    assert claim(store, "S00003", columns) == (True, False, zero, zero, "S00002")  # the nearest in time
    assert claim(store, "S00002", columns) == (False, False, zero, zero, None)
    assert claim(store, "S00001", columns) == (False, True, Decimal(100), Decimal(60), None)
    assert store.one("SELECT sum(net_total_amount) = sum(total_amount) FROM claims")[0]


def test_refunds_close_like_brackets_and_never_before_their_original(
    store: Store, read: Read, tmp_path: Path
) -> None:
    def at(number: int, hour: int, sign: str) -> dict[str, str]:
        time = f"2025-03-04 {hour:02d}:00:00"
        return settlement(
            number, psn_no="A", medfee_sumamt=f"{sign}100", fund_pay_sumamt=f"{sign}60", setl_time=time
        )

    rows = [at(1, 8, "-"), at(2, 9, ""), at(3, 10, ""), at(4, 11, "-"), at(5, 12, "-"), at(6, 13, "-")]
    read(write_csv(tmp_path / "setl_d.csv", rows))
    paired = dict(store.rows("SELECT claim_id, refund_of FROM claims WHERE is_refund"))
    assert paired == {"S00001": None, "S00004": "S00003", "S00005": "S00002", "S00006": None}
    assert store.one("SELECT sum(net_total_amount) FROM claims")[0] == Decimal(-200)


def test_a_refund_of_another_person_place_or_amount_is_no_pair(
    store: Store, read: Read, tmp_path: Path
) -> None:
    base = {"medfee_sumamt": "100", "fund_pay_sumamt": "60"}
    back = {"medfee_sumamt": "-100", "fund_pay_sumamt": "-60", "setl_time": "2025-03-04 12:00:00"}
    rows = [
        settlement(1, psn_no="A", **base),
        settlement(2, psn_no="B", **back),
        settlement(3, psn_no="A", fixmedins_code="H37020100002", **back),
        settlement(4, psn_no="A", **{**back, "medfee_sumamt": "-100.01"}),
    ]
    read(write_csv(tmp_path / "setl_d.csv", rows))
    assert store.rows("SELECT refund_of FROM claims WHERE is_refund") == [(None,)] * 3
    assert claim(store, "S00001", "counted, net_total_amount") == (True, Decimal(100))


def test_a_named_original_may_be_refunded_in_part(store: Store, read: Read, tmp_path: Path) -> None:
    rows = [
        canonical(1, total_amount="100", fund_amount="60"),
        canonical(2, total_amount="-30", fund_amount="-20", refund_of="C00001"),
    ]
    read(write_csv(tmp_path / "claims.csv", rows))
    assert claim(store, "C00001", "counted, net_total_amount, net_fund_amount") == (
        True,
        Decimal(70),
        Decimal(40),
    )
    assert claim(store, "C00002", "is_refund, counted, net_total_amount") == (True, False, Decimal(0))


def test_a_refund_mark_without_a_minus_still_takes_its_original_out(
    store: Store, read: Read, tmp_path: Path
) -> None:
    same = {"psn_no": "A", "medfee_sumamt": "100", "fund_pay_sumamt": "60"}
    rows = [
        settlement(1, **same, setl_time="2025-03-04 09:00:00"),
        settlement(2, **same, setl_time="2025-03-04 10:00:00", refd_setl_flag="1"),
    ]
    read(write_csv(tmp_path / "setl_d.csv", rows))
    assert claim(store, "S00001", "counted, net_total_amount") == (False, Decimal(0))
    assert claim(store, "S00002", "is_refund, counted, refund_of") == (True, False, "S00001")


def test_an_original_that_is_marked_too_is_still_the_original(
    store: Store, read: Read, tmp_path: Path
) -> None:
    same = {"psn_no": "A", "refd_setl_flag": "1"}
    rows = [
        settlement(1, **same, medfee_sumamt="100", fund_pay_sumamt="60", setl_time="2025-03-04 09:00:00"),
        settlement(2, **same, medfee_sumamt="-100", fund_pay_sumamt="-60", setl_time="2025-03-04 10:00:00"),
    ]
    read(write_csv(tmp_path / "setl_d.csv", rows))
    assert claim(store, "S00001", "is_refund, counted") == (False, False)
    assert claim(store, "S00002", "is_refund, refund_of") == (True, "S00001")


def test_void_rows_are_set_aside_and_do_not_stop_a_run(store: Store, read: Read, tmp_path: Path) -> None:
    rows = [settlement(i, vali_flag="0" if i % 2 else "1") for i in range(10)]
    report = read(write_csv(tmp_path / "setl_d.csv", rows), max_reject_share=0.05)
    assert report.reasons == {"claims": {"E_VOID": 5}}
    assert store.count("claims") == 5


@pytest.mark.parametrize(
    ("started", "settled", "event"),
    [
        ("2025-03-04 08:15:00", "2025-03-04 09:20:00", datetime(2025, 3, 4, 8, 15)),
        ("2025-03-04", "2025-03-05 09:20:00", datetime(2025, 3, 5, 9, 20)),
        ("2025-03-04", "09:20:00", datetime(2025, 3, 4, 9, 20)),
        ("2025-03-04", "092000", datetime(2025, 3, 4, 9, 20)),
        ("2025-03-04 00:00:00", "", None),
        ("2025-03-04", "2025-03-05", None),
        ("", "2025-03-04 09:20:00", datetime(2025, 3, 4, 9, 20)),
    ],
)
def test_the_minute_of_the_event(
    store: Store, read: Read, tmp_path: Path, started: str, settled: str, event: datetime | None
) -> None:
    rows = [settlement(1, begndate=started, enddate="", setl_time=settled)]
    report = read(write_csv(tmp_path / "setl_d.csv", rows))
    assert claim(store, "S00001", "event_at, event_date") == (event, date(2025, 3, 4))
    assert report.has_clock == (event is not None)
    assert ("no_clock" in {note.code for note in report.notes}) == (event is None)


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-04",
        "20250304",
        "2025/3/4",
        "2025/03/04",
        "2025.3.4",
        "2025年3月4日",
        "20250304.0",
        " 2025-03-04 ",
        "2025-03-04T00:00:00",
        "20250304000000",
    ],
)
def test_days_in_many_forms(store: Store, read: Read, tmp_path: Path, text: str) -> None:
    read(write_csv(tmp_path / "setl_d.csv", [settlement(1, begndate=text)]))
    assert claim(store, "S00001", "event_date") == (date(2025, 3, 4),)


@pytest.mark.parametrize(
    "text",
    ["2025-03-04 09:20:05", "2025/3/4 9:20:05", "20250304092005", "2025-03-04T09:20:05", "20250304 09:20:05"],
)
def test_times_in_many_forms(store: Store, read: Read, tmp_path: Path, text: str) -> None:
    read(write_csv(tmp_path / "setl_d.csv", [settlement(1, begndate=text)]))
    assert claim(store, "S00001", "started_at") == (datetime(2025, 3, 4, 9, 20, 5),)


@pytest.mark.parametrize(
    ("care", "place", "expected"),
    [
        ("11", "H37020100001", "outpatient"),
        ("11.0", "H37020100001", "outpatient"),
        ("011", "H37020100001", "outpatient"),
        ("14", "H37020100001", "chronic"),
        ("140104", "H37020100001", "chronic"),
        ("2101", "H37020100001", "inpatient"),
        ("28", "H37020100001", "inpatient"),
        ("51", "H37020100001", "outpatient"),
        ("52", "H37020100001", "inpatient"),
        ("41", "P37020100001", "pharmacy"),
        ("9929", "P37020100001", "pharmacy"),
        ("14", "P37020100001", "pharmacy"),
        ("41", "700012", "pharmacy"),
        ("9929", "700012", "pharmacy"),
        ("9901", "H37020100001", "chronic"),
        ("41", "H37020100001", "outpatient"),
        ("普通住院", "H37020100001", "inpatient"),
        ("门诊慢特病", "H37020100001", "chronic"),
        ("定点药店购药", "P37020100001", "pharmacy"),
    ],
)
def test_care_types_as_number_text_or_word(
    store: Store, read: Read, tmp_path: Path, care: str, place: str, expected: str
) -> None:
    rows = [settlement(1, med_type=care, fixmedins_code=place)]
    read(write_csv(tmp_path / "setl_d.csv", rows))
    at_pharmacy = expected == "pharmacy"
    expected_row = (expected, None if at_pharmacy else place, place if at_pharmacy else None, place)
    assert claim(store, "S00001", "claim_type, facility_id, pharmacy_id, place_id") == expected_row


def test_ids_of_18_digits_and_leading_zeros_come_through(store: Store, read: Read, tmp_path: Path) -> None:
    rows = [settlement(1, psn_no="370200195001011234"), settlement(2, psn_no="000123")]
    read(write_csv(tmp_path / "setl_d.csv", rows))
    assert store.rows("SELECT patient_id FROM claims ORDER BY claim_id") == [
        ("370200195001011234",),
        ("000123",),
    ]


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"psn_no": ""}, "E_REQUIRED", "psn_no"),
        ({"psn_no": "3.70200E+17"}, "E_ID_PRECISION", "psn_no"),
        ({"fixmedins_code": ""}, "E_PLACE", "fixmedins_code"),
        ({"medfee_sumamt": "一百"}, "E_NUMBER", "medfee_sumamt"),
        ({"fund_pay_sumamt": ""}, "E_REQUIRED", "fund_pay_sumamt"),
        ({"begndate": "2025-02-30"}, "E_DATE", "begndate"),
        ({"begndate": "1989-12-31"}, "E_DATE_OLD", "begndate"),
        ({"begndate": "1889-12-31"}, "E_DATE_RANGE", "begndate"),
        ({"enddate": "2025-03-03"}, "E_DATE_ORDER", "enddate"),
        ({"med_type": "ZZ9"}, "E_CODE", "med_type"),
        ({"begndate": "", "setl_time": ""}, "E_REQUIRED", "begndate"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_reason(
    store: Store, read: Read, tmp_path: Path, changes: dict[str, str], code: str, column: str
) -> None:
    rows = [settlement(1), settlement(2, **changes), settlement(3)]
    report = read(write_csv(tmp_path / "setl_d.csv", rows))
    ((file, line, found_column, found_code, zh, en, raw),) = store.rows(
        'SELECT source_file, "line", "column", code, reason_zh, reason_en, raw_line FROM rejects'
    )
    assert (file, line, found_column, found_code) == ("setl_d.csv", 3, column, code)
    assert raw.startswith("S00002,") and zh and en
    assert report.tables["claims"].rows_kept == 2


def test_tomorrow_is_a_date_and_the_day_after_next_is_not(store: Store, read: Read, tmp_path: Path) -> None:
    today = datetime.now().astimezone().date()
    later = [str(today + timedelta(days=days)) for days in (0, 5)]
    rows = [settlement(i, begndate=day, enddate="", setl_time="") for i, day in enumerate(later)]
    read(write_csv(tmp_path / "setl_d.csv", rows))
    assert codes(store) == {"S00001": "E_DATE_RANGE"}


def test_equal_duplicates_and_unequal_ones(store: Store, read: Read, tmp_path: Path) -> None:
    later = settlement(2, setl_time="2025-03-09 09:00:00", medfee_sumamt="7")
    rows = [settlement(1), later, settlement(2), settlement(1), settlement(3)]
    report = read(write_csv(tmp_path / "setl_d.csv", rows))
    assert report.reasons["claims"] == {"E_DUPLICATE": 1, "E_DUPLICATE_ID": 1}
    assert claim(store, "S00002", "total_amount") == (
        Decimal("102.50"),
    )  # the earlier one, not the first in the file


def test_fee_lines_never_multiply_a_settlement(store: Store, read: Read, tmp_path: Path) -> None:
    write_csv(tmp_path / "setl_d.csv", [settlement(1)])
    lines = [
        {
            "setl_id": "S00001",
            "feedetl_sn": str(i),
            "hilist_code": "X",
            "cnt": "1",
            "pric": "1",
            "det_item_fee_sumamt": "33.5",
        }
        for i in range(3)
    ]
    write_csv(tmp_path / "fee_list_d.csv", lines)
    read(tmp_path)
    assert store.one("SELECT count(*), sum(total_amount) FROM claims") == (1, Decimal("101.50"))
    assert store.one("SELECT count(*), sum(amount) FROM claim_items") == (3, Decimal("100.50"))


def test_fee_lines_share_the_fate_of_their_claim(store: Store, read: Read, tmp_path: Path) -> None:
    write_csv(tmp_path / "setl_d.csv", [settlement(1), settlement(2, vali_flag="0")])
    lines = [
        {"setl_id": one, "hilist_code": "X", "cnt": "1", "det_item_fee_sumamt": "10"}
        for one in ("S00001", "S00002", "S00077")
    ]
    write_csv(tmp_path / "fee_list_d.csv", lines)
    report = read(tmp_path, max_reject_share=0.0)
    assert report.reasons["claim_items"] == {"E_CLAIM_SET_ASIDE": 1, "E_NO_CLAIM": 1}


def test_fee_lines_without_a_settlement_id_find_it_by_the_encounter(
    store: Store, read: Read, tmp_path: Path
) -> None:
    write_csv(tmp_path / "setl_d.csv", [settlement(1), settlement(2)])
    lines = [{"mdtrt_id": "M00002", "hilist_code": "X", "cnt": "1", "det_item_fee_sumamt": "10"}]
    write_csv(tmp_path / "fee_list_d.csv", lines)
    read(tmp_path)
    assert store.rows("SELECT claim_id FROM claim_items") == [("S00002",)]


ENCOUNTER = {
    "mdtrt_id": "M00001",
    "psn_no": "370200195001010001",
    "psn_name": "李四",
    "gend": "男",
    "brdy": "19500101",
    "tel": "13800000000",
    "addr": "海边路1号",
    "emp_name": "某公司",
    "chfpdr_code": "D370201000001",
    "chfpdr_name": "王医生",
    "begntime": "2025-03-04 08:30:00",
    "endtime": "2025-03-04 08:50:00",
    "dscg_maindiag_code": "I10.x00",
}


def test_the_encounter_gives_doctor_diagnosis_minutes_and_the_person(
    store: Store, read: Read, tmp_path: Path
) -> None:
    write_csv(
        tmp_path / "setl_d.csv",
        [
            settlement(1),
            settlement(
                2, mdtrt_id="M00001", begndate="2025-03-09", enddate="2025-03-09", psn_no=ENCOUNTER["psn_no"]
            ),
        ],
    )
    write_csv(tmp_path / "mdtrt_d.csv", [ENCOUNTER], encoding="gb18030")
    report = read(tmp_path)
    first = claim(store, "S00001", "doctor_id, diagnosis_code, started_at, ended_at")
    assert first == ("D370201000001", "I10.x00", datetime(2025, 3, 4, 8, 30), datetime(2025, 3, 4, 8, 50))
    assert claim(store, "S00002", "started_at") == (
        datetime(2025, 3, 9),
    )  # a later settlement keeps its own day
    person = store.one(
        "SELECT name, sex, birth_date, phone, address, employer FROM patients WHERE patient_id = $id",
        id=ENCOUNTER["psn_no"],
    )
    assert person == ("张三", "1", date(1950, 1, 1), "13800000000", "海边路1号", "某公司")
    assert store.rows("SELECT doctor_id, name FROM doctors") == [("D370201000001", "王医生")]
    assert report.tables["claims"].amount_kept == Decimal("204.00")


def test_a_patients_file_wins_and_the_encounter_fills_its_gaps(
    store: Store, read: Read, tmp_path: Path
) -> None:
    write_csv(tmp_path / "setl_d.csv", [settlement(1)])
    write_csv(tmp_path / "mdtrt_d.csv", [ENCOUNTER])
    person = {"patient_id": ENCOUNTER["psn_no"], "name": "本人", "phone": "", "sex": "2"}
    write_csv(tmp_path / "patients.csv", [person])
    read(tmp_path)
    assert store.rows("SELECT name, sex, phone FROM patients") == [("本人", "2", "13800000000")]


def test_the_order_of_rows_decides_nothing(tmp_path: Path) -> None:
    from fraudgraph.claims.reading import read_claims
    from fraudgraph.settings import SourceSettings

    rows = [
        settlement(
            i % 40,
            psn_no=f"A{i % 3}",
            setl_time=f"2025-03-04 10:{i % 7:02d}:00",
            medfee_sumamt=("-" if i % 5 == 0 else "") + "100",
            fund_pay_sumamt=("-" if i % 5 == 0 else "") + "60",
        )
        for i in range(80)
    ]
    answers = []
    for turn in range(3):
        random.Random(turn).shuffle(rows)
        path = write_csv(tmp_path / f"setl_{turn}.csv", rows)
        with Store(tmp_path / f"store_{turn}") as store:
            read_claims(store, [path], SourceSettings(max_reject_share=1))
            answers.append(
                (store.rows("FROM claims ORDER BY claim_id"), store.rows("FROM patients ORDER BY patient_id"))
            )
    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0][0]) == 40


def test_a_window_leaves_other_months_outside_and_accounts_for_them(
    store: Store, read: Read, tmp_path: Path
) -> None:
    from fraudgraph.records import Month

    rows = [settlement(i, begndate=f"2025-{i:02d}-10", enddate="", setl_time="") for i in range(1, 7)]
    path = write_csv(tmp_path / "setl_d.csv", rows)
    report = read(path, month=Month(2025, 5), window_months=2)
    assert report.months == ("2025-04", "2025-05")
    table = report.tables["claims"]
    assert (table.rows_read, table.rows_kept, table.rows_outside, table.rows_set_aside) == (6, 2, 4, 0)
    assert table.amount_read == table.amount_kept + table.amount_outside
    assert read(path, month=Month(2025, 5)).months[0] == "2025-01"
    assert read(path, window_months=1).months == ("2025-06",)

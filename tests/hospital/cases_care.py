"""Violations and innocent twins of beds, care, staff, papers, money and data."""

from __future__ import annotations

from datetime import date, timedelta

from tests.hospital.bent_hospital import therapy, twin, violation
from tests.hospital.small_hospital import ITEMS, SmallHospital, _story, at

DAY = timedelta(days=1)


@violation("H27")
def too_many_beds(w: SmallHospital, v: str, d: date) -> None:
    w.charge(v, "BED", at(d + DAY, 22), 4)


@twin("H27")
def first_and_last_day(w: SmallHospital, v: str, d: date) -> None:
    w.charge(v, "BED", at(d + 4 * DAY, 12))


@violation("H28")
def shared_bed(w: SmallHospital, v: str, d: date) -> str:
    w.stay("Z28", d)
    w.rows["h_ward_days"] = [
        {**row, "bed": "SHARED"} if row["visit_no"] in (v, "Z28") else row for row in w.rows["h_ward_days"]
    ]
    return v


@twin("H28")
def with_the_mother(w: SmallHospital, v: str, d: date) -> None:
    w.stay("Z28", d, birth_on=d - DAY)
    w.rows["h_ward_days"] = [
        {**row, "bed": "MOTHER"} if row["visit_no"] in (v, "Z28") else row for row in w.rows["h_ward_days"]
    ]


def _quiet(w: SmallHospital, v: str, days: list[date]) -> None:
    for table, column in (("h_nursing", "recorded_at"), ("h_executions", "executed_at")):
        w.rows[table] = [
            row for row in w.rows[table] if row.get("visit_no") != v or row[column].date() not in days
        ]


@violation("H29")
def nobody_came(w: SmallHospital, v: str, d: date) -> None:
    _quiet(w, v, [d + 2 * DAY, d + 3 * DAY])


@twin("H29")
def on_leave(w: SmallHospital, v: str, d: date) -> None:
    _quiet(w, v, [d + 2 * DAY])
    next(row for row in w.rows["h_ward_days"] if row["visit_no"] == v and row["on"] == d + 2 * DAY)[
        "state"
    ] = "请假"


@violation("H30")
def higher_level(w: SmallHospital, v: str, d: date) -> None:
    w.charge(v, "CARE1", at(d + 2 * DAY, 23))


@twin("H30")
def level_changed(w: SmallHospital, v: str, d: date) -> None:
    w.charge(v, "CARE1", at(d + 2 * DAY, 23))
    w.add(
        "h_nursing",
        visit_no=v,
        recorded_at=at(d + DAY, 10),
        nurse="N02",
        level="一级护理",
        vitals="37.2",
        signed_at=at(d + DAY, 10),
    )


@violation("H31")
def quick_hand(w: SmallHospital, v: str, d: date) -> str:
    for place in range(9):
        w.add(
            "h_nursing",
            visit_no=f"V{place:03d}",
            recorded_at=at(d, 6),
            nurse="N31",
            level="二级护理",
            vitals="36.6",
            signed_at=at(d, 6),
        )
    return "N31"


@twin("H31")
def monitor(w: SmallHospital, v: str, d: date) -> str:
    for place in range(9):
        w.add(
            "h_nursing",
            visit_no=f"V{place:03d}",
            recorded_at=at(d, 6),
            nurse="N32",
            kind="监护仪自动采集",
            level="二级护理",
            vitals="36.6",
            signed_at=at(d, 6),
        )
    return "N32"


@violation("H32")
def at_home(w: SmallHospital, v: str, d: date) -> str:
    w.add("h_rota", staff_id="N33", on=d + DAY, state="年休假")
    w.add(
        "h_nursing",
        visit_no=v,
        recorded_at=at(d + DAY, 10),
        nurse="N33",
        level="二级护理",
        vitals="36.6",
        signed_at=at(d + DAY, 10),
    )
    return "N33"


@twin("H32")
def night_shift_ends(w: SmallHospital, v: str, d: date) -> str:
    w.add("h_rota", staff_id="N34", on=d + DAY, state="休息")
    w.add(
        "h_nursing",
        visit_no=v,
        recorded_at=at(d + DAY, 7, 30),
        nurse="N34",
        level="二级护理",
        vitals="36.6",
        signed_at=at(d + DAY, 7, 30),
    )
    return "N34"


@violation("H33")
def two_places(w: SmallHospital, v: str, d: date) -> str:
    w.operation(v, "OP", at(d + 2 * DAY, 8), room="OR33", surgeon="D33")
    w.order("V016", "GAS", at(d + 2 * DAY, 8, 40), issued_by="D33")
    return "D33"


@twin("H33")
def before_the_cut(w: SmallHospital, v: str, d: date) -> str:
    w.operation(v, "OP", at(d + 2 * DAY, 8), room="OR34", surgeon="D34")
    w.order("V017", "GAS", at(d + 2 * DAY, 8, 5), issued_by="D34")
    return "D34"


@violation("H34")
def expired(w: SmallHospital, v: str, d: date) -> str:
    w.add("h_staff", staff_id="D35", name="D35", kind="医师", licence_to=date(2024, 1, 1))
    w.order(v, "GAS", at(d + DAY, 9), issued_by="D35")
    return "D35"


@twin("H34")
def renewal(w: SmallHospital, v: str, d: date) -> str:
    w.add("h_staff", staff_id="D36", name="D36", kind="医师", licence_to=d - 10 * DAY)
    w.order(v, "GAS", at(d + DAY, 9), issued_by="D36")
    return "D36"


@violation("H35")
def two_hands(w: SmallHospital, v: str, d: date) -> str:
    therapy(w, v, d + 2 * DAY, "T35", 10)
    therapy(w, "V018", d + 2 * DAY, "T35", 10, 5)
    return "T35"


@twin("H35")
def group_item(w: SmallHospital, v: str, d: date) -> str:
    for visit in (v, "V019"):
        therapy(w, visit, d + 2 * DAY, "T36", 10)
        w.rows["h_sessions"][-1]["item"] = "集体训练"
    return "T36"


@violation("H36")
def not_logged(w: SmallHospital, v: str, d: date) -> None:
    therapy(w, v, d + 3 * DAY, "T01", 21, logged=False)


@twin("H36")
def logged_late(w: SmallHospital, v: str, d: date) -> None:
    therapy(w, v, d + 3 * DAY, "T01", 21, logged=False)
    w.add("h_device_logs", device_id="PT1", started_at=at(d + 3 * DAY, 21, 40), ended_at=at(d + 3 * DAY, 22))


@violation("H37")
def scrapped(w: SmallHospital, v: str, d: date) -> str:
    w.exam(v, d + 2 * DAY, device_id="OLD")
    return "OLD"


@violation("H38")
def too_fast(w: SmallHospital, v: str, d: date) -> str:
    for hour in (8, 9, 11, 12, 13):
        w.exam(f"V{hour:03d}", d + 2 * DAY, device_id="BUSY", study_at=at(d + 2 * DAY, hour))
    for place in range(6):
        w.exam(f"V{20 + place:03d}", d + 2 * DAY, device_id="BUSY", study_at=at(d + 2 * DAY, 10, place))
    return "BUSY"


@violation("H39")
def three_parts(w: SmallHospital, v: str, d: date) -> None:
    w.exam(v, d + 3 * DAY)
    w.rows["h_charges"][-1].update(quantity=3, amount=600)


@twin("H39")
def both_knees(w: SmallHospital, v: str, d: date) -> None:
    w.exam(v, d + 3 * DAY, body_part="双膝")
    w.rows["h_charges"][-1].update(quantity=2, amount=400)


@violation("H40")
def copied_text(w: SmallHospital, v: str, d: date) -> str:
    for visit in (v, "V020"):
        w.add(
            "h_documents",
            doc_id=w.number(),
            visit_no=visit,
            kind="出院小结",
            author="D01",
            written_at=at(d + 4 * DAY, 10),
            signed_at=at(d + 4 * DAY, 11),
            text=_story("copied from another"),
        )
    return "V020"


@violation("H41")
def signed_first(w: SmallHospital, v: str, d: date) -> None:
    w.add(
        "h_documents",
        doc_id=w.number(),
        visit_no=v,
        kind="病程",
        author="D01",
        written_at=at(d + 2 * DAY, 10),
        signed_at=at(d + DAY, 10),
        text="短",
    )


@twin("H41")
def within_a_day(w: SmallHospital, v: str, d: date) -> None:
    w.add(
        "h_documents",
        doc_id=w.number(),
        visit_no=v,
        kind="病程",
        author="D01",
        written_at=at(d + 2 * DAY, 10),
        signed_at=at(d + 3 * DAY, 9),
        text="短",
    )


@violation("H42")
def upcoded(w: SmallHospital, v: str, d: date) -> None:
    next(row for row in w.rows["s_claims"] if row["claim_id"] == f"S{v}")["diagnosis_code"] = "I21.900"


@twin("H42")
def same_category(w: SmallHospital, v: str, d: date) -> None:
    next(row for row in w.rows["s_claims"] if row["claim_id"] == f"S{v}")["diagnosis_code"] = "K35.200"


@violation("H43")
def unproved(w: SmallHospital, v: str, d: date) -> None:
    next(row for row in w.rows["h_home_page"] if row["visit_no"] == v)["other_diagnoses"] = "R57.100"


@twin("H43")
def transferred_in(w: SmallHospital, v: str, d: date) -> None:
    w.person(v)["admission_way"] = "外院转入"
    next(row for row in w.rows["h_home_page"] if row["visit_no"] == v)["other_diagnoses"] = "R57.100"


@violation("H44")
def another_blood(w: SmallHospital, v: str, d: date) -> str:
    w.stay("Z44", d + 20 * DAY, patient_id=f"P{v}")
    w.rows["h_home_page"][-1]["blood_group"] = "B"
    return f"P{v}"


@twin("H44")
def transplanted(w: SmallHospital, v: str, d: date) -> str:
    w.stay("Z44", d + 20 * DAY, patient_id=f"P{v}")
    w.rows["h_home_page"][-1].update(blood_group="B", other_diagnoses="Z94.801")
    return f"P{v}"


@violation("H45")
def dearer(w: SmallHospital, v: str, d: date) -> str:
    for _ in range(4):
        w.charge(v, "REG", at(d + DAY))
        w.charge("V021", "REG", at(d + DAY), settled=False, payer="自费", unit_price=6, amount=6)
    return ITEMS["REG"][0]


@violation("H46")
def given_back(w: SmallHospital, v: str, d: date) -> None:
    w.add(
        "h_payments",
        invoice_no=w.number(),
        visit_no=v,
        total=500,
        cash=100,
        self_due=100,
        waived=0,
        refunded=100,
        paid_at=at(d + 4 * DAY, 17),
    )


@twin("H46")
def medical_aid(w: SmallHospital, v: str, d: date) -> None:
    w.add(
        "h_payments",
        invoice_no=w.number(),
        visit_no=v,
        total=500,
        cash=0,
        self_due=100,
        waived=100,
        refunded=0,
        reason="医疗救助",
        paid_at=at(d + 4 * DAY, 17),
    )


@violation("H48")
def whole_group(w: SmallHospital, v: str, d: date) -> str:
    day = d + 60 * DAY
    for place in range(6):
        w.add(
            "h_visits", visit_no=f"TJ{place}", kind="体检", patient_id=f"PTJ{place}", registered_at=at(day, 8)
        )
        w.visit(f"ZT{place}", day + DAY, day + 3 * DAY, patient_id=f"PTJ{place}")
    return str(day)


@twin("H48")
def one_finding(w: SmallHospital, v: str, d: date) -> str:
    day = d + 60 * DAY
    for place in range(12):
        w.add(
            "h_visits", visit_no=f"TJ{place}", kind="体检", patient_id=f"PTJ{place}", registered_at=at(day, 8)
        )
    w.visit("ZT0", day + DAY, day + 3 * DAY, patient_id="PTJ0")
    return str(day)


@violation("H49")
def one_phone(w: SmallHospital, v: str, d: date) -> str:
    for place in range(5):
        w.person(f"V{place:03d}")["contact_phone"] = "13900000000"
    return "13900000000"


@twin("H49")
def family_phone(w: SmallHospital, v: str, d: date) -> str:
    for place in range(4):
        w.person(f"V{place:03d}")["contact_phone"] = "13900000001"
    return "13900000001"


@violation("H50")
def erased(w: SmallHospital, v: str, d: date) -> None:
    w.rows["h_audit_log"].append(
        {"at": at(d + 30 * DAY), "user": "C01", "action": "删除", "table": "护理记录", "key": v}
    )


@twin("H50")
def corrected(w: SmallHospital, v: str, d: date) -> None:
    w.rows["h_audit_log"].append(
        {
            "at": at(d + 30 * DAY),
            "user": "C01",
            "action": "删除",
            "table": "护理记录",
            "key": v,
            "reason": "重复录入更正",
        }
    )


@violation("H51")
def empty_books(w: SmallHospital, v: str, d: date) -> str:
    w.charge(v, "GAS", at(d + 150 * DAY))
    for offset in (100, 101):
        w.line(v, "GAS", at(d + offset * DAY))
    return str(d + 100 * DAY)


@violation("H52")
def never_seen(w: SmallHospital, v: str, d: date) -> None:
    w.rows["h_presence"] = [row for row in w.rows["h_presence"] if row["person"] != v]


@violation("H53")
def no_sign_in(w: SmallHospital, v: str, d: date) -> str:
    w.rows["h_presence"] = [
        row for row in w.rows["h_presence"] if not (row["person"] == "D01" and row["at"].date() == d + DAY)
    ]
    return "D01"


@twin("H53")
def device_down(w: SmallHospital, v: str, d: date) -> str:
    w.rows["h_presence"] = [
        row for row in w.rows["h_presence"] if row["at"].date() != d + DAY or row["kind"] != "签到"
    ]
    return "D01"

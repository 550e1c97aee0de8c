"""Records, home page, blood group."""

from __future__ import annotations

from datetime import timedelta

from fraudgraph.synthetic.hospital.case import Case, Kind, noon, stay_with
from fraudgraph.synthetic.hospital.life import give_order
from fraudgraph.synthetic.hospital.papers import story, write_document
from fraudgraph.synthetic.hospital.reports import take_lab
from fraudgraph.synthetic.hospital.world import FIRST_DAY, Stay, World, at

__all__ = ["PAPERS"]


def _copied(world: World, number: int) -> Case:
    stays = [stay_with(world, "I10", days=7) for _ in range(3)]
    texts: dict[str, list[str]] = {}
    for stay in stays:
        seen: dict[str, int] = {}
        for row in stay.rows["documents"]:
            kind = row["doc_kind"]
            place = seen[kind] = seen.get(kind, -1) + 1
            known = texts.setdefault(kind, [])
            if place == len(known):
                known.append(row["body"])
            row["body"] = known[place]
    other = [
        row["doc_id"] for stay in stays for row in stay.rows["documents"] if row["doc_kind"] != "知情同意书"
    ]
    return Case(stays, [], "whole records the same word for word", "整份病历逐字相同", other=other)


def _form_letters(world: World, number: int) -> Case:
    stays = [stay_with(world, "I10", days=7) for _ in range(3)]
    advice = "出院医嘱：低盐低脂饮食，按时服药，监测血压并记录，避免劳累和情绪激动，一个月后心内科门诊复查，不适随诊。"
    other = []
    for stay in stays:
        when = stay.visit["discharged_at"] - timedelta(minutes=15)
        other.append(write_document(world, stay, "出院告知书", stay.attending, when, advice)["doc_id"])
    return Case(stays, [], "a printed form is the same for everyone", "格式化告知书人人相同", other=other)


def _signed_before(world: World, number: int) -> Case:
    stay = stay_with(world, "K80", days=7)
    op = stay.op_slot
    assert op is not None
    paper = next(row for row in stay.rows["documents"] if row["doc_kind"] == "手术记录")
    paper["written_at"] = op["started_at"] - timedelta(hours=3 + number)
    paper["signed_at"] = paper["written_at"] + timedelta(minutes=5)
    return Case([stay], stay.charges("O001"), "the operation's note signed hours before it began", "手术记录签名早于手术开始", other=[paper["doc_id"]])  # fmt: skip


def _within_a_day(world: World, number: int) -> Case:
    stay = stay_with(world, "K80", days=7)
    op = stay.op_slot
    assert op is not None
    paper = next(row for row in stay.rows["documents"] if row["doc_kind"] == "手术记录")
    paper["written_at"] = op["ended_at"] + timedelta(hours=14 + number)
    paper["signed_at"] = paper["written_at"] + timedelta(minutes=6)
    return Case(
        [stay], [], "written the next morning, within a day", "次日晨补记，24小时内", other=[paper["doc_id"]]
    )


def _other_home_page(world: World, number: int) -> Case:
    stay = stay_with(world, "I10", days=7)
    world.claim_changes[stay.no] = {"diagnosis_code": "I21.900" if number % 2 else "I50.900"}
    return Case(
        [stay],
        [],
        "a milder illness on the home page than on the settlement",
        "首页主诊断轻，结算清单主诊断重",
    )


def _corrected_home_page(world: World, number: int) -> Case:
    stay = stay_with(world, "I10", days=7)
    world.claim_changes[stay.no] = {"diagnosis_code": "I11.900"}
    when = stay.visit["discharged_at"] + timedelta(days=3, hours=1)
    world.add("audit_log", logged_at=when, user_id="编码1", action="修改", target_table="病案首页", target_key=stay.no, before_value="main_diagnosis=I11.900", after_value="main_diagnosis=I10.x00", reason=f"编码质控更正单{240100 + number}，已报医保")  # fmt: skip
    return Case(
        [stay], [], "corrected after settlement, with a form, reported", "编码质控更正，有更正单并已报备"
    )


def _claimed_complication(world: World, number: int) -> Case:
    stay = stay_with(world, "I10", days=7)
    stay.other_diagnoses = "J96.000 呼吸衰竭" if number % 2 else "A41.900 脓毒症"
    return Case(
        [stay],
        [],
        "a grave complication coded, no test, drug or note for it",
        "编码严重并发症，无检验用药佐证",
    )


def _came_with_it(world: World, number: int) -> Case:
    stay = stay_with(world, "I10", days=7, admission_source="外院转入")
    stay.other_diagnoses = "J96.000 呼吸衰竭(转入时已诊断)"
    when = stay.visit["admitted_at"] + timedelta(hours=3)
    write_document(world, stay, "转科转院记录", stay.attending, when, f"外院转入，外院血气分析示呼吸衰竭，已予治疗{3 + number}日后转入本院，资料随附。" + story(world, stay))  # fmt: skip
    return Case([stay], [], "diagnosed and treated where the patient came from", "外院已诊断治疗后转入")


def _blood(world: World, stay: Stay, group: str) -> str:
    stay.blood_group = group
    when = noon(stay, 1, 9)
    _, reports = take_lab(world, stay, give_order(world, stay, "L007", when - timedelta(minutes=30)), when)
    return str(reports[0]["report_no"])


def _twice(world: World, number: int) -> tuple[Stay, Stay]:
    first = stay_with(world, "M54", days=8, start=at(FIRST_DAY + timedelta(days=110 + number), 9, 20))
    person = next(row for row in world.tables["patients"] if row["patient_id"] == first.visit["patient_id"])
    second = stay_with(
        world, "M54", days=8, start=at(FIRST_DAY + timedelta(days=240 + number), 9, 40), patient=person
    )
    return first, second


def _two_groups(world: World, number: int) -> Case:
    first, second = _twice(world, number)
    other = [_blood(world, first, "A"), _blood(world, second, "B" if number % 2 else "O")]
    return Case(
        [first, second],
        [],
        "one person, two blood groups: someone else lay there",
        "同一人两次住院血型不同",
        other=other,
    )


def _transplant(world: World, number: int) -> Case:
    first, second = _twice(world, number)
    other = [_blood(world, first, "A"), _blood(world, second, "O")]
    second.other_diagnoses = "Z94.801 骨髓移植状态"
    when = second.visit["admitted_at"] + timedelta(hours=2)
    write_document(world, second, "病程记录", second.attending, when, f"患者{3 + number % 2}月前于外院行异基因骨髓移植，供者O型，血型已转换。" + story(world, second))  # fmt: skip
    return Case(
        [first, second],
        [],
        "a bone marrow transplant between the two stays",
        "两次住院之间接受骨髓移植",
        other=other,
    )


PAPERS = (
    Kind(40, "病历雷同", "records alike", "suspicious", _copied, _form_letters),
    Kind(41, "病历时间矛盾", "signed before the event", "definite", _signed_before, _within_a_day),
    Kind(
        42,
        "首页清单不符",
        "home page against settlement",
        "suspicious",
        _other_home_page,
        _corrected_home_page,
    ),
    Kind(
        43, "并发症无据", "complication without evidence", "suspicious", _claimed_complication, _came_with_it
    ),
    Kind(44, "血型矛盾", "blood group differs", "definite", _two_groups, _transplant),
)

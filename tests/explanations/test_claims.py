"""From which claims an explanation speaks, what is left without them, and what new places and doubled codes look like."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from fraudgraph.claims.schema.schema import CANONICAL, create_table_sql
from fraudgraph.explanations.facts import ExplanationSupport, Known
from fraudgraph.explanations.known import read_known
from fraudgraph.store import Store
from tests.story_city import Story


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as made:
        for table in CANONICAL.values():
            made.run(create_table_sql(table))
        for sql in (
            "CREATE TABLE group_attributes (group_no INTEGER, attribute VARCHAR, value VARCHAR, member_count INTEGER, holder_count INTEGER, place_in_line INTEGER)",
            "CREATE TABLE member_claims (group_no INTEGER, patient INTEGER, claim_id VARCHAR, session_no INTEGER, place INTEGER, claim_type VARCHAR, "
            "diagnosis_code VARCHAR, doctor_id VARCHAR, day INTEGER, minute INTEGER, total_amount DECIMAL(16,2), place_id VARCHAR, place_type VARCHAR, fund_amount DECIMAL(16,2), ended_on DATE, event_date DATE)",
            "CREATE TABLE group_members (group_no INTEGER, patient INTEGER)",
            "CREATE TABLE patient_codes (patient INTEGER, patient_id VARCHAR)",
            "CREATE TABLE place_codes (place INTEGER, place_id VARCHAR, place_type VARCHAR)",
            "CREATE TABLE visits (visit INTEGER, patient INTEGER, place INTEGER, day INTEGER, minute INTEGER)",
            "CREATE TABLE group_sessions (session_no INTEGER, group_no INTEGER, expected_count DOUBLE, place INTEGER, day INTEGER, to_day INTEGER, kind VARCHAR, "
            "present_count INTEGER, from_minute INTEGER, to_minute INTEGER)",
            "CREATE TABLE group_parents (group_no INTEGER, parent_no INTEGER)",
            "CREATE TABLE session_chances (session_no INTEGER, p DOUBLE, good BOOLEAN)",
        ):
            made.run(sql)
        yield made


def known_of(store: Store) -> Known:
    return read_known(store)[1]


def support_of(store: Store) -> Mapping[str, ExplanationSupport]:
    return known_of(store).support


def meeting(store: Store, *, patients: int, others: int, times: int) -> None:
    """Some on dialysis and some others, all together so many times."""
    for who in range(1, patients + others + 1):
        store.run("INSERT INTO patient_codes VALUES ($who, $name)", who=who, name=f"P{who}")
        store.run(
            "INSERT INTO patients (patient_id, birth_date) VALUES ($name, DATE '1990-01-01')", name=f"P{who}"
        )
        store.run("INSERT INTO group_members VALUES (1, $who)", who=who)
    for day in range(times):
        store.run(
            "INSERT INTO group_sessions VALUES ($day, 1, 0.01, 1, $day, $day, 'visit', 2, 540, 541)", day=day
        )
        store.run("INSERT INTO session_chances VALUES ($day, 1e-12, TRUE)", day=day)
        for who in range(1, patients + others + 1):
            store.run(
                "INSERT INTO member_claims (group_no, patient, claim_id, session_no, place, claim_type, diagnosis_code, doctor_id, day, minute, total_amount) VALUES (1, $who, $claim, $day, 1, 'outpatient', $code, NULL, $day, 540, 450)",
                who=who, claim=f"c{who}-{day}", day=day, code="N18.5" if who <= patients else "J20.9",
            )  # fmt: skip
            store.run(
                "INSERT INTO visits VALUES ($visit, $who, 1, $day, 540)",
                visit=day * 100 + who,
                who=who,
                day=day,
            )


def test_the_claims_of_an_explanation_and_the_surprise_they_carry(store: Store) -> None:
    meeting(store, patients=6, others=2, times=10)
    spoken = support_of(store)["dialysis"]
    assert len(spoken.claim_ids) == 60
    assert spoken.claim_ids[0] == "c1-0"
    assert spoken.claim_share == pytest.approx(0.75)
    assert (spoken.rest_count, spoken.rest_share) == (0, 0.0)  # two are no ring


def test_people_outside_an_explanation_who_meet_among_themselves_remain(store: Store) -> None:
    meeting(store, patients=6, others=6, times=20)
    spoken = support_of(store)["dialysis"]
    assert spoken.rest_count == 6
    assert spoken.rest_share > 0.5


def test_the_visitors_of_a_place_that_closed_are_seen_to_have_moved(store: Store) -> None:
    for place in (1, 2, 3):
        store.run(
            "INSERT INTO place_codes VALUES ($place, $name, 'pharmacy')", place=place, name=f"PH{place}"
        )
    store.run(
        "INSERT INTO visits SELECT row_number() OVER (), who, CASE WHEN day < 150 THEN 1 ELSE 2 END, day, 600 "
        "FROM range(1, 9) AS p(who) CROSS JOIN range(0, 300, 10) AS d(day) "
        "UNION ALL SELECT 1000 + row_number() OVER (), 20 + (day % 7), 3, day, 700 FROM range(0, 366) AS d(day)"
    )
    for who in range(1, 9):
        store.run("INSERT INTO group_members VALUES (1, $who)", who=who)
    store.run(
        "INSERT INTO member_claims (group_no, patient, claim_id, session_no, place, claim_type, diagnosis_code, doctor_id, day, minute, total_amount) SELECT 1, patient, 'c' || visit, day, place, 'pharmacy', NULL, NULL, day, 600, 100 FROM visits WHERE place = 2"
    )
    values = known_of(store).values
    assert values["moved_share"] == 1.0
    assert values["new_share"] == 1.0  # the second shop has its first visit when the first has its last
    assert values["twin_share"] == 0


def test_one_place_under_two_codes_is_seen_in_everybodys_visits(store: Store) -> None:
    for place, name in ((1, "H1"), (2, "H1-OLD"), (3, "000000")):
        store.run("INSERT INTO place_codes VALUES ($place, $name, 'facility')", place=place, name=name)
    store.run(
        "INSERT INTO visits SELECT row_number() OVER (), who, place, day, 500 + who FROM range(1, 13) AS p(who) "
        "CROSS JOIN range(0, 300, 30) AS d(day) CROSS JOIN (SELECT 1 AS place UNION ALL SELECT 2)"
    )
    for who in range(1, 6):
        store.run("INSERT INTO group_members VALUES (1, $who)", who=who)
    store.run(
        "INSERT INTO member_claims (group_no, patient, claim_id, session_no, place, claim_type, diagnosis_code, doctor_id, day, minute, total_amount) SELECT 1, patient, 'c' || visit, CASE WHEN place = 1 THEN day END, place, 'outpatient', NULL, NULL, day, minute, 100 "
        "FROM visits WHERE patient <= 5"
    )
    values = known_of(store).values
    assert [values[name] for name in ("twin_share", "others_twin_share", "placeholder_share")] == [1, 1, 0]
    store.run("UPDATE member_claims SET place = 3 WHERE place = 1")
    assert known_of(store).values["placeholder_share"] == 1.0


def test_every_explanation_of_a_run_points_at_claims_of_its_own_ring(story: Story) -> None:
    shown = [row for row in story.rows("explanations") if row["claim_ids"]]
    people = story.people()
    with Store(story.out, read_only=True) as store:
        owner = dict(store.rows("SELECT claim_id, patient_id FROM claims"))
    assert len(shown) > 20
    for row in shown:
        assert row["claim_ids"] == sorted(set(row["claim_ids"]))
        assert {owner[claim] for claim in row["claim_ids"]} <= people[row["ring_id"]]
        assert 0 < row["claim_share"] <= 1


def test_dialysis_that_is_coded_by_what_comes_with_it_is_told_by_tariff_and_rhythm(store: Store) -> None:
    meeting(store, patients=6, others=5, times=40)
    assert support_of(store)["dialysis"].patient_count == 11
    store.run("UPDATE member_claims SET total_amount = 900 WHERE patient > 6")
    spoken = support_of(store)["dialysis"]
    assert (spoken.patient_count, spoken.rest_count) == (6, 5)


def _at_one_address(store: Store, households: list[str | None]) -> None:
    """People of one address who come together, with their household codes."""
    meeting(store, patients=0, others=len(households), times=10)
    for who, household in enumerate(households, start=1):
        store.run(
            "UPDATE patients SET address = '5 Mill Lane', household_id = $household WHERE patient_id = $name",
            household=household,
            name=f"P{who}",
        )
    store.run(
        "INSERT INTO group_attributes VALUES (1, 'address', '5 Mill Lane', $people, $people, 1)",
        people=len(households),
    )


def test_people_at_one_address_are_a_family_where_most_are_not_known_to_be_of_different_households(
    store: Store,
) -> None:
    _at_one_address(store, ["HK1", None, "HK1", None])
    assert support_of(store)["family"].patient_count == 4


def test_a_staff_house_of_several_households_is_no_family(store: Store) -> None:
    _at_one_address(store, ["HK1", "HK2", "HK3", None])
    assert "family" not in support_of(store)
    assert support_of(store)["dormitory"].patient_count == 4


def test_what_is_bought_within_two_days_of_a_visit_for_chronic_disease_is_of_the_refill_day(
    store: Store,
) -> None:
    for who in (1, 2):
        store.run("INSERT INTO group_members VALUES (1, $who)", who=who)
    for session, (day, kind) in enumerate(
        ((10, "chronic"), (12, "pharmacy"), (13, "pharmacy"), (40, "pharmacy"))
    ):
        store.run(
            "INSERT INTO group_sessions VALUES ($session, 1, 0.01, 1, $day, $day, 'visit', 2, 540, 541)",
            session=session,
            day=day,
        )
        store.run("INSERT INTO session_chances VALUES ($session, 1e-6, TRUE)", session=session)
        for who in (1, 2):
            store.run(
                "INSERT INTO member_claims (group_no, patient, claim_id, session_no, place, claim_type, diagnosis_code, doctor_id, day, minute, total_amount) VALUES (1, $who, $claim, $session, 1, $kind, NULL, NULL, $day, 540, 50)",
                who=who,
                claim=f"c{who}-{day}",
                session=session,
                kind=kind,
                day=day,
            )
    spoken = support_of(store)["refill_day"]
    assert spoken.claim_ids == ("c1-10", "c1-12", "c2-10", "c2-12")
    assert spoken.claim_share == pytest.approx(0.5)
    assert known_of(store).values["refill_days_each_month"] == pytest.approx(30.4 / 31)  # one day in 31


def test_one_tariff_of_a_course_is_seen_in_its_own_claims(store: Store) -> None:
    meeting(store, patients=4, others=2, times=5)
    store.run(
        "UPDATE member_claims SET diagnosis_code = CASE WHEN patient <= 4 THEN 'M54.5' ELSE 'J20.9' END"
    )
    store.run("UPDATE member_claims SET total_amount = 100 + day WHERE patient > 4")
    assert known_of(store).values["course_amounts"] == pytest.approx(1 / 20)

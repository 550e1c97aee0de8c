"""Points: boundaries of bands, steps and years, two rule sets, appeals that restore, and what is refused."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.cases.point_rules import Deduction, Outcome, outcome, point_rules
from fraudgraph.cases.points import Act, appeal, decide_appeal, standing, take_points
from fraudgraph.cases.rule_sets import named
from fraudgraph.cases.staff import Staff, new_staff
from fraudgraph.cases.store import CaseStore
from fraudgraph.cases.working_days import read_working_days
from fraudgraph.casework.verdicts import add_months
from fraudgraph.errors import UsageError
from tests.cases.office import staffed, store_at

NATIONAL, QINGDAO = named(point_rules(), "national-2024"), named(point_rules(), "qingdao-2022")
TODAY = date(2026, 11, 28)


def taken(*rows: tuple[int, str] | tuple[int, str, int] | tuple[int, str, int, int]) -> list[Deduction]:
    return [
        Deduction(
            seq=n, points=row[0], decided_on=date.fromisoformat(row[1]), months=row[2] if len(row) > 2 else None,
            extra_months=row[3] if len(row) > 3 else None,
        )
        for n, row in enumerate(rows, 1)
    ]  # fmt: skip


def stands(rows: list[Deduction], day: str, rules: Any = NATIONAL) -> tuple[str, date | None]:
    found: Outcome = outcome(rules, rows, date.fromisoformat(day))
    return found.state, found.until


def test_eight_points_cost_nothing_and_nine_a_suspension_for_the_months_chosen() -> None:
    assert stands(taken((5, "2026-01-10"), (3, "2026-02-10")), "2026-02-10") == ("active", None)
    nine = taken((5, "2026-01-10"), (4, "2026-01-31", 1))
    assert stands(nine, "2026-01-30") == ("active", None)
    assert stands(nine, "2026-01-31") == ("suspended", date(2026, 2, 28))
    assert stands(nine, "2026-02-28") == ("suspended", date(2026, 2, 28))
    assert stands(nine, "2026-03-01") == ("active", None)


def test_twelve_in_a_year_end_it_for_one_year_and_twelve_at_once_for_three() -> None:
    assert stands(taken((6, "2024-02-29"), (6, "2024-02-29")), "2024-03-01") == ("ended", date(2025, 2, 28))
    assert stands(taken((12, "2024-02-29")), "2024-03-01") == ("ended", date(2027, 2, 28))
    assert stands(taken((12, "2025-03-01")), "2028-03-01") == ("ended", date(2028, 3, 1))
    assert stands(taken((12, "2025-03-01")), "2028-03-02") == ("active", None)


def test_the_last_of_december_and_the_first_of_january_are_two_years() -> None:
    same = taken((8, "2025-12-31"), (4, "2025-12-31"))
    across = taken((8, "2025-12-31"), (4, "2026-01-01"))
    assert stands(same, "2026-01-01")[0] == "ended"
    assert stands(across, "2026-01-01") == ("active", None)
    assert outcome(NATIONAL, across, date(2026, 1, 1)).used == 4
    assert outcome(NATIONAL, across, date(2025, 12, 31)).used == 8
    running_on = taken((9, "2025-12-31", 6))
    assert stands(running_on, "2026-06-30") == (
        "suspended",
        date(2026, 6, 30),
    )  # cleared points don't end a suspension


def test_one_doctor_under_both_rule_sets() -> None:
    rows = taken((4, "2026-03-02"), (3, "2026-04-01"))
    assert stands(rows, "2026-04-01", NATIONAL) == ("active", None)
    assert stands(rows, "2026-04-01", QINGDAO) == ("suspended", date(2027, 4, 1))
    half = taken((6, "2026-03-02"))
    assert stands(half, "2026-03-02", QINGDAO) == ("active", None)  # half is not over half


@pytest.mark.parametrize(
    ("again_on", "last"),
    [("2025-06-02", "2026-09-02"), ("2025-06-01", "2026-09-01"), ("2025-06-03", "2026-06-03")],
    ids=["on the last day of three months", "within", "a day later: no more than the first time"],
)
def test_suspended_again_within_three_months_of_the_end_costs_more(again_on: str, last: str) -> None:
    first = (7, "2024-03-02")  # suspended to 2025-03-02
    rows = taken(first, (7, again_on, 12, 3))
    assert stands(rows, again_on, QINGDAO) == ("suspended", date.fromisoformat(last))


@st.composite
def histories(draw: st.DrawFn) -> list[Deduction]:
    days = draw(st.lists(st.dates(date(2024, 1, 1), date(2026, 12, 31)), min_size=1, max_size=7))
    return [
        Deduction(
            seq=n, points=draw(st.integers(1, 12)), decided_on=day, months=draw(st.none() | st.integers(1, 6)),
            extra_months=draw(st.none() | st.integers(3, 12)),
            overturned_on=draw(st.none() | st.just(day + timedelta(days=draw(st.integers(0, 200))))),
        )
        for n, day in enumerate(days)
    ]  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(
    histories(),
    st.dates(date(2024, 1, 1), date(2029, 1, 1)),
    st.randoms(),
    st.sampled_from([NATIONAL, QINGDAO]),
)
def test_the_order_in_which_decisions_come_in_never_matters(
    rows: Any, day: date, chance: Any, rules: Any
) -> None:
    mixed = list(rows)
    chance.shuffle(mixed)
    assert outcome(rules, mixed, day) == outcome(rules, rows, day)


@settings(max_examples=30, deadline=None)
@given(histories(), st.dates(date(2024, 1, 1), date(2029, 1, 1)), st.sampled_from([NATIONAL, QINGDAO]))
def test_what_was_overturned_is_as_if_it_had_never_been(rows: Any, day: date, rules: Any) -> None:
    held = [one for one in rows if one.overturned_on is None or one.overturned_on > day]
    found = outcome(rules, rows, day)
    assert found == outcome(rules, held, day)
    assert 0 <= found.used <= rules.total == found.used + found.left
    this_year = sum(one.points for one in held if one.decided_on.year == day.year and one.decided_on <= day)
    assert found.used == min(this_year, rules.total)


@settings(max_examples=30, deadline=None)
@given(histories(), st.dates(date(2024, 1, 1), date(2029, 1, 1)))
def test_who_has_fewer_than_nine_points_in_every_year_was_never_without_qualification(
    rows: Any, day: date
) -> None:
    held = [
        one
        for one in rows
        if (one.overturned_on is None or one.overturned_on > day) and one.decided_on <= day
    ]
    years = {one.decided_on.year for one in held}
    most = max((sum(o.points for o in held if o.decided_on.year == y) for y in years), default=0)
    assert bool(outcome(NATIONAL, rows, day).spans) == (most >= 9)


@settings(max_examples=30, deadline=None)
@given(histories())
def test_a_lighter_history_is_never_suspended_longer(rows: Any) -> None:
    """Without its last decision a history leads to no later end (the national rules, each length chosen)."""
    chosen = [
        Deduction(seq=o.seq, points=o.points, decided_on=o.decided_on, months=o.months or 1) for o in rows
    ]
    last = max(chosen, key=lambda o: (o.decided_on, o.seq))
    day = date(2027, 1, 1)
    ends = [
        max((s.last for s in outcome(NATIONAL, some, day).spans), default=date.min)
        for some in (chosen, [o for o in chosen if o is not last])
    ]
    assert ends[1] <= ends[0]


@pytest.fixture
def office(tmp_path: Path) -> CaseStore:
    store = staffed(store_at(tmp_path))
    store.act(
        lambda reader: new_staff(reader, Staff(id="D0001", name="陈医", sites=("H002", "H001")), by="孙经")
    )
    return store


FRAUD: dict[str, Any] = {
    "person": "D0001", "band": "fraud", "points": 10, "act_on": date(2026, 1, 10), "handled_on": date(2026, 2, 20),
    "decided_on": date(2026, 3, 2), "reason": "空刷套取", "handling": "决〔2026〕1号", "months": 3,
}  # fmt: skip


def add(store: CaseStore, by: str = "孙经", second: str = "周办", **other: Any) -> int:
    one = Act(**{**FRAUD, **other})
    return store.act(lambda reader: take_points(reader, one, by=by, second=second, today=TODAY))[0].seq


def state(store: CaseStore, day: date = date(2026, 3, 10)) -> tuple[str, int]:
    with store.read() as reader:
        (_, found), *_ = standing(reader, "D0001", day)
    return found.state, found.used


def test_an_appeal_that_succeeds_restores_from_its_day_on(office: CaseStore) -> None:
    number = add(office)
    assert state(office) == ("suspended", 10)
    days = read_working_days()
    told: dict[str, Any] = {"by": "孙经", "reason": "非本人操作", "today": TODAY, "days": days}
    with pytest.raises(UsageError, match="in time until 2026-03-16"):
        office.act(lambda r: appeal(r, number, on=date(2026, 3, 17), **told))
    office.act(lambda r: appeal(r, number, on=date(2026, 3, 16), **told))
    with pytest.raises(UsageError, match="appealed against already"):
        office.act(lambda r: appeal(r, number, on=date(2026, 3, 16), **told))
    end: dict[str, Any] = {"on": date(2026, 3, 20), "succeeds": True, "reason": "监控为他人", "today": TODAY}
    with pytest.raises(UsageError, match="others must decide"):
        office.act(lambda r: decide_appeal(r, number, by="孙经", second="吴核", **end))
    office.act(lambda r: decide_appeal(r, number, by="吴核", second="郑核", **end))
    assert state(office, date(2026, 3, 19)) == ("suspended", 10)
    assert state(office, date(2026, 3, 20)) == ("active", 0)


def test_after_an_appeal_failed_everything_stands(office: CaseStore) -> None:
    number = add(office)
    days = read_working_days()
    office.act(
        lambda r: appeal(r, number, on=date(2026, 3, 3), by="孙经", reason="不服", today=TODAY, days=days)
    )
    office.act(
        lambda r: decide_appeal(
            r,
            number,
            by="吴核",
            second="郑核",
            on=date(2026, 3, 9),
            succeeds=False,
            reason="属实",
            today=TODAY,
        )
    )
    assert state(office) == ("suspended", 10)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"person": "D0002"}, "'D0002' is not among the registered staff; did you mean: D0001"),
        ({"by": "李敏"}, "李敏 belongs to the bureau"),
        ({"by": "某人"}, "'某人' is not among the officers"),
        ({"second": ""}, "needs a second person"),
        ({"second": "孙经"}, "needs a second person"),
        ({"points": 13}, "13 points are beyond the band fraud .*10 to 12 of 12"),
        ({"points": 9}, "9 points are beyond the band"),
        ({"band": "frod"}, "no band 'frod'; did you mean: fraud"),
        ({"months": None}, "expects: --months 1–6; found: nothing chosen"),
        ({"months": 7}, "expects: --months 1–6"),
        ({"points": 12, "months": 3}, "expects: ended; found: --months"),
        ({"band": "agreement", "points": 2}, "expects: no suspension follows; found: --months"),
        ({"handling": ""}, "follow the handling of the institution"),
        ({"handled_on": date(2026, 3, 3)}, "lies after --decided-on"),
        ({"decided_on": date(2026, 12, 1)}, "lies after today"),
        ({"act_on": date(2024, 12, 31)}, "holds from 2025-01-01"),
        ({"rules": "natonal"}, "no rule set 'natonal'; did you mean: national-2024"),
        ({"reason": " "}, "needs a reason"),
    ],
)
def test_what_does_not_fit_is_one_sentence_and_nothing_is_recorded(office: CaseStore, wrong: dict[str, Any], said: str) -> None:  # fmt: skip
    before = office.head()
    with pytest.raises(UsageError, match=said) as told:
        add(office, **wrong)
    assert office.head() == before
    assert any("\u4e00" <= char <= "\u9fff" for char in told.value.message_zh)


def test_nothing_more_can_be_taken_from_who_has_lost_all(office: CaseStore) -> None:
    add(office, points=12, months=None)
    with pytest.raises(UsageError, match="has 12 of 12 points for 2026 already"):
        add(office, decided_on=date(2026, 4, 1))


def test_effects_hold_at_every_registered_site(office: CaseStore) -> None:
    from fraudgraph.cases.staff import staff

    with office.read() as reader:
        assert staff(reader)["D0001"].sites == ("H001", "H002")


def test_lengths_are_months_of_the_calendar() -> None:
    assert add_months(date(2023, 11, 30), 3) == date(2024, 2, 29)

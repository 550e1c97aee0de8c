"""Terms end on the day that their source says: make-up Saturdays are worked, leap days and month ends have their day."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudgraph.cases.clocks import Term, until
from fraudgraph.cases.step_rules import step_rules
from fraudgraph.cases.working_days import read_working_days
from fraudgraph.errors import SettingsError

DAYS = read_working_days()
KNOWN = st.dates(date(2023, 1, 1), date(2026, 11, 1))


def ends(start: str, term: str, *, rolls: bool = False) -> str:
    return until(datetime.fromisoformat(start), Term.parse(term, rolls=rolls), DAYS).at.isoformat(
        timespec="minutes"
    )


def test_a_make_up_saturday_is_worked_and_its_innocent_twin_is_not() -> None:
    """10 October 2026 is a Saturday on which people work for the holiday; the 17th is one like any other."""
    assert ends("2026-10-09", "1 working_days") == "2026-10-10T23:59"
    assert ends("2026-10-16", "1 working_days") == "2026-10-19T23:59"
    assert ends("2026-09-30T16:00", "3 working_days") == "2026-10-10T23:59"  # 8, 9, 10 October


def test_the_spring_holiday_of_2026_with_both_its_saturdays() -> None:
    assert DAYS.is_worked(date(2026, 2, 14)) and DAYS.is_worked(date(2026, 2, 28))
    assert ends("2026-02-13", "2 working_days") == "2026-02-24T23:59"
    assert ends("2026-02-27", "1 working_days") == "2026-02-28T23:59"


def test_months_end_on_the_day_that_corresponds_or_the_last_one() -> None:
    assert ends("2024-01-31", "1 months") == "2024-02-29T23:59"
    assert ends("2025-01-31", "1 months") == "2025-02-28T23:59"
    assert ends("2024-02-29", "12 months") == "2025-02-28T23:59"
    assert ends("2025-12-31", "2 months") == "2026-02-28T23:59"


def test_hours_run_through_the_night_and_over_the_year() -> None:
    assert ends("2025-12-31T15:30", "24 hours") == "2026-01-01T15:30"


def test_a_last_day_off_moves_only_where_the_rule_says_so() -> None:
    assert ends("2026-09-17", "15 days", rolls=True) == "2026-10-08T23:59"  # 2 October is a holiday
    assert ends("2026-09-17", "15 days") == "2026-10-02T23:59"


def test_a_year_that_is_not_arranged_yet_is_said_not_to_be_sure(tmp_path: Path) -> None:
    late = until(datetime(2026, 12, 30), Term.parse("5 working_days"), DAYS)
    assert (late.day, late.sure) == (date(2027, 1, 6), False)
    assert until(datetime(2026, 12, 30), Term.parse("5 days"), DAYS).sure
    own = tmp_path / "working_days.toml"
    own.write_text('[2027]\nfree = ["2027-01-01", "2027-01-04"]\nwork = []\n', encoding="utf-8")
    later = until(datetime(2026, 12, 30), Term.parse("5 working_days"), read_working_days(own))
    assert (later.day, later.sure) == (date(2027, 1, 8), True)
    own.write_text('[2027]\nfree = ["2026-01-01"]\nwork = []\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="no table of working days"):
        read_working_days(own)


@settings(max_examples=30, deadline=None)
@given(KNOWN, st.integers(1, 30))
def test_between_start_and_end_lie_as_many_working_days_as_the_term_has(start: date, number: int) -> None:
    last = DAYS.after(start, number)
    between = [start + timedelta(days=n) for n in range(1, (last - start).days + 1)]
    assert sum(DAYS.is_worked(day) for day in between) == number
    assert DAYS.is_worked(last)


@settings(max_examples=30, deadline=None)
@given(KNOWN, KNOWN, st.sampled_from(["3 working_days", "90 days", "1 months", "24 hours"]), st.booleans())
def test_who_starts_later_never_ends_earlier(one: date, other: date, term: str, rolls: bool) -> None:
    first, then = sorted((one, other))
    assert ends(first.isoformat(), term, rolls=rolls) <= ends(then.isoformat(), term, rolls=rolls)


def test_every_term_of_the_table_can_end_and_every_step_can_be_reached() -> None:
    rules = step_rules()
    reached = {"open"}
    while more := {s.name for s in rules.steps.values() if reached & set(s.after)} - reached:
        reached |= more
    assert set(rules.steps) - reached == set()
    for step in rules.steps.values():
        assert {*step.after, *step.ends_with} <= {*rules.steps, "open"}, step.name
        assert bool(step.term) == bool(step.ends_with) == bool(step.what_zh) == bool(step.what_en), step.name
        assert step.source and step.zh and step.en

"""The judge of names knows a kept name from a lost one."""

from datetime import date

from bench.months.daily import paid_by
from bench.months.judging import judge
from bench.months.script import Life, RingMonth

MONTHS = ["2025-01", "2025-02", "2025-03"]


def people(first: int, last: int) -> frozenset[str]:
    return frozenset(f"P{number}" for number in range(first, last))


def life(*rings: tuple[str, frozenset[str]]) -> Life:
    """Rings that meet once a month and are paid a third each time."""
    return Life(
        months=MONTHS,
        rings={
            m: [RingMonth(name, tuple(sorted(who)), True, "H1", 0) for name, who in rings] for m in MONTHS
        },
        sessions={name: [(date.fromisoformat(f"{m}-10"), "H1") for m in MONTHS] for name, _ in rings},
        money={name: dict.fromkeys(MONTHS, 100.0) for name, _ in rings},
    )


def named(*by_month: dict[str, frozenset[str]]) -> dict[str, dict[str, frozenset[str]]]:
    return dict(zip(MONTHS, by_month, strict=True))


def test_one_name_for_life_is_right_and_listed_at_once_is_a_third_of_the_money() -> None:
    seen = {"R-2025-0001": people(0, 8), "R-2025-0002": people(20, 28)}
    judged = judge(
        life(("a", people(0, 8)), ("b", people(20, 28))),
        named(seen, seen, seen),
        {key: list(seen) for key in MONTHS},
    )
    figures = judged.figures()
    assert (figures["with_a_name"], figures["identities_right_share"], figures["wrong_names"]) == (6, 1.0, 0)
    assert figures["delay_median"] == 0.3333


def test_a_changed_or_exchanged_name_is_wrong() -> None:
    first = {"R-2025-0001": people(0, 8), "R-2025-0002": people(20, 28)}
    exchanged = {"R-2025-0002": people(0, 8), "R-2025-0001": people(20, 28)}
    judged = judge(
        life(("a", people(0, 8)), ("b", people(20, 28))),
        named(first, exchanged, first),
        {key: [] for key in MONTHS},
    )
    assert (judged.found, judged.right, len(judged.errors)) == (6, 4, 2)


def test_a_listed_name_that_is_no_ring_of_ours_is_a_wrong_name() -> None:
    seen = {"R-2025-0001": people(0, 8), "R-2025-0009": people(50, 58)}
    judged = judge(
        life(("a", people(0, 8))), named(seen, seen, seen), {key: ["R-2025-0009"] for key in MONTHS}
    )
    assert judged.figures()["wrong_names"] == 1


def test_a_ring_that_is_not_found_is_neither_right_nor_wrong() -> None:
    judged = judge(life(("a", people(0, 8))), named({}, {}, {}), {key: [] for key in MONTHS})
    assert (judged.looked, judged.found, judged.right) == (3, 0, 0)


def test_what_is_paid_on_the_day_that_names_a_ring_counts_as_paid() -> None:
    paid = {date(2025, 1, 7): 100.0, date(2025, 1, 14): 100.0, date(2025, 1, 21): 200.0}
    assert paid_by(paid, date(2025, 1, 14)) == 0.5
    assert paid_by(paid, date(2025, 1, 13)) == 0.25
    assert paid_by(paid, None) == 1.0

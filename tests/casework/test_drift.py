"""A month unlike those before is told: fewer claims, an emptied column, codes never seen, a model that fires at everything."""

from typing import Any

from fraudgraph.casework.drift import drift_rows
from fraudgraph.records import Month

NOVEMBER = Month(2025, 11)


def measured(**more: Any) -> dict[str, Any]:
    return {
        "volumes": [[f"2025-{month:02d}", "outpatient", 1000, 5.0] for month in range(6, 12)],
        "columns": {"claims.doctor_id": 0.9, "claims.ended_at": 0.02},
        "new_codes": [],
        "models": {"M001": 40, "M002": 3},
        "off": [],
        **more,
    }


def unusual(now: dict[str, Any], before: list[dict[str, Any]] | None = None) -> list[tuple[str, str]]:
    rows = drift_rows(now, [measured(), measured()] if before is None else before, NOVEMBER)
    return [(row.kind, row.name) for row in rows if row.unusual]


def test_a_month_like_the_others_is_not_worth_a_word() -> None:
    assert unusual(measured()) == []


def test_a_month_with_half_its_claims_or_none_is() -> None:
    for count in (500, 0):
        volumes = [*measured()["volumes"][:-1], ["2025-11", "outpatient", count, 1.0]]
        assert unusual(measured(volumes=volumes)) == [("volume", "outpatient")]


def test_a_column_that_is_gone_or_emptied_is_and_one_that_never_held_much_is_not() -> None:
    assert unusual(measured(columns={"claims.doctor_id": 0.3})) == [("column", "claims.doctor_id")]


def test_new_codes_are_from_some_number_on_and_never_in_a_first_month() -> None:
    codes = [["med_type_raw", "9914", 40], ["med_type_raw", "9915", 2]]
    assert unusual(measured(new_codes=codes)) == [("code", "med_type_raw 9914")]
    assert unusual(measured(new_codes=codes, volumes=[["2025-11", "outpatient", 1000, 5.0]]), before=[]) == []


def test_a_model_that_fires_at_everything_or_at_nothing_is_and_a_rare_one_may_jump() -> None:
    assert unusual(measured(models={"M001": 400, "M002": 9})) == [("model", "M001")]
    assert unusual(measured(models={"M002": 3})) == [("model", "M001")]

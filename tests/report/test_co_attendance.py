"""When people stood at one place together."""

from dataclasses import replace
from datetime import datetime, timedelta

from fraudgraph.report.co_attendance import moments, waves

from .conftest import FACILITY, PHARMACY, a_claim, big_dossier, small_claims

NOON = datetime(2025, 9, 3, 12, 0)


def at(minute: int, patient: int, **more: object) -> object:
    claim = a_claim(
        minute + 1000 * patient,
        patient,
        PHARMACY,
        at=NOON + timedelta(minutes=minute),
        met=True,
        kind="pharmacy",
    )
    return replace(claim, **more)  # type: ignore[arg-type]


def test_five_evenings_are_five_moments_most_people_first() -> None:
    found = moments(small_claims())
    assert [len(moment.patients) for moment in found] == [8, 8, 8, 8, 6]
    assert found[0].start == datetime(2025, 8, 7, 18, 41)
    assert found[0].operators == ("OP17",)
    assert moments(small_claims()[::-1]) == found


def test_a_pause_of_more_than_an_hour_ends_a_moment() -> None:
    assert len(moments([at(0, 1), at(60, 2)])) == 1
    assert moments([at(0, 1), at(61, 2)]) == []
    assert len(moments([at(0, 1), at(1, 2), at(90, 3), at(91, 4)])) == 2


def test_one_person_alone_claims_outside_meetings_and_claims_without_a_clock_make_no_moment() -> None:
    assert moments([at(0, 1), at(5, 1)]) == []
    assert moments([at(0, 1, in_meeting=False), at(5, 2)]) == []
    assert moments([at(0, 1, at=None), at(5, 2, at=None)]) == []
    assert moments([at(0, 1, place_id=FACILITY), at(5, 2)]) == []


def test_admissions_within_a_day_make_a_wave() -> None:
    stays = [
        replace(at(n, n), claim_type="inpatient", day=NOON.date() + timedelta(days=d))
        for n, d in ((1, 0), (2, 1), (3, 3))
    ]
    found = waves(stays)
    assert [len(wave.patients) for wave in found] == [2]
    assert (found[0].last - found[0].first).days == 1
    assert len(waves(big_dossier().claims)) == 40

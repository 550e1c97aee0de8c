"""Measures for scikit-learn, whether an idea is any good, and a ring's map."""

import pandas as pd
import pytest

import fraudgraph as fg
from fraudgraph.desk.weighing_ideas import quality_of
from fraudgraph.errors import UsageError


def test_patients_have_a_row_each_and_days_later_than_the_last_do_not_count(run: fg.Run) -> None:
    whole = run.features("patient")
    assert whole.index.is_unique
    assert (
        len(whole) == run.sql("SELECT count(DISTINCT patient_id) AS n FROM claims WHERE counted")["n"].iloc[0]
    )
    assert {"claim_count", "most_days_with_one", "age_years"} <= set(whole.columns)
    assert all(kind.kind == "f" for kind in whole.dtypes)
    early = run.features("patient", last="2025-06-30")
    assert early["claim_count"].sum() < whole["claim_count"].sum()
    counted = run.sql("SELECT count(*) AS n FROM claims WHERE counted AND event_date <= DATE '2025-06-30'")[
        "n"
    ].iloc[0]
    assert early["claim_count"].sum() == counted


def test_members_of_rings_keep_company_and_others_do_not(run: fg.Run) -> None:
    frame = run.features("patient")
    ring = run.ring(run.rings(listed=True).sort_values("score")["ring_id"].iloc[-1])
    members = frame.loc[list(ring.patient_ids), "most_days_with_one"].median()
    assert members > 3 * max(frame["most_days_with_one"].median(), 1)


def test_rings_have_the_facts_that_their_score_is_made_of(run: fg.Run) -> None:
    frame = run.features("ring")
    assert set(frame.index) == set(run.rings()["ring_id"])
    assert all(kind.kind == "f" for kind in frame.dtypes)


def test_an_unknown_kind_and_days_where_there_are_none_are_told(run: fg.Run) -> None:
    with pytest.raises(UsageError, match="no measures for 'patients'"):
        run.features("patients")
    with pytest.raises(UsageError, match="kind='patient' only"):
        run.features("doctor", last="2025-06-30")


def test_the_job_and_an_idea_are_held_against_truth_and_verdicts(run: fg.Run) -> None:
    listed = list(run.rings(listed=True)["ring_id"])
    true, strange = listed[:3], listed[3:]
    truth = pd.DataFrame([(ring, p) for ring in true for p in run.ring(ring).patient_ids], columns=["ring_id", "entity_id"])  # fmt: skip
    verdicts = {true[0]: "confirmed", true[1]: "confirmed", strange[0]: "cleared"}
    kept = set(true[:2])
    found = fg.try_out(
        run,
        explanation=lambda ring: 0.0 if ring.record.ring_id in kept else 1.0,
        truth=truth,
        verdicts=verdicts,
    ).quality
    assert found is not None
    job, idea = (
        found[(found["against"] == "truth") & (found["who"] == who)].iloc[0] for who in ("job", "idea")
    )
    assert (job["listed_count"], job["right_count"], job["recall"]) == (len(listed), 3, 1.0)
    assert idea["found_count"] >= 2
    assert idea["precision"] >= job["precision"], "it takes away what is no ring"
    said = found[(found["against"] == "verdicts") & (found["who"] == "job")].iloc[0]
    assert (said["listed_count"], said["right_count"], said["recall"]) == (3, 2, 1.0)


def test_a_list_of_nobodys_rings_is_all_wrong(run: fg.Run) -> None:
    truth = pd.DataFrame({"ring_id": ["R"] * 3, "entity_id": ["a", "b", "c"]})
    found = quality_of(run, {"job": [{"x", "y", "z"}], "idea": [{"a", "b", "z"}]}, truth=truth, verdicts=None)
    assert list(found["precision"]) == [0.0, 1.0]
    assert list(found["recall"]) == [0.0, 1.0]


def test_truth_without_its_columns_and_verdicts_on_no_ring_are_refused(run: fg.Run) -> None:
    with pytest.raises(UsageError, match="lacks entity_id"):
        fg.try_out(run, truth=pd.DataFrame({"ring_id": []}))
    with pytest.raises(UsageError, match="does not have"):
        fg.try_out(run, verdicts={"R-1": "confirmed"})


def test_a_map_shows_the_places_that_have_coordinates(run: fg.Run) -> None:
    ring = run.ring(run.rings(listed=True)["ring_id"].iloc[0])
    drawn = ring.map()
    places = [m for m in ring.record.members if m.entity_type in ("facility", "pharmacy")]
    assert len(drawn.data[0]["x"]) == len(places)
    assert set(drawn.data[0]["text"]) == {m.name for m in places}

"""Dealt out anew among the visits of the same place and hour, nobody keeps meeting anybody: what is left is what chance makes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest

from fraudgraph.claims.reading import read_claims
from fraudgraph.meetings import find_meetings
from fraudgraph.settings import MeetingSettings, SourceSettings
from fraudgraph.store import Store
from tests.story_city import Story

HARDLY_CHANCE = 1e-6
FEW = """
CREATE OR REPLACE TEMP TABLE few AS
WITH regulars AS (
  SELECT place, count(*) AS visit_count, row_number() OVER (PARTITION BY place ORDER BY count(*) DESC, patient) AS line
  FROM visits GROUP BY place, patient
)
SELECT place FROM regulars GROUP BY place HAVING sum(CASE WHEN line <= 10 THEN visit_count ELSE 0 END) >= 0.3 * sum(visit_count)
"""
"""Places that live on ten people. They have no rhythm beside theirs, so the views compare them with an even one on purpose;
dealing their visits out anew among the same ten shows nothing."""


def strong_pairs(store: Store) -> dict[str, int]:
    """Pairs that chance hardly makes, by view."""
    return dict(
        store.rows(
            "SELECT view, count(*) FROM (SELECT view, p FROM pair_meetings UNION ALL SELECT view, p FROM place_meetings) "
            "WHERE p <= $most GROUP BY view ORDER BY view",
            most=HARDLY_CHANCE,
        )
    )


def deal(
    rng: np.random.Generator, values: npt.NDArray[np.object_], among: npt.NDArray[np.int64]
) -> npt.NDArray[np.object_]:
    """Values dealt out anew among the rows of the same class."""
    rows, shuffled = np.lexsort((np.arange(len(among)), among)), np.lexsort((rng.random(len(among)), among))
    dealt = values.copy()
    dealt[rows] = values[shuffled]
    return dealt


def deal_claims(store: Store, rng: np.random.Generator) -> None:
    """People among the claims of one place, one part of the day and one kind of day; doctors among one facility's prescriptions."""
    table = store.arrow(
        "SELECT claim_id, patient_id, doctor_id, "
        "dense_rank() OVER (ORDER BY place_id, claim_type = 'inpatient', "
        "CASE WHEN hour(event_at) < 10 THEN 1 WHEN hour(event_at) < 13 THEN 2 WHEN hour(event_at) < 17 THEN 3 ELSE 4 END, "
        "isodow(event_date) >= 6) AS among, "
        "dense_rank() OVER (ORDER BY prescriber_facility_id, claim_type) AS home FROM claims WHERE counted ORDER BY claim_id"
    )
    column = {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}
    dealt = pa.table(
        {
            "claim_id": table["claim_id"],
            "patient": pa.array(deal(rng, column["patient_id"], column["among"]), pa.string()),
            "doctor": pa.array(deal(rng, column["doctor_id"], column["home"]), pa.string()),
        }
    )
    store.put("dealt", dealt)
    store.run(
        "UPDATE claims SET patient_id = d.patient, doctor_id = CASE WHEN pharmacy_id IS NULL THEN doctor_id ELSE d.doctor END "
        "FROM dealt AS d WHERE d.claim_id = claims.claim_id"
    )


def deal_identifiers(store: Store, rng: np.random.Generator) -> None:
    """Phones, accounts and agents among all people."""
    table = store.arrow("SELECT patient_id, phone, bank_account, agent_id FROM patients ORDER BY patient_id")
    everybody = np.zeros(table.num_rows, np.int64)
    columns = {
        name: pa.array(deal(rng, table[name].to_numpy(zero_copy_only=False), everybody), pa.string())
        for name in ("phone", "bank_account", "agent_id")
    }
    store.put("dealt", pa.table({"patient_id": table["patient_id"], **columns}))
    store.run(
        "UPDATE patients SET phone = d.phone, bank_account = d.bank_account, agent_id = d.agent_id "
        "FROM dealt AS d WHERE d.patient_id = patients.patient_id"
    )


@pytest.fixture(scope="module", params=[1, 2])
def dealt(
    request: pytest.FixtureRequest, story_city: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """The meetings of claims dealt out anew."""
    with Store(tmp_path_factory.mktemp("dealt")) as store:
        read_claims(store, [story_city], SourceSettings())
        rng = np.random.default_rng(request.param)
        deal_claims(store, rng)
        deal_identifiers(store, rng)
        off = {view.view for view in find_meetings(store, MeetingSettings()).views if not view.on}
        assert off == {"trace_code"}, "the city has no fee lines; see test_bills_owners_packs"
        yield store


@pytest.mark.parametrize(
    "view",
    [
        "burst",
        "same_day",
        "journey",
        "batch",
        "identity",
        "same_bill",
    ],
)
def test_claims_dealt_out_anew_hold_about_no_pair_that_chance_hardly_makes(dealt: Store, view: str) -> None:
    """Tens of thousands of candidate pairs at one in a million each; the claims as they are hold hundreds."""
    dealt.run(FEW)
    there = dealt.rows(
        "SELECT DISTINCT patient, place FROM visits WHERE place IN (SELECT place FROM few) ORDER BY ALL"
    )
    places: dict[int, set[int]] = {}
    for patient, place in there:
        places.setdefault(patient, set()).add(place)
    strong = dealt.rows(
        "SELECT a, b, observed, expected, p FROM pair_meetings WHERE view = $view AND p <= $most ORDER BY a, b",
        view=view,
        most=HARDLY_CHANCE,
    )
    found = [pair for pair in strong if not places.get(pair[0], set()) & places.get(pair[1], set())]
    assert len(found) <= 1, found


def test_doctors_whose_prescriptions_are_dealt_out_among_colleagues_steer_nobody(dealt: Store) -> None:
    """Where one doctor writes most of a facility's prescriptions there is nobody to deal them to."""
    found = dealt.rows(
        "WITH fills AS (SELECT prescriber_facility_id AS home, doctor_id, count(*) AS fill_count FROM claims "
        "WHERE counted AND pharmacy_id IS NOT NULL AND doctor_id IS NOT NULL GROUP BY home, doctor_id), "
        "alone AS (SELECT doctor_id FROM fills AS f WHERE fill_count > 0.5 * "
        "(SELECT sum(g.fill_count) FROM fills AS g WHERE g.home = f.home)) "
        "SELECT a, b, observed, expected FROM place_meetings WHERE view = 'steering' AND a NOT IN (SELECT doctor_id FROM alone) ORDER BY a, b"
    )
    assert found == []


def test_shops_of_one_chain_share_people_as_neighbours_do(dealt: Store) -> None:
    """Who uses a shop stays as it was; the city's chains are nobody's ring."""
    assert (
        dealt.rows(
            "SELECT a, b, observed, expected FROM place_meetings WHERE view IN ('ownership', 'successor')"
        )
        == []
    )


def test_the_claims_as_they_are_hold_many(story: Story) -> None:
    with Store(story.out, read_only=True) as store:
        found = strong_pairs(store)
    assert found["burst"] >= 100
    assert found["steering"] >= 1
    assert sum(found.values()) >= 150

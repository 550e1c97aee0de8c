"""The sample city has the country's marginals, plants what it says, and leaves no truth where the program reads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fraudgraph.claims.schema.schema import CANONICAL
from fraudgraph.errors import UsageError
from fraudgraph.synthetic.city import LAWFUL_KINDS, TYPOLOGIES, CityReport, make_city

Ask = Callable[..., list[tuple[Any, ...]]]

# a year's claims a person and yuan a claim, (employee, resident), national 2024 (domain notes 5.1)
RATES = {
    "outpatient": (6.94, 2.51),
    "chronic": (0.85, 0.44),
    "inpatient": (0.217, 0.217),
    "pharmacy": (5.99, 0.037),
}
MEANS = {"outpatient": (252, 117), "chronic": (652, 494), "inpatient": (11_706, 7_409), "pharmacy": (98, 611)}
STAY_DAYS = (8.7, 8.5)
NET = """SELECT c.*, p.insurance_type FROM claims c JOIN patients p USING (patient_id)
WHERE refund_of IS NULL AND total_amount > 0 AND claim_id NOT IN (SELECT refund_of FROM claims WHERE refund_of IS NOT NULL)
AND ended_at IS DISTINCT FROM TIMESTAMP '1900-01-01' AND started_at > TIMESTAMP '2000-01-01' AND fund_amount <= total_amount"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CityReport]:
    folder = tmp_path_factory.mktemp("cities")
    return {
        "none": make_city(folder / "none", claims=100_000, months=12, rings="none", seed=11),
        **{
            kind: make_city(folder / kind, claims=150_000, months=12, rings=kind, seed=12)
            for kind in ("standard", "stealth", "hard")
        },
        "items": make_city(folder / "items", claims=12_000, months=6, rings="standard", seed=5, items=True),
    }


@pytest.fixture(scope="module")
def asks(made: dict[str, CityReport]) -> dict[str, Ask]:
    return {name: _asker(report) for name, report in made.items()}


def _asker(report: CityReport) -> Ask:
    con = duckdb.connect()
    for path in sorted(report.out.glob("*.parquet")):
        con.execute(f"CREATE VIEW {path.stem} AS SELECT * FROM '{path}'").fetchall()
    for path in sorted(report.truth.glob("*.parquet")):
        con.execute(f"CREATE VIEW truth_{path.stem} AS SELECT * FROM '{path}'").fetchall()
    con.execute(f"CREATE VIEW net AS {NET}").fetchall()

    def ask(sql: str, **values: Any) -> list[tuple[Any, ...]]:
        return con.execute(sql, values or None).fetchall()

    return ask


@pytest.mark.parametrize("city", ["none", "standard", "hard"])
def test_rates_and_means_are_the_countrys(asks: dict[str, Ask], city: str) -> None:
    ask = asks[city]
    persons = dict(ask("SELECT insurance_type, count(*) FROM patients GROUP BY 1"))
    found = {
        (t, i): (n, m)
        for t, i, n, m in ask(
            "SELECT claim_type, insurance_type, count(*), avg(total_amount) FROM net GROUP BY 1, 2"
        )
    }
    for claim_type, by_insurance in RATES.items():
        for insurance, rate, mean in zip(("310", "390"), by_insurance, MEANS[claim_type], strict=True):
            count, amount = found[claim_type, insurance]
            small = claim_type == "pharmacy" and insurance == "390"  # some hundred claims
            assert count / persons[insurance] == pytest.approx(rate, rel=0.25 if small else 0.06), (
                claim_type,
                insurance,
            )
            assert amount == pytest.approx(mean, rel=0.3 if small else 0.08), (claim_type, insurance)


def test_the_insured_are_the_countrys(asks: dict[str, Ask]) -> None:
    ((employees, retired, old),) = asks["none"]("""
        WITH p AS (SELECT *, date_diff('year', birth_date, DATE '2025-01-01') AS age FROM patients)
        SELECT count(*) FILTER (insurance_type = '310') / count(*),
               count(*) FILTER (insurance_type = '310' AND age >= 60) / count(*) FILTER (insurance_type = '310'),
               count(*) FILTER (age >= 60) / count(*) FROM p""")
    assert employees == pytest.approx(0.286, abs=0.01)
    assert retired == pytest.approx(0.276, abs=0.02)
    assert old == pytest.approx(0.22, abs=0.035)


def test_stays_have_the_countrys_length_and_fund_share_and_cost_more_higher_up(asks: dict[str, Ask]) -> None:
    ask = asks["none"]
    stays = dict(
        ask(
            "SELECT insurance_type, avg(date_diff('day', started_at, ended_at)) FROM net WHERE claim_type = 'inpatient' GROUP BY 1"
        )
    )
    assert stays["310"] == pytest.approx(STAY_DAYS[0], rel=0.08)
    assert stays["390"] == pytest.approx(STAY_DAYS[1], rel=0.08)
    fund = dict(
        ask(
            "SELECT insurance_type, sum(fund_amount) / sum(total_amount) FROM net WHERE claim_type = 'inpatient' GROUP BY 1"
        )
    )
    # in-scope ratios are 0.848 and 0.686; about a tenth of a bill is out of scope
    assert fund["310"] == pytest.approx(0.848 * 0.9, abs=0.04)
    assert fund["390"] == pytest.approx(0.686 * 0.9, abs=0.05)
    level = {
        name: (cost, days)
        for name, cost, days in ask("""
        SELECT level, avg(total_amount), avg(date_diff('day', started_at, ended_at)) FROM net JOIN facilities USING (facility_id)
        WHERE claim_type = 'inpatient' AND insurance_type = '310' GROUP BY 1""")
    }
    assert level["tertiary"][0] > level["secondary"][0] > level["primary"][0]
    assert level["tertiary"][1] < level["secondary"][1] < level["primary"][1]


def test_amounts_are_skewed_and_refunds_are_a_twentieth(asks: dict[str, Ask]) -> None:
    ((tail, refunds),) = asks["none"](
        "SELECT quantile_cont(total_amount, 0.95) / median(total_amount), count(*) FILTER (total_amount < 0) / count(*) FROM claims"
    )
    assert tail > 8
    assert refunds == pytest.approx(0.052, abs=0.003)
    for (share,) in asks["none"](
        "SELECT quantile_cont(total_amount, 0.95) / avg(total_amount) FROM net WHERE claim_type IN ('outpatient', 'pharmacy') GROUP BY claim_type"
    ):
        assert 2.4 < share < 3.9


def test_places_keep_hours_and_weekends_are_quiet_at_hospitals(asks: dict[str, Ask]) -> None:
    ((night, sunday),) = asks["none"]("""
        SELECT count(*) FILTER (hour(started_at) BETWEEN 0 AND 5) / count(*), count(*) FILTER (dayofweek(started_at) = 0) / count(*)
        FROM net WHERE claim_type = 'outpatient'""")
    assert night < 0.03
    assert sunday < 0.11
    ((shops,),) = asks["none"](
        "SELECT count(*) FILTER (dayofweek(started_at) IN (0, 6)) / count(*) FROM net WHERE claim_type = 'pharmacy'"
    )
    assert shops == pytest.approx(2 / 7, abs=0.03)


def test_refills_come_month_after_month(asks: dict[str, Ask]) -> None:
    ((share,),) = asks["none"]("""
        WITH gaps AS (SELECT date_diff('day', lag(started_at) OVER (PARTITION BY patient_id ORDER BY started_at), started_at) AS days
                      FROM net WHERE claim_type = 'chronic' AND diagnosis_code IS DISTINCT FROM 'N18.5')
        SELECT count(*) FILTER (days BETWEEN 22 AND 38) / count(*) FROM gaps WHERE days IS NOT NULL""")
    assert share > 0.45


def test_tables_have_canonical_names_and_as_many_claims_as_asked(
    made: dict[str, CityReport], asks: dict[str, Ask]
) -> None:
    for table in ("claims", "patients", "doctors", "doctor_sites", "facilities", "pharmacies"):
        columns = [row[0] for row in asks["none"](f"DESCRIBE {table}")]
        assert columns == list(CANONICAL[table].column_names)
    written = [row[0] for row in asks["items"]("DESCRIBE claim_items")]
    later = {"hosp_item_code", "hosp_item_name"}  # came after the city was frozen
    assert written == [name for name in CANONICAL["claim_items"].column_names if name not in later]
    assert asks["standard"]("SELECT count(*) FROM claims") == [(150_000,)]
    assert asks["none"](
        "SELECT count(*) FROM claims WHERE (facility_id IS NULL) = (pharmacy_id IS NULL)"
    ) == [(0,)]
    assert not (made["none"].out / "claim_items.parquet").exists()


def test_money_adds_up_and_refunds_name_what_they_refund(asks: dict[str, Ask]) -> None:
    ask = asks["none"]
    assert ask(
        "SELECT count(*) FROM claims WHERE fund_amount <= abs(total_amount) AND total_amount <> fund_amount + account_amount + self_paid_amount"
    ) == [(0,)]
    ((pairs, wrong),) = ask("""
        SELECT count(*), count(*) FILTER (r.total_amount <> -o.total_amount OR r.patient_id <> o.patient_id) FROM claims r
        JOIN (SELECT DISTINCT ON (claim_id) * FROM claims) o ON r.refund_of = o.claim_id""")
    assert pairs > 4_000
    assert wrong <= 5  # rows whose original was delivered without its total or person are dirt


def test_truth_is_beside_and_ids_and_order_give_nothing_away(
    made: dict[str, CityReport], asks: dict[str, Ask]
) -> None:
    report, ask = made["standard"], asks["standard"]
    assert {path.stem for path in report.out.iterdir()} == {
        "claims",
        "patients",
        "doctors",
        "doctor_sites",
        "facilities",
        "pharmacies",
    }
    assert report.truth.name == report.out.name + "-truth"
    ((patients, claims),) = ask("""
        WITH p AS (SELECT patient_id, percent_rank() OVER (ORDER BY patient_id) AS standing FROM patients),
             c AS (SELECT claim_id, percent_rank() OVER (ORDER BY claim_id) AS standing FROM claims)
        SELECT (SELECT avg(standing) FROM p WHERE patient_id IN (SELECT entity_id FROM truth_ring_members)),
               (SELECT avg(standing) FROM c WHERE claim_id IN (SELECT claim_id FROM truth_ring_claims))""")
    assert patients == pytest.approx(0.5, abs=0.1)
    assert claims == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("city", ["standard", "stealth", "hard"])
def test_rings_are_mostly_small_and_their_people_keep_ordinary_lives(
    made: dict[str, CityReport], asks: dict[str, Ask], city: str
) -> None:
    ask = asks[city]
    ((rings, median, smallest, above),) = ask(
        "SELECT count(*), median(patients), min(patients), count(*) FILTER (patients > 40) FROM truth_rings"
    )
    assert rings >= 10
    assert 6 <= median <= 12
    assert smallest >= 4
    assert above <= 3
    assert 0.002 <= made[city].ring_persons / made[city].persons <= 0.0125
    ((other,),) = ask("""
        SELECT count(*) FILTER (claim_id NOT IN (SELECT claim_id FROM truth_ring_claims)) / count(*) FROM claims
        WHERE patient_id IN (SELECT entity_id FROM truth_ring_members WHERE entity_type = 'patient')""")
    assert 0.2 < other < 0.9
    assert (
        ask(
            "SELECT count(*) FROM truth_ring_members m WHERE entity_type = 'patient' AND entity_id NOT IN (SELECT patient_id FROM claims JOIN truth_ring_claims USING (claim_id) WHERE patient_id IS NOT NULL)"
        )[0][0]
        <= 2
    )


def test_every_typology_is_planted_somewhere(asks: dict[str, Ask]) -> None:
    seen = {
        row[0]
        for city in ("standard", "stealth", "hard")
        for row in asks[city]("SELECT typology FROM truth_rings")
    }
    assert seen >= set(TYPOLOGIES) - {"organiser"}  # a hundred cards need a larger city


def test_stealth_bills_ordinary_amounts_and_hard_waits_between_swipes(asks: dict[str, Ask]) -> None:
    def gap(city: str) -> float:
        return float(
            asks[city]("""
            WITH s AS (SELECT ring_id, date_diff('second', lag(started_at) OVER (PARTITION BY ring_id, pharmacy_id, started_at::DATE ORDER BY started_at), started_at) AS gap
                       FROM claims JOIN truth_ring_claims USING (claim_id) JOIN truth_rings USING (ring_id) WHERE typology IN ('card_sweep', 'slow_drip', 'home_sweep') AND refund_of IS NULL)
            SELECT median(gap) FROM s WHERE gap IS NOT NULL""")[0][0]
        )

    assert gap("standard") < 400
    assert gap("hard") > 3 * gap("standard")

    def ratio(city: str) -> float:
        return float(
            asks[city]("""
            SELECT (SELECT median(total_amount) FROM claims JOIN truth_ring_claims USING (claim_id) WHERE claim_type = 'pharmacy' AND total_amount > 0)
                 / (SELECT median(total_amount) FROM claims WHERE claim_type = 'pharmacy' AND total_amount > 0)""")[
                0
            ][0]
        )

    assert ratio("stealth") < 1.6
    assert ratio("standard") > ratio("stealth")


@pytest.mark.parametrize("city", ["none", "standard", "stealth", "hard"])
def test_lawful_groups_of_at_least_twelve_kinds_live_in_every_city(asks: dict[str, Ask], city: str) -> None:
    kinds = {row[0] for row in asks[city]("SELECT DISTINCT kind FROM truth_lookalikes")}
    assert len(kinds) >= 12
    assert kinds <= set(LAWFUL_KINDS)


def test_dialysis_benches_look_like_benches(asks: dict[str, Ask]) -> None:
    ((signs, a_month),) = asks["none"]("""
        WITH bench AS (SELECT c.* FROM claims c JOIN truth_lookalikes USING (patient_id) WHERE kind = 'dialysis' AND claim_type = 'chronic' AND total_amount > 0)
        SELECT count(*) FILTER (diagnosis_code = 'N18.5') / count(*),
               (SELECT median(n) FROM (SELECT count(*) AS n FROM bench GROUP BY patient_id, month(started_at)))
        FROM bench""")
    assert 0.6 <= signs <= 0.97
    assert 11 <= a_month <= 14


def test_homes_share_an_address_in_most_residents_and_not_in_hard_cities(asks: dict[str, Ask]) -> None:
    def shared(city: str) -> float:
        return float(
            asks[city]("""
            WITH r AS (SELECT group_id, address, count(*) AS n FROM truth_lookalikes JOIN patients USING (patient_id) WHERE kind = 'care_home' AND address IS NOT NULL GROUP BY 1, 2)
            SELECT avg(top / total) FROM (SELECT max(n) AS top, (SELECT count(*) FROM truth_lookalikes l WHERE l.group_id = r.group_id) AS total FROM r GROUP BY r.group_id)""")[
                0
            ][0]
        )

    assert 0.55 <= shared("none") <= 0.98
    assert shared("hard") < 0.35


def test_dirt_is_there_in_small_shares_and_counted(asks: dict[str, Ask]) -> None:
    counts = dict(asks["none"]("SELECT * FROM truth_dirt"))
    assert all(count > 0 for count in counts.values())
    assert (
        sum(counts[name] for name in ("duplicates", "missing_patient", "bad_start", "missing_total"))
        < 0.005 * 100_000
    )
    assert (
        asks["none"]("SELECT count(*) FROM claims WHERE patient_id IS NULL")[0][0]
        >= counts["missing_patient"]
    )
    assert asks["none"]("SELECT count(*) - count(DISTINCT claim_id) FROM claims") == [(counts["duplicates"],)]
    assert asks["none"]("SELECT count(*) FROM patients WHERE phone = '13800000000'")[0][0] > 10


def test_a_clean_city_has_no_dirt(tmp_path: Path) -> None:
    report = make_city(tmp_path / "clean", claims=4_000, months=3, rings="none", seed=2, dirt=False)
    ask = _asker(report)
    assert all(count == 0 for _, count in ask("SELECT * FROM truth_dirt"))
    assert ask(
        "SELECT count(*) FROM claims WHERE patient_id IS NULL OR total_amount IS NULL OR ended_at < started_at"
    ) == [(0,)]


def test_lines_add_up_to_their_claim_and_refunds_take_the_same_lines_back(asks: dict[str, Ask]) -> None:
    ask = asks["items"]
    assert (
        ask("""
        SELECT count(*) FROM (SELECT DISTINCT claim_id, total_amount FROM claims WHERE total_amount IS NOT NULL) c
        JOIN (SELECT claim_id, sum(amount) AS lines FROM claim_items GROUP BY 1) i USING (claim_id) WHERE lines <> total_amount""")
        == [(0,)]
    )
    assert ask(
        "SELECT count(DISTINCT claim_id) FROM claims WHERE claim_id NOT IN (SELECT claim_id FROM claim_items)"
    ) == [(0,)]
    assert ask("""
        SELECT count(*) FROM (
            SELECT r.refund_of AS claim_id, i.item_code, -i.amount AS amount FROM claims r JOIN claim_items i USING (claim_id) WHERE r.refund_of IS NOT NULL
            EXCEPT SELECT claim_id, item_code, amount FROM claim_items)""") == [(0,)]
    ((codes, repeated),) = ask(
        "SELECT count(trace_code), count(trace_code) - count(DISTINCT trace_code) FROM claim_items WHERE amount > 0"
    )
    assert codes > 1_000
    assert 0 < repeated < 0.1 * codes


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    def digest(name: str, seed: int) -> dict[str, str]:
        report = make_city(tmp_path / name, claims=6_000, months=4, rings="standard", seed=seed, items=True)
        files = [*report.out.iterdir(), *report.truth.iterdir()]
        return {
            path.name + path.parent.name.removeprefix(name): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        }

    assert digest("a", 7) == digest("b", 7)
    assert digest("c", 8) != digest("a2", 7)


def test_the_block_of_122_and_181_links_each_side_to_47(tmp_path: Path) -> None:
    report = make_city(
        tmp_path / "block", claims=400_000, months=12, rings="stealth", seed=3, dirt=False, big_block=True
    )
    ask = _asker(report)
    ((doctors, patients, per_doctor, per_patient),) = ask("""
        WITH links AS (SELECT DISTINCT doctor_id, patient_id FROM claims JOIN truth_ring_claims USING (claim_id) JOIN truth_rings USING (ring_id) WHERE typology = 'big_block')
        SELECT count(DISTINCT doctor_id), count(DISTINCT patient_id), (SELECT min(n) FROM (SELECT count(*) AS n FROM links GROUP BY doctor_id)),
               (SELECT min(n) FROM (SELECT count(*) AS n FROM links GROUP BY patient_id)) FROM links""")
    assert (doctors, patients) == (122, 181)
    assert min(per_doctor, per_patient) >= 47


def test_a_taken_folder_and_impossible_wishes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine.txt").write_text("keep")
    with pytest.raises(UsageError, match="not empty"):
        make_city(tmp_path / "there", claims=5_000, months=3, rings="none", seed=1)
    assert (tmp_path / "there" / "mine.txt").read_text() == "keep"
    for wish in ({"claims": 10}, {"months": 0}, {"rings": "many"}, {"seed": -1}):
        with pytest.raises(UsageError):
            make_city(tmp_path / "new", **{"claims": 5_000, "months": 3, "rings": "none", "seed": 1, **wish})  # type: ignore[arg-type]
    assert not (tmp_path / "new").exists()

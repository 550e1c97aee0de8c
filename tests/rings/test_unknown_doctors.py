"""An id that stands for "unknown doctor" is nobody: it can't join a ring."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fraudgraph.store import Store

SQL = Path(__file__).parents[2] / "fraudgraph/rings/sql/member_claims.sql"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        opened.run(
            "CREATE TABLE group_members AS SELECT 1 AS group_no, 1 AS patient;"
            "CREATE TABLE patient_codes AS SELECT 1 AS patient, 'p1' AS patient_id;"
            "CREATE TABLE place_codes AS SELECT i AS place, concat('f', i) AS place_id FROM range(1, 31) AS r(i);"
            "CREATE TABLE group_sessions (group_no INTEGER, session_no INTEGER, kind VARCHAR, place INTEGER, day INTEGER, "
            "to_day INTEGER, from_minute INTEGER, to_minute INTEGER);"
            "CREATE TABLE session_chances (session_no INTEGER, good BOOLEAN);"
            "CREATE TABLE doctor_codes AS SELECT i AS doctor, concat('d', i) AS doctor_id FROM range(1, 3) AS r(i);"
        )
        yield opened


@pytest.mark.parametrize(("facilities", "known"), [(20, True), (21, False)])
def test_an_id_at_more_than_twenty_facilities_is_no_doctor(
    store: Store, facilities: int, known: bool
) -> None:
    store.run(
        f"CREATE TABLE visits AS SELECT i AS place, 1 AS doctor FROM range(1, {facilities + 1}) AS r(i) UNION ALL SELECT 1, 2;"
        "CREATE TABLE claims AS SELECT concat('c', i) AS claim_id, 'p1' AS patient_id, 'f1' AS place_id, 'facility' AS place_type, "
        "concat('d', i) AS doctor_id, NULL AS operator_id, NULL AS prescriber_facility_id, 'outpatient' AS claim_type, "
        "DATE '2025-01-01' AS event_date, TIMESTAMP '2025-01-01 09:00' AS event_at, NULL::TIMESTAMP AS ended_at, "
        "NULL AS diagnosis_code, 1.00 AS net_total_amount, 1.00 AS net_fund_amount, TRUE AS counted FROM range(1, 4) AS r(i)"
    )
    store.run("UPDATE claims SET doctor_id = NULL WHERE claim_id = 'c3'")
    store.run(SQL.read_text(encoding="utf-8"))
    rows = dict(store.rows("SELECT claim_id, doctor_id FROM member_claims ORDER BY claim_id"))
    assert rows == {"c1": "d1" if known else None, "c2": "d2", "c3": None}

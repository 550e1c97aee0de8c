"""What an analyst settled by hand moves what was measured of the groups, too: nothing is left behind with a number that nobody has."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from fraudgraph.casework.manual_edits import HandEdit, apply_edits
from fraudgraph.store import Store

EAST = tuple(f"E{number}" for number in range(6))
WEST = tuple(f"W{number}" for number in range(4))
SETTLED = {"by": "李敏", "on": date(2025, 11, 2), "reason": "同一组织者"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two groups: the first is a shop's steered patients, the second a doctor's clientele with a part of its own."""
    with Store(tmp_path) as made:
        made.run(
            "CREATE TABLE patient_codes AS SELECT i::INTEGER AS patient, p AS patient_id FROM (SELECT unnest(range(10)) AS i, unnest($people) AS p)",
            people=[*EAST, *WEST],
        )
        made.run(
            "CREATE TABLE group_members AS SELECT 1::INTEGER AS group_no, patient FROM patient_codes WHERE patient_id LIKE 'E%' "
            "UNION ALL SELECT 2, patient FROM patient_codes WHERE patient_id LIKE 'W%'; "
            "CREATE TABLE group_parents AS SELECT 7::INTEGER AS group_no, 2::INTEGER AS parent_no; "
            "CREATE TABLE block_columns (group_no INTEGER, block_no INTEGER, place INTEGER, doctor INTEGER); "
            "INSERT INTO block_columns VALUES (2, 1, 40, NULL); "
            "CREATE TABLE group_steering (group_no INTEGER, place INTEGER, doctor INTEGER, people INTEGER, expected DOUBLE, nats DOUBLE); "
            "CREATE TABLE group_customs AS SELECT * FROM group_steering; "
            "INSERT INTO group_steering VALUES (1, 30, 8, 6, 1.5, 12.0); "
            "INSERT INTO group_customs VALUES (2, 40, 9, 4, 0.5, 20.0)"
        )
        yield made


def measured(store: Store) -> list[tuple[object, ...]]:
    return store.rows(
        "SELECT 'steering' AS what, group_no, place, people, expected, nats FROM group_steering UNION ALL "
        "SELECT 'customs', group_no, place, people, expected, nats FROM group_customs ORDER BY 1 DESC, 2"
    )


def test_a_merged_group_brings_its_clientele_along_and_leaves_no_row_behind(store: Store) -> None:
    edit = HandEdit(
        action="merge", ring_id="R-2025-0001", other="R-2025-0002", patients=EAST, other_patients=WEST, **SETTLED
    )  # fmt: skip
    assert apply_edits(store, [edit], {}) == 1
    assert measured(store) == [("steering", 1, 30, 6, 1.5, 12.0), ("customs", 1, 40, 4, 0.5, 20.0)]
    assert store.rows("SELECT group_no FROM block_columns") == [(1,)]
    assert store.rows("SELECT * FROM group_parents") == [], "a part of a group that is no more is none"


def test_who_is_cut_off_takes_their_share_of_what_was_measured_along(store: Store) -> None:
    edit = HandEdit(action="split", ring_id="R-2025-0001", people=EAST[:2], patients=EAST, **SETTLED)
    assert apply_edits(store, [edit], {}) == 1
    assert measured(store) == [("steering", 1, 30, 4, 1.0, 8.0), ("customs", 2, 40, 4, 0.5, 20.0)]


def test_a_group_of_which_nobody_is_left_leaves_nothing(store: Store) -> None:
    edit = HandEdit(action="drop", ring_id="R-2025-0002", people=WEST, patients=WEST, **SETTLED)
    assert apply_edits(store, [edit], {}) == 1
    assert measured(store) == [("steering", 1, 30, 6, 1.5, 12.0)]
    assert store.rows("SELECT * FROM block_columns") == []


def test_a_note_moves_nothing(store: Store) -> None:
    edit = HandEdit(action="note", ring_id="R-2025-0002", patients=WEST, **SETTLED)
    before = measured(store)
    assert apply_edits(store, [edit], {}) == 0
    assert measured(store) == before

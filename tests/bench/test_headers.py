"""The figure for headers counts what is right as right and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.headers import LABELS, Delivery, Judged, counted, measure, read_deliveries, score_delivery
from fraudgraph.claims.inspection.column_values import ColumnReport
from fraudgraph.claims.inspection.inspecting import SheetReport
from fraudgraph.claims.schema.schema import CANONICAL

DELIVERY = Delivery(
    "made up",
    "claims",
    {
        "no": frozenset({"claim_id"}),
        "who": frozenset({"patient_id"}),
        "where ": frozenset({"facility_id", "place_id"}),
        "note": frozenset(),
    },
    {"no": ("1", "2"), "who": ("a", "b"), "where ": ("x", "y"), "note": ("", "")},
)


def sheet(
    table: str | None, guesses: tuple[tuple[str, str], ...] = (), **fields: str | None
) -> tuple[SheetReport, ...]:
    columns = tuple(ColumnReport(header=header, field=field) for header, field in fields.items())
    return (
        SheetReport(
            file="f.csv", sheet=None, format="text", encoding=None, delimiter=None, header_row=0, rows=2,
            table=table, mapping=None, columns=columns, guesses=guesses,
        ),
    )  # fmt: skip


def rights(sheets: tuple[SheetReport, ...]) -> list[bool]:
    return [column.right for column in score_delivery(DELIVERY, sheets)]


def test_the_right_mapping_is_right_in_every_column() -> None:
    judged = score_delivery(
        DELIVERY, sheet("claims", no="claim_id", who="patient_id", where="place_id", note=None)
    )
    assert [column.right for column in judged] == [True, True, True, True]
    figures = counted(judged)
    assert (figures["share_right"], figures["columns"], figures["foreign_columns"]) == (1.0, 3, 1)


def test_swapped_lost_and_wrongly_taken_columns_are_wrong() -> None:
    judged = score_delivery(DELIVERY, sheet("claims", no="patient_id", who="claim_id", note="doctor_id"))
    assert [column.right for column in judged] == [False, False, False, False]
    figures = counted(judged)
    assert (figures["right"], figures["mapped_wrongly"], figures["foreign_left_alone"]) == (0, 2, 0)


def test_the_right_field_of_another_table_or_of_no_table_is_wrong() -> None:
    named = {"no": "claim_id", "who": "patient_id", "where": "facility_id", "note": None}
    assert rights(sheet("encounters", **named)) == [False, False, False, True]
    assert rights(sheet(None, **named)) == [False, False, False, True]
    assert rights(()) == [False, False, False, True]


def test_what_is_only_suggested_counts_apart() -> None:
    figures = counted(
        score_delivery(DELIVERY, sheet(None, (("claim_id", "no"), ("doctor_id", "who")), no=None))
    )
    assert (figures["right"], figures["suggested_right"], figures["suggested_wrong"]) == (0, 1, 1)


def test_a_delivery_in_the_words_of_the_data_standard_is_measured_from_a_file(tmp_path: Path) -> None:
    known = [
        one
        for one in read_deliveries(LABELS)
        if one.name in ("insured persons, national platform", DELIVERY.name)
    ]
    judged = measure([*known, DELIVERY], tmp_path)
    assert counted(judged[: len(known[0].fields)])["share_right"] == 1.0
    assert [column.right for column in judged if column.delivery == DELIVERY.name] == [
        False,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    "labels",
    [LABELS, *(LABELS.with_name(f"header_variants_{number}.toml") for number in (2, 3, 4, 5, 6))],
    ids=lambda path: path.stem,
)
def test_labels_name_fields_that_the_tables_have(labels: Path) -> None:
    deliveries = read_deliveries(labels)
    beside = {"place_id", "place_name", "encounter_id", "valid_flag", "line_id", "doctor_name", "place_level", "refund_flag", "med_type_raw"}  # fmt: skip
    of_lines = {"line_number", "line_item_code", "line_item_name", "line_quantity", "line_amount"}
    of_patients = {f"patient_{name}" for name in CANONICAL["patients"].column_names}
    assert len(deliveries) >= 30
    for one in deliveries:
        named = frozenset().union(*one.fields.values())
        assert named <= {*CANONICAL[one.table].column_names, *beside, *of_lines, *of_patients}, one.name
        assert len({len(values) for values in one.values.values()}) == 1, one.name


def test_tables_are_counted_as_what_they_were_taken_for() -> None:
    judged = [
        Judged("right", "h", "claims.claim_id", "claims.claim_id", True),
        Judged("right", "note", "", "", True),
        Judged("another", "h", "patients.patient_id", "doctors.doctor_id", False),
        Judged("missed", "h", "claims.claim_id", "", False),
        Judged("left alone", "h", "", "", True),
        Judged("taken", "h", "", "claims.claim_id", False),
    ]
    figures = counted(judged)
    assert (figures["tables_recognised"], figures["tables_as_another"]) == (1, 1)
    assert (figures["foreign_tables"], figures["foreign_tables_taken"]) == (2, 1)

"""The referral list as files: xlsx for people, csv for other systems, jsonl with its schema for programs."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

from fraudgraph.records import ReferralList, Ring
from fraudgraph.report.fields import (
    EVIDENCE_FIELDS,
    EXPLANATION_FIELDS,
    LIST_FIELDS,
    MEMBER_FIELDS,
    Cell,
    Field,
    claim_id_lists,
    evidence_rows,
    explanation_rows,
    list_row,
    member_rows,
)
from fraudgraph.report.files import save
from fraudgraph.report.naming import Naming
from fraudgraph.report.ring_summary import summary_row
from fraudgraph.report.sanitise import formula_safe, plain
from fraudgraph.report.workbook import workbook_bytes
from fraudgraph.settings import Settings

__all__ = ["referral_schema", "ring_record", "write_referral"]

Row = Mapping[str, Cell]
_NESTED = {"members": MEMBER_FIELDS, "evidence": EVIDENCE_FIELDS, "explanations": EXPLANATION_FIELDS}


def write_referral(out: Path, referral: ReferralList, settings: Settings, *, generated_for: str) -> None:
    """Write the list of rings to be checked as referral_list.xlsx, .csv, .jsonl and .schema.json.

    Only listed rings are in it, in the order an investigator should open them. The same list gives the same bytes.

    Parameters
    ----------
    out : Path
        The run's folder.
    referral : ReferralList
        The rings.
    settings : Settings
        For privacy and links.
    generated_for : str
        Whom the list is for; stands on its first sheet.

    Raises
    ------
    StorageError
        If a file can't be written.
    SettingsError
        If ids shall be masked and there is no key.
    """
    listed = sorted(referral.listed, key=lambda ring: (ring.rank, ring.ring_id))
    namings = [Naming([ring], settings, _claim_ids(ring)) for ring in listed]
    pairs = list(zip(listed, namings, strict=True))
    tables: dict[str, list[dict[str, Cell]]] = {
        "list": [list_row(ring, naming, settings) for ring, naming in pairs],
        "summary": [summary_row(ring, naming) for ring, naming in pairs],
        "members": [row for ring, naming in pairs for row in member_rows(ring, naming)],
        "evidence": [row for ring, naming in pairs for row in evidence_rows(ring, naming)],
        "explanations": [row for ring, naming in pairs for row in explanation_rows(ring, naming)],
    }
    save(
        out / "referral_list.xlsx",
        workbook_bytes(referral, tables, generated_for=plain(generated_for, 200)),
    )
    save(out / "referral_list.csv", _csv(LIST_FIELDS, tables["list"]))
    save(out / "referral_list.jsonl", "".join(_json_line(ring, naming, settings) for ring, naming in pairs))
    schema = json.dumps(referral_schema(), ensure_ascii=False, indent=2)
    save(out / "referral_list.schema.json", schema + "\n")


def _claim_ids(ring: Ring) -> set[str]:
    return {claim for ids in claim_id_lists(ring) for claim in ids}


def _csv(fields: Sequence[Field], rows: Sequence[Row]) -> bytes:
    """UTF-8 with a byte-order mark and CRLF, as spreadsheets in Chinese offices expect; no cell is a formula."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([field.header for field in fields])
    for row in rows:
        writer.writerow([_csv_cell(row[field.key]) for field in fields])
    return text.getvalue().encode("utf-8-sig")


def _csv_cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return formula_safe(value) if isinstance(value, str) else str(value)


def ring_record(ring: Ring, settings: Settings | None = None) -> dict[str, Any]:
    """A ring for programs, in plain JSON values: what a line of referral_list.jsonl holds, names cut as there.

    Parameters
    ----------
    ring : Ring
        The ring, listed or not.
    settings : Settings, optional
        For privacy and links; without them ids stand as delivered.
    """
    settings = settings or Settings()
    return _record(ring, Naming([ring], settings, _claim_ids(ring)), settings)


def _json_line(ring: Ring, naming: Naming, settings: Settings) -> str:
    return json.dumps(_record(ring, naming, settings), ensure_ascii=False, allow_nan=False) + "\n"


def _record(ring: Ring, naming: Naming, settings: Settings) -> dict[str, Any]:
    record: dict[str, Any] = {
        key: _json_value(value) for key, value in list_row(ring, naming, settings).items()
    }
    record["parts"] = [
        {
            "name": part.name,
            "title_zh": part.title_zh,
            "title_en": part.title_en,
            "points": round(part.points, 4),
        }
        for part in ring.parts
    ]
    nested = {"members": member_rows, "evidence": evidence_rows, "explanations": explanation_rows}
    for name, rows in nested.items():
        record[name] = [
            {key: _json_value(value) for key, value in row.items() if key != "ring_id"}
            for row in rows(ring, naming)
        ]
    return record


def _json_value(value: Cell) -> str | int | float | None:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def referral_schema() -> dict[str, Any]:
    """The JSON Schema of one line of referral_list.jsonl."""
    properties: dict[str, Any] = {field.key: _json_type(field) for field in LIST_FIELDS}
    properties["parts"] = {
        "type": "array",
        "description": "得分各部分，相加即得分 / parts that add up to the score",
        "items": _closed(
            {
                "name": {"type": "string"},
                "title_zh": {"type": "string"},
                "title_en": {"type": "string"},
                "points": {"type": "number"},
            }
        ),
    }
    for name, fields in _NESTED.items():
        inner = {field.key: _json_type(field) for field in fields if field.key != "ring_id"}
        properties[name] = {"type": "array", "items": _closed(inner)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "移送清单 Referral list: one ring a line",
        **_closed(properties),
    }


def _closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _json_type(field: Field) -> dict[str, Any]:
    about = {"title": field.title.zh, "description": f"{field.note.zh} / {field.note.en}"}
    if field.kind == "date":
        return {"type": "string", "format": "date", **about}
    if field.kind in ("count", "amount"):
        return {"type": "integer" if field.kind == "count" else "number", **about}
    return {"type": ["number", "null"] if field.kind == "number" else "string", **about}

"""What a delivered table can be, and which fields we know in it.

Besides the canonical tables a supplier may deliver *encounters* (就诊信息: joined to the settlements) and
*institutions* (定点医药机构 of both kinds in one table). A field is a canonical column, or something that helps to
make one (the place's code before it is known whether it is a pharmacy, the refund mark, a person's phone on the
encounter).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from fraudgraph.claims.schema.schema import CANONICAL

__all__ = ["KINDS", "PLAIN_KINDS", "REFERENCE_KINDS", "REFERENCE_TABLES", "Field", "FieldType", "Kind"]

FieldType = Literal[
    "id",
    "text",
    "money",
    "number",
    "timestamp",
    "date",
    "integer",
    "double",
    "flag",
    "sex",
    "level",
    "ownership",
    "move_type",
    "rule_kind",
    "action",
    "event_kind",
    "settlement_kind",
    "complication_level",
]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a delivered table.

    `strict`: a value that can't be read sets the row aside; elsewhere the value is left empty and counted.
    """

    name: str
    type: FieldType
    title_zh: str
    title_en: str
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of delivered table. `needs`: without one of each group of fields a table is not of this kind."""

    name: str
    title_zh: str
    title_en: str
    fields: tuple[Field, ...]
    needs: tuple[tuple[str, ...], ...]

    def field(self, name: str) -> Field:
        """The field of that name."""
        return next(field for field in self.fields if field.name == name)

    @property
    def field_names(self) -> tuple[str, ...]:
        """All names, in order."""
        return tuple(field.name for field in self.fields)


_TYPES: dict[str, FieldType] = {
    "DECIMAL(16,2)": "money",
    "DECIMAL(16,4)": "number",
    "TIMESTAMP": "timestamp",
    "DATE": "date",
    "INTEGER": "integer",
    "DOUBLE": "double",
    "BOOLEAN": "flag",
}
_SPECIAL: dict[str, FieldType] = {
    "name": "text",
    "item_name": "text",
    "hosp_item_name": "text",
    "address": "text",
    "employer": "text",
    "legal_representative": "text",
    "specialty": "text",
    "title": "text",
    "sex": "sex",
    "level": "level",
    "ownership": "ownership",
    "move_type": "move_type",
    "rule_kind": "rule_kind",
    "action": "action",
    "kind": "event_kind",
    "settlement_kind": "settlement_kind",
    "complication_level": "complication_level",
    "scope_diagnoses": "text",
}


def _canonical(table: str, *, strict: bool) -> tuple[Field, ...]:
    return tuple(
        Field(
            column.name,
            _TYPES.get(column.type) or _SPECIAL.get(column.name, "id"),
            column.title_zh,
            column.title_en,
            strict,
        )
        for column in CANONICAL[table].columns
    )


_PERSON = tuple(
    Field(f"patient_{field.name}", field.type, field.title_zh, field.title_en, False)
    for field in _canonical("patients", strict=False)
    if field.name != "patient_id"
)


def _attached(prefix: str, table: str, *columns: str) -> tuple[Field, ...]:
    """Columns of another table that come on a row of this one, under a prefix."""
    return tuple(
        replace(field, name=f"{prefix}_{field.name}", strict=False)
        for field in _canonical(table, strict=False)
        if field.name in columns or (not columns and field.name not in CANONICAL[table].key)
    )


_ENCOUNTER_ID = Field("encounter_id", "id", "就诊ID", "encounter id")
_PLACE_ID = Field("place_id", "id", "定点医药机构编号", "facility or pharmacy id")
_VALID = Field("valid_flag", "flag", "有效标志", "valid flag", False)
_ATTACHED = (
    Field("place_name", "text", "定点医药机构名称", "facility or pharmacy name", False),
    Field("place_level", "level", "医院等级", "facility level", False),
    Field("doctor_name", "text", "医师姓名", "doctor name", False),
)

_LINE = (
    Field("line_number", "id", "明细行号", "number of the line within its claim", False),
    Field("line_item_code", "id", "行项目编码", "item code of the line", False),
    Field("line_item_name", "text", "行项目名称", "item name of the line", False),
    Field("line_quantity", "number", "行数量", "quantity of the line", False),
    Field("line_amount", "money", "行金额", "amount of the line, yuan", False),
)
"""Of a table with one row a claim line: the rows of a claim become one claim and its items."""

_CLAIMS = Kind(
    "claims",
    "结算单",
    "claims",
    (
        *_canonical("claims", strict=True),
        _PLACE_ID,
        _ENCOUNTER_ID,
        Field("refund_flag", "flag", "退费结算标志", "refund flag", False),
        Field("uploaded_at", "timestamp", "上传时间", "when it was uploaded", False),
        _VALID,
        *_ATTACHED,
        *_PERSON,
        *_attached("detail", "claim_details"),
        *_LINE,
    ),
    (
        ("claim_id",),
        ("patient_id",),
        ("total_amount",),
        ("fund_amount",),
        ("place_id", "facility_id", "pharmacy_id"),
    ),
)
_ENCOUNTERS = Kind(
    "encounters",
    "就诊信息",
    "encounters",
    (
        _ENCOUNTER_ID,
        Field("patient_id", "id", "人员编号", "patient id"),
        Field("doctor_id", "id", "医师代码", "doctor id"),
        Field("med_type_raw", "id", "医疗类别", "care type as delivered"),
        Field("started_at", "timestamp", "开始时间", "start"),
        Field("ended_at", "timestamp", "结束时间", "end"),
        Field("diagnosis_code", "id", "主要诊断代码", "main diagnosis code"),
        Field("admission_way", "id", "入院途径", "admission way"),
        Field("discharge_way", "id", "离院方式", "discharge way"),
        _PLACE_ID,
        _VALID,
        *_ATTACHED,
        *_PERSON,
    ),
    (
        ("encounter_id",),
        ("patient_id",),
        ("started_at", "doctor_id", "diagnosis_code", "patient_phone", "patient_address"),
    ),
)
_ITEMS = Kind(
    "claim_items",
    "费用明细",
    "claim items",
    (
        *_canonical("claim_items", strict=True),
        _ENCOUNTER_ID,
        Field("line_id", "id", "费用明细流水号", "line id"),
        _VALID,
    ),
    (("claim_id", "encounter_id"), ("item_code",), ("amount",), ("quantity",)),
)


def _reference(table: str, *needs: tuple[str, ...], more: tuple[Field, ...] = ()) -> Kind:
    canonical = CANONICAL[table]
    return Kind(
        table,
        canonical.title_zh,
        canonical.title_en,
        (*_canonical(table, strict=False), _VALID, *more),
        needs,
    )


_INSTITUTIONS = Kind(
    "institutions",
    "定点医药机构",
    "institutions of both kinds",
    (
        _PLACE_ID,
        Field("place_kind", "id", "定点医药机构类型", "kind: 1 facility, 2 pharmacy", False),
        *(field for field in _canonical("facilities", strict=False) if field.name != "facility_id"),
        _VALID,
    ),
    (
        ("place_id",),
        (
            "name",
            "legal_representative",
            "account",
            "phone",
            "address",
            "place_kind",
            "level",
            "longitude",
            "latitude",
        ),
    ),
)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _CLAIMS,
        _ITEMS,
        _ENCOUNTERS,
        _reference(
            "patients",
            ("patient_id",),
            (
                "name",
                "birth_date",
                "sex",
                "phone",
                "address",
                "bank_account",
                "employer",
                "household_id",
                "agent_id",
            ),
        ),
        _reference(
            "doctors",
            ("doctor_id",),
            ("name", "specialty", "title", "facility_id"),
            more=_attached("staff", "staff", "patient_id", "left_on", "suspended_from", "suspended_to"),
        ),
        _reference("doctor_sites", ("doctor_id",), ("facility_id",)),
        _reference(
            "facilities",
            ("facility_id",),
            ("name", "level", "account", "phone", "address", "beds", "ownership", "longitude", "latitude"),
        ),
        _reference(
            "pharmacies",
            ("pharmacy_id",),
            ("name", "account", "phone", "address", "legal_representative", "longitude", "latitude"),
        ),
        _INSTITUTIONS,
    )
}
"""Tables of claims, people and places."""

_BY_NAME_ONLY = tuple(name for name in CANONICAL if name not in KINDS)


def _plain(table: str) -> Kind:
    """A table beyond claims: without its required columns it is not recognised."""
    columns = CANONICAL[table].columns
    fields = tuple(
        replace(field, strict=column.required)
        for field, column in zip(_canonical(table, strict=False), columns, strict=True)
    )
    needs = tuple((column.name,) for column in columns if column.required)
    others = tuple(column.name for column in columns if not column.required)
    canonical = CANONICAL[table]
    return Kind(
        table,
        canonical.title_zh,
        canonical.title_en,
        (*fields, _VALID),
        (*needs, others) if others and len(needs) < 3 else needs,
    )


KINDS |= {name: _plain(name) for name in _BY_NAME_ONLY}
"""Every kind of delivered table, by name; the last ones are the tables beyond claims."""

REFERENCE_TABLES = tuple(name for name in CANONICAL if name not in ("claims", "claim_items"))
"""Canonical tables that are filled as they come, one row per key."""
REFERENCE_KINDS = (*REFERENCE_TABLES, "institutions")
PLAIN_KINDS = _BY_NAME_ONLY
"""The tables beyond claims. Small tables look alike, so these are taken only where most of the columns fit."""

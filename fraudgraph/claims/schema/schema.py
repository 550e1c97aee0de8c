"""The canonical tables: what every other room may count on (design, section 4).

Each table states its grain; each column its type, its Chinese name and whether a row can stand without it.
All canonical tables and columns always exist in the store; what was not delivered is NULL throughout, and the
table `column_catalog(table_name, column_name, delivered, filled_share)` says so. Code that needs a column asks
the catalogue and switches itself off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from fraudgraph.claims.schema.supervision import SUPERVISION_TABLES

__all__ = ["CANONICAL", "CLAIM_TYPES", "DERIVED_CLAIM_COLUMNS", "Column", "Table", "create_table_sql"]

ColumnType = Literal[
    "VARCHAR", "TIMESTAMP", "DATE", "DECIMAL(16,2)", "DECIMAL(16,4)", "DOUBLE", "INTEGER", "BOOLEAN"
]
CLAIM_TYPES = ("outpatient", "chronic", "inpatient", "pharmacy")


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column. `required`: a row without it is set aside."""

    name: str
    type: ColumnType
    title_zh: str
    title_en: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One canonical table and its grain: one row per `key`."""

    name: str
    title_zh: str
    title_en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in canonical order."""
        return tuple(column.name for column in self.columns)


def _c(name: str, type_: ColumnType, title_zh: str, title_en: str, required: bool = False) -> Column:
    return Column(name, type_, title_zh, title_en, required)


_TABLES = (
    Table(
        "claims",
        "结算单",
        "claims",
        ("claim_id",),
        (
            _c("claim_id", "VARCHAR", "结算ID", "claim id", True),
            _c("patient_id", "VARCHAR", "人员编号", "patient id", True),
            _c("facility_id", "VARCHAR", "定点医疗机构编号", "facility id"),
            _c("pharmacy_id", "VARCHAR", "定点零售药店编号", "pharmacy id"),
            _c(
                "doctor_id", "VARCHAR", "医师代码", "doctor id (at a pharmacy: whose prescription was filled)"
            ),
            _c("claim_type", "VARCHAR", "就诊类型", "outpatient, chronic, inpatient or pharmacy", True),
            _c("started_at", "TIMESTAMP", "开始时间", "start of the event", True),
            _c("ended_at", "TIMESTAMP", "结束时间", "end of the event"),
            _c("settled_at", "TIMESTAMP", "结算时间", "settlement time"),
            _c("diagnosis_code", "VARCHAR", "主要诊断代码", "main diagnosis code"),
            _c("total_amount", "DECIMAL(16,2)", "医疗费总额", "total amount, yuan", True),
            _c("fund_amount", "DECIMAL(16,2)", "基金支付总额", "fund amount, yuan", True),
            _c("account_amount", "DECIMAL(16,2)", "个人账户支出", "paid from the personal account, yuan"),
            _c("self_paid_amount", "DECIMAL(16,2)", "个人现金支出", "paid in cash, yuan"),
            _c("operator_id", "VARCHAR", "经办人ID", "operator at the institution"),
            _c("prescriber_facility_id", "VARCHAR", "开方机构编号", "facility of the prescribing doctor"),
            _c("admission_way", "VARCHAR", "入院途径", "admission way"),
            _c("discharge_way", "VARCHAR", "离院方式", "discharge way"),
            _c("med_type_raw", "VARCHAR", "医疗类别", "care type as delivered"),
            _c("refund_of", "VARCHAR", "被冲销结算ID", "claim that this one refunds"),
        ),
    ),
    Table(
        "claim_items",
        "费用明细",
        "claim items",
        ("claim_id", "item_code", "charged_at"),
        (
            _c("claim_id", "VARCHAR", "结算ID", "claim id", True),
            _c("item_code", "VARCHAR", "医保目录编码", "item code", True),
            _c("item_name", "VARCHAR", "医保目录名称", "item name"),
            _c("item_type", "VARCHAR", "收费项目类别", "item type"),
            _c("quantity", "DECIMAL(16,4)", "数量", "quantity", True),
            _c("unit_price", "DECIMAL(16,4)", "单价", "unit price, yuan"),
            _c("amount", "DECIMAL(16,2)", "明细项目费用总额", "line amount, yuan", True),
            _c("charged_at", "TIMESTAMP", "费用发生时间", "when it was charged"),
            _c("ordered_by", "VARCHAR", "开单医师代码", "ordering doctor"),
            _c("trace_code", "VARCHAR", "药品追溯码", "drug trace code"),
            _c("split_pack", "BOOLEAN", "拆零标志", "sold as part of a pack"),
            _c("hosp_item_code", "VARCHAR", "医药机构目录编码", "the institution's own item code"),
            _c("hosp_item_name", "VARCHAR", "医药机构目录名称", "the institution's own item name"),
        ),
    ),
    Table(
        "patients",
        "参保人",
        "patients",
        ("patient_id",),
        (
            _c("patient_id", "VARCHAR", "人员编号", "patient id", True),
            _c("name", "VARCHAR", "姓名", "name"),
            _c("birth_date", "DATE", "出生日期", "birth date"),
            _c("sex", "VARCHAR", "性别", "sex: 1 male, 2 female"),
            _c("address", "VARCHAR", "地址", "address"),
            _c("phone", "VARCHAR", "联系电话", "phone"),
            _c("bank_account", "VARCHAR", "银行账号", "bank account"),
            _c("employer", "VARCHAR", "单位", "employer"),
            _c("household_id", "VARCHAR", "户口簿编号", "household id"),
            _c("agent_id", "VARCHAR", "代办人", "agent who files for the person"),
            _c("residence_code", "VARCHAR", "居住地区划", "residence division code"),
            _c("insurance_type", "VARCHAR", "险种类型", "insurance type (310 employee, 390 resident)"),
            _c("identity_class", "VARCHAR", "人员身份类别", "identity class"),
            _c("death_date", "DATE", "死亡日期", "date of death"),
        ),
    ),
    Table(
        "doctors",
        "医师",
        "doctors",
        ("doctor_id",),
        (
            _c("doctor_id", "VARCHAR", "医师代码", "doctor id", True),
            _c("name", "VARCHAR", "医师姓名", "name"),
            _c("facility_id", "VARCHAR", "主执业机构", "main facility"),
            _c("specialty", "VARCHAR", "科别", "specialty"),
            _c("title", "VARCHAR", "职称", "title"),
        ),
    ),
    Table(
        "doctor_sites",
        "多点执业",
        "registered practice sites",
        ("doctor_id", "facility_id"),
        (
            _c("doctor_id", "VARCHAR", "医师代码", "doctor id", True),
            _c("facility_id", "VARCHAR", "执业机构编号", "facility id", True),
        ),
    ),
    Table(
        "facilities",
        "定点医疗机构",
        "facilities",
        ("facility_id",),
        (
            _c("facility_id", "VARCHAR", "定点医疗机构编号", "facility id", True),
            _c("name", "VARCHAR", "机构名称", "name"),
            _c("level", "VARCHAR", "医院等级", "level: tertiary, secondary, primary, clinic"),
            _c("ownership", "VARCHAR", "机构性质", "ownership: public, private"),
            _c("beds", "INTEGER", "批准床位", "approved beds"),
            _c("legal_representative", "VARCHAR", "法定代表人", "legal representative"),
            _c("phone", "VARCHAR", "机构电话", "phone"),
            _c("address", "VARCHAR", "机构地址", "address"),
            _c("account", "VARCHAR", "机构银行账号", "bank account"),
            _c("longitude", "DOUBLE", "经度", "longitude"),
            _c("latitude", "DOUBLE", "纬度", "latitude"),
        ),
    ),
    Table(
        "pharmacies",
        "定点零售药店",
        "pharmacies",
        ("pharmacy_id",),
        (
            _c("pharmacy_id", "VARCHAR", "定点零售药店编号", "pharmacy id", True),
            _c("name", "VARCHAR", "药店名称", "name"),
            _c("legal_representative", "VARCHAR", "法定代表人", "legal representative"),
            _c("phone", "VARCHAR", "药店电话", "phone"),
            _c("address", "VARCHAR", "药店地址", "address"),
            _c("account", "VARCHAR", "药店银行账号", "bank account"),
            _c("longitude", "DOUBLE", "经度", "longitude"),
            _c("latitude", "DOUBLE", "纬度", "latitude"),
        ),
    ),
)

_MORE_TABLES = tuple(
    Table(
        name,
        title_zh,
        title_en,
        key,
        tuple(
            _c(column, cast(ColumnType, kind), zh, en, required) for column, kind, zh, en, required in columns
        ),
    )
    for name, title_zh, title_en, key, columns in SUPERVISION_TABLES
)

CANONICAL: dict[str, Table] = {table.name: table for table in (*_TABLES, *_MORE_TABLES)}

DERIVED_CLAIM_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("place_id", "VARCHAR", "facility_id or pharmacy_id: the place that billed"),
    ("place_type", "VARCHAR", "'facility' or 'pharmacy'"),
    ("event_date", "DATE", "the day of the event"),
    ("event_at", "TIMESTAMP", "the minute of the event; NULL where no clock was delivered"),
    (
        "is_refund",
        "BOOLEAN",
        "a reversing record (negative), paired with refund_of where the original was found",
    ),
    ("net_total_amount", "DECIMAL(16,2)", "total after paired refunds; 0 on the paired refund row itself"),
    (
        "net_fund_amount",
        "DECIMAL(16,2)",
        "fund amount after paired refunds; 0 on the paired refund row itself",
    ),
    ("counted", "BOOLEAN", "an event that took place: no refund, not wholly refunded"),
    (
        "extra",
        "VARCHAR",
        "columns that were delivered and not mapped, as JSON text; NULL where there are none",
    ),
)
"""Columns that cleaning adds to `claims`: (name, SQL type, meaning)."""


def create_table_sql(table: Table) -> str:
    """The statement that makes an empty canonical table."""
    columns = [f"{column.name} {column.type}" for column in table.columns]
    if table.name == "claims":
        columns += [f"{name} {type_}" for name, type_, _ in DERIVED_CLAIM_COLUMNS]
    return f"CREATE OR REPLACE TABLE {table.name} ({', '.join(columns)})"

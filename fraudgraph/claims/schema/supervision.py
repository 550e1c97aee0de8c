"""Tables beyond claims that some screening models need: catalogues, stock, staff, registers, the agency's own log.

None is required. A model whose table nobody delivers is off and says so. One line a column:
(name, type, Chinese, English, required).
"""

from __future__ import annotations

__all__ = ["SUPERVISION_TABLES", "TableSpec"]

ColumnSpec = tuple[str, str, str, str, bool]
TableSpec = tuple[str, str, str, tuple[str, ...], tuple[ColumnSpec, ...]]
"""(name, Chinese, English, key, columns)."""

_MONEY = "DECIMAL(16,2)"
_NUMBER = "DECIMAL(16,4)"

SUPERVISION_TABLES: tuple[TableSpec, ...] = (
    (
        "item_catalogue",
        "目录与知识库",
        "what is known about an item",
        ("item_code",),
        (
            ("item_code", "VARCHAR", "医保目录编码", "item code", True),
            ("name", "VARCHAR", "目录名称", "official name", False),
            ("item_class", "VARCHAR", "目录类别", "class: drug, service, consumable", False),
            ("price_limit", _NUMBER, "最高限价", "price limit, yuan", False),
            ("sex", "VARCHAR", "限性别", "only for this sex: 1 male, 2 female", False),
            ("min_age", "INTEGER", "最小年龄", "lowest age, years", False),
            ("max_age", "INTEGER", "最大年龄", "highest age, years", False),
            ("daily_max", _NUMBER, "每日最大数量", "highest possible quantity a day", False),
            ("supply_days", "DOUBLE", "每单位可用天数", "days that one unit lasts", False),
            ("minutes", "DOUBLE", "每次所需分钟", "staff minutes a unit takes", False),
            ("specialty", "VARCHAR", "所属专科", "specialty that may order it", False),
            (
                "scope_diagnoses",
                "VARCHAR",
                "限定支付诊断",
                "three-character diagnosis codes it is paid for, joined by commas",
                False,
            ),
            ("min_interval_days", "INTEGER", "合理间隔天数", "days before it makes sense again", False),
            ("resale_prone", "BOOLEAN", "易倒卖", "often resold", False),
            ("trace_required_from", "DATE", "追溯码强制日期", "trace code mandatory from", False),
        ),
    ),
    (
        "item_rules",
        "收费规则",
        "pairs of items or of a disease and its drugs",
        ("rule_kind", "item_code", "other_code"),
        (
            ("rule_kind", "VARCHAR", "规则类别", "exclusive, component or disease_drug", True),
            ("item_code", "VARCHAR", "项目编码", "item code", True),
            ("other_code", "VARCHAR", "关联编码", "the other item, or the disease code", True),
        ),
    ),
    (
        "stock_moves",
        "进销存",
        "stock ledger of an institution or pharmacy",
        ("place_id", "move_type", "move_id", "item_code", "moved_at", "trace_code"),
        (
            ("move_id", "VARCHAR", "流水号", "serial number", True),
            ("place_id", "VARCHAR", "机构编号", "facility or pharmacy id", True),
            ("item_code", "VARCHAR", "医保目录编码", "item code", True),
            (
                "move_type",
                "VARCHAR",
                "类型",
                "opening, purchase, purchase_return, sale, sale_return, surplus, shortage, transfer_in, transfer_out, count, closing",
                True,
            ),
            ("moved_at", "TIMESTAMP", "时间", "when", True),
            ("quantity", _NUMBER, "数量", "quantity", True),
            ("unit_price", _NUMBER, "单价", "unit price, yuan", False),
            ("supplier_id", "VARCHAR", "供应商", "supplier", False),
            ("invoice_number", "VARCHAR", "发票号", "invoice number", False),
            ("slip_number", "VARCHAR", "随货单号", "number of the accompanying slip", False),
            ("pharmacist_id", "VARCHAR", "药师", "pharmacist who signed", False),
            ("claim_id", "VARCHAR", "结算ID", "claim that a sale was settled on", False),
            ("trace_code", "VARCHAR", "药品追溯码", "trace code of the pack sold", False),
            ("split_pack", "BOOLEAN", "拆零标志", "sold as part of a pack", False),
            ("deleted_at", "TIMESTAMP", "删除时间", "when the record was deleted", False),
        ),
    ),
    (
        "staff",
        "人员",
        "staff of institutions",
        ("staff_id",),
        (
            ("staff_id", "VARCHAR", "人员代码", "staff id; of a doctor the doctor id", True),
            ("place_id", "VARCHAR", "所在机构", "facility or pharmacy id", False),
            ("patient_id", "VARCHAR", "本人参保编号", "own patient id", False),
            ("left_on", "DATE", "离职日期", "left on", False),
            ("suspended_from", "DATE", "暂停资格起", "payment qualification suspended from", False),
            ("suspended_to", "DATE", "暂停资格止", "suspended to", False),
        ),
    ),
    (
        "staff_absences",
        "人员请假",
        "leave of staff",
        ("staff_id", "started_on"),
        (
            ("staff_id", "VARCHAR", "人员代码", "staff id", True),
            ("started_on", "DATE", "开始日期", "first day", True),
            ("ended_on", "DATE", "结束日期", "last day", True),
            ("kind", "VARCHAR", "类型", "leave, travel, training", False),
        ),
    ),
    (
        "person_events",
        "外部比对名单",
        "custody, stays abroad, accidents from other registers",
        ("patient_id", "kind", "started_on"),
        (
            ("patient_id", "VARCHAR", "人员编号", "patient id", True),
            ("kind", "VARCHAR", "类型", "custody, abroad, work_injury, accident", True),
            ("started_on", "DATE", "开始日期", "first day", True),
            ("ended_on", "DATE", "结束日期", "last day", False),
            ("recovered", "BOOLEAN", "已追偿", "the fund was paid back", False),
        ),
    ),
    (
        "certifications",
        "慢特病认定",
        "certifications of chronic and special diseases",
        ("certification_id",),
        (
            ("certification_id", "VARCHAR", "认定编号", "certification id", True),
            ("patient_id", "VARCHAR", "人员编号", "patient id", True),
            ("disease_code", "VARCHAR", "病种编码", "disease code (diagnosis prefix)", False),
            ("certifier_id", "VARCHAR", "认定医师", "certifying doctor", False),
            ("facility_id", "VARCHAR", "认定机构", "certifying facility", False),
            ("certified_on", "DATE", "认定日期", "certified on", True),
            ("agent_id", "VARCHAR", "代办人", "agent who filed it", False),
        ),
    ),
    (
        "claim_details",
        "结算附加信息",
        "more about a claim",
        ("claim_id",),
        (
            ("claim_id", "VARCHAR", "结算ID", "claim id", True),
            ("invoice_number", "VARCHAR", "发票号", "invoice number", False),
            ("hospital_paid_amount", _MONEY, "医院负担金额", "borne by the hospital, yuan", False),
            ("account_balance", _MONEY, "账户余额", "account balance afterwards, yuan", False),
            ("payer_account_id", "VARCHAR", "共济账户人", "whose account paid", False),
            ("device_id", "VARCHAR", "凭证设备", "device that showed the voucher", False),
            ("mid_settlement", "BOOLEAN", "中途结算", "interim settlement of a stay", False),
            ("prescription_id", "VARCHAR", "处方号", "prescription", False),
            ("complication_level", "VARCHAR", "并发症等级", "MCC, CC or empty", False),
            ("price_cap", _MONEY, "付费上限", "cap of the case, yuan", False),
            ("settlement_kind", "VARCHAR", "结算方式", "online or manual", False),
        ),
    ),
    (
        "prescriptions",
        "处方",
        "prescriptions in the issuing hospital or the circulation platform",
        ("prescription_id",),
        (
            ("prescription_id", "VARCHAR", "处方号", "prescription id", True),
            ("patient_id", "VARCHAR", "人员编号", "patient id", False),
            ("doctor_id", "VARCHAR", "开方医师", "doctor id", False),
            ("issued_at", "TIMESTAMP", "开方时间", "when issued", False),
        ),
    ),
    (
        "holidays",
        "节假日",
        "public holidays",
        ("day",),
        (("day", "DATE", "日期", "day", True), ("name", "VARCHAR", "名称", "name", False)),
    ),
    (
        "place_events",
        "机构变更",
        "suspensions, cancellations and changes of institutions",
        ("place_id", "kind", "happened_on"),
        (
            ("place_id", "VARCHAR", "机构编号", "facility or pharmacy id", True),
            ("kind", "VARCHAR", "类型", "suspended, cancelled, expanded", True),
            ("happened_on", "DATE", "日期", "from", True),
            ("ended_on", "DATE", "结束日期", "to", False),
        ),
    ),
    (
        "enrolments",
        "参保登记",
        "enrolments by employer",
        ("patient_id", "started_on"),
        (
            ("patient_id", "VARCHAR", "人员编号", "patient id", True),
            ("employer", "VARCHAR", "单位", "employer", False),
            ("started_on", "DATE", "参保日期", "enrolled on", True),
        ),
    ),
    (
        "devices",
        "设备",
        "how many devices a facility has for an item",
        ("facility_id", "item_code"),
        (
            ("facility_id", "VARCHAR", "机构编号", "facility id", True),
            ("item_code", "VARCHAR", "项目编码", "item code", True),
            ("device_count", "INTEGER", "设备台数", "devices", True),
            ("sessions_per_day", "INTEGER", "每台每日最多次数", "most sessions a device does a day", True),
        ),
    ),
    (
        "agency_actions",
        "经办操作日志",
        "what the agency's staff did to a claim",
        ("action_id",),
        (
            ("action_id", "VARCHAR", "操作流水号", "action id", True),
            ("claim_id", "VARCHAR", "结算ID", "claim id", True),
            ("action", "VARCHAR", "操作", "file, review, approve, amend, delete", True),
            ("staff_id", "VARCHAR", "经办人", "agency staff id", True),
            ("acted_at", "TIMESTAMP", "操作时间", "when", True),
        ),
    ),
    (
        "delivered_versions",
        "历次交付记录",
        "a claim as each delivery had it",
        ("claim_id", "delivered_on"),
        (
            ("claim_id", "VARCHAR", "结算ID", "claim id", True),
            ("delivered_on", "DATE", "交付日期", "delivered on", True),
            ("patient_id", "VARCHAR", "人员编号", "patient id", False),
            ("place_id", "VARCHAR", "机构编号", "facility or pharmacy id", False),
            ("fund_amount", _MONEY, "基金支付总额", "fund amount, yuan", False),
            ("present", "BOOLEAN", "在册", "the record was there", True),
        ),
    ),
)

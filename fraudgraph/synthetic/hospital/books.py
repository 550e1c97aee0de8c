"""Which books the made-up hospital keeps, and the year that it hands over."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

__all__ = ["CENT", "FIRST_DAY", "LAST_DAY", "MAP_DAY", "TABLES", "Row"]

Row = dict[str, Any]
CENT = Decimal("0.01")
FIRST_DAY, LAST_DAY, MAP_DAY = date(2024, 1, 1), date(2024, 12, 31), date(2024, 7, 1)

TABLES: dict[str, str] = {
    "patients": "patient_id insurance_no name sex birth_date id_no phone address",
    "visits": "visit_no kind encounter_id patient_id record_no registered_at operator_id contact_phone ward bed admitted_at discharged_at payer outcome admission_source meal_plan settle_no cancelled",
    "charges": "charge_id visit_no charged_at hosp_item_code item_name nat_code charge_class unit quantity unit_price amount order_id rx_id ordered_by executed_by order_dept exec_dept payer reverses_id entered_by entered_at",
    "item_map": "hosp_item_code item_name nat_code nat_name charge_class unit unit_factor price valid_from valid_to insured",
    "orders": "order_id visit_no order_type hosp_item_code item_name dose frequency route issued_at issued_by checked_by stopped_at cancelled urgent",
    "executions": "exec_id visit_no order_id executed_at executor quantity",
    "lab": "report_no visit_no order_id panel_code test_name sampled_at received_at reported_at reviewer device_id result abnormal lab_name",
    "exams": "report_no visit_no order_id modality body_part study_at reported_at device_id reporter study_uid image_hash conclusion reading_site",
    "operations": "op_id visit_no op_code op_name op_level room started_at ended_at surgeon assistant anaesthetist anaes_from anaes_to cancelled",
    "nursing": "visit_no recorded_at nurse record_kind level vitals bed signed_at",
    "ward_days": "ward on_date bed state visit_no",
    "home_page": "visit_no main_diagnosis other_diagnoses op_codes blood_group attending total_amount bed_amount drug_amount icu_hours coder coded_at",
    "documents": "doc_id visit_no doc_kind author written_at signed_at body",
    "dispensing": "disp_id visit_no rx_id hosp_item_code item_name quantity dispensed_at dispenser returned trace_code",
    "stock_moves": "move_id hosp_item_code item_name move_type moved_at booked_at quantity unit unit_price supplier invoice_number invoice_date warehouse visit_no",
    "reagents": "reagent_code reagent_name panel_code tests_per_kit",
    "sessions": "session_id visit_no order_id hosp_item_code started_at ended_at therapist device_id signed group_no",
    "devices": "device_id device_name dept serves installed_on retired_on rate_per_hour room_count remark",
    "device_logs": "log_id device_id started_at ended_at study_uid",
    "staff": "staff_id staff_name dept job scope licence_to",
    "rota": "staff_id on_date state time_from time_to",
    "payments": "invoice_no visit_no settle_no total_amount fund_amount cash_amount waived_amount refunded_amount paid_at fee_payer reason",
    "audit_log": "logged_at user_id action target_table target_key before_value after_value reason",
    "presence": "person_kind person_id presence_kind seen_at place",
}
"""The hospital's books, neutral names: table to its columns."""

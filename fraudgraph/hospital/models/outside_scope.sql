/*---
id = "H34"
name = "outside_scope"
version = 1
title = "work outside one's licence"
title_zh = "无资质执业"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第38条第（七）项 / Regulation (Order 735) art. 38(7)"
basis_from = 2021-05-01
severity = 4
question = "Did somebody order or operate without a licence for it?"
question_zh = "开立医嘱或手术的人员是否无相应资质或证书已过期？"
look_alike = "Emergencies in the first hours; a renewal on the way."
look_alike_zh = "急诊抢救；证书续期办理中。"
reason_en = "{subject_id} ({kind}, licence to {licence_to}) gave {deed_count} orders or operations from {first_day}."
reason_zh = "{subject_id}（{kind}，证书有效至 {licence_to}）自 {first_day} 起开立医嘱或手术 {deed_count} 次。"
columns = ["h_staff.staff_id", "h_staff.kind"]
[parameters.renewal_days]
default = 30
origin = "a renewal may take a month, own choice"
[parameters.emergency_hours]
default = 6
origin = "orders by word of mouth in an emergency, medical record rules"
---*/
WITH wrong AS (
  SELECT d.*, s.kind, s.licence_to, s.licence_to IS NOT NULL AND CAST(d."at" AS DATE) > s.licence_to + CAST($renewal_days AS INTEGER) AS expired
  FROM k_deeds d
  JOIN (SELECT staff_id, min(kind) AS kind, min(scope) AS scope, max(licence_to) AS licence_to FROM h_staff GROUP BY staff_id) s ON s.staff_id = d.staff_id
  LEFT JOIN m_visits v ON v.visit_no = d.visit_no
  WHERE d.deed IN ('order', 'operation', 'session')
    AND ((s.licence_to IS NOT NULL AND CAST(d."at" AS DATE) > s.licence_to + CAST($renewal_days AS INTEGER)) OR (regexp_matches(coalesce(s.kind, ''), CASE WHEN d.deed = 'session' THEN '药师|药剂|收费|行政|pharm|cashier|admin' ELSE '护士|护理|技师|药师|收费|行政|nurse|technic|pharm|therap|cashier|admin' END) AND NOT regexp_matches(coalesce(s.kind, ''), '医师|医生')))
    AND NOT ((contains(coalesce(v.kind, ''), '急') OR contains(coalesce(v.admission_way, ''), '急')) AND d."at" <= v.registered_at + to_minutes(CAST(60 * $emergency_hours AS INTEGER)))
)
SELECT staff_id AS subject_id, array_agg(DISTINCT visit_no) FILTER (WHERE visit_no IS NOT NULL) AS visit_nos, array_agg(row_key ORDER BY row_key) AS row_ids, 0 AS amount, TRUE AS certain, 0.8 AS strength,
  {'kind': coalesce(min(kind), ''), 'licence_to': coalesce(CAST(min(licence_to) AS VARCHAR), ''), 'deed_count': count(*), 'first_day': CAST(CAST(min("at") AS DATE) AS VARCHAR)} AS facts
FROM wrong
GROUP BY staff_id

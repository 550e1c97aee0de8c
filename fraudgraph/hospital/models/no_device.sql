/*---
id = "H15"
name = "no_device"
version = 1
title = "a report of a device that was not there"
title_zh = "无设备检验检查"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
severity = 4
question = "Does a report name a device that the hospital did not have on that day?"
question_zh = "报告所用设备当日是否尚未启用或不在设备清册中？"
look_alike = "A contracted laboratory; a device that most reports name and only the register lacks."
look_alike_zh = "委托检验；多数报告使用、仅清册漏登的设备。"
reason_en = "{report_count} reports from {first_day} on name device {subject_id}, which {state}."
reason_zh = "自 {first_day} 起 {report_count} 份报告使用设备 {subject_id}，该设备{state_zh}。"
columns = ["h_devices.device_id", "h_devices.installed_on"]
---*/
WITH used AS (
  SELECT device_id, visit_no, 'h_lab:' || CAST(row_id AS VARCHAR) AS row_key, row_id, 'lab' AS family, coalesce(sampled_at, reported_at) AS "at" FROM k_lab_reports WHERE device_id IS NOT NULL
  UNION ALL SELECT device_id, visit_no, 'h_exams:' || CAST(row_id AS VARCHAR), row_id, 'exam', study_at FROM h_exams WHERE device_id IS NOT NULL
),
beside AS (
  SELECT u.*, d.installed_on, d.device_id IS NULL AS unknown FROM used u LEFT JOIN h_devices d ON d.device_id = u.device_id
  WHERE d.device_id IS NULL OR CAST(u."at" AS DATE) < d.installed_on
),
known AS (SELECT count(*) FILTER (WHERE d.device_id IS NOT NULL) AS known_count, count(*) AS used_count FROM used u LEFT JOIN h_devices d ON d.device_id = u.device_id),
paid AS (
  SELECT b.device_id, b.unknown, sum(c.amount) AS amount FROM beside b JOIN k_charge_reports r ON r.report_row = b.row_id JOIN k_charges c ON c.unit_id = r.unit_id AND c.family = b.family
  GROUP BY b.device_id, b.unknown
)
SELECT b.device_id AS subject_id, array_agg(DISTINCT b.visit_no) FILTER (WHERE b.visit_no IS NOT NULL) AS visit_nos, array_agg(b.row_key ORDER BY b.row_key) AS row_ids, coalesce(min(p.amount), 0) AS amount,
  NOT b.unknown AS certain, CASE WHEN b.unknown THEN 0.5 ELSE 0.9 END AS strength,
  {'report_count': count(*), 'first_day': CAST(CAST(min(b."at") AS DATE) AS VARCHAR), 'state': CASE WHEN b.unknown THEN 'is in no register' ELSE 'was installed on ' || CAST(min(b.installed_on) AS VARCHAR) END,
   'state_zh': CASE WHEN b.unknown THEN '不在设备清册中' ELSE '于 ' || CAST(min(b.installed_on) AS VARCHAR) || ' 才启用' END} AS facts
FROM beside b
CROSS JOIN known k
LEFT JOIN paid p ON p.device_id = b.device_id AND p.unknown = b.unknown
WHERE k.known_count >= 0.5 * k.used_count
GROUP BY b.device_id, b.unknown

/*---
id = "H37"
name = "retired_device"
version = 1
title = "work on a device that was out of service"
title_zh = "停用设备收费"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
severity = 4
question = "Was work recorded on a device after it was retired?"
question_zh = "设备停用后是否仍有检查、检验或治疗记录？"
look_alike = "A device on loan under the same number."
look_alike_zh = "借用设备沿用原编号。"
reason_en = "Device {subject_id} was retired on {retired} and has {use_count} uses after it, the first on {first_day}."
reason_zh = "设备 {subject_id} 于 {retired} 停用，其后仍有 {use_count} 次使用，首次 {first_day}。"
columns = ["h_devices.device_id", "h_devices.retired_on"]
---*/
WITH used AS (
  SELECT device_id, visit_no, 'h_lab:' || CAST(row_id AS VARCHAR) AS row_key, row_id, 'lab' AS family, coalesce(sampled_at, reported_at) AS moment FROM k_lab_reports
  UNION ALL SELECT device_id, visit_no, 'h_exams:' || CAST(row_id AS VARCHAR), row_id, 'exam', study_at FROM h_exams
  UNION ALL SELECT device, visit_no, 'h_sessions:' || CAST(row_id AS VARCHAR), row_id, 'session', started_at FROM h_sessions
),
wrong AS (
  SELECT u.*, d.retired_on FROM used u JOIN (SELECT device_id, max(retired_on) AS retired_on, max(installed_on) AS installed_on FROM h_devices GROUP BY device_id HAVING count(retired_on) = count(*) AND max(CASE WHEN regexp_matches(coalesce(remark, ''), '借|租|loan') THEN 1 ELSE 0 END) = 0) d ON d.device_id = u.device_id
  WHERE CAST(u.moment AS DATE) > d.retired_on AND NOT d.installed_on > d.retired_on
)
SELECT w.device_id AS subject_id, array_agg(DISTINCT w.visit_no) FILTER (WHERE w.visit_no IS NOT NULL) AS visit_nos, array_agg(w.row_key ORDER BY w.row_key) AS row_ids,
  coalesce((SELECT sum(c.amount) FROM k_charges c JOIN k_charge_reports b ON b.unit_id = c.unit_id JOIN wrong x ON x.row_id = b.report_row AND x.family = c.family WHERE x.device_id = w.device_id), 0) AS amount, TRUE AS certain, 0.85 AS strength,
  {'retired': CAST(min(w.retired_on) AS VARCHAR), 'use_count': count(*), 'first_day': CAST(CAST(min(w.moment) AS DATE) AS VARCHAR)} AS facts
FROM wrong w
GROUP BY w.device_id

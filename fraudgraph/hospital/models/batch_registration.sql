/*---
id = "H49"
name = "batch_registration"
version = 1
title = "registered in batches"
title_zh = "集中登记"
result = "suspicious"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
severity = 4
question = "Did one phone or one operator register many stays at once?"
question_zh = "同一电话或同一经办人是否短时间登记多人住院？"
look_alike = "A desk clerk, whose usual rate is high; the phone of a home."
look_alike_zh = "住院处登记员（平时量大）；养老机构联系电话。"
reason_en = "{how} {subject_id}: {people} people admitted, {first_day} to {last_day}."
reason_zh = "{how_zh} {subject_id}：{first_day} 至 {last_day} 登记 {people} 人住院。"
columns = ["h_visits.visit_no", "h_visits.registered_at", "h_visits.patient_id", "h_visits.admitted_at"]
[parameters.phone_people]
default = 5
origin = "people with one phone, own choice"
[parameters.hour_people]
default = 6
origin = "people by one operator within an hour, own choice"
[parameters.usual_times]
default = 4
origin = "times the operator's usual hour, own choice"
---*/
WITH phones AS (
  SELECT contact_phone AS subject_id, 'Phone' AS how, '联系电话' AS how_zh, array_agg(DISTINCT visit_no) AS visit_nos, count(DISTINCT coalesce(patient_id, visit_no)) AS people, min(registered_at) AS first_at, max(registered_at) AS last_at
  FROM m_visits WHERE contact_phone IS NOT NULL AND admitted_at IS NOT NULL AND NOT cancelled GROUP BY contact_phone HAVING count(DISTINCT coalesce(patient_id, visit_no)) >= $phone_people
),
hours AS (
  SELECT operator_id, date_trunc('hour', registered_at) AS hour, array_agg(DISTINCT visit_no) AS visit_nos, count(DISTINCT coalesce(patient_id, visit_no)) AS people, min(registered_at) AS first_at, max(registered_at) AS last_at
  FROM m_visits WHERE operator_id IS NOT NULL AND admitted_at IS NOT NULL AND NOT cancelled GROUP BY operator_id, date_trunc('hour', registered_at)
),
rated AS (SELECT h.*, avg(h.people) OVER (PARTITION BY h.operator_id) AS usual FROM hours h),
every AS (
  SELECT * FROM phones
  UNION ALL SELECT operator_id, 'Operator', '经办人', visit_nos, people, first_at, last_at FROM rated WHERE people >= $hour_people AND people >= $usual_times * usual
)
SELECT e.subject_id, e.visit_nos, [] AS row_ids, coalesce((SELECT sum(s.amount) FROM m_s s WHERE list_contains(e.visit_nos, s.visit_no)), 0) AS amount, FALSE AS certain, 0.6 AS strength,
  {'how': e.how, 'how_zh': e.how_zh, 'people': e.people, 'first_day': CAST(CAST(e.first_at AS DATE) AS VARCHAR), 'last_day': CAST(CAST(e.last_at AS DATE) AS VARCHAR)} AS facts
FROM every e

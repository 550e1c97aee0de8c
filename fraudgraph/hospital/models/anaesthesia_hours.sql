/*---
id = "H18"
name = "anaesthesia_hours"
version = 1
title = "anaesthesia hours above the record"
title_zh = "麻醉时长虚高"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第38条第（三）项 / Regulation (Order 735) art. 38(3)"
basis_from = 2021-05-01
severity = 3
question = "Were more hours of anaesthesia charged than it lasted?"
question_zh = "麻醉收费时长是否超过麻醉记录？"
look_alike = "Hours in the recovery room, which the price rule counts."
look_alike_zh = "复苏室时间按价格规则计入。"
reason_en = "Visit {subject_id}: {charged} hours of anaesthesia were charged, the record says {hours}."
reason_zh = "就诊 {subject_id}：麻醉收费 {charged} 小时，记录为 {hours} 小时。"
columns = ["h_charges.charge_id", "h_operations.op_id", "h_operations.anaes_from", "h_operations.anaes_to"]
[parameters.grace_hours]
default = 1
origin = "the begun hour and the recovery room, own choice"
---*/
WITH hours AS (
  SELECT visit_no, sum(date_diff('minute', anaes_from, anaes_to)) / 60.0 AS hours, min(row_id) AS row_id FROM h_operations
  WHERE NOT coalesce(cancelled, FALSE) AND anaes_to > anaes_from GROUP BY visit_no
),
charged AS (
  SELECT visit_no, sum(quantity) AS charged, sum(amount) AS amount, min(CAST(settled AS INTEGER)) = 1 AS settled, array_agg(row_key ORDER BY unit_id) AS row_ids
  FROM k_charges WHERE family = 'anaesthesia' AND (contains(name, '小时') OR contains(name, '每增') OR contains(name, '监护') OR quantity > 1) GROUP BY visit_no
)
SELECT c.visit_no AS subject_id, [c.visit_no] AS visit_nos, list_concat(c.row_ids, ['h_operations:' || CAST(h.row_id AS VARCHAR)]) AS row_ids,
  round(c.amount * (c.charged - ceil(h.hours)) / c.charged, 2) AS amount, c.settled AS certain, 0.7 AS strength, {'charged': CAST(c.charged AS DOUBLE), 'hours': round(CAST(h.hours AS DOUBLE), 1)} AS facts
FROM charged c
JOIN hours h ON h.visit_no = c.visit_no
WHERE c.charged > ceil(h.hours) + $grace_hours

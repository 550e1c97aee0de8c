/*---
id = "H27"
name = "bed_fee_above_days"
version = 1
title = "bed fee above the days in bed"
title_zh = "床位费超床日"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第38条第（三）项 / Regulation (Order 735) art. 38(3)"
basis_from = 2021-05-01
severity = 3
question = "Were more bed days charged than the person stayed?"
question_zh = "床位费数量是否超过实际住院床日？"
look_alike = "The first and the last day, of which both may be charged."
look_alike_zh = "入院日与出院日均计费。"
reason_en = "Visit {subject_id}: {charged} bed days were charged, the stay has {days}; {amount} yuan too much."
reason_zh = "就诊 {subject_id}：床位费 {charged} 日，住院 {days} 日，多收 {amount} 元。"
columns = ["h_charges.charge_id", "h_visits.admitted_at", "h_visits.discharged_at"]
---*/
WITH charged AS (
  SELECT visit_no, sum(quantity) AS charged, sum(amount) AS amount, min(CAST(settled AS INTEGER)) = 1 AS settled, array_agg(row_key ORDER BY unit_id) AS row_ids,
    date_diff('day', CAST(min(admitted_at) AS DATE), CAST(min(discharged_at) AS DATE)) + 1 AS days
  FROM k_charges
  WHERE family = 'bed' AND admitted_at IS NOT NULL AND discharged_at IS NOT NULL AND NOT contains(name, '陪') AND NOT contains(name, '加床') GROUP BY visit_no
)
SELECT visit_no AS subject_id, [visit_no] AS visit_nos, row_ids, round(amount * (charged - days) / charged, 2) AS amount, settled AS certain, 0.8 AS strength, {'charged': CAST(charged AS DOUBLE), 'days': days} AS facts
FROM charged
WHERE charged > days

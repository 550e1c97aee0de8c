/*---
id = "H56"
name = "charged_twice"
version = 1
title = "the same charge twice"
title_zh = "重复收费"
result = "suspicious"
basis = "《医疗保障基金使用监督管理条例》第38条第（三）项 / Regulation (Order 735) art. 38(3)"
basis_from = 2021-05-01
severity = 3
question = "Was the same item charged twice in the same minute?"
question_zh = "同一项目是否在同一分钟重复收费？"
look_alike = "Two orders of the same item; items charged by the piece."
look_alike_zh = "两条医嘱的同一项目；按件计费的项目。"
reason_en = "Visit {subject_id}: {item} was charged {charge_count} times in the same minute ({minute}), {amount} yuan too much."
reason_zh = "就诊 {subject_id}：{item} 于 {minute} 同一分钟收费 {charge_count} 次，多收 {amount} 元。"
columns = ["h_charges.charge_id", "h_charges.charged_at"]
[parameters.usual_share]
default = 0.02
origin = "an item doubled more often than this is charged by the piece, own choice"
---*/
WITH doubled AS (
  SELECT visit_no, hosp_item_code, min(name) AS name, date_trunc('minute', "at") AS minute, quantity, amount, count(*) AS charge_count, count(DISTINCT coalesce(order_id, '')) AS order_count, array_agg(row_key ORDER BY unit_id) AS row_ids
  FROM k_charges WHERE family IN ('lab', 'exam', 'operation', 'anaesthesia', 'treatment', 'bed', 'nursing', 'registration') AND date_part('hour', "at") + date_part('minute', "at") > 0
  GROUP BY visit_no, hosp_item_code, date_trunc('minute', "at"), quantity, amount
),
rated AS (SELECT d.*, avg(CASE WHEN d.charge_count > 1 THEN 1.0 ELSE 0.0 END) OVER (PARTITION BY d.hosp_item_code) AS usual, count(*) OVER (PARTITION BY d.hosp_item_code) AS of_item FROM doubled d)
SELECT visit_no AS subject_id, [visit_no] AS visit_nos, row_ids, amount * (charge_count - 1) AS amount, FALSE AS certain, 0.6 AS strength, {'item': name, 'charge_count': charge_count, 'minute': CAST(minute AS VARCHAR)} AS facts
FROM rated
WHERE charge_count > 1 AND order_count < charge_count AND (usual <= $usual_share OR of_item < 50)

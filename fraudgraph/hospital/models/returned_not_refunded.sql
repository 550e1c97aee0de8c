/*---
id = "H24"
name = "returned_not_refunded"
version = 1
title = "drugs returned, not refunded"
title_zh = "退药未退费"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第38条第（三）项 / Regulation (Order 735) art. 38(3)"
basis_from = 2021-05-01
severity = 3
question = "Were drugs taken back and their charge left standing?"
question_zh = "药品已退回药房，费用是否未退？"
look_alike = "A refund that was booked later."
look_alike_zh = "之后已办理退费。"
reason_en = "Visit {subject_id}: {returned} of {item} were taken back, {charged} of {dispensed} stayed charged; {amount} yuan."
reason_zh = "就诊 {subject_id}：{item} 退药 {returned}，发药 {dispensed}，仍收费 {charged}，涉及 {amount} 元。"
columns = ["h_charges.charge_id", "h_dispensing.rx_id", "h_dispensing.visit_no", "h_dispensing.returned"]
---*/
WITH charged AS (
  SELECT visit_no, hosp_item_code, min(name) AS name, sum(quantity) AS charged, sum(amount) AS amount, min(CAST(settled AS INTEGER)) = 1 AS settled, array_agg(row_key ORDER BY unit_id) AS row_ids
  FROM k_charges GROUP BY visit_no, hosp_item_code
),
given AS (SELECT visit_no, hosp_item_code, sum(quantity) AS given, sum(returned) AS returned, min(row_id) AS row_id FROM k_dispensed GROUP BY visit_no, hosp_item_code HAVING sum(returned) > 0)
SELECT c.visit_no AS subject_id, [c.visit_no] AS visit_nos, list_concat(c.row_ids, ['h_dispensing:' || CAST(g.row_id AS VARCHAR)]) AS row_ids,
  round(c.amount * least(g.returned, c.charged - (g.given - g.returned)) / c.charged, 2) AS amount, c.settled AS certain, 0.8 AS strength,
  {'item': c.name, 'returned': CAST(g.returned AS DOUBLE), 'dispensed': CAST(g.given AS DOUBLE), 'charged': CAST(c.charged AS DOUBLE)} AS facts
FROM charged c
JOIN given g ON g.visit_no = c.visit_no AND g.hosp_item_code = c.hosp_item_code
WHERE c.charged > g.given - g.returned

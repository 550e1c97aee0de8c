/*---
id = "H26"
name = "settled_before_bought"
version = 1
title = "charged before it was bought"
title_zh = "先结算后购进"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第38条第（四）项 / Regulation (Order 735) art. 38(4)"
basis_from = 2021-05-01
severity = 4
question = "Was a drug or material charged before the hospital ever had any?"
question_zh = "药品、耗材收费是否早于首次购进？"
look_alike = "A ledger that is kept some days late; an opening stock."
look_alike_zh = "入库单迟登数日；有期初库存。"
reason_en = "{subject_id}: {charge_count} charges ({amount} yuan) before {first_in}, when the first came in."
reason_zh = "{subject_id}：{first_in} 首次入库之前已收费 {charge_count} 次（{amount} 元）。"
columns = ["h_charges.charge_id", "h_stock_moves.item", "h_stock_moves.moved_at", "h_stock_moves.kind"]
[parameters.late_days]
default = 7
origin = "a ledger may be kept so much later, own choice"
---*/
WITH early AS (
  SELECT c.hosp_item_code, count(*) AS charge_count, sum(c.amount) AS amount, array_agg(DISTINCT c.visit_no) AS visit_nos, array_agg(c.row_key ORDER BY c.unit_id) AS row_ids, min(CAST(c.settled AS INTEGER)) = 1 AS settled
  FROM k_charges c JOIN k_stock s ON s.hosp_item_code = c.hosp_item_code
  WHERE s.opening = 0 AND c.day < CAST(s.first_in AS DATE) - CAST($late_days AS INTEGER) GROUP BY c.hosp_item_code
),
ledger AS (SELECT min(moved_at) AS first_move FROM h_stock_moves)
SELECT s.name AS subject_id, e.visit_nos, e.row_ids, e.amount, e.settled AS certain, 0.8 AS strength, {'charge_count': e.charge_count, 'first_in': CAST(CAST(s.first_in AS DATE) AS VARCHAR)} AS facts
FROM early e
JOIN k_stock s ON s.hosp_item_code = e.hosp_item_code
CROSS JOIN ledger l
WHERE s.family IN ('drug', 'slices', 'material') AND CAST(s.first_in AS DATE) > CAST(l.first_move AS DATE) + CAST($late_days AS INTEGER)

/*---
id = "H07"
name = "charged_above_executed"
version = 1
title = "charged above what was carried out"
title_zh = "超执行量收费"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第38条第（三）项 / Regulation (Order 735) art. 38(3)"
basis_from = 2021-05-01
severity = 3
question = "Was more of an order charged than was carried out?"
question_zh = "收费数量是否超过执行数量？"
look_alike = "The smallest pack; items that are usually charged in other units than carried out."
look_alike_zh = "最小包装；收费单位与执行单位本就不同的项目。"
reason_en = "Visit {subject_id}: {item} was charged {charged} times its unit, carried out {executed}; {amount} yuan too much."
reason_zh = "就诊 {subject_id}：{item} 收费数量 {charged}，执行 {executed}，多收 {amount} 元。"
columns = ["h_charges.charge_id", "h_charges.order_id", "h_orders.order_id", "h_executions.order_id"]
[parameters.pack]
default = 1
origin = "so many more units may come from the smallest pack, own choice"
---*/
WITH by_order AS (
  SELECT b.order_row, min(c.visit_no) AS visit_no, min(c.name) AS name, c.hosp_item_code, min(c.family) AS family, sum(c.quantity) AS charged, sum(c.amount) AS amount,
    min(CAST(c.settled AS INTEGER)) = 1 AS settled, array_agg(c.row_key ORDER BY c.unit_id) AS row_ids
  FROM k_charges c JOIN k_charge_orders b ON b.unit_id = c.unit_id AND b.by_number
  GROUP BY b.order_row, c.hosp_item_code
),
rated AS (
  SELECT b.*, e.executed_quantity AS executed, median(b.charged / e.executed_quantity) OVER (PARTITION BY b.hosp_item_code) AS usual
  FROM by_order b JOIN k_order_executions e ON e.order_row = b.order_row
  WHERE e.execution_count > 0 AND e.executed_quantity > 0
)
SELECT visit_no AS subject_id, [visit_no] AS visit_nos, row_ids, round(amount * (charged - executed * usual) / charged, 2) AS amount, settled AS certain, 0.7 AS strength,
  {'item': name, 'charged': CAST(charged AS DOUBLE), 'executed': CAST(executed AS DOUBLE)} AS facts
FROM rated
WHERE charged > executed * usual + $pack AND family NOT IN ('lab', 'exam', 'operation', 'bed', 'nursing', 'registration')

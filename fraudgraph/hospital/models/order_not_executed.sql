/*---
id = "H06"
name = "order_not_executed"
version = 1
title = "charged, never carried out"
title_zh = "无执行收费"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
severity = 4
question = "Was an order charged that nobody carried out?"
question_zh = "医嘱已收费，是否没有任何执行记录？"
look_alike = "A ward that keeps its executions on paper; items whose execution is never recorded here."
look_alike_zh = "病区执行记录为纸质；本院从不记录执行的项目。"
reason_en = "Visit {subject_id}: {item} was charged {charge_count} times ({amount} yuan), and no execution of its order is recorded."
reason_zh = "就诊 {subject_id}：{item} 收费 {charge_count} 次（{amount} 元），其医嘱无执行记录。"
columns = ["h_charges.charge_id", "h_charges.order_id", "h_orders.order_id", "h_executions.order_id", "h_executions.executed_at"]
[parameters.usual_share]
default = 0.6
origin = "an item whose orders are less often recorded as carried out supports nothing, own choice"
[parameters.paper_share]
default = 0.5
origin = "a ward with fewer recorded executions keeps them on paper, own choice"
---*/
WITH by_visit AS (
  SELECT c.hosp_item_code, c.visit_no, max(e.execution_count) AS executions FROM k_charges c JOIN k_charge_orders b ON b.unit_id = c.unit_id AND b.by_number JOIN k_order_executions e ON e.order_row = b.order_row
  GROUP BY c.hosp_item_code, c.visit_no
),
usual AS (SELECT hosp_item_code, avg(CASE WHEN executions > 0 THEN 1.0 ELSE 0.0 END) AS usual FROM by_visit GROUP BY hosp_item_code),
known AS (
  SELECT c.*, o.cancelled AS order_cancelled, e.execution_count, u.usual
  FROM k_charges c
  JOIN k_charge_orders b ON b.unit_id = c.unit_id AND b.by_number
  JOIN h_orders o ON o.row_id = b.order_row
  JOIN k_order_executions e ON e.order_row = o.row_id
  JOIN usual u ON u.hosp_item_code = c.hosp_item_code
  JOIN k_paper_wards p ON p.ward = coalesce(c.ward, '') AND p.month = date_trunc('month', o.issued_at) AND p.executed_share >= $paper_share
)
SELECT visit_no AS subject_id, [visit_no] AS visit_nos, array_agg(row_key ORDER BY unit_id) AS row_ids, sum(amount) AS amount, min(CAST(settled AS INTEGER)) = 1 AS certain,
  round(min(usual), 6) AS strength, {'item': name, 'charge_count': count(*)} AS facts
FROM known
WHERE execution_count = 0 AND NOT coalesce(order_cancelled, FALSE) AND usual >= $usual_share AND family NOT IN ('lab', 'exam', 'operation', 'registration', 'bed', 'nursing')
GROUP BY visit_no, name

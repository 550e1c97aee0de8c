/*---
id = "H05"
name = "cancelled_not_refunded"
version = 1
title = "order cancelled, charge not reversed"
title_zh = "取消医嘱未退费"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第38条第（三）项 / Regulation (Order 735) art. 38(3)"
basis_from = 2021-05-01
severity = 3
question = "Was an order cancelled and its charge left standing?"
question_zh = "医嘱已取消，费用是否未退？"
look_alike = "A charge reversed later; an order that was carried out before it was cancelled."
look_alike_zh = "之后已退费；取消前已执行。"
reason_en = "Visit {subject_id}: the order for {item} was cancelled, {amount} yuan stayed charged."
reason_zh = "就诊 {subject_id}：{item} 的医嘱已取消，{amount} 元费用未退。"
columns = ["h_charges.charge_id", "h_charges.order_id", "h_orders.order_id", "h_orders.cancelled"]
---*/
SELECT c.visit_no AS subject_id, [c.visit_no] AS visit_nos, array_agg(c.row_key ORDER BY c.unit_id) AS row_ids, sum(c.amount) AS amount,
  min(CAST(c.settled AS INTEGER)) = 1 AS certain, 0.8 AS strength, {'item': c.name, 'charge_count': count(*)} AS facts
FROM k_charges c
JOIN k_charge_orders b ON b.unit_id = c.unit_id AND b.by_number
JOIN h_orders o ON o.row_id = b.order_row
JOIN k_order_executions e ON e.order_row = o.row_id
WHERE o.cancelled AND e.execution_count = 0
GROUP BY c.visit_no, c.name

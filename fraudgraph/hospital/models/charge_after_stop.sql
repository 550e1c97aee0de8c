/*---
id = "H04"
name = "charge_after_stop"
version = 1
title = "charged after the order was stopped"
title_zh = "停嘱后收费"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第38条第（三）项 / Regulation (Order 735) art. 38(3)"
basis_from = 2021-05-01
severity = 3
question = "Was a standing order still charged after the day on which it was stopped?"
question_zh = "长期医嘱停止次日以后是否仍在收费？"
look_alike = "The day of the ward round, on which what is stopped is still charged."
look_alike_zh = "停嘱当日（查房日）的费用。"
reason_en = "Visit {subject_id}: {item} was charged {charge_count} times ({amount} yuan) after its order was stopped on {stopped}."
reason_zh = "就诊 {subject_id}：{item} 于 {stopped} 停嘱后仍收费 {charge_count} 次（{amount} 元）。"
columns = ["h_charges.charge_id", "h_charges.order_id", "h_orders.order_id", "h_orders.stopped_at"]
[parameters.grace_days]
default = 1
origin = "the round's own day and the next, own choice"
---*/
SELECT c.visit_no AS subject_id, [c.visit_no] AS visit_nos, array_agg(c.row_key ORDER BY c.unit_id) AS row_ids, sum(c.amount) AS amount,
  min(CAST(c.settled AS INTEGER)) = 1 AS certain, 0.8 AS strength, {'item': c.name, 'charge_count': count(*), 'stopped': CAST(min(o.stopped_at) AS VARCHAR)} AS facts
FROM k_charges c
JOIN k_charge_orders b ON b.unit_id = c.unit_id AND b.by_number
JOIN h_orders o ON o.row_id = b.order_row
WHERE c.day > CAST(o.stopped_at AS DATE) + CAST($grace_days AS INTEGER) AND NOT coalesce(o.cancelled, FALSE)
GROUP BY c.visit_no, c.name

/*---
id = "H33"
name = "ordering_in_theatre"
version = 1
title = "in theatre and ordering elsewhere"
title_zh = "手术中开医嘱"
result = "suspicious"
basis = "《医疗保障基金使用监督管理条例》第40条第（二）项 / Regulation (Order 735) art. 40(2)"
basis_from = 2021-05-01
severity = 3
question = "Did a surgeon order for other people in the middle of an operation?"
question_zh = "术者手术进行中是否为其他患者开立医嘱？"
look_alike = "A login that the team shares."
look_alike_zh = "团队共用登录账号。"
reason_en = "{subject_id} operated on visit {operated} from {started} and gave {order_count} orders for other people meanwhile."
reason_zh = "{subject_id} 自 {started} 为就诊 {operated} 手术，其间为其他患者开立 {order_count} 条医嘱。"
columns = ["h_operations.surgeon", "h_operations.started_at", "h_operations.ended_at", "h_orders.issued_by"]
[parameters.edge_minutes]
default = 10
origin = "at the edges somebody else may close the wound, own choice"
[parameters.shared_share]
default = 0.3
origin = "a surgeon with orders in this share of operations shares the login, own choice"
---*/
WITH ops AS (
  SELECT row_id, visit_no, surgeon, started_at, ended_at FROM h_operations WHERE surgeon IS NOT NULL AND ended_at > started_at AND NOT coalesce(cancelled, FALSE)
),
during AS (
  SELECT o.row_id, count(r.row_id) AS order_count, array_agg('h_orders:' || CAST(r.row_id AS VARCHAR) ORDER BY r.row_id) AS row_ids, array_agg(DISTINCT r.visit_no) AS visit_nos
  FROM ops o
  JOIN h_orders r ON r.issued_by = o.surgeon AND r.visit_no <> o.visit_no AND r.issued_at > o.started_at + to_minutes(CAST($edge_minutes AS INTEGER)) AND r.issued_at < o.ended_at - to_minutes(CAST($edge_minutes AS INTEGER))
  GROUP BY o.row_id
),
rated AS (
  SELECT o.*, d.order_count, d.row_ids, d.visit_nos, avg(CASE WHEN d.order_count > 0 THEN 1.0 ELSE 0.0 END) OVER (PARTITION BY o.surgeon) AS usual, count(*) OVER (PARTITION BY o.surgeon) AS op_count
  FROM ops o LEFT JOIN during d ON d.row_id = o.row_id
)
SELECT surgeon AS subject_id, list_concat([visit_no], visit_nos) AS visit_nos, list_concat(['h_operations:' || CAST(row_id AS VARCHAR)], row_ids) AS row_ids, 0 AS amount, FALSE AS certain, 0.5 AS strength,
  {'operated': visit_no, 'started': CAST(started_at AS VARCHAR), 'order_count': order_count} AS facts
FROM rated
WHERE order_count > 0 AND (usual < $shared_share OR op_count < 4)

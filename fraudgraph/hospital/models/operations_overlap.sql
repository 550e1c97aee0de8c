/*---
id = "H17"
name = "operations_overlap"
version = 1
title = "a surgeon or a theatre twice at once"
title_zh = "手术时间重叠"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
severity = 4
question = "Was a surgeon, or a theatre, in two operations at once for more than ten minutes?"
question_zh = "同一术者或同一手术间是否同时进行两台手术超过十分钟？"
look_alike = "A surgeon who supervises two tables; the change between two operations."
look_alike_zh = "上级医师巡台指导；接台交替。"
reason_en = "{subject_id} was in two operations at once for {minutes} minutes: visits {one} and {other}."
reason_zh = "{subject_id} 同时在两台手术中 {minutes} 分钟：就诊 {one} 与 {other}。"
columns = ["h_operations.op_id", "h_operations.visit_no", "h_operations.started_at", "h_operations.ended_at"]
[parameters.least_minutes]
default = 10
origin = "shorter overlaps come from clocks and change-overs, docs/hospital.md"
---*/
WITH ops AS (
  SELECT row_id, op_id, visit_no, started_at, ended_at, surgeon, room FROM h_operations WHERE NOT coalesce(cancelled, FALSE) AND ended_at > started_at
),
pairs AS (
  SELECT a.row_id AS one_row, b.row_id AS other_row, a.visit_no AS one, b.visit_no AS other, CASE WHEN a.room = b.room THEN a.room ELSE a.surgeon END AS who, coalesce(a.room = b.room, FALSE) AS by_room,
    date_diff('minute', greatest(a.started_at, b.started_at), least(a.ended_at, b.ended_at)) AS minutes
  FROM ops a
  JOIN ops b ON b.row_id > a.row_id AND b.started_at < a.ended_at AND a.started_at < b.ended_at AND a.visit_no <> b.visit_no AND (a.surgeon = b.surgeon OR a.room = b.room)
)
SELECT p.who AS subject_id, [p.one, p.other] AS visit_nos, ['h_operations:' || CAST(p.one_row AS VARCHAR), 'h_operations:' || CAST(p.other_row AS VARCHAR)] AS row_ids,
  coalesce((SELECT min(c.amount) FROM k_charges c WHERE c.family = 'operation' AND c.visit_no IN (p.one, p.other)), 0) AS amount,
  TRUE AS certain, least(1.0, round(0.5 + p.minutes / 120.0, 6)) AS strength, {'minutes': p.minutes, 'one': p.one, 'other': p.other} AS facts
FROM pairs p
WHERE p.minutes > $least_minutes

/*---
id = "H35"
name = "therapist_twice"
version = 1
title = "a therapist in two sessions at once"
title_zh = "治疗师同时治疗"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
severity = 4
question = "Did a therapist treat two people at once?"
question_zh = "同一治疗师同一时间是否为两名患者治疗？"
look_alike = "Group items."
look_alike_zh = "集体治疗项目。"
reason_en = "{subject_id} treated visits {one} and {other} at once for {minutes} minutes from {started}."
reason_zh = "{subject_id} 自 {started} 起同时治疗就诊 {one} 与 {other} {minutes} 分钟。"
columns = ["h_sessions.session_id", "h_sessions.therapist", "h_sessions.started_at", "h_sessions.ended_at"]
[parameters.longest]
default = 100
origin = "minutes: longer sessions are watched, not given by hand (dialysis), own choice"
[parameters.least_minutes]
default = 10
origin = "change-over and clocks, own choice"
---*/
WITH sessions AS (
  SELECT row_id, visit_no, therapist, item, started_at, ended_at, coalesce(item, '') AS what, group_no FROM h_sessions
  WHERE therapist IS NOT NULL AND ended_at > started_at AND date_diff('minute', started_at, ended_at) <= $longest AND NOT regexp_matches(coalesce(item, ''), '集体|小组|团体|group|透析')
),
pairs AS (
  SELECT a.therapist, a.row_id AS one_row, b.row_id AS other_row, a.visit_no AS one, b.visit_no AS other, greatest(a.started_at, b.started_at) AS started,
    date_diff('minute', greatest(a.started_at, b.started_at), least(a.ended_at, b.ended_at)) AS minutes, b.what
  FROM sessions a JOIN sessions b ON b.therapist = a.therapist AND b.row_id > a.row_id AND b.started_at < a.ended_at AND a.started_at < b.ended_at AND a.visit_no <> b.visit_no AND coalesce(a.group_no <> b.group_no, TRUE)
)
SELECT p.therapist AS subject_id, [p.one, p.other] AS visit_nos, ['h_sessions:' || CAST(p.one_row AS VARCHAR), 'h_sessions:' || CAST(p.other_row AS VARCHAR)] AS row_ids,
  coalesce((SELECT min(c.unit_price) FROM k_charges c WHERE c.visit_no = p.other AND (c.name = p.what OR contains(c.name, p.what))), 0) AS amount, TRUE AS certain, 0.8 AS strength,
  {'one': p.one, 'other': p.other, 'minutes': p.minutes, 'started': CAST(p.started AS VARCHAR)} AS facts
FROM pairs p
WHERE p.minutes >= $least_minutes

/*---
id = "H36"
name = "sessions_above_log"
version = 1
title = "sessions that the machine's log does not know"
title_zh = "透析机日志不符"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
severity = 4
question = "Is there a session that its machine's log does not hold?"
question_zh = "治疗（透析）记录在设备日志中是否没有对应开机？"
look_alike = "A bedside machine whose log is kept elsewhere."
look_alike_zh = "床旁机，日志另存。"
reason_en = "Visit {subject_id}: {session_count} sessions on {device} from {first_session} are in no log of the machine."
reason_zh = "就诊 {subject_id}：设备 {device} 自 {first_session} 起 {session_count} 次治疗在设备日志中无记录。"
columns = ["h_sessions.session_id", "h_sessions.device", "h_device_logs.device_id", "h_device_logs.started_at"]
[parameters.slack_minutes]
default = 60
origin = "clocks and set-up, own choice"
[parameters.logged_share]
default = 0.5
origin = "a machine with fewer sessions logged keeps its log elsewhere, own choice"
---*/
WITH marked AS (
  SELECT s.row_id, s.visit_no, s.device, s.item, s.started_at, EXISTS (
    SELECT 1 FROM h_device_logs l WHERE l.device_id = s.device AND l.started_at BETWEEN s.started_at - to_minutes(CAST($slack_minutes AS INTEGER)) AND coalesce(s.ended_at, s.started_at) + to_minutes(CAST($slack_minutes AS INTEGER))) AS logged
  FROM h_sessions s WHERE s.device IS NOT NULL
),
rated AS (SELECT m.*, avg(CASE WHEN m.logged THEN 1.0 ELSE 0.0 END) OVER (PARTITION BY m.device) AS usual FROM marked m)
SELECT r.visit_no AS subject_id, [r.visit_no] AS visit_nos, array_agg('h_sessions:' || CAST(r.row_id AS VARCHAR) ORDER BY r.row_id) AS row_ids,
  coalesce((SELECT max(c.unit_price) FROM k_charges c WHERE c.visit_no = r.visit_no AND (c.name = min(r.item) OR contains(c.name, min(r.item)))), 0) * count(*) AS amount, TRUE AS certain, 0.8 AS strength,
  {'device': r.device, 'session_count': count(*), 'first_session': CAST(min(r.started_at) AS VARCHAR)} AS facts
FROM rated r
WHERE NOT r.logged AND r.usual >= $logged_share
GROUP BY r.visit_no, r.device

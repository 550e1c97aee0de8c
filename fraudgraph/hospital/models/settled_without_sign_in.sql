/*---
id = "H53"
name = "settled_without_sign_in"
version = 1
title = "a doctor at work who never signed in"
title_zh = "医师无签到"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（二）项 / Regulation (Order 735) art. 40(2)"
basis_from = 2021-05-01
severity = 3
question = "Did a doctor see and bill outpatients on a day without sign-in?"
question_zh = "医师当日无签到，是否仍有门诊结算或医嘱？"
look_alike = "A sign-in device that is down: then all are absent."
look_alike_zh = "签到设备故障（当日全员无签到）。"
reason_en = "{subject_id} did not sign in on {day} and has {deed_count} outpatients or orders of that day."
reason_zh = "{subject_id} 于 {day} 无签到，当日门诊结算或医嘱 {deed_count} 件。"
columns = ["h_presence.person", "h_presence.at", "h_presence.kind"]
[parameters.usual_share]
default = 0.7
origin = "a doctor who signs in less often than this does not use the device, own choice"
[parameters.down_share]
default = 0.5
origin = "on a day with fewer sign-ins than this the device is down, own choice"
---*/
WITH signs AS (SELECT DISTINCT person, CAST("at" AS DATE) AS day FROM h_presence WHERE NOT regexp_matches(kind, '食堂|就餐|订餐|canteen|meal')),
active AS (
  SELECT c.ordered_by AS staff_id, c.day, count(DISTINCT c.visit_no) AS deed_count, array_agg(DISTINCT c.visit_no) AS visit_nos, array_agg(c.row_key ORDER BY c.unit_id) AS row_ids
  FROM k_charges c WHERE c.ordered_by IS NOT NULL AND c.admitted_at IS NULL AND c.settled GROUP BY c.ordered_by, c.day
  UNION ALL
  SELECT d.staff_id, CAST(d."at" AS DATE), count(*), array_agg(DISTINCT d.visit_no) FILTER (WHERE d.visit_no IS NOT NULL), array_agg(d.row_key ORDER BY d.row_key)
  FROM k_deeds d JOIN m_visits v ON v.visit_no = d.visit_no
  WHERE d.deed IN ('order', 'document') AND v.admitted_at IS NULL AND d.staff_id NOT IN (SELECT coalesce(ordered_by, '') FROM k_charges WHERE admitted_at IS NULL) GROUP BY d.staff_id, CAST(d."at" AS DATE)
),
days AS (SELECT day, count(*) AS sign_count FROM signs GROUP BY day),
usual_day AS (SELECT fg_quantile(sign_count, 0.5) AS sign_count FROM days),
working AS (SELECT d.day FROM days d CROSS JOIN usual_day u WHERE d.sign_count >= $down_share * u.sign_count),
marked AS (SELECT a.*, s.person IS NOT NULL AS signed FROM active a LEFT JOIN signs s ON s.person = a.staff_id AND s.day = a.day WHERE a.staff_id IN (SELECT person FROM signs)),
rated AS (
  SELECT m.*, avg(CASE WHEN m.signed THEN 1.0 ELSE 0.0 END) OVER (PARTITION BY m.staff_id) AS usual
  FROM marked m
)
SELECT staff_id AS subject_id, visit_nos, row_ids, 0 AS amount, TRUE AS certain, round(usual, 6) AS strength, {'day': CAST(day AS VARCHAR), 'deed_count': deed_count} AS facts
FROM rated
WHERE NOT signed AND usual >= $usual_share AND day IN (SELECT day FROM working)

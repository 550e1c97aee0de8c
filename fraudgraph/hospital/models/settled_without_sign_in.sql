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
question = "Did a doctor give orders on a day without sign-in?"
question_zh = "医师当日无签到，是否仍开立医嘱或文书？"
look_alike = "A sign-in device that is down: then all are absent."
look_alike_zh = "签到设备故障（当日全员无签到）。"
reason_en = "{subject_id} did not sign in on {day} and has {deed_count} orders, papers or operations of that day."
reason_zh = "{subject_id} 于 {day} 无签到，当日有 {deed_count} 条医嘱、文书或手术。"
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
  SELECT staff_id, CAST("at" AS DATE) AS day, count(*) AS deed_count, array_agg(DISTINCT visit_no) FILTER (WHERE visit_no IS NOT NULL) AS visit_nos, array_agg(row_key ORDER BY row_key) AS row_ids
  FROM k_deeds WHERE deed IN ('order', 'document', 'operation') AND date_part('hour', "at") BETWEEN 7 AND 19 GROUP BY staff_id, CAST("at" AS DATE)
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

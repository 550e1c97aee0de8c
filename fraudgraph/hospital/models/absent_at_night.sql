/*---
id = "H52"
name = "absent_at_night"
version = 1
title = "never seen in the house"
title_zh = "无在院轨迹"
result = "suspicious"
basis = "《医疗保障基金使用监督管理条例》第38条第（一）项 / Regulation (Order 735) art. 38(1)"
basis_from = 2021-05-01
severity = 3
question = "Is a person in hospital for nights whom no door and no canteen saw?"
question_zh = "住院患者是否连续多晚没有任何门禁、就餐、签到记录？"
look_alike = "No meal plan; people who can't leave their bed."
look_alike_zh = "未订餐；卧床患者。"
reason_en = "Visit {subject_id}: {absent_nights} of {nights} nights without any trace at doors, canteen or sign-in."
reason_zh = "就诊 {subject_id}：{nights} 晚中 {absent_nights} 晚没有门禁、就餐或签到记录。"
columns = ["h_presence.person", "h_presence.at", "h_visits.admitted_at", "h_visits.discharged_at"]
[parameters.fewest_nights]
default = 3
origin = "docs/hospital.md"
[parameters.seen_share]
default = 0.7
origin = "where fewer stays leave traces they say nothing, own choice"
---*/
WITH traces AS (
  SELECT DISTINCT v.visit_no, CAST(p."at" AS DATE) AS day FROM h_presence p JOIN m_visits v ON p.person IN (v.visit_no, v.patient_id, v.record_no)
),
days AS (SELECT d.visit_no, d.day, t.visit_no IS NOT NULL AS seen FROM k_stay_days d LEFT JOIN traces t ON t.visit_no = d.visit_no AND t.day = d.day JOIN m_visits v ON v.visit_no = d.visit_no AND coalesce(v.meal, TRUE) WHERE NOT d.on_leave),
stays AS (SELECT visit_no, count(*) AS nights, count(*) FILTER (WHERE NOT seen) AS absent_nights FROM days GROUP BY visit_no),
rated AS (SELECT s.*, avg(CASE WHEN s.absent_nights < s.nights THEN 1.0 ELSE 0.0 END) OVER () AS seen_share FROM stays s)
SELECT r.visit_no AS subject_id, [r.visit_no] AS visit_nos, [] AS row_ids, coalesce((SELECT sum(s.amount) FROM m_s s WHERE s.visit_no = r.visit_no), 0) AS amount, FALSE AS certain, least(1.0, round(0.3 + 0.05 * r.absent_nights, 6)) AS strength,
  {'absent_nights': r.absent_nights, 'nights': r.nights} AS facts
FROM rated r
WHERE r.absent_nights >= $fewest_nights AND r.absent_nights >= 0.8 * r.nights AND r.seen_share >= $seen_share

/*---
id = "H29"
name = "empty_days"
version = 1
title = "days in hospital without care"
title_zh = "挂床住院"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第38条第（一）项 / Regulation (Order 735) art. 38(1)"
basis_from = 2021-05-01
severity = 5
question = "Did the person stay for a day and night on which nobody did anything for them?"
question_zh = "住院期间是否有整日无任何体征、执行、检查记录？"
look_alike = "Leave of up to a day; a ward that keeps its nursing on paper."
look_alike_zh = "请假不超过 24 小时；病区护理记录为纸质。"
reason_en = "Visit {subject_id}: {empty_days} of {days} whole days (first {first_day}) without nursing, execution, sample, examination or session."
reason_zh = "就诊 {subject_id}：{days} 个整日中有 {empty_days} 日（首日 {first_day}）没有护理、执行、采样、检查或治疗记录。"
columns = ["h_visits.admitted_at", "h_visits.discharged_at", "h_nursing.recorded_at"]
[parameters.paper_share]
default = 0.7
origin = "a ward in which fewer days have nursing or execution rows keeps them on paper, own choice"
[parameters.sure_days]
default = 2
origin = "one empty day may be a leave that nobody wrote down, own choice"
---*/
WITH wards AS (SELECT ward, avg(CASE WHEN ward_count > 0 THEN 1.0 ELSE 0.0 END) AS written_share FROM k_stay_days GROUP BY ward),
empties AS (
  SELECT d.visit_no, count(*) FILTER (WHERE d.care_count = 0 AND NOT d.on_leave) AS empty_days, count(*) AS days, min(d.day) FILTER (WHERE d.care_count = 0 AND NOT d.on_leave) AS first_day
  FROM k_stay_days d JOIN wards w ON w.ward = d.ward AND w.written_share >= $paper_share
  GROUP BY d.visit_no
)
SELECT e.visit_no AS subject_id, [e.visit_no] AS visit_nos,
  coalesce((SELECT array_agg(c.row_key ORDER BY c.unit_id) FROM k_charges c JOIN k_stay_days d ON d.visit_no = c.visit_no AND d.day = c.day WHERE c.visit_no = e.visit_no AND d.care_count = 0 AND NOT d.on_leave), []) AS row_ids,
  coalesce((SELECT sum(c.amount) FROM k_charges c JOIN k_stay_days d ON d.visit_no = c.visit_no AND d.day = c.day WHERE c.visit_no = e.visit_no AND d.care_count = 0 AND NOT d.on_leave), 0) AS amount,
  e.empty_days >= $sure_days AS certain, least(1.0, round(0.4 + 0.6 * e.empty_days / e.days, 6)) AS strength, {'empty_days': e.empty_days, 'days': e.days, 'first_day': CAST(e.first_day AS VARCHAR)} AS facts
FROM empties e
WHERE e.empty_days >= 1

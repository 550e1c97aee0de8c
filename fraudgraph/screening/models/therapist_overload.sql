/*---
id = "M034"
name = "therapist_overload"
version = 1
family = "inpatient"
title = "more therapy than a working day holds"
title_zh = "理疗康复超负荷"
level = "doctor"
result = "suspicious"
scheme = "invented_service"
basis = "《医疗保障基金使用监督管理条例》第38条第（二）项 / Regulation (Order 735) art. 38(2); 《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
subject = "doctor"
members = "patient"
question = "Did one therapist deliver more minutes of therapy in a day than a day has?"
question_zh = "同一治疗师一日治疗时长是否超过工作时间？"
look_alike = "Devices that run without a therapist; several therapists under one code at a department."
look_alike_zh = "无需人员值守的设备治疗；科室共用一个工号。"
exclusions = ["treatment without staff time", "a department's common code", "refunded claims"]
reason_zh = "治疗师 {subject_id} 有 {day_count} 天治疗时长超过 {max_minutes} 分钟，最多 {top_minutes} 分钟，涉及 {amount} 元。"
reason_en = "Therapist {subject_id} delivered more than {max_minutes} minutes of therapy on {day_count} days, up to {top_minutes}: {amount} yuan."
severity = 3
money_rule = "amount of the lines of such days, at most each claim's net fund amount"
columns = ["claims.claim_id", "claims.patient_id", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.quantity", "claim_items.amount", "claim_items.charged_at", "claim_items.ordered_by", "item_catalogue.item_code", "item_catalogue.minutes"]
[parameters.max_minutes]
default = 480.0
origin = "catalogue M034: 480 minutes a day"
[parameters.department_minutes]
default = 2400.0
origin = "own choice: more than five people's work is a common code"
---*/
WITH sessions AS (
  SELECT i.ordered_by AS doctor_id, CAST(i.charged_at AS DATE) AS work_day, i.claim_id, sum(i.amount) AS line_amount,
    sum(CAST(round(i.quantity * CAST(k.minutes AS DECIMAL(16,2)), 2) AS DECIMAL(16,2))) AS minutes
  FROM item_catalogue AS k
  JOIN claim_items AS i ON i.item_code = k.item_code
  WHERE k.minutes > 0 AND i.ordered_by IS NOT NULL AND i.charged_at IS NOT NULL AND i.amount > 0
  GROUP BY i.ordered_by, CAST(i.charged_at AS DATE), i.claim_id
),
counted_sessions AS (
  SELECT s.doctor_id, s.work_day, s.claim_id, s.minutes, least(s.line_amount, c.net_fund_amount) AS line_amount, c.patient_id
  FROM sessions AS s
  JOIN claims AS c ON c.claim_id = s.claim_id
  WHERE c.counted AND s.work_day BETWEEN $in_force_from AND $in_force_to
),
full_days AS (
  SELECT doctor_id, work_day, sum(minutes) AS day_minutes
  FROM counted_sessions
  GROUP BY doctor_id, work_day
  HAVING sum(minutes) > $max_minutes AND sum(minutes) <= $department_minutes
)
SELECT s.doctor_id AS subject_id, list_sort(array_agg(DISTINCT s.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT s.claim_id)) AS claim_ids,
  greatest(sum(s.line_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.2 + 0.1 * count(DISTINCT s.work_day) AS DOUBLE), 6))) AS strength,
  {'day_count': count(DISTINCT s.work_day), 'max_minutes': $max_minutes, 'top_minutes': CAST(max(f.day_minutes) AS DOUBLE)} AS facts
FROM full_days AS f
JOIN counted_sessions AS s ON s.doctor_id = f.doctor_id AND s.work_day = f.work_day
GROUP BY s.doctor_id

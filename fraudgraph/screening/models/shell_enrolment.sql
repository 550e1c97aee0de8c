/*---
id = "M108"
name = "shell_enrolment"
version = 1
family = "network"
title = "enrolled by one employer shortly before costly care"
title_zh = "挂靠参保"
level = "group"
result = "suspicious"
scheme = "shell_employer"
basis = "《社会保险法》第88条 / Social Insurance Law art. 88; 《医疗保障基金使用监督管理条例》第41条 / Regulation (Order 735) art. 41"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Did several people enrolled by one employer have costly care soon after enrolment?"
question_zh = "同一单位参保的多人是否在参保后不久发生高额费用？"
look_alike = "A large employer where this is rare; emergencies; small bills."
look_alike_zh = "大型单位（占比低）；急诊；费用小。"
exclusions = ["large employer", "emergency", "small bills", "refunded claims"]
reason_zh = "单位 {employer} 有 {person_count} 人在参保后 {window_days} 天内住院，占其新参保人员的 {share}，基金支付 {amount} 元。"
reason_en = "{person_count} people enrolled by {employer} were admitted within {window_days} days of enrolment ({share} of its new enrolments); the fund paid {amount} yuan."
severity = 3
money_rule = "net fund amount of these stays"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted", "enrolments.patient_id", "enrolments.employer", "enrolments.started_on"]
optional = ["claims.admission_way"]
[parameters.window_days]
default = 90
origin = "catalogue M108: within 90 days"
[parameters.min_persons]
default = 5
origin = "catalogue M108: five persons"
[parameters.min_amount]
default = 3000.0
origin = "own choice: costly"
[parameters.min_share]
default = 0.3
origin = "own choice: of the employer's new enrolments"
---*/
WITH joined AS (
  SELECT patient_id, employer, min(started_on) AS started_on FROM enrolments
  WHERE employer IS NOT NULL AND started_on BETWEEN $in_force_from AND $in_force_to GROUP BY patient_id, employer
),
employers AS (
  SELECT employer, count(*) AS joined_count FROM joined GROUP BY employer
),
events AS (
  SELECT j.employer, j.patient_id, c.claim_id, c.net_fund_amount
  FROM joined AS j
  JOIN claims AS c ON c.patient_id = j.patient_id
  WHERE c.counted AND c.claim_type = 'inpatient' AND coalesce(c.admission_way, '') <> '1'
    AND date_diff('day', j.started_on, c.event_date) BETWEEN 0 AND $window_days AND c.net_fund_amount >= CAST($min_amount AS DECIMAL(16,2))
)
SELECT min(e.patient_id) AS subject_id, list_sort(array_agg(DISTINCT e.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT e.claim_id)) AS claim_ids, greatest(sum(e.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.3 + 0.04 * count(DISTINCT e.patient_id) AS DOUBLE), 6))) AS strength,
  {'employer': e.employer, 'person_count': count(DISTINCT e.patient_id), 'window_days': $window_days, 'share': round(CAST(count(DISTINCT e.patient_id) AS DOUBLE) / min(m.joined_count), 3)} AS facts
FROM events AS e
JOIN employers AS m ON m.employer = e.employer
GROUP BY e.employer
HAVING count(DISTINCT e.patient_id) >= $min_persons AND CAST(count(DISTINCT e.patient_id) AS DOUBLE) >= $min_share * min(m.joined_count)

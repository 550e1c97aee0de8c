/*---
id = "M008"
name = "purchase_days_in_a_row"
version = 1
family = "identity"
title = "purchases on consecutive days"
title_zh = "连续多日购药"
level = "person"
result = "suspicious"
scheme = "stockpiling"
basis = "《医疗保障基金使用监督管理条例》第38条第（二）项 / Regulation (Order 735) art. 38(2)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Did a person buy drugs at pharmacies on several days in a row?"
question_zh = "参保人是否连续多日在药店购药？"
look_alike = "A course of treatment at a clinic; two purchases on one day; a weekend pair."
look_alike_zh = "门诊连续治疗；同日两笔；相邻两日。"
exclusions = ["outpatient course of treatment", "several purchases on one day", "refunded claims"]
reason_zh = "参保人 {subject_id} 自 {first_day} 起连续 {day_count} 天在药店购药，基金支付 {amount} 元。"
reason_en = "Insured person {subject_id} bought at pharmacies on {day_count} days in a row from {first_day}; the fund paid {amount} yuan."
severity = 2
money_rule = "net fund amount of the purchases in the run of days"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted"]
[parameters.min_days]
default = 3
origin = "catalogue M008: three days"
---*/
WITH days AS (
  SELECT patient_id, event_date,
    date_diff('day', DATE '2000-01-01', event_date) - row_number() OVER (PARTITION BY patient_id ORDER BY event_date) AS run_number
  FROM (
    SELECT DISTINCT patient_id, event_date
    FROM claims
    WHERE counted AND claim_type = 'pharmacy' AND event_date BETWEEN $in_force_from AND $in_force_to
  ) AS bought
),
runs AS (
  SELECT patient_id, run_number, count(*) AS day_count, min(event_date) AS first_day, max(event_date) AS last_day
  FROM days
  GROUP BY patient_id, run_number
  HAVING count(*) >= $min_days
)
SELECT c.patient_id AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids,
  greatest(sum(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.1 + 0.1 * max(r.day_count) AS DOUBLE), 6))) AS strength,
  {'day_count': max(r.day_count), 'first_day': CAST(min(r.first_day) AS VARCHAR)} AS facts
FROM runs AS r
JOIN claims AS c ON c.patient_id = r.patient_id AND c.event_date >= r.first_day AND c.event_date <= r.last_day
WHERE c.counted AND c.claim_type = 'pharmacy'
GROUP BY c.patient_id

/*---
id = "M079"
name = "consecutive_ids"
version = 1
family = "drugs"
title = "people with consecutive numbers settle together"
title_zh = "连号人员集中结算"
level = "group"
result = "suspicious"
scheme = "card_sweep"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
subject = "place"
members = "patient"
question = "Do people whose numbers follow one another settle at one place on one day?"
question_zh = "编号相连的多名参保人是否同日在同一机构结算？"
look_alike = "A family enrolled together; a firm's staff; a chance pair."
look_alike_zh = "同户一起参保；同一单位员工；偶然相邻。"
exclusions = ["one household", "one employer", "short runs", "refunded claims"]
reason_zh = "{subject_id} 于 {day} 为 {person_count} 名连号参保人结算（自 {first_id} 起），基金支付 {amount} 元。"
reason_en = "On {day} {subject_id} settled {person_count} people with consecutive numbers (from {first_id}); the fund paid {amount} yuan."
severity = 4
money_rule = "net fund amount of the claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.place_id", "claims.event_date", "claims.net_fund_amount", "claims.counted"]
optional = ["patients.patient_id", "patients.employer", "patients.household_id"]
[parameters.min_run]
default = 5
origin = "catalogue M079: five in a row"
---*/
WITH crowded AS (
  SELECT place_id, event_date FROM claims
  WHERE counted AND claim_type <> 'inpatient' AND event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY place_id, event_date
  HAVING count(*) >= $min_run
),
visits AS (
  SELECT c.place_id, c.event_date, c.patient_id, TRY_CAST(right(c.patient_id, 6) AS INTEGER) AS number
  FROM claims AS c
  JOIN crowded AS d ON d.place_id = c.place_id AND d.event_date = c.event_date
  WHERE c.counted AND c.claim_type <> 'inpatient'
  GROUP BY c.place_id, c.event_date, c.patient_id
),
numbered AS (
  SELECT place_id, event_date, patient_id,
    number - row_number() OVER (PARTITION BY place_id, event_date ORDER BY number, patient_id) AS run_number
  FROM visits
  WHERE number IS NOT NULL
),
runs AS (
  SELECT place_id, event_date, run_number FROM numbered GROUP BY place_id, event_date, run_number HAVING count(*) >= $min_run
),
people AS (
  SELECT n.place_id, n.event_date, n.run_number, n.patient_id, coalesce(p.household_id, n.patient_id) AS household, coalesce(p.employer, n.patient_id) AS employer
  FROM runs AS r
  JOIN numbered AS n ON n.place_id = r.place_id AND n.event_date = r.event_date AND n.run_number = r.run_number
  LEFT JOIN patients AS p ON p.patient_id = n.patient_id
)
SELECT n.place_id AS subject_id, list_sort(array_agg(DISTINCT n.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids, greatest(sum(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.3 + 0.05 * count(DISTINCT n.patient_id) AS DOUBLE), 6))) AS strength,
  {'day': CAST(n.event_date AS VARCHAR), 'person_count': count(DISTINCT n.patient_id), 'first_id': min(n.patient_id)} AS facts
FROM people AS n
JOIN claims AS c ON c.place_id = n.place_id AND c.event_date = n.event_date AND c.patient_id = n.patient_id
WHERE c.counted AND c.claim_type <> 'inpatient'
GROUP BY n.place_id, n.event_date, n.run_number
HAVING count(DISTINCT n.household) >= $min_run AND count(DISTINCT n.employer) >= $min_run

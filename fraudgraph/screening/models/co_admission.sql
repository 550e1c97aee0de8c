/*---
id = "M025"
name = "co_admission"
version = 1
family = "inpatient"
title = "the same people admitted together again and again"
title_zh = "结伴住院"
level = "group"
result = "suspicious"
scheme = "fictitious_stay"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
subject = "facility"
members = "patient"
question = "Are the same people admitted to one institution within two days of each other, in several separate periods?"
question_zh = "相同人员是否多次在相近日期入住同一机构？"
look_alike = "Members of one household; cycles of chemotherapy, dialysis or psychiatry; one joint admission."
look_alike_zh = "同户家人；放化疗、透析、精神科周期；仅一次同住。"
exclusions = ["one household", "treatment cycles", "a single period", "refunded claims"]
reason_zh = "{subject_id} 有 {member_count} 名非同户参保人至少 {period_count} 次相隔 {max_days} 天内先后入院，基金支付 {amount} 元。"
reason_en = "At {subject_id}, {member_count} people of different households were admitted within {max_days} days of each other in at least {period_count} periods; the fund paid {amount} yuan."
severity = 4
money_rule = "net fund amount of the stays in the joint periods"
columns = ["claims.claim_id", "claims.patient_id", "claims.facility_id", "claims.claim_type", "claims.started_at", "claims.event_date", "claims.net_fund_amount", "claims.counted"]
optional = ["claims.diagnosis_code", "patients.patient_id", "patients.household_id"]
[parameters.max_days]
default = 2
origin = "catalogue M025: within two days"
[parameters.min_periods]
default = 2
origin = "catalogue M025: two periods"
[parameters.min_persons]
default = 3
origin = "catalogue M025: three persons"
[parameters.period_days]
default = 14
origin = "own choice: periods are so many days apart"
---*/
WITH stays AS (
  SELECT c.claim_id, c.patient_id, c.facility_id, CAST(c.started_at AS DATE) AS stay_from, c.net_fund_amount,
    coalesce(p.household_id, c.patient_id) AS household,
    count(*) OVER (PARTITION BY c.patient_id, c.facility_id) AS stay_count
  FROM claims AS c
  LEFT JOIN patients AS p ON p.patient_id = c.patient_id
  WHERE c.claim_type = 'inpatient' AND c.counted AND c.facility_id IS NOT NULL AND c.event_date BETWEEN $in_force_from AND $in_force_to
    AND coalesce(c.diagnosis_code, '') NOT LIKE 'C%' AND coalesce(c.diagnosis_code, '') NOT LIKE 'F%'
    AND substring(coalesce(c.diagnosis_code, ''), 1, 3) NOT IN ('Z51', 'Z49', 'N18')
),
returning_stays AS (
  SELECT claim_id, patient_id, facility_id, stay_from, net_fund_amount, household FROM stays WHERE stay_count >= $min_periods
),
together AS (
  SELECT a.facility_id, a.patient_id AS a, b.patient_id AS b, a.claim_id AS a_claim, b.claim_id AS b_claim,
    date_diff('day', DATE '2000-01-01', a.stay_from) // $period_days AS period_number
  FROM returning_stays AS a
  JOIN returning_stays AS b ON b.facility_id = a.facility_id AND b.patient_id > a.patient_id AND b.household <> a.household
    AND date_diff('day', a.stay_from, b.stay_from) BETWEEN -$max_days AND $max_days
),
pairs AS (
  SELECT facility_id, a, b, count(DISTINCT period_number) AS period_count
  FROM together
  GROUP BY facility_id, a, b
  HAVING count(DISTINCT period_number) >= $min_periods
),
claims_of_pairs AS (
  SELECT t.facility_id, t.a AS patient_id, t.a_claim AS claim_id, p.period_count
  FROM together AS t JOIN pairs AS p ON p.facility_id = t.facility_id AND p.a = t.a AND p.b = t.b
  UNION ALL
  SELECT t.facility_id, t.b AS patient_id, t.b_claim AS claim_id, p.period_count
  FROM together AS t JOIN pairs AS p ON p.facility_id = t.facility_id AND p.a = t.a AND p.b = t.b
),
joint_stays AS (
  SELECT facility_id, patient_id, claim_id, min(period_count) AS period_count
  FROM claims_of_pairs
  GROUP BY facility_id, patient_id, claim_id
)
SELECT j.facility_id AS subject_id, list_sort(array_agg(DISTINCT j.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT j.claim_id)) AS claim_ids,
  greatest(sum(s.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.3 + 0.05 * count(DISTINCT j.patient_id) AS DOUBLE), 6))) AS strength,
  {'period_count': min(j.period_count), 'max_days': $max_days} AS facts
FROM joint_stays AS j
JOIN returning_stays AS s ON s.claim_id = j.claim_id
GROUP BY j.facility_id
HAVING count(DISTINCT j.patient_id) >= $min_persons

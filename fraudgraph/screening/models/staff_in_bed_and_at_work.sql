/*---
id = "M038"
name = "staff_in_bed_and_at_work"
version = 1
family = "inpatient"
title = "staff at work during their own stay"
title_zh = "医务人员住院期间上班"
level = "visit"
result = "definite"
scheme = "fictitious_stay"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
subject = "doctor"
members = "patient"
question = "Did a doctor bill patients while lying in hospital?"
question_zh = "医师本人住院期间是否仍有接诊开单？"
look_alike = "The day of admission or discharge; a colleague's single late entry."
look_alike_zh = "入院、出院当日；补录的单笔记录。"
exclusions = ["day of admission or discharge", "a single entry", "refunded claims"]
reason_zh = "医师 {subject_id} 住院期间（{stay_from} 至 {stay_to}）开出 {visit_count} 笔结算，本人住院基金支付 {amount} 元。"
reason_en = "Doctor {subject_id} billed {visit_count} claims while in hospital ({stay_from} to {stay_to}); the fund paid {amount} yuan for the stay."
severity = 5
money_rule = "net fund amount of the doctor's own stay"
columns = ["claims.claim_id", "claims.patient_id", "claims.doctor_id", "claims.claim_type", "claims.started_at", "claims.ended_at", "claims.event_date", "claims.net_fund_amount", "claims.counted", "staff.staff_id", "staff.patient_id"]
[parameters.min_claims]
default = 2
origin = "own choice: one claim may be a late entry"
---*/
WITH stays AS (
  SELECT f.staff_id, f.patient_id, s.claim_id, s.net_fund_amount, CAST(s.started_at AS DATE) AS stay_from, CAST(s.ended_at AS DATE) AS stay_to
  FROM staff AS f
  JOIN claims AS s ON s.patient_id = f.patient_id
  WHERE s.claim_type = 'inpatient' AND s.counted AND s.ended_at IS NOT NULL AND s.event_date BETWEEN $in_force_from AND $in_force_to
),
worked AS (
  SELECT s.staff_id, s.patient_id, s.claim_id, s.net_fund_amount, s.stay_from, s.stay_to, count(*) AS visit_count, list_sort(array_agg(DISTINCT c.claim_id)) AS visit_ids
  FROM stays AS s
  JOIN claims AS c ON c.doctor_id = s.staff_id
  WHERE c.counted AND c.claim_type <> 'inpatient' AND c.event_date > s.stay_from AND c.event_date < s.stay_to AND c.claim_id <> s.claim_id
  GROUP BY s.staff_id, s.patient_id, s.claim_id, s.net_fund_amount, s.stay_from, s.stay_to
  HAVING count(*) >= $min_claims
)
SELECT staff_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids,
  list_sort(list_distinct(list_concat(array_agg(claim_id), flatten(array_agg(visit_ids))))) AS claim_ids,
  greatest(sum(net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.6 + 0.05 * sum(visit_count) AS DOUBLE), 6))) AS strength,
  {'visit_count': CAST(sum(visit_count) AS BIGINT), 'stay_from': CAST(min(stay_from) AS VARCHAR), 'stay_to': CAST(max(stay_to) AS VARCHAR)} AS facts
FROM worked
GROUP BY staff_id

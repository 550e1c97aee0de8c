/*---
id = "M002"
name = "outpatient_during_stay"
version = 1
family = "identity"
title = "outpatient settlement during a stay"
title_zh = "住院期间门诊结算"
level = "visit"
result = "suspicious"
scheme = "impersonation_or_unbundled_stay"
basis = "《医疗保障基金使用监督管理条例》第38条第（六）项 / Regulation (Order 735) art. 38(6); 《医疗保障基金使用监督管理条例》第41条 / Regulation (Order 735) art. 41"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Does an outpatient claim fall strictly inside a stay of the same person?"
question_zh = "同一参保人住院期间（不含入出院当日）是否有门诊结算？"
look_alike = "Tests on the day of admission, drugs on the day of discharge, day surgery, dialysis elsewhere during a stay."
look_alike_zh = "入院当日检查、出院当日取药、日间手术、住院期间外院透析。"
exclusions = ["day of admission", "day of discharge", "dialysis at another place", "refunded claims"]
reason_zh = "参保人 {subject_id} 住院期间（{stay_from} 至 {stay_to} 等）另有 {visit_count} 笔门诊结算，基金支付 {amount} 元。"
reason_en = "Insured person {subject_id} has {visit_count} outpatient claims strictly inside stays (such as {stay_from} to {stay_to}); the fund paid {amount} yuan for them."
severity = 3
money_rule = "net fund amount of the outpatient claims inside stays"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.event_date", "claims.started_at", "claims.ended_at", "claims.net_fund_amount", "claims.counted"]
optional = ["claims.diagnosis_code"]
[parameters.min_visits]
default = 1
origin = "catalogue M002: any, strictly inside"
---*/
WITH stays AS (
  SELECT claim_id, patient_id, CAST(started_at AS DATE) AS stay_from, CAST(ended_at AS DATE) AS stay_to
  FROM claims
  WHERE claim_type = 'inpatient' AND counted AND date_diff('day', started_at, ended_at) >= 2
),
inside AS (
  SELECT c.patient_id, c.claim_id, c.net_fund_amount, min(s.claim_id) AS stay_id,
    min(s.stay_from) AS stay_from, max(s.stay_to) AS stay_to
  FROM claims AS c
  JOIN stays AS s ON s.patient_id = c.patient_id
    AND c.event_date > s.stay_from AND c.event_date < s.stay_to
  WHERE c.claim_type IN ('outpatient', 'chronic') AND c.counted
    AND c.event_date BETWEEN $in_force_from AND $in_force_to
    AND coalesce(c.diagnosis_code, '') NOT LIKE 'Z49%'
    AND coalesce(c.diagnosis_code, '') NOT LIKE 'N18%'
    AND coalesce(c.diagnosis_code, '') NOT LIKE 'Z99.2%'
  GROUP BY c.patient_id, c.claim_id, c.net_fund_amount
)
SELECT
  patient_id AS subject_id,
  array_agg(DISTINCT patient_id) AS member_ids,
  list_sort(list_distinct(list_concat(array_agg(claim_id), array_agg(stay_id)))) AS claim_ids,
  greatest(sum(net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  least(1.0, round(0.4 + 0.15 * count(*), 6)) AS strength,
  {'visit_count': count(*), 'stay_from': CAST(min(stay_from) AS VARCHAR), 'stay_to': CAST(max(stay_to) AS VARCHAR)} AS facts
FROM inside
GROUP BY patient_id
HAVING count(*) >= $min_visits

/*---
id = "M003"
name = "pharmacy_during_stay"
version = 1
family = "identity"
title = "pharmacy purchase during a stay"
title_zh = "住院期间药店购药"
level = "visit"
result = "suspicious"
scheme = "impersonation"
basis = "《医疗保障基金使用监督管理条例》第41条 / Regulation (Order 735) art. 41"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Were drugs bought at a pharmacy on the person's card strictly inside a stay?"
question_zh = "住院期间（不含入出院当日）是否有药店刷卡购药？"
look_alike = "Purchases on the day of admission or discharge; one small purchase from the personal account by the family."
look_alike_zh = "入院、出院当日购药；家属用个人账户的单次小额购药。"
exclusions = ["day of admission", "day of discharge", "one purchase without pooled money", "refunded claims"]
reason_zh = "参保人 {subject_id} 住院期间（{stay_from} 起）另有 {purchase_count} 笔药店购药，基金支付 {amount} 元。"
reason_en = "Insured person {subject_id} has {purchase_count} pharmacy purchases strictly inside a stay (from {stay_from}); the fund paid {amount} yuan."
severity = 3
money_rule = "net fund amount of the purchases inside stays"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.started_at", "claims.ended_at", "claims.event_date", "claims.net_fund_amount", "claims.counted"]
[parameters.min_pooled]
default = 1
origin = "catalogue M003: one with pooled money"
[parameters.min_account]
default = 2
origin = "catalogue M003: two with account money"
---*/
WITH stays AS (
  SELECT claim_id, patient_id, CAST(started_at AS DATE) AS stay_from, CAST(ended_at AS DATE) AS stay_to
  FROM claims
  WHERE claim_type = 'inpatient' AND counted AND date_diff('day', started_at, ended_at) >= 2
),
inside AS (
  SELECT c.patient_id, c.claim_id, c.net_fund_amount, min(s.claim_id) AS stay_id, min(s.stay_from) AS stay_from
  FROM claims AS c
  JOIN stays AS s ON s.patient_id = c.patient_id AND c.event_date > s.stay_from AND c.event_date < s.stay_to
  WHERE c.claim_type = 'pharmacy' AND c.counted AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY c.patient_id, c.claim_id, c.net_fund_amount
)
SELECT patient_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(list_distinct(list_concat(array_agg(claim_id), array_agg(stay_id)))) AS claim_ids,
  greatest(sum(net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.3 + 0.15 * count(*) AS DOUBLE), 6))) AS strength,
  {'purchase_count': count(*), 'stay_from': CAST(min(stay_from) AS VARCHAR)} AS facts
FROM inside
GROUP BY patient_id
HAVING count(*) FILTER (WHERE net_fund_amount > 0) >= $min_pooled OR count(*) >= $min_account

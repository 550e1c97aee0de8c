/*---
id = "M010"
name = "high_cost_person"
version = 1
family = "identity"
title = "annual cost far above peers"
title_zh = "年度费用离群"
level = "person"
result = "suspicious"
scheme = "lead"
basis = "线索，依据《医疗保障基金使用监督管理条例》第24条（大数据监控） / a lead only, under Regulation (Order 735) art. 24 (monitoring by data)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Does the fund pay far more for a person in a year than for peers of the same insurance and age?"
question_zh = "参保人年度基金支付是否远高于同险种同年龄段人群？"
look_alike = "Cancer, transplants, dialysis, haemophilia, severe heart and brain disease."
look_alike_zh = "肿瘤、移植、透析、血友病、重症心脑血管病。"
exclusions = ["severe illness", "too few peers", "refunded claims"]
reason_zh = "参保人 {subject_id} 在 {year} 年基金支付 {paid} 元，同类人群第 {share} 分位为 {peer_value} 元。"
reason_en = "The fund paid {paid} yuan for insured person {subject_id} in {year}; the {share} quantile of peers is {peer_value} yuan."
severity = 1
money_rule = "net fund amount of the year"
columns = ["claims.claim_id", "claims.patient_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "patients.patient_id", "patients.birth_date"]
optional = ["claims.diagnosis_code", "patients.insurance_type"]
[parameters.peer_share]
default = 0.999
origin = "catalogue M010: above the 99.9th percentile of peers"
[parameters.min_peers]
default = 100
origin = "own choice: fewer peers and nothing is said"
[parameters.min_factor]
default = 3.0
origin = "own choice: at least so many times the peers' percentile 90"
---*/
WITH years AS (
  SELECT c.patient_id, year(c.event_date) AS cost_year, sum(c.net_fund_amount) AS paid,
    max(CASE WHEN coalesce(c.diagnosis_code, '') LIKE 'C%' OR coalesce(c.diagnosis_code, '') LIKE 'I6%'
      OR substring(coalesce(c.diagnosis_code, ''), 1, 3) IN ('N18', 'Z49', 'Z51', 'Z94', 'D66', 'D67', 'I21', 'I50') THEN 1 ELSE 0 END) AS severe
  FROM claims AS c
  WHERE c.counted AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY c.patient_id, year(c.event_date)
),
grouped AS (
  SELECT y.patient_id, y.cost_year, y.paid, coalesce(p.insurance_type, '') AS insurance_type,
    CAST(floor((y.cost_year - year(p.birth_date)) / 20.0) AS INTEGER) AS age_band
  FROM years AS y
  JOIN patients AS p ON p.patient_id = y.patient_id
  WHERE y.severe = 0 AND p.birth_date IS NOT NULL
),
peers AS (
  SELECT cost_year, insurance_type, age_band, fg_quantile(CAST(paid AS DOUBLE), $peer_share) AS peer_value, fg_quantile(CAST(paid AS DOUBLE), 0.9) AS usual_value
  FROM grouped
  GROUP BY cost_year, insurance_type, age_band
  HAVING count(*) >= $min_peers
),
outliers AS (
  SELECT g.patient_id, g.cost_year, g.paid, r.peer_value
  FROM grouped AS g
  JOIN peers AS r ON r.cost_year = g.cost_year AND r.insurance_type = g.insurance_type AND r.age_band = g.age_band
  WHERE CAST(g.paid AS DOUBLE) > r.peer_value AND CAST(g.paid AS DOUBLE) >= $min_factor * r.usual_value
)
SELECT o.patient_id AS subject_id, list_sort(array_agg(DISTINCT o.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids,
  greatest(sum(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.3 AS DOUBLE), 6))) AS strength,
  {'year': o.cost_year, 'paid': CAST(min(o.paid) AS DOUBLE), 'peer_value': round(min(o.peer_value), 2), 'share': CAST($peer_share AS DOUBLE)} AS facts
FROM outliers AS o
JOIN claims AS c ON c.patient_id = o.patient_id AND year(c.event_date) = o.cost_year AND c.counted
GROUP BY o.patient_id, o.cost_year

/*---
id = "M045"
name = "hugging_the_cap"
version = 1
family = "inpatient"
title = "costs that hug a cap"
title_zh = "费用贴限"
level = "institution"
result = "suspicious"
scheme = "quota_driven_stay"
basis = "线索，依据《医疗保障基金使用监督管理条例》第24条（大数据监控） / a lead only, under Regulation (Order 735) art. 24 (monitoring by data)"
basis_from = 2021-05-01
subject = "facility"
members = "patient"
question = "Do an institution's bills pile up just below the cap?"
question_zh = "费用是否集中在付费上限之下？"
look_alike = "Costs spread evenly below the cap; a fixed price per case; few cases."
look_alike_zh = "费用在上限下均匀分布；按病种固定价；病例少。"
exclusions = ["evenly spread costs", "fixed price per case", "few cases", "refunded claims"]
reason_zh = "{subject_id} 有 {near_count} 笔费用在上限的 2% 之内，按邻近分布预期 {expected} 笔，基金支付 {amount} 元。"
reason_en = "{near_count} bills at {subject_id} lie within 2 per cent below the cap; the neighbouring range makes {expected} expected. The fund paid {amount} yuan."
severity = 2
money_rule = "net fund amount of the bills just below the cap"
columns = ["claims.claim_id", "claims.patient_id", "claims.facility_id", "claims.event_date", "claims.net_total_amount", "claims.net_fund_amount", "claims.counted", "claim_details.claim_id", "claim_details.price_cap"]
[parameters.near_share]
default = 0.02
origin = "catalogue M045: within 2 per cent"
[parameters.min_factor]
default = 3.0
origin = "catalogue M045: three times the expected share"
[parameters.min_cases]
default = 20
origin = "own choice: fewer cases say nothing"
---*/
WITH cases AS (
  SELECT c.facility_id, c.claim_id, c.patient_id, c.net_fund_amount,
    CASE WHEN c.net_total_amount >= (1 - $near_share) * d.price_cap THEN 1 ELSE 0 END AS near
  FROM claims AS c
  JOIN claim_details AS d ON d.claim_id = c.claim_id
  WHERE c.counted AND c.facility_id IS NOT NULL AND d.price_cap > 0 AND c.net_total_amount < d.price_cap
    AND c.net_total_amount >= (1 - 5 * $near_share) * d.price_cap AND c.event_date BETWEEN $in_force_from AND $in_force_to
),
piles AS (
  SELECT facility_id, sum(near) AS near_count, CAST(count(*) - sum(near) AS DOUBLE) / 4 AS expected
  FROM cases
  GROUP BY facility_id
  HAVING count(*) >= $min_cases
)
SELECT c.facility_id AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids,
  greatest(sum(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(1.0 - min(p.expected) / min(p.near_count) AS DOUBLE), 6))) AS strength,
  {'near_count': CAST(min(p.near_count) AS BIGINT), 'expected': round(min(p.expected), 1)} AS facts
FROM piles AS p
JOIN cases AS c ON c.facility_id = p.facility_id AND c.near = 1
WHERE p.near_count >= $min_factor * greatest(p.expected, 1.0)
GROUP BY c.facility_id

/*---
id = "M066"
name = "takehome_drugs"
version = 1
family = "charges"
title = "too many drugs taken home at discharge"
title_zh = "出院带药超量"
level = "visit"
result = "suspicious"
scheme = "overuse"
basis = "《医疗保障基金使用监督管理条例》第38条第（二）项 / Regulation (Order 735) art. 38(2)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Did a person take home drugs for more days than allowed at discharge?"
question_zh = "出院带药天数是否超过规定？"
look_alike = "Chronic disease with up to 30 days; drugs used on the last day."
look_alike_zh = "慢性病可带 30 天；出院当日使用的药品。"
exclusions = ["chronic disease", "drugs of ordinary days", "refunded claims"]
reason_zh = "参保人 {subject_id} 出院带药 {item} 可用 {days} 天（上限 {limit_days} 天），涉及 {amount} 元。"
reason_en = "Insured person {subject_id} took home {item} for {days} days at discharge (limit {limit_days}): {amount} yuan."
severity = 2
money_rule = "pro-rata amount above the limit, at most the claim's net fund amount"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.ended_at", "claims.diagnosis_code", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.quantity", "claim_items.amount", "claim_items.charged_at", "item_catalogue.item_code", "item_catalogue.supply_days"]
[parameters.max_days]
default = 7
origin = "catalogue M066: seven days"
[parameters.max_days_chronic]
default = 30
origin = "catalogue M066: thirty days for chronic disease"
---*/
WITH taken AS (
  SELECT c.patient_id, c.claim_id, c.net_fund_amount, i.item_code, sum(i.amount) AS amount,
    round(CAST(sum(i.quantity) AS DOUBLE) * min(k.supply_days), 1) AS days,
    max(CASE WHEN substring(coalesce(c.diagnosis_code, ''), 1, 2) IN ('I1', 'I2', 'E1', 'J4', 'G2', 'N1') OR coalesce(c.diagnosis_code, '') LIKE 'C%' THEN $max_days_chronic ELSE $max_days END) AS limit_days
  FROM item_catalogue AS k
  JOIN claim_items AS i ON i.item_code = k.item_code
  JOIN claims AS c ON c.claim_id = i.claim_id
  WHERE k.supply_days > 0 AND c.counted AND c.claim_type = 'inpatient' AND CAST(i.charged_at AS DATE) = CAST(c.ended_at AS DATE) AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY c.patient_id, c.claim_id, c.net_fund_amount, i.item_code
  HAVING sum(i.amount) > 0
)
SELECT patient_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids,
  greatest(sum(least(CAST(round(CAST(amount AS DOUBLE) * (days - limit_days) / days, 2) AS DECIMAL(16,2)), net_fund_amount)), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.2 + 0.1 * count(*) AS DOUBLE), 6))) AS strength, {'item': min(item_code), 'days': max(days), 'limit_days': min(limit_days)} AS facts
FROM taken
WHERE days > limit_days + 1
GROUP BY patient_id

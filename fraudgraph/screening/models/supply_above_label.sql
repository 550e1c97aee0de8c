/*---
id = "M061"
name = "supply_above_label"
version = 1
family = "charges"
title = "one dispensing for too many days"
title_zh = "单次超量开药"
level = "line"
result = "suspicious"
scheme = "overuse"
basis = "《医疗保障基金使用监督管理条例》第38条第（二）项 / Regulation (Order 735) art. 38(2)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Does one claim supply a drug for more days than allowed?"
question_zh = "单次结算的药品可用天数是否超限？"
look_alike = "Long prescriptions for chronic disease; a discharge supply is another model."
look_alike_zh = "慢性病长处方；出院带药另有模型。"
exclusions = ["long prescription for chronic disease", "inpatient care", "refunded claims"]
reason_zh = "参保人 {subject_id} 单次取药 {item} 可用 {days} 天（上限 {limit_days} 天），涉及 {amount} 元。"
reason_en = "One claim supplied insured person {subject_id} with {item} for {days} days (limit {limit_days}): {amount} yuan."
severity = 2
money_rule = "pro-rata amount above the limit, at most the claim's net fund amount"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.quantity", "claim_items.amount", "item_catalogue.item_code", "item_catalogue.supply_days"]
[parameters.max_days]
default = 30
origin = "own choice: ordinary prescription, local rules differ"
[parameters.max_days_chronic]
default = 84
origin = "policy figure of the long prescription: twelve weeks"
---*/
WITH supplied AS (
  SELECT c.patient_id, c.claim_id, c.net_fund_amount, i.item_code, sum(i.amount) AS amount,
    round(CAST(sum(i.quantity) AS DOUBLE) * min(k.supply_days), 1) AS days,
    max(CASE WHEN c.claim_type = 'chronic' THEN $max_days_chronic ELSE $max_days END) AS limit_days
  FROM item_catalogue AS k
  JOIN claim_items AS i ON i.item_code = k.item_code
  JOIN claims AS c ON c.claim_id = i.claim_id
  WHERE k.supply_days > 0 AND c.counted AND c.claim_type <> 'inpatient' AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY c.patient_id, c.claim_id, c.net_fund_amount, i.item_code
  HAVING sum(i.amount) > 0
)
SELECT patient_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids,
  greatest(sum(least(CAST(round(CAST(amount AS DOUBLE) * (days - limit_days) / days, 2) AS DECIMAL(16,2)), net_fund_amount)), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.2 + 0.1 * count(*) AS DOUBLE), 6))) AS strength, {'item': item_code, 'days': max(days), 'limit_days': min(limit_days)} AS facts
FROM supplied
WHERE days > limit_days
GROUP BY patient_id, item_code

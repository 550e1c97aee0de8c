/*---
id = "M069"
name = "over_quantity"
version = 1
family = "drugs"
title = "far more of a drug than can be used"
title_zh = "超量购药"
level = "person"
result = "suspicious"
scheme = "resale"
basis = "《医疗保障基金使用监督管理条例》第38条第（二）项 / Regulation (Order 735) art. 38(2); 《医疗保障基金使用监督管理条例》第41条第（三）项 / Regulation (Order 735) art. 41(3)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Did a person collect far more days of a drug than passed?"
question_zh = "参保人购药可用天数是否远超实际经过天数？"
look_alike = "Stocking up for a long journey; a change of dose; another drug of the group."
look_alike_zh = "外出备药；调整剂量；同类换药。"
exclusions = ["surplus within the allowance", "several drugs", "refunded claims"]
reason_zh = "参保人 {subject_id} 的药品 {item} 累计可用 {supply_days} 天，实际经过 {elapsed_days} 天，涉及 {amount} 元。"
reason_en = "Insured person {subject_id} collected {item} for {supply_days} days while {elapsed_days} passed: {amount} yuan."
severity = 3
money_rule = "pro-rata amount of the surplus, at most the net fund amount of the claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.quantity", "claim_items.amount", "item_catalogue.item_code", "item_catalogue.supply_days"]
[parameters.max_surplus_days]
default = 90
origin = "catalogue M069: surplus above 90 days"
[parameters.min_ratio]
default = 1.5
origin = "own choice: and half as much again as the time"
---*/
WITH taken AS (
  SELECT c.patient_id, i.item_code, c.claim_id, c.event_date, sum(i.quantity) AS quantity, least(sum(i.amount), c.net_fund_amount) AS amount
  FROM item_catalogue AS k
  JOIN claim_items AS i ON i.item_code = k.item_code
  JOIN claims AS c ON c.claim_id = i.claim_id
  WHERE k.supply_days > 0 AND c.counted AND c.claim_type <> 'inpatient' AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY c.patient_id, i.item_code, c.claim_id, c.event_date, c.net_fund_amount
),
totals AS (
  SELECT t.patient_id, t.item_code, round(CAST(sum(t.quantity) AS DOUBLE) * min(k.supply_days), 1) AS supply_days,
    date_diff('day', min(t.event_date), max(t.event_date)) + 30 AS elapsed_days, sum(t.amount) AS amount, list_sort(array_agg(DISTINCT t.claim_id)) AS claim_ids
  FROM taken AS t
  JOIN item_catalogue AS k ON k.item_code = t.item_code
  GROUP BY t.patient_id, t.item_code
)
SELECT patient_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(list_distinct(flatten(array_agg(claim_ids)))) AS claim_ids,
  greatest(sum(CAST(round(CAST(amount AS DOUBLE) * (supply_days - elapsed_days) / supply_days, 2) AS DECIMAL(16,2))), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.2 + 0.002 * max(supply_days - elapsed_days) AS DOUBLE), 6))) AS strength,
  {'item': min(item_code), 'supply_days': max(supply_days), 'elapsed_days': min(elapsed_days)} AS facts
FROM totals
WHERE supply_days - elapsed_days > $max_surplus_days AND supply_days >= $min_ratio * elapsed_days
GROUP BY patient_id

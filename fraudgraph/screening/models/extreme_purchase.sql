/*---
id = "M086"
name = "extreme_purchase"
version = 1
family = "drugs"
title = "more of a dear drug than anybody can take"
title_zh = "高值药超大额购买"
level = "person"
result = "suspicious"
scheme = "resale"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Did a person collect more of a dear drug in a month than the label allows?"
question_zh = "高值药月购买量是否超过说明书最大用量？"
look_alike = "Two months' supply around a holiday; a cheap drug; a slight excess."
look_alike_zh = "节前取两月量；低价药；略超。"
exclusions = ["two months' supply at once", "cheap drug", "refunded claims"]
reason_zh = "参保人 {subject_id} 在 {month} 购买 {item} {quantity}，为最大用量的 {factor} 倍，涉及 {amount} 元。"
reason_en = "Insured person {subject_id} bought {quantity} of {item} in {month}, {factor} times the most one can take: {amount} yuan."
severity = 4
money_rule = "pro-rata amount above the possible quantity, at most the net fund amount of the claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.item_type", "claim_items.quantity", "claim_items.amount", "item_catalogue.item_code", "item_catalogue.daily_max"]
[parameters.min_factor]
default = 2.2
origin = "catalogue M086: label maximum times 1.2; here for two months, because supplies may be collected ahead"
[parameters.min_amount]
default = 5000.0
origin = "own choice: dear"
---*/
WITH months AS (
  SELECT c.patient_id, i.item_code, year(c.event_date) * 100 + month(c.event_date) AS purchase_month, sum(i.quantity) AS quantity,
    sum(i.amount) AS amount, 31 * min(k.daily_max) AS possible, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids
  FROM item_catalogue AS k
  JOIN claim_items AS i ON i.item_code = k.item_code
  JOIN claims AS c ON c.claim_id = i.claim_id
  WHERE k.daily_max > 0 AND c.counted AND c.claim_type <> 'inpatient' AND i.item_type IN ('09', '11') AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY c.patient_id, i.item_code, year(c.event_date) * 100 + month(c.event_date)
  HAVING CAST(sum(i.amount) AS DOUBLE) >= $min_amount AND CAST(sum(i.quantity) AS DOUBLE) > $min_factor * 31 * CAST(min(k.daily_max) AS DOUBLE)
),
paid AS (
  SELECT m.patient_id, m.item_code, m.purchase_month, sum(c.net_fund_amount) AS net_fund_amount
  FROM months AS m
  JOIN claims AS c ON c.patient_id = m.patient_id AND list_contains(m.claim_ids, c.claim_id)
  GROUP BY m.patient_id, m.item_code, m.purchase_month
)
SELECT m.patient_id AS subject_id, list_sort(array_agg(DISTINCT m.patient_id)) AS member_ids, list_sort(list_distinct(flatten(array_agg(m.claim_ids)))) AS claim_ids,
  greatest(sum(least(CAST(round(CAST(m.amount AS DOUBLE) * CAST(m.quantity - m.possible AS DOUBLE) / CAST(m.quantity AS DOUBLE), 2) AS DECIMAL(16,2)), p.net_fund_amount)), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.1 * max(CAST(m.quantity AS DOUBLE) / CAST(m.possible AS DOUBLE)) + 0.3 AS DOUBLE), 6))) AS strength,
  {'month': CAST(min(m.purchase_month) AS VARCHAR), 'item': m.item_code, 'quantity': CAST(max(m.quantity) AS DOUBLE), 'factor': round(max(CAST(m.quantity AS DOUBLE) / CAST(m.possible AS DOUBLE)), 1)} AS facts
FROM months AS m
JOIN paid AS p ON p.patient_id = m.patient_id AND p.item_code = m.item_code AND p.purchase_month = m.purchase_month
GROUP BY m.patient_id, m.item_code

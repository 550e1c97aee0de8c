/*---
id = "M049"
name = "impossible_quantity"
version = 1
family = "charges"
title = "more than is possible in a day"
title_zh = "超频次计费"
level = "line"
result = "definite"
scheme = "invented_service"
basis = "《医疗保障基金使用监督管理条例》第38条第（三）项 / Regulation (Order 735) art. 38(3); 《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Was more of an item charged to a person on one day than is possible?"
question_zh = "同一人同日收费数量是否超过物理上限？"
look_alike = "A stay's lines posted at discharge for all its days; a line taken back."
look_alike_zh = "住院期间费用出院时一次性记账；已退费。"
exclusions = ["all days of a stay posted at once", "line taken back", "refunded claims"]
reason_zh = "参保人 {subject_id} 在 {day} 被收取 {item} 共 {quantity}，日最大 {daily_max}，涉及 {amount} 元。"
reason_en = "On {day} insured person {subject_id} was charged {quantity} of {item}, possible are {daily_max} a day: {amount} yuan."
severity = 4
money_rule = "pro-rata amount above the daily maximum, at most the net fund amount of the claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.started_at", "claims.ended_at", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.quantity", "claim_items.amount", "claim_items.charged_at", "item_catalogue.item_code", "item_catalogue.daily_max"]
---*/
WITH daily AS (
  SELECT c.patient_id, i.item_code, CAST(i.charged_at AS DATE) AS charge_day, sum(i.quantity) AS quantity, sum(i.amount) AS amount,
    min(k.daily_max) AS daily_max, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids, max(c.net_fund_amount) AS net_fund_amount,
    max(CASE WHEN c.claim_type = 'inpatient' THEN greatest(date_diff('day', CAST(c.started_at AS DATE), CAST(c.ended_at AS DATE)) + 1, 1) ELSE 1 END) AS possible_days
  FROM item_catalogue AS k
  JOIN claim_items AS i ON i.item_code = k.item_code
  JOIN claims AS c ON c.claim_id = i.claim_id
  WHERE k.daily_max > 0 AND i.charged_at IS NOT NULL AND c.counted AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY c.patient_id, i.item_code, CAST(i.charged_at AS DATE)
),
posted AS (
  SELECT patient_id, item_code, charge_day, quantity, amount, daily_max, claim_ids, net_fund_amount,
    CASE WHEN count(*) OVER (PARTITION BY patient_id, item_code, claim_ids) = 1 THEN possible_days ELSE 1 END AS covered_days
  FROM daily
)
SELECT patient_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(list_distinct(flatten(array_agg(claim_ids)))) AS claim_ids,
  greatest(sum(least(CAST(round(CAST(amount AS DOUBLE) * CAST(quantity - daily_max * covered_days AS DOUBLE) / CAST(quantity AS DOUBLE), 2) AS DECIMAL(16,2)), net_fund_amount)), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.7 + 0.05 * count(*) AS DOUBLE), 6))) AS strength,
  {'day': CAST(min(charge_day) AS VARCHAR), 'item': item_code, 'quantity': CAST(max(quantity) AS DOUBLE), 'daily_max': CAST(min(daily_max) AS DOUBLE)} AS facts
FROM posted
WHERE quantity > daily_max * covered_days AND amount > 0
GROUP BY patient_id, item_code

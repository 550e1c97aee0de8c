/*---
id = "M046"
name = "repeated_charge"
version = 1
family = "charges"
title = "items that exclude each other charged together"
title_zh = "重复收费"
level = "line"
result = "definite"
scheme = "overcharge"
basis = "《医疗保障基金使用监督管理条例》第38条第（三）项 / Regulation (Order 735) art. 38(3)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Were two items that exclude each other charged on one claim on the same day?"
question_zh = "同一结算同日是否收取互斥项目？"
look_alike = "The items on different days; one of them taken back."
look_alike_zh = "不同日期；其中一项已退费。"
exclusions = ["different days", "line taken back", "refunded claims"]
reason_zh = "参保人 {subject_id} 同日收取互斥项目 {item} 与 {other}，共 {pair_count} 次，涉及 {amount} 元。"
reason_en = "Insured person {subject_id} was charged {item} and {other}, which exclude each other, {pair_count} times: {amount} yuan."
severity = 3
money_rule = "the smaller line of each pair, at most the claim's net fund amount"
columns = ["claims.claim_id", "claims.patient_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.amount", "claim_items.charged_at", "item_rules.rule_kind", "item_rules.item_code", "item_rules.other_code"]
---*/
WITH wanted AS (
  SELECT item_code, other_code FROM item_rules WHERE rule_kind = 'exclusive' GROUP BY item_code, other_code
),
codes AS (
  SELECT item_code FROM wanted UNION SELECT other_code AS item_code FROM wanted
),
lines AS (
  SELECT i.claim_id, i.item_code, CAST(i.charged_at AS DATE) AS charge_day, sum(i.amount) AS amount
  FROM claim_items AS i
  JOIN codes AS k ON k.item_code = i.item_code
  GROUP BY i.claim_id, i.item_code, CAST(i.charged_at AS DATE)
  HAVING sum(i.amount) > 0
),
pairs AS (
  SELECT a.claim_id, min(a.item_code) AS item, min(b.item_code) AS other, count(*) AS pair_count, sum(least(a.amount, b.amount)) AS amount
  FROM wanted AS w
  JOIN lines AS a ON a.item_code = w.item_code
  JOIN lines AS b ON b.claim_id = a.claim_id AND b.item_code = w.other_code AND b.charge_day = a.charge_day
  GROUP BY a.claim_id
)
SELECT c.patient_id AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids,
  greatest(sum(least(p.amount, c.net_fund_amount)), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.6 + 0.05 * sum(p.pair_count) AS DOUBLE), 6))) AS strength,
  {'item': min(p.item), 'other': min(p.other), 'pair_count': CAST(sum(p.pair_count) AS BIGINT)} AS facts
FROM pairs AS p
JOIN claims AS c ON c.claim_id = p.claim_id
WHERE c.counted AND c.event_date BETWEEN $in_force_from AND $in_force_to
GROUP BY c.patient_id

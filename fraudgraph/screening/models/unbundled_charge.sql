/*---
id = "M047"
name = "unbundled_charge"
version = 1
family = "charges"
title = "components charged beside the whole"
title_zh = "分解项目收费"
level = "line"
result = "definite"
scheme = "overcharge"
basis = "《医疗保障基金使用监督管理条例》第38条第（三）项 / Regulation (Order 735) art. 38(3)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Was a component charged on the same day as the comprehensive item that contains it?"
question_zh = "收取综合项目的同日是否又收取其组成项目？"
look_alike = "The component on another day; more components than the whole explains taken back."
look_alike_zh = "组成项目发生在其他日期；已退费。"
exclusions = ["different days", "line taken back", "refunded claims"]
reason_zh = "参保人 {subject_id} 在收取综合项目 {item} 的同时另收其组成项目 {part}，共 {line_count} 行，涉及 {amount} 元。"
reason_en = "Insured person {subject_id} was charged {part}, a component of {item}, beside it, in {line_count} lines: {amount} yuan."
severity = 3
money_rule = "the component lines, at most the claim's net fund amount"
columns = ["claims.claim_id", "claims.patient_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.amount", "claim_items.charged_at", "item_rules.rule_kind", "item_rules.item_code", "item_rules.other_code"]
---*/
WITH wanted AS (
  SELECT item_code, other_code FROM item_rules WHERE rule_kind = 'component' GROUP BY item_code, other_code
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
parts AS (
  SELECT DISTINCT b.claim_id, b.item_code, b.charge_day, b.amount, w.item_code AS whole
  FROM wanted AS w
  JOIN lines AS a ON a.item_code = w.item_code
  JOIN lines AS b ON b.claim_id = a.claim_id AND b.item_code = w.other_code AND b.charge_day = a.charge_day
),
single_parts AS (
  SELECT claim_id, item_code, charge_day, amount, min(whole) AS whole FROM parts GROUP BY claim_id, item_code, charge_day, amount
),
by_claim AS (
  SELECT claim_id, sum(amount) AS amount, count(*) AS line_count, min(item_code) AS part, min(whole) AS item FROM single_parts GROUP BY claim_id
)
SELECT c.patient_id AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids,
  greatest(sum(least(p.amount, c.net_fund_amount)), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.6 + 0.05 * sum(p.line_count) AS DOUBLE), 6))) AS strength,
  {'item': min(p.item), 'part': min(p.part), 'line_count': CAST(sum(p.line_count) AS BIGINT)} AS facts
FROM by_claim AS p
JOIN claims AS c ON c.claim_id = p.claim_id
WHERE c.counted AND c.event_date BETWEEN $in_force_from AND $in_force_to
GROUP BY c.patient_id

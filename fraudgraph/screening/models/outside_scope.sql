/*---
id = "M060"
name = "outside_scope"
version = 1
family = "charges"
title = "restricted item without its diagnosis"
title_zh = "超限定支付范围"
level = "line"
result = "suspicious"
scheme = "outside_scope"
basis = "《医疗保障基金使用监督管理条例》第38条第（六）项 / Regulation (Order 735) art. 38(6)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Was an item paid for that is restricted to diagnoses the person does not have?"
question_zh = "限定支付项目是否缺少对应诊断？"
look_alike = "The diagnosis stands on an earlier claim; no diagnosis delivered."
look_alike_zh = "既往结算中有相应诊断；未提供诊断。"
exclusions = ["diagnosis on an earlier claim", "no diagnosis delivered", "refunded claims"]
reason_zh = "参保人 {subject_id} 的项目 {item} 限 {scope}，但无相应诊断，共 {line_count} 行，涉及 {amount} 元。"
reason_en = "Insured person {subject_id} was billed {item}, restricted to {scope}, without such a diagnosis, in {line_count} lines: {amount} yuan."
severity = 3
money_rule = "amount of the lines, at most the claim's net fund amount"
columns = ["claims.claim_id", "claims.patient_id", "claims.diagnosis_code", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.amount", "item_catalogue.item_code", "item_catalogue.scope_diagnoses"]
[parameters.look_back_days]
default = 365
origin = "own choice: a diagnosis of the last year counts"
---*/
WITH scopes AS (
  SELECT item_code, concat(',', scope_diagnoses, ',') AS diseases FROM item_catalogue WHERE scope_diagnoses IS NOT NULL
),
used AS (
  SELECT c.patient_id, c.claim_id, c.event_date, c.net_fund_amount, i.item_code, sum(i.amount) AS amount, count(*) AS line_count
  FROM claims AS c
  JOIN claim_items AS i ON i.claim_id = c.claim_id
  WHERE c.counted AND c.diagnosis_code IS NOT NULL AND i.amount > 0 AND c.event_date BETWEEN $in_force_from AND $in_force_to
    AND i.item_code IN (SELECT item_code FROM scopes)
  GROUP BY c.patient_id, c.claim_id, c.event_date, c.net_fund_amount, i.item_code
),
covered AS (
  SELECT DISTINCT u.claim_id, u.item_code
  FROM used AS u
  JOIN scopes AS s ON s.item_code = u.item_code
  JOIN claims AS d ON d.patient_id = u.patient_id AND date_diff('day', d.event_date, u.event_date) BETWEEN 0 AND $look_back_days
    AND contains(s.diseases, concat(',', substring(d.diagnosis_code, 1, 3), ','))
)
SELECT u.patient_id AS subject_id, list_sort(array_agg(DISTINCT u.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT u.claim_id)) AS claim_ids,
  greatest(sum(least(u.amount, u.net_fund_amount)), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.5 + 0.05 * count(*) AS DOUBLE), 6))) AS strength,
  {'item': u.item_code, 'scope': min(k.scope_diagnoses), 'line_count': CAST(sum(u.line_count) AS BIGINT)} AS facts
FROM used AS u
JOIN item_catalogue AS k ON k.item_code = u.item_code
LEFT JOIN covered AS v ON v.claim_id = u.claim_id AND v.item_code = u.item_code
WHERE v.claim_id IS NULL
GROUP BY u.patient_id, u.item_code

/*---
id = "M040"
name = "lines_outside_stay"
version = 1
family = "inpatient"
title = "charges dated outside the stay"
title_zh = "院外费用计入住院"
level = "visit"
result = "suspicious"
scheme = "shifted_cost"
basis = "《医疗保障基金使用监督管理条例》第38条第（六）项 / Regulation (Order 735) art. 38(6)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Are lines of a stay dated before admission or after discharge?"
question_zh = "住院明细中是否有入院前或出院后的费用？"
look_alike = "Tests of the day before admission; the evening of the discharge day; a clock an hour off."
look_alike_zh = "入院前一日的检查；出院当日晚间；一小时内的时钟误差。"
exclusions = ["tests shortly before admission", "evening of discharge", "refunded claims"]
reason_zh = "参保人 {subject_id} 的住院账单有 {line_count} 行发生在住院期间之外（如 {example}），涉及 {amount} 元。"
reason_en = "The bill of insured person {subject_id}'s stay has {line_count} lines dated outside it (such as {example}): {amount} yuan."
severity = 3
money_rule = "amount of these lines, at most the claim's net fund amount"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.started_at", "claims.ended_at", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.amount", "claim_items.charged_at"]
[parameters.before_hours]
default = 24
origin = "own choice: the usual pre-admission window"
[parameters.after_hours]
default = 24
origin = "own choice: the day of discharge counts as inside"
---*/
WITH outside AS (
  SELECT c.claim_id, c.patient_id, c.net_fund_amount, sum(i.amount) AS line_amount, count(*) AS line_count, min(i.charged_at) AS example
  FROM claims AS c
  JOIN claim_items AS i ON i.claim_id = c.claim_id
  WHERE c.claim_type = 'inpatient' AND c.counted AND c.ended_at IS NOT NULL AND i.amount > 0 AND c.event_date BETWEEN $in_force_from AND $in_force_to
    AND (epoch(c.started_at) - epoch(i.charged_at) > 3600 * $before_hours OR epoch(i.charged_at) - epoch(c.ended_at) > 3600 * $after_hours)
  GROUP BY c.claim_id, c.patient_id, c.net_fund_amount
)
SELECT patient_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids,
  greatest(sum(least(line_amount, net_fund_amount)), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.4 + 0.05 * sum(line_count) AS DOUBLE), 6))) AS strength,
  {'line_count': CAST(sum(line_count) AS BIGINT), 'example': strftime(min(example), '%Y-%m-%d %H:%M')} AS facts
FROM outside
GROUP BY patient_id

/*---
id = "M064"
name = "self_pay_as_insured"
version = 1
family = "charges"
title = "self-pay service charged as insured"
title_zh = "自费项目转医保"
level = "line"
result = "suspicious"
scheme = "substitution"
basis = "《医疗保障基金使用监督管理条例》第38条第（六）项 / Regulation (Order 735) art. 38(6)"
basis_from = 2021-05-01
subject = "place"
members = "patient"
question = "Do delivered item names speak of cosmetic, dental-aesthetic or check-up services?"
question_zh = "上传项目名称是否含美容、整形、体检等自费内容？"
look_alike = "Medical words that only sound alike; one single line."
look_alike_zh = "仅字面相近的医疗项目；单独一行。"
exclusions = ["medical words that sound alike", "single lines", "refunded claims"]
reason_zh = "{subject_id} 有 {line_count} 行名称含自费内容（如“{item_name}”），涉及 {amount} 元。"
reason_en = "{subject_id} charged {line_count} lines whose names speak of self-pay services (such as \"{item_name}\"): {amount} yuan."
severity = 3
money_rule = "amount of the lines, at most the claim's net fund amount"
columns = ["claims.claim_id", "claims.patient_id", "claims.place_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_name", "claim_items.amount"]
[parameters.words]
default = "美容|整形|脱毛|美白|种植牙|洗牙|正畸|近视手术|健康体检|减肥"
origin = "own choice, after the problem lists of self-inspection"
[parameters.lawful]
default = "整形外科换药|唇腭裂|烧伤|瘢痕切除"
origin = "own choice: words of treatment"
[parameters.min_lines]
default = 3
origin = "own choice: a single line may be a slip"
---*/
WITH odd_names AS (
  SELECT item_name
  FROM claim_items
  WHERE item_name IS NOT NULL
  GROUP BY item_name
  HAVING regexp_matches(item_name, $words) AND NOT regexp_matches(item_name, $lawful)
),
by_claim AS (
  SELECT c.place_id, c.patient_id, c.claim_id, min(i.item_name) AS item_name, count(*) AS line_count, least(sum(i.amount), c.net_fund_amount) AS amount
  FROM claim_items AS i
  JOIN odd_names AS o ON o.item_name = i.item_name
  JOIN claims AS c ON c.claim_id = i.claim_id
  WHERE c.counted AND i.amount > 0 AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY c.place_id, c.patient_id, c.claim_id, c.net_fund_amount
)
SELECT place_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids, greatest(sum(amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.4 + 0.02 * sum(line_count) AS DOUBLE), 6))) AS strength, {'line_count': CAST(sum(line_count) AS BIGINT), 'item_name': min(item_name)} AS facts
FROM by_claim
GROUP BY place_id
HAVING sum(line_count) >= $min_lines

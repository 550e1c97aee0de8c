/*---
id = "M050"
name = "substituted_item"
version = 2
family = "charges"
title = "name at the institution and in the catalogue differ"
title_zh = "串换项目"
level = "line"
result = "suspicious"
scheme = "substitution"
basis = "《医疗保障基金使用监督管理条例》第38条第（四）项 / Regulation (Order 735) art. 38(4)"
basis_from = 2021-05-01
subject = "place"
members = "value"
question = "Does the institution's own name of an item mean something else than the catalogue's, or than the one it was settled under?"
question_zh = "机构自己的项目名称与目录名称或结算名称是否明显不符？"
look_alike = "A trade name that contains the official name; a short form; few lines."
look_alike_zh = "商品名包含通用名；简称；数量很少。"
exclusions = ["one name contains the other", "few lines", "refunded claims"]
reason_zh = "{subject_id} 以目录编码 {item} 上传“{delivered}”（目录名“{official}”，相似度 {similarity}），共 {line_count} 行，{amount} 元。"
reason_en = "{subject_id} delivered \"{delivered}\" under the code {item} (catalogue: \"{official}\", similarity {similarity}) in {line_count} lines: {amount} yuan."
severity = 3
money_rule = "amount of the lines, at most the net fund amount of their claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.place_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.item_name", "claim_items.amount"]
optional = ["claim_items.hosp_item_name", "item_catalogue.item_code", "item_catalogue.name"]
[parameters.max_similarity]
default = 0.4
origin = "catalogue M050: similarity below 0.4"
[parameters.min_lines]
default = 5
origin = "own choice: fewer lines may be slips of the pen"
---*/
WITH official_names AS (
  SELECT item_code, min(name) AS name FROM item_catalogue WHERE length(name) > 0 GROUP BY item_code
),
lines AS (
  SELECT i.claim_id, i.item_code, coalesce(i.hosp_item_name, i.item_name) AS item_name, i.amount,
    coalesce(k.name, CASE WHEN i.hosp_item_name IS NOT NULL THEN i.item_name END) AS official
  FROM claim_items AS i
  LEFT JOIN official_names AS k ON k.item_code = i.item_code
),
names AS (
  SELECT item_code, item_name, min(official) AS official,
    CAST(length(item_name) - length(translate(item_name, min(official), '')) AS DOUBLE) / greatest(length(item_name), length(min(official)), 1) AS similarity
  FROM lines
  WHERE length(item_name) > 0 AND length(official) > 0
  GROUP BY item_code, item_name
),
odd AS (
  SELECT item_code, item_name, official, similarity
  FROM names
  WHERE similarity < $max_similarity AND NOT contains(item_name, official) AND NOT contains(official, item_name)
),
by_claim AS (
  SELECT c.place_id, c.patient_id, c.claim_id, o.item_code, o.item_name, o.official, o.similarity, count(*) AS line_count,
    least(sum(i.amount), c.net_fund_amount) AS amount
  FROM odd AS o
  JOIN lines AS i ON i.item_code = o.item_code AND i.item_name = o.item_name
  JOIN claims AS c ON c.claim_id = i.claim_id
  WHERE c.counted AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY c.place_id, c.patient_id, c.claim_id, c.net_fund_amount, o.item_code, o.item_name, o.official, o.similarity
)
SELECT place_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids, greatest(sum(amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(1.0 - min(similarity) AS DOUBLE), 6))) AS strength,
  {'item': item_code, 'delivered': item_name, 'official': min(official), 'similarity': round(min(similarity), 2), 'line_count': CAST(sum(line_count) AS BIGINT)} AS facts
FROM by_claim
GROUP BY place_id, item_code, item_name
HAVING sum(line_count) >= $min_lines

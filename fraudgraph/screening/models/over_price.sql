/*---
id = "M048"
name = "over_price"
version = 1
family = "charges"
title = "price above the limit"
title_zh = "超标准收费"
level = "line"
result = "definite"
scheme = "overcharge"
basis = "《医疗保障基金使用监督管理条例》第38条第（三）项 / Regulation (Order 735) art. 38(3)"
basis_from = 2021-05-01
subject = "place"
members = "patient"
question = "Is the unit price above the limit of the catalogue?"
question_zh = "单价是否超过目录最高限价？"
look_alike = "Rounding of cents; settlements of other regions under other price lists."
look_alike_zh = "尾差；异地结算执行其他价格。"
exclusions = ["rounding", "settlement of another region", "refunded claims"]
reason_zh = "{subject_id} 有 {line_count} 行超过最高限价（如 {item}：{price} 元，限价 {limit} 元），多收 {amount} 元。"
reason_en = "{subject_id} charged {line_count} lines above the price limit (such as {item} at {price} yuan, limit {limit}): {amount} yuan too much."
severity = 3
money_rule = "amount above the limit, at most the claim's net fund amount"
columns = ["claims.claim_id", "claims.patient_id", "claims.place_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.quantity", "claim_items.unit_price", "item_catalogue.item_code", "item_catalogue.price_limit"]
optional = ["claims.med_type_raw"]
[parameters.tolerance]
default = 0.01
origin = "own choice: one per cent for rounding"
---*/
WITH dear AS (
  SELECT i.claim_id, i.item_code, max(i.unit_price) AS price, min(k.price_limit) AS price_limit, count(*) AS line_count,
    sum(CAST(round(CAST(i.quantity AS DOUBLE) * CAST(i.unit_price - k.price_limit AS DOUBLE), 2) AS DECIMAL(16,2))) AS excess_amount
  FROM item_catalogue AS k
  JOIN claim_items AS i ON i.item_code = k.item_code
  WHERE k.price_limit > 0 AND i.quantity > 0 AND i.unit_price > k.price_limit * (1 + CAST($tolerance AS DECIMAL(6,4)))
  GROUP BY i.claim_id, i.item_code
),
by_claim AS (
  SELECT c.place_id, c.patient_id, c.claim_id, min(d.item_code) AS item, max(d.price) AS price, min(d.price_limit) AS price_limit,
    sum(d.line_count) AS line_count, least(sum(d.excess_amount), c.net_fund_amount) AS excess_amount
  FROM dear AS d
  JOIN claims AS c ON c.claim_id = d.claim_id
  WHERE c.counted AND coalesce(c.med_type_raw, '') NOT LIKE '25%' AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY c.place_id, c.patient_id, c.claim_id, c.net_fund_amount
)
SELECT place_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids,
  greatest(sum(excess_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.5 + 0.01 * sum(line_count) AS DOUBLE), 6))) AS strength,
  {'line_count': CAST(sum(line_count) AS BIGINT), 'item': min(item), 'price': CAST(max(price) AS DOUBLE), 'limit': CAST(min(price_limit) AS DOUBLE)} AS facts
FROM by_claim
GROUP BY place_id

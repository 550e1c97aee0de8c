/*---
id = "M072"
name = "duplicate_trace_code"
version = 1
family = "drugs"
title = "one pack settled twice"
title_zh = "追溯码重复"
level = "line"
result = "suspicious"
scheme = "trace_code"
basis = "《医疗保障基金使用监督管理条例》第38条第（五）项 / Regulation (Order 735) art. 38(5); 《医疗保障基金使用监督管理条例》第40条 / Regulation (Order 735) art. 40"
basis_from = 2021-05-01
subject = "place"
members = "patient"
question = "Was the trace code of one pack settled on two claims?"
question_zh = "同一追溯码是否在两笔及以上结算中出现？"
look_alike = "A split pack; a pack given back and sold again; an upload repeated on the same claim; placeholder codes."
look_alike_zh = "拆零；退货后再售；同一结算重复上传；占位码。"
exclusions = ["split pack", "given back and sold again", "same claim uploaded twice", "placeholder code", "refunded claims"]
reason_zh = "{subject_id} 结算的 {code_count} 个追溯码也出现在其他结算中（如 {code}），涉及 {amount} 元。"
reason_en = "{code_count} trace codes settled at {subject_id} also stand on other claims (such as {code}): {amount} yuan."
severity = 5
money_rule = "amount of the lines after each code's first settlement, at most the claim's net fund amount"
columns = ["claims.claim_id", "claims.patient_id", "claims.started_at", "claims.place_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.quantity", "claim_items.amount", "claim_items.trace_code"]
optional = ["claim_items.split_pack"]
[parameters.max_uses]
default = 20
origin = "own choice: a code used more often is a placeholder"
---*/
WITH coded AS (
  SELECT i.trace_code, i.claim_id, sum(i.amount) AS amount, sum(i.quantity) AS quantity
  FROM claim_items AS i
  WHERE length(i.trace_code) >= 12 AND NOT coalesce(i.split_pack, FALSE)
  GROUP BY i.trace_code, i.claim_id
  HAVING sum(i.quantity) > 0
),
repeated AS (
  SELECT trace_code FROM coded GROUP BY trace_code HAVING count(*) BETWEEN 2 AND $max_uses
),
settled AS (
  SELECT r.trace_code, c.claim_id, c.place_id, c.patient_id, least(d.amount, c.net_fund_amount) AS amount,
    row_number() OVER (PARTITION BY r.trace_code ORDER BY c.started_at, c.claim_id) AS use_number,
    count(*) OVER (PARTITION BY r.trace_code) AS use_count
  FROM repeated AS r
  JOIN coded AS d ON d.trace_code = r.trace_code
  JOIN claims AS c ON c.claim_id = d.claim_id
  WHERE c.counted AND c.event_date BETWEEN $in_force_from AND $in_force_to
)
SELECT place_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids,
  greatest(sum(CASE WHEN use_number > 1 THEN amount ELSE 0 END), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.4 + 0.05 * count(DISTINCT trace_code) AS DOUBLE), 6))) AS strength,
  {'code_count': count(DISTINCT trace_code), 'code': min(trace_code)} AS facts
FROM settled
WHERE use_count >= 2
GROUP BY place_id

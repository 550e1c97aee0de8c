/*---
id = "M072S"
name = "duplicate_trace_sale"
version = 1
family = "drugs"
title = "one pack sold twice by the sales records"
title_zh = "销售记录追溯码重复"
level = "line"
result = "suspicious"
scheme = "trace_code"
basis = "《医疗保障基金使用监督管理条例》第38条第（五）项 / Regulation (Order 735) art. 38(5); 《医疗保障基金使用监督管理条例》第40条 / Regulation (Order 735) art. 40"
basis_from = 2021-05-01
subject = "place"
members = "patient"
question = "Does the trace code of one pack stand on two sales, at least one of them settled, with no return between?"
question_zh = "同一追溯码是否在两次及以上销售记录中出现（至少一次医保结算）且其间没有退货？"
look_alike = "A split pack; a pack given back and sold again; placeholder codes; a record that was deleted."
look_alike_zh = "拆零；退货后再售；占位码；已删除的记录。"
exclusions = ["split pack", "given back and sold again", "placeholder code", "deleted record", "not settled", "refunded claims"]
reason_zh = "{subject_id} 售出并结算的 {code_count} 个追溯码也出现在其他销售记录中（如 {code}），涉及 {amount} 元。"
reason_en = "{code_count} trace codes that {subject_id} sold and settled also stand on other sales (such as {code}): {amount} yuan."
severity = 5
money_rule = "sales value of each code's later sales, at most the claim's net fund amount"
columns = ["claims.claim_id", "claims.patient_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "stock_moves.move_id", "stock_moves.place_id", "stock_moves.move_type", "stock_moves.moved_at", "stock_moves.quantity", "stock_moves.claim_id", "stock_moves.trace_code"]
optional = ["stock_moves.unit_price", "stock_moves.split_pack", "stock_moves.deleted_at"]
[parameters.max_uses]
default = 20
origin = "own choice: a code used more often is a placeholder"
---*/
WITH moved AS (
  SELECT trace_code, place_id, claim_id, moved_at, move_id, CASE WHEN move_type = 'sale' THEN 1 ELSE -1 END AS direction,
    CAST(round(CAST(quantity AS DOUBLE) * CAST(coalesce(unit_price, 0) AS DOUBLE), 2) AS DECIMAL(16,2)) AS sales_value
  FROM stock_moves
  WHERE move_type IN ('sale', 'sale_return') AND length(trace_code) >= 12 AND NOT coalesce(split_pack, FALSE) AND deleted_at IS NULL
),
repeated AS (
  SELECT trace_code FROM moved GROUP BY trace_code HAVING sum(direction) BETWEEN 2 AND $max_uses
),
sales AS (
  SELECT m.trace_code, m.place_id, m.claim_id, m.sales_value,
    row_number() OVER (PARTITION BY m.trace_code ORDER BY m.moved_at, m.move_id) AS sale_number
  FROM repeated AS r
  JOIN moved AS m ON m.trace_code = r.trace_code
  WHERE m.direction = 1
)
SELECT s.place_id AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids,
  greatest(sum(CASE WHEN s.sale_number > 1 THEN least(s.sales_value, c.net_fund_amount) ELSE 0 END), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.4 + 0.05 * count(DISTINCT s.trace_code) AS DOUBLE), 6))) AS strength,
  {'code_count': count(DISTINCT s.trace_code), 'code': min(s.trace_code)} AS facts
FROM sales AS s
JOIN claims AS c ON c.claim_id = s.claim_id
WHERE c.counted AND c.event_date BETWEEN $in_force_from AND $in_force_to
GROUP BY s.place_id

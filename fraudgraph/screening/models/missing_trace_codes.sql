/*---
id = "M074"
name = "missing_trace_codes"
version = 1
family = "drugs"
title = "trace codes missing"
title_zh = "追溯码未采集"
level = "institution"
result = "suspicious"
scheme = "trace_code"
basis = "《医疗保障基金使用监督管理条例实施细则》（国家医保局令第7号，条款号未核实） / Implementing rules, NHSA Order 7 (article number not verified)"
basis_from = 2026-04-01
subject = "place"
members = "patient"
question = "Does a place settle many drug lines without the trace code that is mandatory?"
question_zh = "强制采集后是否仍有大量药品未上传追溯码？"
look_alike = "Before the mandatory date; split packs; drugs on the list without codes; few lines."
look_alike_zh = "强制日期前；拆零；无码目录药品；数量少。"
exclusions = ["before the mandatory date", "split pack", "drug without a mandatory code", "few lines", "refunded claims"]
reason_zh = "{subject_id} 有 {share} 的药品明细未上传追溯码（{line_count} 行），涉及 {amount} 元。"
reason_en = "{share} of the drug lines at {subject_id} lack the trace code ({line_count} lines): {amount} yuan."
severity = 2
money_rule = "amount of the lines without a code, at most the claim's net fund amount"
columns = ["claims.claim_id", "claims.patient_id", "claims.place_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.amount", "claim_items.trace_code", "item_catalogue.item_code", "item_catalogue.trace_required_from"]
optional = ["claim_items.split_pack"]
[parameters.max_share]
default = 0.2
origin = "catalogue M074: above 20 per cent"
[parameters.min_lines]
default = 30
origin = "own choice: fewer lines say nothing"
---*/
WITH lines AS (
  SELECT c.place_id, c.patient_id, c.claim_id, c.net_fund_amount, count(*) AS line_count,
    sum(CASE WHEN i.trace_code IS NULL THEN 1 ELSE 0 END) AS bare_count,
    sum(CASE WHEN i.trace_code IS NULL THEN i.amount ELSE 0 END) AS bare_amount
  FROM item_catalogue AS k
  JOIN claim_items AS i ON i.item_code = k.item_code
  JOIN claims AS c ON c.claim_id = i.claim_id
  WHERE c.counted AND k.trace_required_from <= c.event_date AND NOT coalesce(i.split_pack, FALSE) AND i.amount > 0 AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY c.place_id, c.patient_id, c.claim_id, c.net_fund_amount
),
shares AS (
  SELECT place_id, sum(line_count) AS all_lines, sum(bare_count) AS bare_lines
  FROM lines
  GROUP BY place_id
  HAVING sum(line_count) >= $min_lines AND CAST(sum(bare_count) AS DOUBLE) > $max_share * sum(line_count)
)
SELECT l.place_id AS subject_id, list_sort(array_agg(DISTINCT l.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT l.claim_id)) AS claim_ids,
  greatest(sum(least(l.bare_amount, l.net_fund_amount)), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(CAST(min(s.bare_lines) AS DOUBLE) / min(s.all_lines) AS DOUBLE), 6))) AS strength,
  {'share': round(CAST(min(s.bare_lines) AS DOUBLE) / min(s.all_lines), 3), 'line_count': CAST(min(s.bare_lines) AS BIGINT)} AS facts
FROM shares AS s
JOIN lines AS l ON l.place_id = s.place_id AND l.bare_count > 0
GROUP BY l.place_id

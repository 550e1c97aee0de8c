/*---
id = "M073"
name = "trace_codes_travel"
version = 1
family = "drugs"
title = "packs travel from one place to another"
title_zh = "追溯码异地流向"
level = "group"
result = "suspicious"
scheme = "trace_code"
basis = "《医疗保障基金使用监督管理条例》第38条第（五）项 / Regulation (Order 735) art. 38(5); 《医疗保障基金使用监督管理条例》第41条第（三）项 / Regulation (Order 735) art. 41(3)"
basis_from = 2021-05-01
subject = "place"
members = "patient"
question = "Were several packs first settled at one place and later again at another?"
question_zh = "多个药品先在甲处结算、后又在乙处结算？"
look_alike = "Split packs; a single pack mixed up; a chain moving stock."
look_alike_zh = "拆零；个别混淆；连锁调拨。"
exclusions = ["split pack", "single packs", "linked places", "refunded claims"]
reason_zh = "{member_count} 名参保人经手的 {code_count} 个追溯码先在 {from_place} 结算、后在 {subject_id} 再次结算，涉及 {amount} 元。"
reason_en = "{code_count} trace codes were settled at {from_place} and later again at {subject_id}, through {member_count} people: {amount} yuan."
severity = 5
money_rule = "amount of the second settlements, at most the claim's net fund amount"
columns = ["claims.claim_id", "claims.patient_id", "claims.started_at", "claims.place_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.quantity", "claim_items.amount", "claim_items.trace_code"]
optional = ["claim_items.split_pack", "pharmacies.pharmacy_id", "pharmacies.legal_representative"]
[parameters.min_codes]
default = 3
origin = "catalogue M073: three codes from A to B"
---*/
WITH coded AS (
  SELECT trace_code, claim_id, sum(amount) AS amount
  FROM claim_items
  WHERE length(trace_code) >= 12 AND NOT coalesce(split_pack, FALSE)
  GROUP BY trace_code, claim_id
  HAVING sum(quantity) > 0
),
repeated AS (
  SELECT trace_code FROM coded GROUP BY trace_code HAVING count(*) >= 2
),
settled AS (
  SELECT r.trace_code, c.claim_id, c.place_id, c.patient_id, least(d.amount, c.net_fund_amount) AS amount,
    lag(c.place_id) OVER code_order AS from_place, lag(c.claim_id) OVER code_order AS from_claim, lag(c.patient_id) OVER code_order AS from_patient
  FROM repeated AS r
  JOIN coded AS d ON d.trace_code = r.trace_code
  JOIN claims AS c ON c.claim_id = d.claim_id
  WHERE c.counted AND c.event_date BETWEEN $in_force_from AND $in_force_to
  WINDOW code_order AS (PARTITION BY r.trace_code ORDER BY c.started_at, c.claim_id)
)
SELECT s.place_id AS subject_id, list_sort(list_distinct(list_concat(array_agg(s.patient_id), array_agg(s.from_patient)))) AS member_ids, list_sort(list_distinct(list_concat(array_agg(s.claim_id), array_agg(s.from_claim)))) AS claim_ids,
  greatest(sum(s.amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.5 + 0.05 * count(DISTINCT s.trace_code) AS DOUBLE), 6))) AS strength,
  {'from_place': s.from_place, 'code_count': count(DISTINCT s.trace_code)} AS facts
FROM settled AS s
LEFT JOIN pharmacies AS a ON a.pharmacy_id = s.from_place
LEFT JOIN pharmacies AS b ON b.pharmacy_id = s.place_id
WHERE s.from_place <> s.place_id AND (a.legal_representative IS NULL OR b.legal_representative IS NULL OR a.legal_representative <> b.legal_representative)
GROUP BY s.place_id, s.from_place
HAVING count(DISTINCT s.trace_code) >= $min_codes

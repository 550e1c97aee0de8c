/*---
id = "H23"
name = "other_drug_dispensed"
version = 1
title = "another drug dispensed than settled"
title_zh = "结算药与发药不符"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第38条第（四）项 / Regulation (Order 735) art. 38(4)"
basis_from = 2021-05-01
severity = 4
question = "Did the person get another drug than the one that was charged?"
question_zh = "实际发放的药品是否与收费药品不同？"
look_alike = "Another brand or pack of the same generic."
look_alike_zh = "同一通用名的不同品牌或规格。"
reason_en = "Visit {subject_id}: {item} was charged ({amount} yuan), {given} was dispensed on the same prescription."
reason_zh = "就诊 {subject_id}：收费 {item}（{amount} 元），同一处方实际发放 {given}。"
columns = ["h_charges.charge_id", "h_charges.rx_id", "h_dispensing.rx_id", "h_dispensing.item"]
---*/
WITH charged AS (SELECT rx_id, visit_no, hosp_item_code, min(name) AS name, min(code) AS code, sum(amount) AS amount, min(CAST(settled AS INTEGER)) = 1 AS settled, array_agg(row_key ORDER BY unit_id) AS row_ids
  FROM k_charges WHERE rx_id IS NOT NULL AND family IN ('drug', 'slices', 'other', 'material') GROUP BY rx_id, visit_no, hosp_item_code),
given AS (SELECT rx_id, visit_no, item, item_code, min(row_id) AS row_id FROM h_dispensing GROUP BY rx_id, visit_no, item, item_code),
unmatched AS (
  SELECT c.* FROM charged c
  WHERE NOT EXISTS (SELECT 1 FROM given g WHERE g.rx_id = c.rx_id AND (g.item_code = c.hosp_item_code OR g.item = c.name OR contains(c.name, g.item) OR contains(g.item, c.name)))
),
uncharged AS (
  SELECT g.* FROM given g
  WHERE NOT EXISTS (SELECT 1 FROM charged c WHERE c.rx_id = g.rx_id AND (g.item_code = c.hosp_item_code OR g.item = c.name OR contains(c.name, g.item) OR contains(g.item, c.name)))
)
SELECT u.visit_no AS subject_id, [u.visit_no] AS visit_nos, list_concat(u.row_ids, array_agg('h_dispensing:' || CAST(g.row_id AS VARCHAR) ORDER BY g.row_id)) AS row_ids, u.amount, u.settled AS certain, 0.85 AS strength,
  {'item': u.name, 'given': min(g.item)} AS facts
FROM unmatched u
JOIN uncharged g ON g.rx_id = u.rx_id
LEFT JOIN k_families f ON f.hosp_item_code = g.item_code
WHERE NOT (f.nat_code IS NOT NULL AND length(f.nat_code) > 12 AND substring(f.nat_code, 1, 12) = substring(upper(u.code), 1, 12)) AND substring(g.item, 1, 3) <> substring(u.name, 1, 3)
GROUP BY u.visit_no, u.rx_id, u.hosp_item_code, u.name, u.row_ids, u.amount, u.settled

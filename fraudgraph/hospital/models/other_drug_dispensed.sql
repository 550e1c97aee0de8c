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
reason_en = "Visit {subject_id}: {item} was charged ({amount} yuan), {given} was dispensed instead."
reason_zh = "就诊 {subject_id}：收费 {item}（{amount} 元），实际发放 {given}。"
columns = ["h_charges.charge_id", "h_dispensing.visit_no", "h_dispensing.item"]
---*/
WITH charged AS (
  SELECT visit_no, hosp_item_code, min(name) AS name, min(code) AS code, sum(amount) AS amount, min(CAST(settled AS INTEGER)) = 1 AS settled, array_agg(row_key ORDER BY unit_id) AS row_ids, min(rx_id) AS rx_id
  FROM k_charges WHERE family IN ('drug', 'slices') GROUP BY visit_no, hosp_item_code
),
given AS (SELECT visit_no, item, coalesce(item_code, '') AS item_code, min(row_id) AS row_id FROM h_dispensing WHERE quantity > 0 AND visit_no IS NOT NULL GROUP BY visit_no, item, coalesce(item_code, '')),
unmatched AS (SELECT c.* FROM charged c WHERE NOT EXISTS (SELECT 1 FROM given g WHERE g.visit_no = c.visit_no AND (g.item_code = c.hosp_item_code OR g.item = c.name))),
uncharged AS (SELECT g.* FROM given g WHERE NOT EXISTS (SELECT 1 FROM charged c WHERE c.visit_no = g.visit_no AND (g.item_code = c.hosp_item_code OR g.item = c.name))),
codes AS (SELECT hosp_item_code, min(nat_code) AS nat_code FROM h_item_map GROUP BY hosp_item_code)
SELECT u.visit_no AS subject_id, [u.visit_no] AS visit_nos, list_concat(u.row_ids, array_agg('h_dispensing:' || CAST(g.row_id AS VARCHAR) ORDER BY g.row_id)) AS row_ids, u.amount, u.settled AS certain, 0.85 AS strength,
  {'item': u.name, 'given': min(g.item)} AS facts
FROM unmatched u
JOIN uncharged g ON g.visit_no = u.visit_no
LEFT JOIN codes k ON k.hosp_item_code = g.item_code
WHERE coalesce(substring(k.nat_code, 1, 5) <> substring(u.code, 1, 5), TRUE) AND substring(replace(replace(g.item, '注射用', ''), '盐酸', ''), 1, 2) <> substring(replace(replace(u.name, '注射用', ''), '盐酸', ''), 1, 2) AND NOT contains(u.name, g.item) AND NOT contains(g.item, u.name)
GROUP BY u.visit_no, u.hosp_item_code, u.name, u.row_ids, u.amount, u.settled

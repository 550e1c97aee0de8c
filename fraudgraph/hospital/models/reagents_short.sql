/*---
id = "H14"
name = "reagents_short"
version = 1
title = "more tests than reagents"
title_zh = "试剂不足"
result = "suspicious"
basis = "《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
severity = 4
question = "Were more tests charged than reagents were there for?"
question_zh = "检验收费次数是否超过试剂可做次数？"
look_alike = "The opening stock, dead volume and repeats make tests fewer, never more; a pack of several tests."
look_alike_zh = "期初库存；死腔与复检只会减少次数；一盒多次的包装。"
reason_en = "{subject_id}: {test_count} tests were charged, reagents of {reagent} sufficed for {reagent_count}."
reason_zh = "{subject_id}：收费 {test_count} 次，试剂 {reagent} 只够 {reagent_count} 次。"
columns = ["h_charges.charge_id", "h_stock_moves.item", "h_stock_moves.quantity", "h_stock_moves.kind"]
[parameters.over_share]
default = 1.05
origin = "above the reagents by more than counting errors, own choice"
---*/
WITH tests AS (
  SELECT hosp_item_code, min(name) AS name, sum(quantity) AS test_count, sum(amount) AS amount, array_agg(DISTINCT visit_no) AS visit_nos, array_agg(row_key ORDER BY unit_id) AS row_ids
  FROM k_charges WHERE family = 'lab' GROUP BY hosp_item_code
),
packs AS (
  SELECT item_code, item, sum(quantity) FILTER (WHERE way IN ('in', 'opening', 'consigned')) AS quantity FROM k_moves GROUP BY item_code, item
),
named AS (
  SELECT replace(replace(replace(p.item, '检测', ''), '测定', ''), '检验', '') AS short, p.item, p.quantity FROM packs p
  WHERE contains(p.item, '试剂') AND p.item_code NOT IN (SELECT item_code FROM h_reagents)
),
listed AS (
  SELECT r.test_item, min(p.item) AS item, sum(p.quantity * r.test_count) AS quantity FROM h_reagents r JOIN packs p ON p.item_code = r.item_code GROUP BY r.test_item
),
short_tests AS (SELECT t.*, replace(replace(replace(t.name, '检测', ''), '测定', ''), '检验', '') AS short FROM tests t),
enough AS (
  SELECT t.hosp_item_code, min(l.item) AS item, sum(l.quantity) AS quantity FROM tests t JOIN listed l ON l.test_item = t.hosp_item_code OR l.test_item = t.name GROUP BY t.hosp_item_code
  UNION ALL
  SELECT t.hosp_item_code, min(n.item), sum(n.quantity) FROM short_tests t JOIN named n ON contains(n.short, t.short) GROUP BY t.hosp_item_code
)
SELECT t.name AS subject_id, t.visit_nos[1:50] AS visit_nos, t.row_ids[1:200] AS row_ids, round(t.amount * (t.test_count - b.quantity) / t.test_count, 2) AS amount, FALSE AS certain, 0.7 AS strength,
  {'test_count': CAST(t.test_count AS DOUBLE), 'reagent': b.item, 'reagent_count': CAST(b.quantity AS DOUBLE)} AS facts
FROM short_tests t
JOIN enough b ON b.hosp_item_code = t.hosp_item_code
WHERE t.test_count > $over_share * b.quantity

/*---
id = "H20"
name = "implant_not_issued"
version = 1
title = "implant charged, not issued"
title_zh = "高值耗材无领用"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第38条第（四）项 / Regulation (Order 735) art. 38(4)"
basis_from = 2021-05-01
severity = 4
question = "Was an implant or dear material charged that the store never issued for the person?"
question_zh = "高值耗材收费是否没有领用出库记录？"
look_alike = "Goods on consignment, which are booked in after use."
look_alike_zh = "寄售耗材，使用后补办出入库。"
reason_en = "Visit {subject_id}: {item} was charged {charged} times ({amount} yuan), issued {issued} times."
reason_zh = "就诊 {subject_id}：{item} 收费 {charged} 件（{amount} 元），领用 {issued} 件。"
columns = ["h_charges.charge_id", "h_stock_moves.item", "h_stock_moves.visit_no", "h_stock_moves.quantity"]
[parameters.least_price]
default = 200
origin = "yuan from which material is issued by person, own choice"
---*/
WITH issued AS (
  SELECT m.visit_no, f.hosp_item_code, sum(m.quantity) AS issued FROM k_moves m
  JOIN k_families f ON m.item_code = f.hosp_item_code OR (m.item_code = '' AND m.item = f.name)
  WHERE m.way IN ('out', 'consigned') AND m.visit_no IS NOT NULL GROUP BY m.visit_no, f.hosp_item_code
),
charged AS (
  SELECT visit_no, hosp_item_code, min(name) AS name, sum(quantity) AS charged, sum(amount) AS amount, min(CAST(settled AS INTEGER)) = 1 AS settled, array_agg(row_key ORDER BY unit_id) AS row_ids
  FROM k_charges WHERE family = 'material' AND amount >= $least_price * quantity GROUP BY visit_no, hosp_item_code
)
SELECT c.visit_no AS subject_id, [c.visit_no] AS visit_nos, c.row_ids, round(c.amount * (c.charged - coalesce(i.issued, 0)) / c.charged, 2) AS amount, c.settled AS certain, 0.8 AS strength,
  {'item': c.name, 'charged': CAST(c.charged AS DOUBLE), 'issued': CAST(coalesce(i.issued, 0) AS DOUBLE)} AS facts
FROM charged c
JOIN k_stock s ON s.hosp_item_code = c.hosp_item_code AND s.out_by_visit > 0
LEFT JOIN issued i ON i.visit_no = c.visit_no AND i.hosp_item_code = c.hosp_item_code
WHERE c.charged > coalesce(i.issued, 0)

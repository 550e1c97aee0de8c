/*---
id = "H22"
name = "drug_above_issued"
version = 1
title = "drugs charged above what was dispensed"
title_zh = "药品收费大于发药"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
severity = 4
question = "Was more of a drug charged than the pharmacy gave out?"
question_zh = "药品收费数量是否大于发药数量？"
look_alike = "Ward stock and opening stock of items that the pharmacy does not dispense by person; returned and refunded."
look_alike_zh = "不按人发放的病区备药、期初库存；已退药退费。"
reason_en = "Visit {subject_id}: {item} was charged {charged}, dispensed {dispensed}; {amount} yuan too much."
reason_zh = "就诊 {subject_id}：{item} 收费 {charged}，发药 {dispensed}，多收 {amount} 元。"
columns = ["h_charges.charge_id", "h_dispensing.rx_id", "h_dispensing.visit_no", "h_dispensing.quantity"]
[parameters.usual_share]
default = 0.8
origin = "drugs dispensed by person less often than this are ward stock, own choice"
---*/
WITH charged AS (
  SELECT visit_no, hosp_item_code, min(name) AS name, sum(quantity) AS charged, sum(amount) AS amount, min(CAST(settled AS INTEGER)) = 1 AS settled, array_agg(row_key ORDER BY unit_id) AS row_ids
  FROM k_charges WHERE family IN ('drug', 'slices') GROUP BY visit_no, hosp_item_code
),
given AS (SELECT visit_no, hosp_item_code, sum(quantity) AS given, sum(returned) AS returned FROM k_dispensed GROUP BY visit_no, hosp_item_code),
rated AS (
  SELECT c.*, coalesce(g.given, 0) AS given, coalesce(g.returned, 0) AS returned,
    avg(CASE WHEN g.given >= c.charged THEN 1.0 ELSE 0.0 END) OVER (PARTITION BY c.hosp_item_code) AS usual,
    avg(CASE WHEN g.given >= c.charged THEN 1.0 ELSE 0.0 END) OVER () AS all_usual, count(*) OVER (PARTITION BY c.hosp_item_code) AS of_item
  FROM charged c LEFT JOIN given g ON g.visit_no = c.visit_no AND g.hosp_item_code = c.hosp_item_code
)
SELECT visit_no AS subject_id, [visit_no] AS visit_nos, row_ids, round(amount * (charged - given) / charged, 2) AS amount, settled AS certain, 0.85 AS strength,
  {'item': name, 'charged': CAST(charged AS DOUBLE), 'dispensed': CAST(given AS DOUBLE)} AS facts
FROM rated
WHERE charged > given AND (usual >= $usual_share OR (of_item < 5 AND all_usual >= $usual_share))

/*---
id = "H19"
name = "operation_swapped"
version = 1
title = "another operation billed than recorded"
title_zh = "术式串换"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第38条第（四）项 / Regulation (Order 735) art. 38(4)"
basis_from = 2021-05-01
severity = 4
question = "Was another operation billed than the one that was done?"
question_zh = "收费术式是否与手术记录不一致？"
look_alike = "A change of the map; another name for the same operation."
look_alike_zh = "目录对照变更；同一术式的不同名称。"
reason_en = "Visit {subject_id}: {item} was billed ({amount} yuan), the record says {recorded}."
reason_zh = "就诊 {subject_id}：收费术式 {item}（{amount} 元），手术记录为 {recorded}。"
columns = ["h_charges.charge_id", "h_operations.op_id", "h_operations.name"]
[parameters.usual_share]
default = 0.7
origin = "an item that agrees less often is named otherwise in the records, own choice"
---*/
WITH beside AS (
  SELECT c.unit_id, max(CASE WHEN o.name = c.name OR contains(o.name, c.name) OR contains(c.name, o.name) OR o.code = c.code OR o.code = c.hosp_item_code THEN 1 ELSE 0 END) AS agrees, min(o.name) AS recorded, min(o.row_id) AS op_row
  FROM k_charges c JOIN h_operations o ON o.visit_no = c.visit_no AND NOT coalesce(o.cancelled, FALSE) AND o.name IS NOT NULL AND abs(date_diff('day', CAST(o.started_at AS DATE), c.day)) <= 1
  WHERE c.family = 'operation' GROUP BY c.unit_id
),
rated AS (
  SELECT c.*, b.agrees, b.recorded, b.op_row, avg(b.agrees) OVER (PARTITION BY c.hosp_item_code) AS usual, avg(b.agrees) OVER () AS all_usual, count(*) OVER (PARTITION BY c.hosp_item_code) AS of_item
  FROM k_charges c JOIN beside b ON b.unit_id = c.unit_id
)
SELECT visit_no AS subject_id, [visit_no] AS visit_nos, [row_key, 'h_operations:' || CAST(op_row AS VARCHAR)] AS row_ids, amount, settled AS certain, 0.8 AS strength, {'item': name, 'recorded': recorded} AS facts
FROM rated
WHERE agrees = 0 AND all_usual >= $usual_share AND (usual >= $usual_share OR of_item < 5)

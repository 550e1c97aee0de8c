/*---
id = "H16"
name = "no_operation_record"
version = 1
title = "operation without a record"
title_zh = "手术收费无手术记录"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
severity = 5
question = "Was an operation charged of which there is no record?"
question_zh = "手术已收费，是否没有手术记录？"
look_alike = "Procedures at the bedside, which are not kept in the theatre's records."
look_alike_zh = "床旁操作，不进手术室记录。"
reason_en = "Visit {subject_id}: {item} was charged with {amount} yuan, and there is no operation within a day; {record_share} of its charges have one."
reason_zh = "就诊 {subject_id}：{item} 收费 {amount} 元，前后一天内没有手术记录；该项目平时 {record_share} 有记录。"
columns = ["h_charges.charge_id", "h_operations.op_id", "h_operations.visit_no"]
[parameters.usual_share]
default = 0.7
origin = "an operation recorded less often is done at the bedside here, own choice"
---*/
WITH found AS (
  SELECT c.unit_id, count(o.row_id) AS record_count
  FROM k_charges c
  LEFT JOIN h_operations o ON o.visit_no = c.visit_no AND NOT coalesce(o.cancelled, FALSE) AND abs(date_diff('day', CAST(o.started_at AS DATE), c.day)) <= 1
  WHERE c.family = 'operation'
  GROUP BY c.unit_id
),
rated AS (
  SELECT c.*, f.record_count, avg(CASE WHEN f.record_count > 0 THEN 1.0 ELSE 0.0 END) OVER (PARTITION BY c.hosp_item_code) AS item_share,
    avg(CASE WHEN f.record_count > 0 THEN 1.0 ELSE 0.0 END) OVER () AS all_share, count(*) OVER (PARTITION BY c.hosp_item_code) AS of_item
  FROM k_charges c JOIN found f ON f.unit_id = c.unit_id
)
SELECT visit_no AS subject_id, [visit_no] AS visit_nos, array_agg(row_key ORDER BY unit_id) AS row_ids, sum(amount) AS amount, min(CAST(settled AS INTEGER)) = 1 AS certain, 0.9 AS strength,
  {'item': name, 'record_share': round(min(item_share), 2)} AS facts
FROM rated
WHERE record_count = 0 AND (item_share >= $usual_share OR (of_item < 5 AND all_share >= $usual_share)) AND NOT regexp_matches(name, '床旁|床边|穿刺|置管|清创|换药|拔甲|活检')
GROUP BY visit_no, name

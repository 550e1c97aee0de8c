/*---
id = "H39"
name = "parts_above_imaged"
version = 1
title = "more parts billed than imaged"
title_zh = "检查部位多计"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第38条第（三）项 / Regulation (Order 735) art. 38(3)"
basis_from = 2021-05-01
severity = 3
question = "Were more parts of the body billed than were imaged?"
question_zh = "收费部位数是否超过检查部位数？"
look_alike = "Both sides of a pair of limbs, which count twice."
look_alike_zh = "双侧部位按两个计。"
reason_en = "Visit {subject_id}: {item} was charged {charged} times, the report holds {parts} parts ({body_part})."
reason_zh = "就诊 {subject_id}：{item} 收费 {charged} 次，报告部位数 {parts}（{body_part}）。"
columns = ["h_charges.charge_id", "h_exams.report_no", "h_exams.body_part"]
---*/
WITH charged AS (
  SELECT c.visit_no, c.day, c.hosp_item_code, min(c.name) AS name, sum(c.quantity) AS charged, sum(c.amount) AS amount, min(CAST(c.settled AS INTEGER)) = 1 AS settled, array_agg(c.row_key ORDER BY c.unit_id) AS row_ids, array_agg(DISTINCT b.report_row) AS reports
  FROM k_charges c JOIN k_charge_reports b ON b.unit_id = c.unit_id WHERE c.family = 'exam' AND b.report_row IS NOT NULL GROUP BY c.visit_no, c.day, c.hosp_item_code
),
parts AS (
  SELECT e.row_id, e.visit_no, CAST(e.study_at AS DATE) AS day, coalesce(e.item, '') AS item, coalesce(e.modality, '') AS modality, e.order_id,
    greatest(coalesce(e.parts_count, 0), (length(e.body_part) - length(translate(e.body_part, ',，、;；+/', '')) + 1) * CASE WHEN contains(e.body_part, '双') THEN 2 ELSE 1 END) AS parts, e.body_part
  FROM h_exams e WHERE e.body_part IS NOT NULL
),
summed AS (
  SELECT c.visit_no, c.day, c.hosp_item_code, sum(p.parts) AS parts, min(p.body_part) AS body_part, array_agg('h_exams:' || CAST(p.row_id AS VARCHAR) ORDER BY p.row_id) AS exam_rows
  FROM charged c JOIN parts p ON p.visit_no = c.visit_no AND (list_contains(c.reports, p.row_id) OR (abs(date_diff('day', p.day, c.day)) <= 3 AND (p.item = c.name OR (length(p.item) > 1 AND (contains(c.name, p.item) OR contains(p.item, c.name))))))
  GROUP BY c.visit_no, c.day, c.hosp_item_code
)
SELECT c.visit_no AS subject_id, [c.visit_no] AS visit_nos, list_concat(c.row_ids, s.exam_rows) AS row_ids, round(c.amount * (c.charged - s.parts) / c.charged, 2) AS amount, c.settled AS certain, 0.75 AS strength,
  {'item': c.name, 'charged': CAST(c.charged AS DOUBLE), 'parts': CAST(s.parts AS DOUBLE), 'body_part': s.body_part} AS facts
FROM charged c
JOIN summed s ON s.visit_no = c.visit_no AND s.day = c.day AND s.hosp_item_code = c.hosp_item_code
WHERE c.charged > s.parts

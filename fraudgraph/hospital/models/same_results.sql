/*---
id = "H13"
name = "same_results"
version = 1
title = "the same values in two people"
title_zh = "检验结果雷同"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（二）项 / Regulation (Order 735) art. 40(2)"
basis_from = 2021-05-01
severity = 5
question = "Do two people have the same values in eight or more numeric results?"
question_zh = "两名患者的检验数值（八项以上）是否完全相同？"
look_alike = "Qualitative panels (negative, positive): they are often equal."
look_alike_zh = "定性项目（阴性、阳性）本就常相同。"
reason_en = "{report_count} reports of {person_count} people, the first of visit {subject_id}, have the same {value_count} values."
reason_zh = "就诊 {subject_id} 等 {person_count} 名患者的 {report_count} 份报告，{value_count} 项数值完全相同。"
columns = ["h_lab.report_no", "h_lab.visit_no", "h_lab.item", "h_lab.result"]
[parameters.fewest_values]
default = 8
origin = "fewer equal values happen, docs/hospital.md"
---*/
WITH numeric_rows AS (
  SELECT report_no, visit_no, item, result, row_id FROM h_lab WHERE TRY_CAST(result AS DOUBLE) IS NOT NULL AND visit_no IS NOT NULL
),
marked AS (
  SELECT report_no, min(visit_no) AS visit_no, min(row_id) AS row_id, count(*) AS value_count, array_to_string(array_agg(item || '=' || result ORDER BY item, result), ';') AS mark,
    count(*) FILTER (WHERE contains(result, '.')) AS decimals
  FROM numeric_rows GROUP BY report_no
  HAVING count(*) >= $fewest_values
),
people AS (SELECT m.*, coalesce(v.patient_id, v.id_hash, m.visit_no) AS person FROM marked m LEFT JOIN m_visits v ON v.visit_no = m.visit_no WHERE m.decimals >= 3)
SELECT min(p.visit_no) AS subject_id, array_agg(DISTINCT p.visit_no) AS visit_nos, array_agg('h_lab:' || CAST(p.row_id AS VARCHAR) ORDER BY p.row_id) AS row_ids,
  coalesce((SELECT sum(c.amount) FROM k_charges c JOIN k_charge_reports b ON b.unit_id = c.unit_id JOIN people x ON x.row_id = b.report_row WHERE x.mark = p.mark AND c.family = 'lab'), 0) AS amount,
  TRUE AS certain, 0.95 AS strength, {'report_count': count(*), 'person_count': count(DISTINCT p.person), 'value_count': max(p.value_count)} AS facts
FROM people p
GROUP BY p.mark
HAVING count(DISTINCT p.person) > 1

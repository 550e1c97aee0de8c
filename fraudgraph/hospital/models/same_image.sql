/*---
id = "H12"
name = "same_image"
version = 1
title = "one image, two people"
title_zh = "影像雷同"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（二）项 / Regulation (Order 735) art. 40(2)"
basis_from = 2021-05-01
severity = 5
question = "Does the same image stand in the reports of two people?"
question_zh = "同一影像是否出现在两名患者的报告中？"
look_alike = "Phantoms and quality control; a report that was issued again for the same person."
look_alike_zh = "体模、质控影像；同一患者补发报告。"
reason_en = "The image of report {report} of visit {subject_id} stands in {report_count} reports of {person_count} people."
reason_zh = "就诊 {subject_id} 报告 {report} 的影像共出现在 {person_count} 名患者的 {report_count} 份报告中。"
columns = ["h_exams.report_no", "h_exams.visit_no", "h_exams.image_hash"]
---*/
WITH images AS (
  SELECT e.image_hash, e.report_no, e.visit_no, e.row_id, coalesce(v.patient_id, v.id_hash, e.visit_no) AS person
  FROM h_exams e LEFT JOIN m_visits v ON v.visit_no = e.visit_no
  WHERE e.image_hash IS NOT NULL AND e.visit_no IS NOT NULL
    AND NOT regexp_matches(coalesce(e.item, '') || coalesce(e.body_part, '') || coalesce(e.modality, '') || coalesce(e.conclusion, '') || coalesce(v.name, ''), '质控|体模|模体|QC|PHANTOM|phantom|测试')
)
SELECT min(i.visit_no) AS subject_id, array_agg(DISTINCT i.visit_no) AS visit_nos, array_agg('h_exams:' || CAST(i.row_id AS VARCHAR) ORDER BY i.row_id) AS row_ids,
  coalesce((SELECT sum(c.amount) FROM k_charges c JOIN k_charge_reports b ON b.unit_id = c.unit_id JOIN images x ON x.row_id = b.report_row WHERE x.image_hash = i.image_hash AND c.family = 'exam'), 0) AS amount,
  TRUE AS certain, 0.9 AS strength, {'report': min(i.report_no), 'report_count': count(*), 'person_count': count(DISTINCT i.person)} AS facts
FROM images i
GROUP BY i.image_hash
HAVING count(DISTINCT i.person) > 1

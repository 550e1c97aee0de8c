/*---
id = "H11"
name = "sampled_after_discharge"
version = 1
title = "sampled after the person had left"
title_zh = "离院后采样"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（二）项 / Regulation (Order 735) art. 40(2)"
basis_from = 2021-05-01
severity = 5
question = "Was a sample taken after the person had been discharged or had died?"
question_zh = "采样时间是否在患者出院或死亡之后？"
look_alike = "A culture that grows for days: it is reported late, not sampled late."
look_alike_zh = "培养类项目报告时间晚，但采样时间在院内。"
reason_en = "Visit {subject_id}: the sample of {item} was taken at {sampled}, the person had left at {discharged}."
reason_zh = "就诊 {subject_id}：{item} 采样时间 {sampled}，患者已于 {discharged} 离院。"
columns = ["h_lab.report_no", "h_lab.visit_no", "h_lab.sampled_at", "h_visits.discharged_at"]
[parameters.grace_minutes]
default = 120
origin = "papers are closed some time before or after the person leaves, own choice"
---*/
SELECT r.visit_no AS subject_id, [r.visit_no] AS visit_nos, ['h_lab:' || CAST(r.row_id AS VARCHAR)] AS row_ids,
  coalesce((SELECT sum(c.amount) FROM k_charges c JOIN k_charge_reports b ON b.unit_id = c.unit_id WHERE b.report_row = r.row_id AND c.family = 'lab'), 0) AS amount,
  TRUE AS certain, 0.9 AS strength, {'item': coalesce(r.panel, r.items), 'sampled': CAST(r.sampled_at AS VARCHAR), 'discharged': CAST(v.discharged_at AS VARCHAR)} AS facts
FROM k_lab_reports r
JOIN m_visits v ON v.visit_no = r.visit_no
WHERE r.sampled_at > v.discharged_at + to_minutes(CAST($grace_minutes AS INTEGER))

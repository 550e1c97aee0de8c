/*---
id = "H10"
name = "reported_before_sampled"
version = 1
title = "reported before the sample was taken"
title_zh = "报告早于采样"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（二）项 / Regulation (Order 735) art. 40(2)"
basis_from = 2021-05-01
severity = 5
question = "Was a result reported before its sample was taken?"
question_zh = "检验报告时间是否早于采样时间？"
look_alike = "A device whose clock is wrong: most of its reports then are early."
look_alike_zh = "设备时钟偏差：该设备的报告大多偏早。"
reason_en = "Visit {subject_id}: report {report} of {item} is of {reported}, its sample of {sampled}."
reason_zh = "就诊 {subject_id}：{item} 报告 {report} 的报告时间 {reported} 早于采样时间 {sampled}。"
columns = ["h_lab.report_no", "h_lab.visit_no", "h_lab.sampled_at", "h_lab.reported_at"]
[parameters.slack_minutes]
default = 5
origin = "clocks differ by minutes, own choice"
[parameters.skewed_share]
default = 0.3
origin = "a device with this share of early reports has a wrong clock, own choice"
---*/
WITH marked AS (
  SELECT r.*, r.reported_at < r.sampled_at - to_minutes(CAST($slack_minutes AS INTEGER)) AS early,
    avg(CASE WHEN r.reported_at < r.sampled_at THEN 1.0 ELSE 0.0 END) OVER (PARTITION BY coalesce(r.device_id, '')) AS early_share,
    count(*) OVER (PARTITION BY coalesce(r.device_id, '')) AS of_device
  FROM k_lab_reports r
)
SELECT coalesce(m.visit_no, m.report_no) AS subject_id, CASE WHEN m.visit_no IS NULL THEN [] ELSE [m.visit_no] END AS visit_nos, ['h_lab:' || CAST(m.row_id AS VARCHAR)] AS row_ids,
  coalesce((SELECT sum(c.amount) FROM k_charges c JOIN k_charge_reports b ON b.unit_id = c.unit_id WHERE b.report_row = m.row_id AND c.family = 'lab'), 0) AS amount,
  TRUE AS certain, 0.9 AS strength, {'report': m.report_no, 'item': coalesce(m.panel, m.items), 'reported': CAST(m.reported_at AS VARCHAR), 'sampled': CAST(m.sampled_at AS VARCHAR)} AS facts
FROM marked m
WHERE m.early AND (m.early_share < $skewed_share OR m.of_device < 4)

/*---
id = "H08"
name = "no_lab_report"
version = 1
title = "laboratory test without a report"
title_zh = "检验收费无报告"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
severity = 4
question = "Was a test charged of which there is no report?"
question_zh = "检验已收费，是否没有检验报告？"
look_alike = "A test sent to an outside laboratory; tests of which this hospital keeps no reports."
look_alike_zh = "外送检验；本院系统从不保存报告的项目。"
reason_en = "Visit {subject_id}: {item} was charged {charge_count} times ({amount} yuan), and there is no report; {report_share} of its charges have one."
reason_zh = "就诊 {subject_id}：{item} 收费 {charge_count} 次（{amount} 元）没有检验报告；该项目平时 {report_share} 有报告。"
columns = ["h_charges.charge_id", "h_lab.report_no", "h_lab.visit_no"]
[parameters.usual_share]
default = 0.8
origin = "tests reported less often than this are reported elsewhere, own choice"
[parameters.sure_share]
default = 0.9
origin = "from this share on a missing report is definite, own choice"
---*/
SELECT c.visit_no AS subject_id, [c.visit_no] AS visit_nos, array_agg(c.row_key ORDER BY c.unit_id) AS row_ids, sum(c.amount) AS amount,
  min(CAST(c.settled AND r.report_share >= $sure_share AS INTEGER)) = 1 AS certain, round(min(r.report_share), 6) AS strength,
  {'item': c.name, 'charge_count': count(*), 'report_share': round(min(r.report_share), 2)} AS facts
FROM k_charges c
JOIN k_charge_reports r ON r.unit_id = c.unit_id
WHERE c.family = 'lab' AND r.report_row IS NULL AND r.report_share >= $usual_share
  AND NOT (contains(coalesce(c.exec_dept, ''), '外送') OR contains(coalesce(c.exec_dept, ''), '外检') OR contains(coalesce(c.exec_dept, ''), '第三方') OR contains(c.name, '外送'))
GROUP BY c.visit_no, c.name

/*---
id = "H50"
name = "changed_afterwards"
version = 1
title = "records changed after discharge"
title_zh = "事后删改"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（二）项 / Regulation (Order 735) art. 40(2)"
basis_from = 2021-05-01
severity = 4
question = "Were records deleted or changed after the person had left, without a reason?"
question_zh = "出院后是否有无理由的删除或修改？"
look_alike = "A documented correction."
look_alike_zh = "有理由记载的更正。"
reason_en = "Visit {subject_id}: {change_count} deletions or changes ({tables}) after discharge, the first at {first_change} by {who}."
reason_zh = "就诊 {subject_id}：出院后删改 {change_count} 次（{tables}），首次 {first_change}，操作人 {who}。"
columns = ["h_audit_log.at", "h_audit_log.action", "h_audit_log.table"]
[parameters.grace_days]
default = 3
origin = "papers may be completed after discharge, own choice"
---*/
WITH keyed AS (
  SELECT visit_no AS key, visit_no FROM m_visits
  UNION ALL SELECT charge_id, visit_no FROM h_charges UNION ALL SELECT order_id, visit_no FROM h_orders UNION ALL SELECT doc_id, visit_no FROM h_documents UNION ALL SELECT report_no, visit_no FROM k_lab_reports
  UNION ALL SELECT report_no, visit_no FROM h_exams UNION ALL SELECT op_id, visit_no FROM h_operations
),
once AS (SELECT key, min(visit_no) AS visit_no FROM keyed GROUP BY key),
changes AS (
  SELECT a.row_id, coalesce(a.visit_no, o.visit_no, split_part(a.key, '-', 1)) AS visit_no, a."at", a."user", a."table", regexp_matches(a.action, '删|作废') OR lower(a.action) IN ('delete', 'remove', 'void', 'd', 'del') AS deleted
  FROM h_audit_log a LEFT JOIN once o ON o.key = a.key
  WHERE (regexp_matches(a.action, '删|改|作废|更正') OR lower(a.action) IN ('delete', 'update', 'modify', 'remove', 'void', 'd', 'u', 'del', 'upd')) AND a.reason IS NULL
)
SELECT c.visit_no AS subject_id, [c.visit_no] AS visit_nos, array_agg('h_audit_log:' || CAST(c.row_id AS VARCHAR) ORDER BY c.row_id) AS row_ids, 0 AS amount, max(CAST(c.deleted AS INTEGER)) = 1 AS certain, 0.7 AS strength,
  {'change_count': count(*), 'tables': array_to_string(array_agg(DISTINCT c."table" ORDER BY c."table"), ', '), 'first_change': CAST(min(c."at") AS VARCHAR), 'who': coalesce(min(c."user"), '')} AS facts
FROM changes c
JOIN m_visits v ON v.visit_no = c.visit_no
WHERE c."at" > v.discharged_at + to_minutes(CAST(1440 * $grace_days AS INTEGER))
GROUP BY c.visit_no

/*---
id = "H42"
name = "home_page_differs"
version = 1
title = "home page and settlement tell two stories"
title_zh = "首页清单不符"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第38条第（七）项 / Regulation (Order 735) art. 38(7)"
basis_from = 2021-05-01
severity = 4
question = "Does the settlement list another main diagnosis than the home page?"
question_zh = "结算清单主要诊断是否与病案首页不一致？"
look_alike = "A correction that the log holds."
look_alike_zh = "有日志记载的更正。"
reason_en = "Visit {subject_id}: settled as {settled}, the home page says {home}."
reason_zh = "就诊 {subject_id}：结算诊断 {settled}，病案首页为 {home}。"
columns = ["h_home_page.visit_no", "h_home_page.diagnoses", "s_claims.diagnosis_code"]
[parameters.letters]
default = 3
origin = "of the code: the category of ICD-10, own choice"
---*/
WITH compared AS (
  SELECT c.visit_no, k.claim_id, k.diagnosis_code AS settled, h.diagnoses AS home, h.row_id, k.total_amount, c.certain, coalesce(h.other_diagnoses, '') AS others
  FROM m_claim_visits c JOIN m_claims k ON k.claim_id = c.claim_id JOIN h_home_page h ON h.visit_no = c.visit_no
  JOIN m_visits v ON v.visit_no = c.visit_no AND v.admitted_at IS NOT NULL
  WHERE k.diagnosis_code IS NOT NULL AND regexp_matches(h.diagnoses, '^[A-Z][0-9]') AND regexp_matches(k.diagnosis_code, '^[A-Z][0-9]') AND k.refund_of IS NULL
),
wrong AS (
  SELECT * FROM compared w
  WHERE substring(settled, 1, CAST($letters AS INTEGER)) <> substring(home, 1, CAST($letters AS INTEGER))
    AND NOT EXISTS (SELECT 1 FROM h_audit_log a WHERE (a.visit_no = w.visit_no OR a.key = w.visit_no) AND (regexp_matches(a."table", '首页|病案|home') OR regexp_matches(a."table", '诊断')))
)
SELECT visit_no AS subject_id, [visit_no] AS visit_nos, ['h_home_page:' || CAST(min(row_id) AS VARCHAR)] AS row_ids, max(total_amount) AS amount, min(CAST(certain AS INTEGER)) = 1 AS certain, 0.75 AS strength,
  {'settled': min(settled), 'home': min(home)} AS facts
FROM wrong
GROUP BY visit_no

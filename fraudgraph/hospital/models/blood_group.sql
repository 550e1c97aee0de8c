/*---
id = "H44"
name = "blood_group"
version = 1
title = "one person, two blood groups"
title_zh = "血型矛盾"
result = "definite"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
severity = 5
question = "Does one person have two blood groups?"
question_zh = "同一人的血型记录是否不一致？"
look_alike = "A newborn; a transplant of blood-forming cells."
look_alike_zh = "新生儿；造血干细胞移植。"
reason_en = "Person {subject_id}: blood groups {groups} in {visit_count} visits."
reason_zh = "人员 {subject_id}：{visit_count} 次就诊血型为 {groups}。"
columns = ["h_home_page.visit_no", "h_home_page.blood_group", "h_visits.patient_id"]
---*/
WITH groups AS (
  SELECT coalesce(v.patient_id, v.id_hash, v.visit_no) AS person, v.visit_no, 'h_home_page:' || CAST(h.row_id AS VARCHAR) AS row_key, upper(replace(replace(h.blood_group, '型', ''), '1', 'A')) AS blood, h.diagnoses || coalesce(h.other_diagnoses, '') || coalesce(h.operations, '') AS codes, v.birth_on, v.admitted_at
  FROM h_home_page h JOIN m_visits v ON v.visit_no = h.visit_no WHERE h.blood_group IS NOT NULL
  UNION ALL
  SELECT coalesce(v.patient_id, v.id_hash, v.visit_no), v.visit_no, 'h_lab:' || CAST(l.row_id AS VARCHAR), upper(replace(l.result, '型', '')), '', v.birth_on, v.admitted_at
  FROM h_lab l JOIN m_visits v ON v.visit_no = l.visit_no WHERE contains(l.item, '血型') AND upper(replace(l.result, '型', '')) IN ('A', 'B', 'O', 'AB')
),
told AS (
  SELECT *, CASE WHEN starts_with(blood, 'AB') THEN 'AB' WHEN starts_with(blood, 'A') THEN 'A' WHEN starts_with(blood, 'B') THEN 'B' WHEN starts_with(blood, 'O') THEN 'O' END AS abo FROM groups
  WHERE NOT (birth_on IS NOT NULL AND admitted_at IS NOT NULL AND date_diff('day', birth_on, CAST(admitted_at AS DATE)) <= 28)
)
SELECT person AS subject_id, array_agg(DISTINCT visit_no) AS visit_nos, array_agg(row_key ORDER BY row_key) AS row_ids, 0 AS amount, TRUE AS certain, 0.9 AS strength,
  {'groups': array_to_string(array_agg(DISTINCT abo ORDER BY abo), ', '), 'visit_count': count(DISTINCT visit_no)} AS facts
FROM told
WHERE abo IS NOT NULL
GROUP BY person
HAVING count(DISTINCT abo) > 1 AND NOT max(CAST(contains(codes, 'Z94') OR contains(codes, '移植') OR contains(codes, '41.0') AS INTEGER)) = 1

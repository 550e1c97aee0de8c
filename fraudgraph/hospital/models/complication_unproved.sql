/*---
id = "H43"
name = "complication_unproved"
version = 1
title = "a complication without test or drug"
title_zh = "并发症无据"
result = "suspicious"
basis = "《医疗保障基金使用监督管理条例》第38条第（七）项 / Regulation (Order 735) art. 38(7)"
basis_from = 2021-05-01
severity = 3
question = "Is there a complication for which nothing was tested or given?"
question_zh = "编码的并发症是否没有任何相应检验或用药？"
look_alike = "A person transferred in, whose tests were done elsewhere."
look_alike_zh = "转入患者，检查在外院完成。"
reason_en = "Visit {subject_id}: {complication} ({name_en}) is coded, and neither {test} was tested nor a drug for it given."
reason_zh = "就诊 {subject_id}：编码 {complication}（{name_zh}），但未见 {test} 检验或相应用药。"
columns = ["h_home_page.visit_no", "h_home_page.other_diagnoses", "h_lab.visit_no"]
---*/
WITH needs AS (
  SELECT * FROM (VALUES
    ('J96', '呼吸衰竭', 'respiratory failure', '血气|氧|通气|呼吸机'), ('A41', '脓毒症', 'sepsis', '培养|降钙素|C反应|抗生素|头孢|青霉素|培南'), ('E87', '电解质紊乱', 'electrolyte disorder', '电解质|钾|钠|血气|生化'),
    ('D62', '急性失血性贫血', 'acute haemorrhagic anaemia', '血常规|红细胞|输血|血红蛋白'), ('N17', '急性肾衰竭', 'acute renal failure', '肌酐|肾功|生化|透析'), ('I50', '心力衰竭', 'heart failure', '钠尿肽|BNP|心脏彩超|超声心动|呋塞米|心电'),
    ('K72', '肝衰竭', 'hepatic failure', '肝功|转氨酶|胆红素|生化'), ('E11', '糖尿病', 'diabetes', '糖|胰岛素|二甲双胍'), ('R57', '休克', 'shock', '乳酸|血气|升压|多巴胺|去甲肾上腺素'), ('J15', '细菌性肺炎', 'bacterial pneumonia', '培养|胸|CT|X线|头孢|青霉素|沙星')
  ) AS n(code, name_zh, name_en, test)
),
coded AS (
  SELECT h.visit_no, h.row_id, n.* FROM h_home_page h JOIN needs n ON contains(h.other_diagnoses, n.code)
  LEFT JOIN m_visits v ON v.visit_no = h.visit_no
  WHERE NOT contains(coalesce(v.admission_way, ''), '转') AND coalesce(v.admission_way, '') <> '3'
),
proofs AS (
  SELECT visit_no, name AS what FROM m_h
  UNION ALL SELECT visit_no, coalesce(panel, '') || ' ' || items FROM k_lab_reports
  UNION ALL SELECT visit_no, coalesce(item, '') FROM h_orders
  UNION ALL SELECT visit_no, coalesce(item, '') || coalesce(modality, '') FROM h_exams
)
SELECT c.visit_no AS subject_id, [c.visit_no] AS visit_nos, ['h_home_page:' || CAST(c.row_id AS VARCHAR)] AS row_ids, 0 AS amount, FALSE AS certain, 0.6 AS strength,
  {'complication': c.code, 'name_zh': c.name_zh, 'name_en': c.name_en, 'test': c.test} AS facts
FROM coded c
WHERE NOT EXISTS (SELECT 1 FROM proofs p WHERE p.visit_no = c.visit_no AND regexp_matches(p.what, c.test))

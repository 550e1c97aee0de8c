/*---
id = "M014D"
name = "sex_conflict_diagnosis"
version = 1
family = "identity"
title = "diagnosis of the other sex"
title_zh = "诊断与性别矛盾"
level = "visit"
result = "definite"
scheme = "invented_service"
basis = "《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Does the main diagnosis belong to the other sex?"
question_zh = "主要诊断是否只可能属于另一性别？"
look_alike = "Sex not stated; codes that both sexes can carry, such as breast cancer."
look_alike_zh = "性别未填；男女均可发生的疾病（如乳腺癌）。"
exclusions = ["sex not stated", "disease of both sexes", "refunded claims"]
reason_zh = "参保人 {subject_id}（性别 {sex}）的主要诊断为 {diagnosis}，共 {claim_count} 笔，基金支付 {amount} 元。"
reason_en = "Insured person {subject_id} (sex {sex}) has the main diagnosis {diagnosis}: {claim_count} claims, the fund paid {amount} yuan."
severity = 4
money_rule = "net fund amount of the claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.diagnosis_code", "claims.event_date", "claims.net_fund_amount", "claims.counted", "patients.patient_id", "patients.sex"]
---*/
SELECT c.patient_id AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids,
  greatest(sum(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.9 AS DOUBLE), 6))) AS strength, {'sex': min(p.sex), 'diagnosis': min(c.diagnosis_code)} AS facts
FROM claims AS c
JOIN patients AS p ON p.patient_id = c.patient_id
WHERE c.counted AND c.event_date BETWEEN $in_force_from AND $in_force_to AND (
  (p.sex = '1' AND (c.diagnosis_code LIKE 'O%' OR substring(c.diagnosis_code, 1, 3) IN ('C51', 'C52', 'C53', 'C54', 'C55', 'C56', 'D25', 'D27', 'N70', 'N71', 'N72', 'N76', 'N80', 'N83', 'N92', 'N95', 'Z34', 'Z39')))
  OR (p.sex = '2' AND substring(c.diagnosis_code, 1, 3) IN ('C60', 'C61', 'C62', 'N40', 'N41', 'N42', 'N43', 'N44', 'N45', 'N47', 'N48')))
GROUP BY c.patient_id

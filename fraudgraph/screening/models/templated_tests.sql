/*---
id = "M058"
name = "templated_tests"
version = 1
family = "charges"
title = "the same tests for everybody"
title_zh = "套餐式检查"
level = "doctor"
result = "suspicious"
scheme = "overtesting"
basis = "《医疗保障基金使用监督管理条例》第38条第（二）项 / Regulation (Order 735) art. 38(2)"
basis_from = 2021-05-01
subject = "doctor"
members = "patient"
question = "Does a doctor order the very same set of tests for most patients whatever the diagnosis?"
question_zh = "医师是否不论诊断对多数患者开同一套检查？"
look_alike = "One disease with a standard set; few patients; a small set."
look_alike_zh = "单一疾病的标准检查；患者少；检查项目少。"
exclusions = ["one disease", "few patients", "small set", "refunded claims"]
reason_zh = "医师 {subject_id} 对 {share} 的患者（{diagnosis_count} 种诊断）开出相同的 {test_count} 项检查，基金支付 {amount} 元。"
reason_en = "Doctor {subject_id} ordered the same {test_count} tests for {share} of patients with {diagnosis_count} different diagnoses; the fund paid {amount} yuan."
severity = 2
money_rule = "net fund amount of the claims with the set"
columns = ["claims.claim_id", "claims.patient_id", "claims.doctor_id", "claims.claim_type", "claims.diagnosis_code", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_code", "claim_items.item_type"]
[parameters.min_share]
default = 0.6
origin = "catalogue M058: 60 per cent of visits"
[parameters.min_tests]
default = 5
origin = "catalogue M058: five items"
[parameters.min_visits]
default = 20
origin = "own choice: fewer visits say nothing"
[parameters.min_diagnoses]
default = 5
origin = "own choice: fewer diagnoses may share a standard"
---*/
WITH visits AS (
  SELECT claim_id, doctor_id, patient_id, net_fund_amount, substring(coalesce(diagnosis_code, ''), 1, 3) AS disease
  FROM claims
  WHERE counted AND claim_type IN ('outpatient', 'chronic') AND doctor_id IS NOT NULL AND event_date BETWEEN $in_force_from AND $in_force_to
),
tests AS (
  SELECT i.claim_id, count(DISTINCT i.item_code) AS test_count, list_sort(array_agg(DISTINCT i.item_code)) AS test_set
  FROM claim_items AS i
  JOIN visits AS v ON v.claim_id = i.claim_id
  WHERE i.item_type IN ('03', '04')
  GROUP BY i.claim_id
  HAVING count(DISTINCT i.item_code) >= $min_tests
),
doctors_visits AS (
  SELECT doctor_id, count(*) AS visit_count FROM visits GROUP BY doctor_id HAVING count(*) >= $min_visits
)
SELECT v.doctor_id AS subject_id, list_sort(array_agg(DISTINCT v.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT v.claim_id)) AS claim_ids,
  greatest(sum(v.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(CAST(count(*) AS DOUBLE) / min(d.visit_count) AS DOUBLE), 6))) AS strength,
  {'share': round(CAST(count(*) AS DOUBLE) / min(d.visit_count), 3), 'diagnosis_count': count(DISTINCT v.disease), 'test_count': min(t.test_count)} AS facts
FROM tests AS t
JOIN visits AS v ON v.claim_id = t.claim_id
JOIN doctors_visits AS d ON d.doctor_id = v.doctor_id
GROUP BY v.doctor_id, t.test_set
HAVING CAST(count(*) AS DOUBLE) >= $min_share * min(d.visit_count) AND count(DISTINCT v.disease) >= $min_diagnoses

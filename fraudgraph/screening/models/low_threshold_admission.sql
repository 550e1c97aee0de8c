/*---
id = "M023"
name = "low_threshold_admission"
version = 1
family = "inpatient"
title = "admission for a mild illness without treatment"
title_zh = "低标准入院"
level = "visit"
result = "suspicious"
scheme = "low_threshold_admission"
basis = "《医疗保障基金使用监督管理条例》第38条第（二）项 / Regulation (Order 735) art. 38(2); 《医疗保障基金使用监督管理条例》第38条第（六）项 / Regulation (Order 735) art. 38(6)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Was a person admitted for a mild illness, examined and hardly treated?"
question_zh = "是否因轻症入院，且以检查为主、几乎无治疗？"
look_alike = "An emergency; a stay with treatment or an operation; an illness that can turn serious."
look_alike_zh = "急诊入院；有治疗或手术；可能转重的疾病。"
exclusions = ["emergency admission", "treated stay", "serious illness", "refunded claims"]
reason_zh = "参保人 {subject_id} 因轻症（{diagnosis}）住院，检查检验占比 {exam_share}，治疗手术占比 {treatment_share}，基金支付 {amount} 元。"
reason_en = "Insured person {subject_id} was admitted for a mild illness ({diagnosis}); tests are {exam_share} of the bill and treatment {treatment_share}; the fund paid {amount} yuan."
severity = 3
money_rule = "net fund amount of the stays"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.diagnosis_code", "claims.event_date", "claims.net_fund_amount", "claims.counted", "claim_items.claim_id", "claim_items.item_type", "claim_items.amount"]
optional = ["claims.admission_way"]
[parameters.min_exam_share]
default = 0.7
origin = "catalogue M023: examinations above 70 per cent"
[parameters.max_treatment_share]
default = 0.1
origin = "own choice: hardly any treatment or operation"
---*/
WITH stays AS (
  SELECT claim_id, patient_id, net_fund_amount, diagnosis_code
  FROM claims
  WHERE claim_type = 'inpatient' AND counted AND coalesce(admission_way, '') <> '1' AND event_date BETWEEN $in_force_from AND $in_force_to
    AND substring(diagnosis_code, 1, 3) IN ('J00', 'J06', 'J20', 'K29', 'R51', 'R42', 'M54', 'M47', 'I10', 'G44', 'K59', 'J31', 'R05')
),
bills AS (
  SELECT s.claim_id, s.patient_id, s.net_fund_amount, s.diagnosis_code, sum(i.amount) AS billed,
    sum(CASE WHEN i.item_type IN ('03', '04') THEN i.amount ELSE 0 END) AS examined,
    sum(CASE WHEN i.item_type IN ('05', '06') THEN i.amount ELSE 0 END) AS treated
  FROM stays AS s
  JOIN claim_items AS i ON i.claim_id = s.claim_id
  GROUP BY s.claim_id, s.patient_id, s.net_fund_amount, s.diagnosis_code
  HAVING sum(i.amount) > 0
)
SELECT patient_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(array_agg(DISTINCT claim_id)) AS claim_ids,
  greatest(sum(net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.4 + 0.1 * count(*) AS DOUBLE), 6))) AS strength,
  {'diagnosis': min(diagnosis_code), 'exam_share': round(CAST(sum(examined) AS DOUBLE) / CAST(sum(billed) AS DOUBLE), 3), 'treatment_share': round(CAST(sum(treated) AS DOUBLE) / CAST(sum(billed) AS DOUBLE), 3)} AS facts
FROM bills
WHERE examined >= $min_exam_share * billed AND treated <= $max_treatment_share * billed
GROUP BY patient_id

/*---
id = "M021"
name = "split_stay"
version = 1
family = "inpatient"
title = "split stay"
title_zh = "分解住院"
level = "visit"
result = "suspicious"
scheme = "split_stay"
basis = "《医疗保障基金使用监督管理条例》第38条第（一）项 / Regulation (Order 735) art. 38(1)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Was the person readmitted to the same institution for the same disease within a few days, and not as an emergency?"
question_zh = "参保人是否在短期内因同一疾病再次入住同一机构，且非急诊？"
look_alike = "Cycles of chemotherapy, radiotherapy or dialysis; psychiatric stays; newborns; a transfer; an emergency."
look_alike_zh = "放化疗、透析周期；精神科住院；新生儿；转院；急诊入院。"
exclusions = ["chemotherapy and radiotherapy", "cancer", "dialysis", "psychiatry", "perinatal period", "emergency admission", "transfer", "refunded claims"]
reason_zh = "参保人 {subject_id} 出院后最短 {gap_days} 天因同一疾病（{diagnosis}）再次入住 {place}，涉及 {readmission_count} 次再入院，基金支付 {amount} 元。"
reason_en = "Insured person {subject_id} was readmitted to {place} for the same disease ({diagnosis}) within {gap_days} days of discharge, {readmission_count} times; the fund paid {amount} yuan for the readmissions."
severity = 3
money_rule = "net fund amount of the readmissions"
columns = ["claims.claim_id", "claims.patient_id", "claims.facility_id", "claims.claim_type", "claims.started_at", "claims.ended_at", "claims.event_date", "claims.diagnosis_code", "claims.net_fund_amount", "claims.counted"]
optional = ["claims.admission_way", "claims.discharge_way", "claims.med_type_raw"]
[parameters.max_gap_days]
default = 15
origin = "recognition standard of inspectors: readmission within 15 days"
---*/
WITH stays AS (
  SELECT claim_id, patient_id, facility_id, substring(diagnosis_code, 1, 3) AS disease, net_fund_amount, event_date,
    coalesce(admission_way, '') AS admission_way, coalesce(med_type_raw, '') AS med_type_raw, CAST(started_at AS DATE) AS stay_from,
    lag(CAST(ended_at AS DATE)) OVER stay_order AS previous_to,
    lag(claim_id) OVER stay_order AS previous_id,
    lag(coalesce(discharge_way, '')) OVER stay_order AS previous_way
  FROM claims
  WHERE claim_type = 'inpatient' AND counted AND facility_id IS NOT NULL AND diagnosis_code IS NOT NULL AND ended_at IS NOT NULL
  WINDOW stay_order AS (PARTITION BY patient_id, facility_id, substring(diagnosis_code, 1, 3) ORDER BY started_at, claim_id)
),
readmissions AS (
  SELECT patient_id, facility_id, disease, claim_id, previous_id, net_fund_amount, date_diff('day', previous_to, stay_from) AS gap_days
  FROM stays
  WHERE date_diff('day', previous_to, stay_from) BETWEEN 0 AND $max_gap_days
    AND event_date BETWEEN $in_force_from AND $in_force_to
    AND admission_way NOT IN ('1', '3')
    AND previous_way <> '2'
    AND med_type_raw <> '2111'
    AND disease NOT LIKE 'C%' AND disease NOT LIKE 'F%' AND disease NOT LIKE 'P%'
    AND disease NOT IN ('Z51', 'Z49', 'N18', 'D46')
)
SELECT
  patient_id AS subject_id,
  array_agg(DISTINCT patient_id) AS member_ids,
  list_sort(list_distinct(list_concat(array_agg(claim_id), array_agg(previous_id)))) AS claim_ids,
  sum(net_fund_amount) AS amount,
  least(1.0, round(0.3 + 0.2 * count(*) + 0.02 * ($max_gap_days - min(gap_days)), 6)) AS strength,
  {'gap_days': min(gap_days), 'diagnosis': min(disease), 'place': min(facility_id), 'readmission_count': count(*)} AS facts
FROM readmissions
GROUP BY patient_id

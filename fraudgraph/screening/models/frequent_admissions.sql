/*---
id = "M009"
name = "frequent_admissions"
version = 1
family = "identity"
title = "frequent admissions"
title_zh = "频繁住院"
level = "person"
result = "suspicious"
scheme = "fictitious_stay"
basis = "《医疗保障基金使用监督管理条例》第38条第（一）项 / Regulation (Order 735) art. 38(1); 《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Was a person admitted far more often in a year than the illness explains?"
question_zh = "参保人一年内住院次数是否明显过多？"
look_alike = "Chemotherapy, dialysis and psychiatric cycles; a transfer counted twice."
look_alike_zh = "放化疗、透析、精神科周期住院；转院重复计数。"
exclusions = ["cancer and its treatment", "dialysis", "psychiatry", "transfer", "refunded claims"]
reason_zh = "参保人 {subject_id} 在 {year} 年住院 {stay_count} 次（阈值 {limit}），基金支付 {amount} 元。"
reason_en = "Insured person {subject_id} was admitted {stay_count} times in {year} (threshold {limit}); the fund paid {amount} yuan."
severity = 3
money_rule = "net fund amount of the stays of such years"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted"]
optional = ["claims.diagnosis_code", "claims.admission_way", "patients.patient_id", "patients.identity_class"]
[parameters.min_stays]
default = 6
origin = "catalogue M009: six a year"
[parameters.min_stays_supported]
default = 4
origin = "recognition heuristic of inspectors: four a year for supported poor"
---*/
WITH stays AS (
  SELECT c.patient_id, year(c.event_date) AS stay_year, c.claim_id, c.net_fund_amount,
    CASE WHEN coalesce(p.identity_class, '') LIKE '23%' THEN $min_stays_supported ELSE $min_stays END AS stay_limit
  FROM claims AS c
  LEFT JOIN patients AS p ON p.patient_id = c.patient_id
  WHERE c.counted AND c.claim_type = 'inpatient' AND c.event_date BETWEEN $in_force_from AND $in_force_to
    AND coalesce(c.admission_way, '') <> '3'
    AND coalesce(c.diagnosis_code, '') NOT LIKE 'C%' AND coalesce(c.diagnosis_code, '') NOT LIKE 'F%'
    AND substring(coalesce(c.diagnosis_code, ''), 1, 3) NOT IN ('Z51', 'Z49', 'N18')
),
years AS (
  SELECT patient_id, stay_year, count(*) AS stay_count, min(stay_limit) AS year_limit
  FROM stays
  GROUP BY patient_id, stay_year
  HAVING count(*) >= min(stay_limit)
)
SELECT s.patient_id AS subject_id, list_sort(array_agg(DISTINCT s.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT s.claim_id)) AS claim_ids,
  greatest(sum(s.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.3 + 0.1 * (max(y.stay_count) - min(y.year_limit)) AS DOUBLE), 6))) AS strength,
  {'stay_count': max(y.stay_count), 'year': min(y.stay_year), 'limit': min(y.year_limit)} AS facts
FROM years AS y
JOIN stays AS s ON s.patient_id = y.patient_id AND s.stay_year = y.stay_year
GROUP BY s.patient_id

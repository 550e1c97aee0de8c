/*---
id = "M102"
name = "false_certification"
version = 1
family = "staff"
title = "certifications without any earlier illness"
title_zh = "虚假认定"
level = "doctor"
result = "suspicious"
scheme = "false_certification"
basis = "《医疗保障基金使用监督管理条例》第40条第（二）项 / Regulation (Order 735) art. 40(2)"
basis_from = 2021-05-01
subject = "doctor"
members = "patient"
question = "Does a certifier certify chronic diseases for many people who were never treated for them?"
question_zh = "认定医师是否为多名既往无相关诊疗的人员认定慢特病？"
look_alike = "Treated for it in the year before; the data begin too late to know; few cases; disease codes of another catalogue (such as M03900), which no diagnosis begins with."
look_alike_zh = "此前一年有相关诊疗；数据起点太晚；个别情况；病种编码（如 M03900）与诊断编码体系不同而无法比对。"
exclusions = ["treated before", "data begin too late", "few cases", "code of another catalogue", "refunded claims"]
reason_zh = "认定医师 {subject_id} 的 {certified_count} 例认定中 {bare_count} 例此前一年无任何相关诊疗，其后基金支付 {amount} 元。"
reason_en = "Of {certified_count} certifications by {subject_id}, {bare_count} have no treatment of the disease in the year before; the fund paid {amount} yuan afterwards."
severity = 4
money_rule = "net fund amount of these people's chronic claims after certification"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.diagnosis_code", "claims.event_date", "claims.net_fund_amount", "claims.counted", "certifications.certification_id", "certifications.patient_id", "certifications.disease_code", "certifications.certifier_id", "certifications.certified_on"]
[parameters.look_back_days]
default = 365
origin = "catalogue M102: no stay or test in 365 days"
[parameters.min_persons]
default = 5
origin = "own choice: a practice, not a case"
[parameters.min_share]
default = 0.5
origin = "own choice: of the certifier's cases"
---*/
WITH start AS (
  SELECT min(event_date) AS first_day FROM claims
),
certified AS (
  SELECT t.certification_id, t.certifier_id, t.patient_id, t.disease_code, t.certified_on
  FROM certifications AS t
  CROSS JOIN start AS s
  WHERE t.certifier_id IS NOT NULL AND t.disease_code IS NOT NULL AND NOT regexp_matches(t.disease_code, '^[A-Z][0-9]{5}') AND date_diff('day', s.first_day, t.certified_on) >= $look_back_days
    AND t.certified_on BETWEEN $in_force_from AND $in_force_to
),
treated AS (
  SELECT DISTINCT t.certification_id
  FROM certified AS t
  JOIN claims AS c ON c.patient_id = t.patient_id AND date_diff('day', c.event_date, t.certified_on) BETWEEN 1 AND $look_back_days
    AND starts_with(c.diagnosis_code, t.disease_code)
),
certifiers AS (
  SELECT t.certifier_id, count(*) AS certified_count, count(*) FILTER (WHERE r.certification_id IS NULL) AS bare_count
  FROM certified AS t
  LEFT JOIN treated AS r ON r.certification_id = t.certification_id
  GROUP BY t.certifier_id
  HAVING count(*) FILTER (WHERE r.certification_id IS NULL) >= $min_persons AND count(*) FILTER (WHERE r.certification_id IS NULL) >= $min_share * count(*)
),
bare AS (
  SELECT t.certifier_id, t.patient_id, min(t.certified_on) AS certified_on
  FROM certified AS t
  JOIN certifiers AS k ON k.certifier_id = t.certifier_id
  LEFT JOIN treated AS r ON r.certification_id = t.certification_id
  WHERE r.certification_id IS NULL
  GROUP BY t.certifier_id, t.patient_id
)
SELECT b.certifier_id AS subject_id, list_sort(array_agg(DISTINCT b.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids, greatest(sum(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.3 + 0.03 * min(k.bare_count) AS DOUBLE), 6))) AS strength, {'certified_count': min(k.certified_count), 'bare_count': min(k.bare_count)} AS facts
FROM bare AS b
JOIN certifiers AS k ON k.certifier_id = b.certifier_id
JOIN claims AS c ON c.patient_id = b.patient_id AND c.event_date >= b.certified_on
WHERE c.counted AND c.claim_type = 'chronic'
GROUP BY b.certifier_id

/*---
id = "M007"
name = "frequent_visits"
version = 1
family = "identity"
title = "excessive outpatient visits"
title_zh = "门诊频次异常"
level = "person"
result = "suspicious"
scheme = "overuse_or_card_lending"
basis = "《医疗保障基金使用监督管理条例》第38条第（二）项 / Regulation (Order 735) art. 38(2); 《医疗保障基金使用监督管理条例》第41条第（三）项 / Regulation (Order 735) art. 41(3)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Does a person have more outpatient visits in a month than care explains?"
question_zh = "参保人一个月门诊次数是否超出合理范围？"
look_alike = "Dialysis, cancer treatment, rehabilitation, wound care; several bills of one visit."
look_alike_zh = "透析、肿瘤治疗、康复、换药；一次就诊多笔结算。"
exclusions = ["dialysis", "cancer treatment", "rehabilitation", "wound care", "several bills of one visit", "refunded claims"]
reason_zh = "参保人 {subject_id} 在 {month} 等月份门诊达 {visit_count} 次，基金支付 {amount} 元。"
reason_en = "Insured person {subject_id} has up to {visit_count} outpatient visits in a month (such as {month}); the fund paid {amount} yuan in such months."
severity = 2
money_rule = "net fund amount of the months above the threshold"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.place_id", "claims.event_date", "claims.net_fund_amount", "claims.counted"]
optional = ["claims.diagnosis_code"]
[parameters.max_visits]
default = 15
origin = "catalogue M007: more than 15 a month"
---*/
WITH visits AS (
  SELECT patient_id, year(event_date) * 100 + month(event_date) AS visit_month, claim_id, place_id, event_date, net_fund_amount
  FROM claims
  WHERE counted AND claim_type IN ('outpatient', 'chronic') AND event_date BETWEEN $in_force_from AND $in_force_to
    AND substring(coalesce(diagnosis_code, ''), 1, 3) NOT IN ('N18', 'Z49', 'Z50', 'Z51', 'Z48', 'Z99')
    AND coalesce(diagnosis_code, '') NOT LIKE 'C%'
),
busy_months AS (
  SELECT v.patient_id, v.visit_month, count(DISTINCT concat(v.place_id, '|', CAST(v.event_date AS VARCHAR))) AS visit_count
  FROM visits AS v
  JOIN (SELECT patient_id, visit_month FROM visits GROUP BY patient_id, visit_month HAVING count(*) > $max_visits) AS m
    ON m.patient_id = v.patient_id AND m.visit_month = v.visit_month
  GROUP BY v.patient_id, v.visit_month
  HAVING count(DISTINCT concat(v.place_id, '|', CAST(v.event_date AS VARCHAR))) > $max_visits
)
SELECT v.patient_id AS subject_id, list_sort(array_agg(DISTINCT v.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT v.claim_id)) AS claim_ids,
  greatest(sum(v.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.2 + 0.03 * max(b.visit_count - $max_visits) AS DOUBLE), 6))) AS strength,
  {'visit_count': max(b.visit_count), 'month': CAST(min(b.visit_month) AS VARCHAR)} AS facts
FROM busy_months AS b
JOIN visits AS v ON v.patient_id = b.patient_id AND v.visit_month = b.visit_month
GROUP BY v.patient_id

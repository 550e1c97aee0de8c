/*---
id = "M001"
name = "settlement_after_death"
version = 1
family = "identity"
title = "settlement after death"
title_zh = "死亡后结算"
level = "visit"
result = "definite"
scheme = "impersonation"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1); 《医疗保障基金使用监督管理条例》第41条 / Regulation (Order 735) art. 41"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Does a claim begin after the day on which the insured person died?"
question_zh = "结算的就诊开始日是否在参保人死亡日之后？"
look_alike = "Claims of the last illness that are only settled after death; a date of death entered a day late; a refund."
look_alike_zh = "生前就诊、死后才结算；死亡日期登记相差一日；冲销记录。"
exclusions = ["settled later for care before death", "one day of registration delay", "refunded claims"]
reason_zh = "参保人 {subject_id} 于 {death_date} 死亡，其后仍有 {claim_count} 笔结算，最早 {first_date}，基金支付 {amount} 元。"
reason_en = "Insured person {subject_id} died on {death_date}; {claim_count} claims begin after that, the first on {first_date}; the fund paid {amount} yuan."
severity = 5
money_rule = "net fund amount of the claims that begin after death"
columns = ["claims.claim_id", "claims.patient_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "patients.patient_id", "patients.death_date"]
[parameters.grace_days]
default = 1
origin = "catalogue M001: more than one day after death"
---*/
SELECT
  c.patient_id AS subject_id,
  array_agg(DISTINCT c.patient_id) AS member_ids,
  list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids,
  sum(c.net_fund_amount) AS amount,
  CAST(1.0 AS DOUBLE) AS strength,
  {'death_date': CAST(min(p.death_date) AS VARCHAR), 'first_date': CAST(min(c.event_date) AS VARCHAR)} AS facts
FROM claims AS c
JOIN patients AS p ON p.patient_id = c.patient_id
WHERE p.death_date IS NOT NULL
  AND c.counted
  AND date_diff('day', p.death_date, c.event_date) > $grace_days
  AND c.event_date BETWEEN $in_force_from AND $in_force_to
GROUP BY c.patient_id

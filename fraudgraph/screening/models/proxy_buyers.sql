/*---
id = "M090"
name = "proxy_buyers"
version = 1
family = "drugs"
title = "one proxy buys for many people"
title_zh = "代购人集中"
level = "group"
result = "suspicious"
scheme = "resale"
basis = "《医疗保障基金使用监督管理条例》第38条第（二）项 / Regulation (Order 735) art. 38(2); 《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
subject = "pharmacy"
members = "patient"
question = "Does one proxy collect drugs for many unrelated people at one pharmacy in a month?"
question_zh = "同一代办人一个月内是否为多名无关人员购药？"
look_alike = "The staff of a care home for its residents; a large family."
look_alike_zh = "养老院工作人员；大家庭。"
exclusions = ["one address", "one household", "refunded claims"]
reason_zh = "代办人 {agent} 在 {month} 于 {subject_id} 为 {person_count} 名无关参保人购药，基金支付 {amount} 元。"
reason_en = "In {month} agent {agent} bought at {subject_id} for {person_count} unrelated people; the fund paid {amount} yuan."
severity = 3
money_rule = "net fund amount of the purchases"
columns = ["claims.claim_id", "claims.patient_id", "claims.pharmacy_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted", "patients.patient_id", "patients.agent_id"]
optional = ["patients.address", "patients.household_id"]
[parameters.min_persons]
default = 10
origin = "catalogue M090: ten patients a month"
---*/
SELECT c.pharmacy_id AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids, greatest(sum(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.2 + 0.03 * count(DISTINCT c.patient_id) AS DOUBLE), 6))) AS strength,
  {'agent': p.agent_id, 'month': CAST(year(c.event_date) * 100 + month(c.event_date) AS VARCHAR), 'person_count': count(DISTINCT c.patient_id)} AS facts
FROM patients AS p
JOIN claims AS c ON c.patient_id = p.patient_id
WHERE p.agent_id IS NOT NULL AND p.agent_id <> p.patient_id AND c.counted AND c.claim_type = 'pharmacy' AND c.event_date BETWEEN $in_force_from AND $in_force_to
GROUP BY c.pharmacy_id, p.agent_id, year(c.event_date) * 100 + month(c.event_date)
HAVING count(DISTINCT c.patient_id) >= $min_persons AND count(DISTINCT coalesce(p.household_id, p.patient_id)) >= $min_persons
  AND count(DISTINCT coalesce(p.address, p.patient_id)) >= $min_persons

/*---
id = "M018"
name = "concentrated_agents"
version = 1
family = "identity"
title = "one agent for many certifications"
title_zh = "代办人集中"
level = "group"
result = "suspicious"
scheme = "false_certification"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Did one agent file chronic-disease certifications for many unrelated people?"
question_zh = "同一代办人是否为多名无关人员代办慢特病认定？"
look_alike = "A family member; the staff of a care home for its residents."
look_alike_zh = "家庭成员；养老院工作人员为入住者代办。"
exclusions = ["one household", "one address", "refunded claims"]
reason_zh = "代办人 {agent} 为 {person_count} 名无关参保人代办慢特病认定，其后结算 {claim_count} 笔，基金支付 {amount} 元。"
reason_en = "Agent {agent} filed certifications for {person_count} unrelated people, who then have {claim_count} claims; the fund paid {amount} yuan."
severity = 3
money_rule = "net fund amount of these people's chronic-disease claims after certification"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted", "patients.patient_id", "certifications.patient_id", "certifications.certified_on", "certifications.agent_id"]
optional = ["patients.address", "patients.household_id"]
[parameters.min_persons]
default = 5
origin = "catalogue M018: five unrelated persons"
---*/
WITH agents AS (
  SELECT t.agent_id, count(DISTINCT coalesce(p.household_id, t.patient_id)) AS person_count
  FROM certifications AS t
  JOIN patients AS p ON p.patient_id = t.patient_id
  WHERE t.agent_id IS NOT NULL AND t.agent_id <> t.patient_id AND t.certified_on BETWEEN $in_force_from AND $in_force_to
  GROUP BY t.agent_id
  HAVING count(DISTINCT coalesce(p.household_id, t.patient_id)) >= $min_persons
    AND count(DISTINCT coalesce(p.address, t.patient_id)) >= $min_persons
)
SELECT min(t.patient_id) AS subject_id, list_sort(array_agg(DISTINCT t.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids,
  greatest(sum(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.2 + 0.05 * min(a.person_count) AS DOUBLE), 6))) AS strength,
  {'agent': a.agent_id, 'person_count': min(a.person_count)} AS facts
FROM agents AS a
JOIN (SELECT agent_id, patient_id, min(certified_on) AS certified_on FROM certifications GROUP BY agent_id, patient_id) AS t ON t.agent_id = a.agent_id
JOIN claims AS c ON c.patient_id = t.patient_id AND c.event_date >= t.certified_on
WHERE c.counted AND c.claim_type = 'chronic' AND c.event_date BETWEEN $in_force_from AND $in_force_to
GROUP BY a.agent_id

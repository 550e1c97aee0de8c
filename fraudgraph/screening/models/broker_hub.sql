/*---
id = "M106"
name = "broker_hub"
version = 1
family = "network"
title = "one contact brings many people into one hospital"
title_zh = "中介卡头"
level = "group"
result = "suspicious"
scheme = "broker"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
subject = "facility"
members = "patient"
question = "Does one agent or phone stand behind many unrelated people admitted to one institution?"
question_zh = "同一代办人是否关联多名入住同一机构的无关人员？"
look_alike = "The staff of a care home; a large family; the family doctor of a village over all hospitals."
look_alike_zh = "养老院工作人员；大家庭；不集中于一家机构。"
exclusions = ["one address", "one household", "spread over hospitals", "refunded claims"]
reason_zh = "代办人 {agent} 关联的 {person_count} 名无关参保人入住 {subject_id}（占其关联人员住院的 {share}），基金支付 {amount} 元。"
reason_en = "{person_count} unrelated people behind agent {agent} were admitted to {subject_id} ({share} of their stays); the fund paid {amount} yuan."
severity = 4
money_rule = "net fund amount of these stays"
columns = ["claims.claim_id", "claims.patient_id", "claims.facility_id", "claims.claim_type", "claims.event_date", "claims.net_fund_amount", "claims.counted", "patients.patient_id", "patients.agent_id"]
optional = ["patients.address", "patients.household_id"]
[parameters.min_persons]
default = 8
origin = "own choice"
[parameters.min_share]
default = 0.6
origin = "own choice: of the stays of the agent's people"
---*/
WITH stays AS (
  SELECT p.agent_id, p.patient_id, coalesce(p.household_id, p.patient_id) AS household, coalesce(p.address, p.patient_id) AS address,
    c.facility_id, c.claim_id, c.net_fund_amount
  FROM patients AS p
  JOIN claims AS c ON c.patient_id = p.patient_id
  WHERE p.agent_id IS NOT NULL AND p.agent_id <> p.patient_id AND c.counted AND c.claim_type = 'inpatient' AND c.facility_id IS NOT NULL AND c.event_date BETWEEN $in_force_from AND $in_force_to
),
agents AS (
  SELECT agent_id, count(*) AS stay_count FROM stays GROUP BY agent_id
)
SELECT s.facility_id AS subject_id, list_sort(array_agg(DISTINCT s.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT s.claim_id)) AS claim_ids, greatest(sum(s.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.3 + 0.03 * count(DISTINCT s.household) AS DOUBLE), 6))) AS strength,
  {'agent': s.agent_id, 'person_count': count(DISTINCT s.household), 'share': round(CAST(count(*) AS DOUBLE) / min(a.stay_count), 3)} AS facts
FROM stays AS s
JOIN agents AS a ON a.agent_id = s.agent_id
GROUP BY s.facility_id, s.agent_id
HAVING count(DISTINCT s.household) >= $min_persons AND count(DISTINCT s.address) >= $min_persons AND CAST(count(*) AS DOUBLE) >= $min_share * min(a.stay_count)

/*---
id = "M017"
name = "shared_phone"
version = 1
family = "identity"
title = "one phone for many people"
title_zh = "电话共用"
level = "group"
result = "suspicious"
scheme = "broker"
basis = "线索，依据《医疗保障基金使用监督管理条例》第24条（大数据监控） / a lead only, under Regulation (Order 735) art. 24 (monitoring by data)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Do unrelated people share one telephone number and cost more than most?"
question_zh = "无亲属关系的多人是否共用一个电话且费用偏高？"
look_alike = "A household; a care home or school with one address; an employer's number; a placeholder number."
look_alike_zh = "同一家庭；同址的养老院、学校；单位电话；占位号码。"
exclusions = ["one household", "one address", "one employer", "placeholder number", "refunded claims"]
reason_zh = "{person_count} 名非同户参保人共用一个电话，共 {claim_count} 笔结算，基金支付 {amount} 元。"
reason_en = "{person_count} people of different households share one telephone number: {claim_count} claims, the fund paid {amount} yuan."
severity = 2
money_rule = "net fund amount of these people's claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.event_date", "claims.net_fund_amount", "claims.counted", "patients.patient_id", "patients.phone"]
optional = ["patients.address", "patients.employer", "patients.household_id"]
[parameters.min_persons]
default = 3
origin = "catalogue M017: more than two persons"
[parameters.max_persons]
default = 50
origin = "own choice: a number of more people is an institution's or a placeholder"
[parameters.cost_share]
default = 0.95
origin = "catalogue M017: among the dearest 5 per cent of shared numbers"
---*/
WITH numbers AS (
  SELECT phone, count(*) AS person_count
  FROM patients
  WHERE phone IS NOT NULL AND length(phone) >= 7
  GROUP BY phone
  HAVING count(*) BETWEEN $min_persons AND $max_persons
    AND count(DISTINCT coalesce(household_id, patient_id)) >= $min_persons
    AND count(DISTINCT coalesce(address, patient_id)) >= $min_persons
    AND count(DISTINCT coalesce(employer, patient_id)) >= $min_persons
),
costs AS (
  SELECT n.phone, n.person_count, list_sort(array_agg(DISTINCT p.patient_id)) AS member_ids, min(p.patient_id) AS subject_id,
    list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids, sum(c.net_fund_amount) AS paid
  FROM numbers AS n
  JOIN patients AS p ON p.phone = n.phone
  JOIN claims AS c ON c.patient_id = p.patient_id
  WHERE c.counted AND c.event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY n.phone, n.person_count
),
limits AS (
  SELECT fg_quantile(CAST(paid AS DOUBLE), $cost_share) AS paid_limit FROM costs
)
SELECT s.subject_id, s.member_ids, s.claim_ids, greatest(s.paid, CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.1 + 0.05 * s.person_count AS DOUBLE), 6))) AS strength,
  {'person_count': s.person_count} AS facts
FROM costs AS s
JOIN limits AS l ON CAST(s.paid AS DOUBLE) >= l.paid_limit

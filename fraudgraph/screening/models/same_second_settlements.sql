/*---
id = "M068"
name = "same_second_settlements"
version = 1
family = "charges"
title = "settlements in the same second"
title_zh = "同秒结算"
level = "institution"
result = "suspicious"
scheme = "card_sweep"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
subject = "place"
members = "patient"
question = "Did one operator settle several people from different households in the very same second?"
question_zh = "同一经办人是否在同一秒内为多个不同家庭的参保人结算？"
look_alike = "A clock that only knows minutes; a nightly batch upload; a family settled together."
look_alike_zh = "系统时间只精确到分；夜间批量上传；一家人一起结算。"
exclusions = ["clock without seconds", "batch upload at midnight", "one household", "refunded claims"]
reason_zh = "{subject_id} 的经办人 {operator} 有 {second_count} 次在同一秒内为至少 {person_count} 个不同家庭结算（如 {example_time}），涉及 {claim_count} 笔，基金支付 {amount} 元。"
reason_en = "At {subject_id} operator {operator} settled people of at least {person_count} households within one second {second_count} times (such as {example_time}): {claim_count} claims, the fund paid {amount} yuan."
severity = 4
money_rule = "net fund amount of the claims settled in such seconds"
columns = ["claims.claim_id", "claims.patient_id", "claims.place_id", "claims.operator_id", "claims.settled_at", "claims.event_date", "claims.net_fund_amount", "claims.counted"]
optional = ["patients.patient_id", "patients.household_id"]
[parameters.min_persons]
default = 3
origin = "catalogue M068: three in one second"
[parameters.min_second_share]
default = 0.5
origin = "own choice: below this share of times with seconds the place's clock is taken for one of minutes"
---*/
WITH crowded AS (
  SELECT place_id, operator_id, settled_at
  FROM claims
  WHERE counted AND operator_id IS NOT NULL AND settled_at IS NOT NULL
    AND settled_at <> CAST(CAST(settled_at AS DATE) AS TIMESTAMP)
    AND event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY place_id, operator_id, settled_at
  HAVING count(*) >= $min_persons
),
minute_clocks AS (
  SELECT place_id
  FROM claims
  WHERE place_id IN (SELECT place_id FROM crowded) AND settled_at IS NOT NULL
  GROUP BY place_id
  HAVING count(*) FILTER (WHERE second(settled_at) <> 0) < $min_second_share * count(*)
),
settled AS (
  SELECT c.place_id, c.operator_id, c.settled_at, c.claim_id, c.patient_id, c.net_fund_amount,
    coalesce(p.household_id, c.patient_id) AS household
  FROM claims AS c
  JOIN crowded AS w ON w.settled_at = c.settled_at AND w.place_id = c.place_id AND w.operator_id = c.operator_id
  LEFT JOIN patients AS p ON p.patient_id = c.patient_id
  WHERE c.counted AND c.place_id NOT IN (SELECT place_id FROM minute_clocks)
),
seconds AS (
  SELECT place_id, operator_id, settled_at, count(DISTINCT household) AS person_count
  FROM settled
  GROUP BY place_id, operator_id, settled_at
  HAVING count(DISTINCT household) >= $min_persons
)
SELECT
  s.place_id AS subject_id,
  list_sort(array_agg(DISTINCT s.patient_id)) AS member_ids,
  list_sort(array_agg(DISTINCT s.claim_id)) AS claim_ids,
  greatest(sum(s.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  least(1.0, round(0.2 + 0.1 * min(t.person_count) + 0.1 * count(DISTINCT s.settled_at), 6)) AS strength,
  {'operator': s.operator_id, 'second_count': count(DISTINCT s.settled_at), 'person_count': min(t.person_count), 'example_time': strftime(min(s.settled_at), '%Y-%m-%d %H:%M:%S')} AS facts
FROM settled AS s
JOIN seconds AS t ON t.place_id = s.place_id AND t.operator_id = s.operator_id AND t.settled_at = s.settled_at
GROUP BY s.place_id, s.operator_id

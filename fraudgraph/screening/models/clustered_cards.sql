/*---
id = "M078"
name = "clustered_cards"
version = 1
family = "drugs"
title = "clustered cards"
title_zh = "集中刷卡"
level = "group"
result = "suspicious"
scheme = "card_sweep"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
subject = "place"
members = "patient"
question = "Were many people's cards settled one right after another at one counter, far faster than the counter's own pace?"
question_zh = "同一窗口是否接连为许多人刷卡，且远快于该窗口自身的节奏？"
look_alike = "Opening time, a vaccination or screening day, the monthly round of a care home, a benefit day of one employer."
look_alike_zh = "开门高峰、疫苗或筛查日、养老院每月集中取药、同一单位的福利日。"
exclusions = ["busy hour of the counter", "busy day of the counter", "one address", "one employer", "refunded claims"]
reason_zh = "{subject_id} 自 {started} 起 {minutes} 分钟内接连为 {person_count} 人刷卡，按该窗口平时节奏预期约 {expected} 人，基金支付 {amount} 元。"
reason_en = "At {subject_id} the cards of {person_count} people were settled within {minutes} minutes from {started}; at the counter's own pace about {expected} would be expected. The fund paid {amount} yuan."
severity = 4
money_rule = "net fund amount of the claims in the chain"
columns = ["claims.claim_id", "claims.patient_id", "claims.place_id", "claims.event_at", "claims.event_date", "claims.claim_type", "claims.net_fund_amount", "claims.counted"]
optional = ["claims.operator_id", "patients.patient_id", "patients.address", "patients.employer"]
[parameters.min_persons]
default = 8
origin = "catalogue M078: eight in ten minutes"
[parameters.max_gap_seconds]
default = 90
origin = "own choice: eight people no more than 90 s apart take at most ten and a half minutes"
[parameters.pace_factor]
default = 4.0
origin = "own choice: so many times the pace of the counter's own hour and day"
[parameters.max_shared_share]
default = 0.5
origin = "own choice: from this share of one address or employer on, the lawful explanation is taken"
---*/
WITH visits AS (
  SELECT claim_id, patient_id, place_id, coalesce(operator_id, '') AS operator_id, event_date, event_at, net_fund_amount
  FROM claims
  WHERE counted AND claim_type <> 'inpatient' AND event_at IS NOT NULL
    AND event_date BETWEEN $in_force_from AND $in_force_to
),
hours AS (
  SELECT place_id, operator_id, event_date, hour(event_at) AS open_hour, count(*) AS visit_count
  FROM visits
  GROUP BY place_id, operator_id, event_date, hour(event_at)
),
days AS (
  SELECT place_id, operator_id, event_date, sum(visit_count) AS visit_count, count(*) AS hour_count
  FROM hours
  GROUP BY place_id, operator_id, event_date
),
counters AS (
  SELECT place_id, operator_id, count(*) AS day_count
  FROM days
  GROUP BY place_id, operator_id
),
hour_pace AS (
  SELECT h.place_id, h.operator_id, h.open_hour, CAST(sum(h.visit_count) AS DOUBLE) / max(n.day_count) AS hourly_count
  FROM hours AS h
  JOIN counters AS n ON n.place_id = h.place_id AND n.operator_id = h.operator_id
  GROUP BY h.place_id, h.operator_id, h.open_hour
),
crowded AS (
  SELECT place_id, operator_id, event_date, visit_count, hour_count
  FROM days
  WHERE visit_count >= $min_persons
),
followed AS (
  SELECT v.place_id, v.operator_id, v.event_date, v.event_at, v.claim_id, v.patient_id, v.net_fund_amount,
    CASE WHEN epoch(v.event_at) - lag(epoch(v.event_at)) OVER (
      PARTITION BY v.place_id, v.operator_id, v.event_date ORDER BY v.event_at, v.claim_id) <= $max_gap_seconds
      THEN 0 ELSE 1 END AS begins
  FROM visits AS v
  JOIN crowded AS d ON d.place_id = v.place_id AND d.operator_id = v.operator_id AND d.event_date = v.event_date
),
chains AS (
  SELECT place_id, operator_id, event_date, event_at, claim_id, patient_id, net_fund_amount,
    sum(begins) OVER (PARTITION BY place_id, operator_id, event_date ORDER BY event_at, claim_id
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS chain_number
  FROM followed
),
sessions AS (
  SELECT place_id, operator_id, event_date, chain_number, count(DISTINCT patient_id) AS person_count,
    min(event_at) AS started_at, epoch(max(event_at)) - epoch(min(event_at)) AS lasted_seconds
  FROM chains
  GROUP BY place_id, operator_id, event_date, chain_number
  HAVING count(*) >= $min_persons
),
surprising AS (
  SELECT s.place_id, s.operator_id, s.event_date, s.chain_number, s.person_count, s.started_at, s.lasted_seconds,
    round(greatest(p.hourly_count, CAST(d.visit_count - s.person_count AS DOUBLE) / greatest(d.hour_count, 4))
      * (s.lasted_seconds + $max_gap_seconds) / 3600.0, 2) AS expected
  FROM sessions AS s
  JOIN crowded AS d ON d.place_id = s.place_id AND d.operator_id = s.operator_id AND d.event_date = s.event_date
  JOIN hour_pace AS p ON p.place_id = s.place_id AND p.operator_id = s.operator_id AND p.open_hour = hour(s.started_at)
  WHERE s.person_count >= $min_persons
),
people AS (
  SELECT s.place_id, s.operator_id, s.event_date, s.chain_number, c.claim_id, c.patient_id, c.net_fund_amount,
    s.person_count, s.started_at, s.lasted_seconds, s.expected, p.address, p.employer
  FROM surprising AS s
  JOIN chains AS c ON c.place_id = s.place_id AND c.operator_id = s.operator_id AND c.event_date = s.event_date
    AND c.chain_number = s.chain_number
  LEFT JOIN patients AS p ON p.patient_id = c.patient_id
  WHERE s.person_count >= $pace_factor * s.expected
),
shared AS (
  SELECT place_id, operator_id, event_date, chain_number, max(people_count) AS people_count
  FROM (
    SELECT place_id, operator_id, event_date, chain_number, mark, count(*) AS people_count
    FROM (
      SELECT DISTINCT place_id, operator_id, event_date, chain_number, concat('address ', address) AS mark, patient_id
      FROM people WHERE address IS NOT NULL
      UNION ALL
      SELECT DISTINCT place_id, operator_id, event_date, chain_number, concat('employer ', employer) AS mark, patient_id
      FROM people WHERE employer IS NOT NULL
    ) AS marked
    GROUP BY place_id, operator_id, event_date, chain_number, mark
  ) AS shares
  GROUP BY place_id, operator_id, event_date, chain_number
)
SELECT
  p.place_id AS subject_id,
  list_sort(array_agg(DISTINCT p.patient_id)) AS member_ids,
  list_sort(array_agg(DISTINCT p.claim_id)) AS claim_ids,
  greatest(sum(p.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, round(1.0 - min(p.expected) / min(p.person_count), 6)) AS strength,
  {'operator': p.operator_id, 'started': strftime(min(p.started_at), '%Y-%m-%d %H:%M'), 'minutes': CAST(round(min(p.lasted_seconds) / 60.0, 1) AS DOUBLE), 'person_count': min(p.person_count), 'expected': min(p.expected)} AS facts
FROM people AS p
LEFT JOIN shared AS s ON s.place_id = p.place_id AND s.operator_id = p.operator_id AND s.event_date = p.event_date
  AND s.chain_number = p.chain_number
WHERE coalesce(s.people_count, 0) < $max_shared_share * p.person_count
GROUP BY p.place_id, p.operator_id, p.event_date, p.chain_number

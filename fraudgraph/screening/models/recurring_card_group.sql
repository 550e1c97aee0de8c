/*---
id = "M080"
name = "recurring_card_group"
version = 1
family = "drugs"
title = "the same cards follow one another again and again"
title_zh = "固定卡组轮刷"
level = "group"
result = "suspicious"
scheme = "card_sweep"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1); 《医疗保障基金使用监督管理条例》第41条第（一）项 / Regulation (Order 735) art. 41(1)"
basis_from = 2021-05-01
subject = "place"
members = "patient"
question = "Are the same people's cards swiped within minutes of each other at one counter on several days?"
question_zh = "相同人员的卡是否多日在同一窗口前后数分钟内刷用？"
look_alike = "Couples and families; care homes with one address; a single occasion."
look_alike_zh = "夫妻家人；同址养老院；仅一次。"
exclusions = ["one household", "one address", "single occasion", "few people", "refunded claims"]
reason_zh = "{subject_id} 有 {member_count} 名参保人两两在 {day_count} 天及以上前后 {window_minutes} 分钟内刷卡，基金支付 {amount} 元。"
reason_en = "At {subject_id} the cards of {member_count} people follow one another within {window_minutes} minutes on {day_count} days or more; the fund paid {amount} yuan."
severity = 5
money_rule = "net fund amount of the claims next to each other"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.place_id", "claims.event_date", "claims.event_at", "claims.net_fund_amount", "claims.counted"]
optional = ["claims.operator_id", "patients.patient_id", "patients.address", "patients.household_id"]
[parameters.window_minutes]
default = 10
origin = "own choice, as M078"
[parameters.min_days]
default = 3
origin = "catalogue M080: three sessions"
[parameters.min_persons]
default = 4
origin = "own choice: four people"
---*/
WITH regulars AS (
  SELECT patient_id, place_id FROM claims
  WHERE counted AND claim_type <> 'inpatient' AND event_at IS NOT NULL AND event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY patient_id, place_id
  HAVING count(*) >= $min_days
),
visits AS (
  SELECT c.place_id, coalesce(c.operator_id, '') AS operator_id, c.event_date, c.event_at, c.claim_id, c.patient_id,
    lag(c.patient_id, 1) OVER counter AS p1, lag(c.claim_id, 1) OVER counter AS c1, lag(c.event_at, 1) OVER counter AS t1,
    lag(c.patient_id, 2) OVER counter AS p2, lag(c.claim_id, 2) OVER counter AS c2, lag(c.event_at, 2) OVER counter AS t2,
    lag(c.patient_id, 3) OVER counter AS p3, lag(c.claim_id, 3) OVER counter AS c3, lag(c.event_at, 3) OVER counter AS t3
  FROM claims AS c
  JOIN regulars AS r ON r.patient_id = c.patient_id AND r.place_id = c.place_id
  WHERE c.counted AND c.claim_type <> 'inpatient' AND c.event_at IS NOT NULL
  WINDOW counter AS (PARTITION BY c.place_id, coalesce(c.operator_id, ''), c.event_date ORDER BY c.event_at, c.claim_id)
),
neighbours AS (
  SELECT place_id, event_date, patient_id, claim_id, event_at, p1 AS other_id, c1 AS other_claim, t1 AS other_at FROM visits
  UNION ALL
  SELECT place_id, event_date, patient_id, claim_id, event_at, p2 AS other_id, c2 AS other_claim, t2 AS other_at FROM visits
  UNION ALL
  SELECT place_id, event_date, patient_id, claim_id, event_at, p3 AS other_id, c3 AS other_claim, t3 AS other_at FROM visits
),
close_pairs AS (
  SELECT place_id, event_date, least(patient_id, other_id) AS a, greatest(patient_id, other_id) AS b, claim_id, other_claim
  FROM neighbours
  WHERE other_id <> patient_id AND epoch(event_at) - epoch(other_at) <= 60 * $window_minutes
),
pairs AS (
  SELECT place_id, a, b, count(DISTINCT event_date) AS day_count
  FROM close_pairs
  GROUP BY place_id, a, b
  HAVING count(DISTINCT event_date) >= $min_days
),
strangers AS (
  SELECT r.place_id, r.a, r.b, r.day_count
  FROM pairs AS r
  LEFT JOIN patients AS x ON x.patient_id = r.a
  LEFT JOIN patients AS y ON y.patient_id = r.b
  WHERE (x.household_id IS NULL OR y.household_id IS NULL OR x.household_id <> y.household_id)
    AND (x.address IS NULL OR y.address IS NULL OR x.address <> y.address)
),
involved AS (
  SELECT p.place_id, p.claim_id, s.day_count FROM close_pairs AS p JOIN strangers AS s ON s.place_id = p.place_id AND s.a = p.a AND s.b = p.b
  UNION ALL
  SELECT p.place_id, p.other_claim AS claim_id, s.day_count FROM close_pairs AS p JOIN strangers AS s ON s.place_id = p.place_id AND s.a = p.a AND s.b = p.b
),
once AS (
  SELECT place_id, claim_id, min(day_count) AS day_count FROM involved GROUP BY place_id, claim_id
)
SELECT o.place_id AS subject_id, list_sort(array_agg(DISTINCT c.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT c.claim_id)) AS claim_ids, greatest(sum(c.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.4 + 0.04 * count(DISTINCT c.patient_id) AS DOUBLE), 6))) AS strength, {'day_count': min(o.day_count), 'window_minutes': $window_minutes} AS facts
FROM once AS o
JOIN claims AS c ON c.claim_id = o.claim_id
GROUP BY o.place_id
HAVING count(DISTINCT c.patient_id) >= $min_persons

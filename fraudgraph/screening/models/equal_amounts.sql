/*---
id = "M081"
name = "equal_amounts"
version = 1
family = "drugs"
title = "the same amount for many people on one day"
title_zh = "等额结算"
level = "group"
result = "suspicious"
scheme = "card_sweep"
basis = "《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
subject = "place"
members = "patient"
question = "Were many people billed exactly the same amount on one day, unlike that place's other days?"
question_zh = "某日是否有多人结算金额完全相同且不同于该机构平日？"
look_alike = "A bundled fee or registration fee that the place always charges; small sums."
look_alike_zh = "该机构长期收取的固定费用、挂号费；小额。"
exclusions = ["the place's usual fee", "small sums", "small share of the day", "refunded claims"]
reason_zh = "{subject_id} 于 {day} 有 {person_count} 人结算金额均为 {each} 元，占当日 {share}，基金支付 {amount} 元。"
reason_en = "On {day} {subject_id} billed {person_count} people exactly {each} yuan ({share} of the day's claims); the fund paid {amount} yuan."
severity = 3
money_rule = "net fund amount of the equal claims"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.place_id", "claims.event_date", "claims.net_total_amount", "claims.net_fund_amount", "claims.counted"]
[parameters.min_persons]
default = 10
origin = "catalogue M081: ten equal"
[parameters.min_share]
default = 0.15
origin = "catalogue M081: above 15 per cent"
[parameters.min_amount]
default = 20.0
origin = "own choice: smaller sums are registration fees"
[parameters.max_usual_share]
default = 0.05
origin = "own choice: an amount with a larger share over all days is the place's usual fee"
---*/
WITH visits AS (
  SELECT place_id, event_date, net_total_amount, claim_id, patient_id, net_fund_amount
  FROM claims
  WHERE counted AND claim_type <> 'inpatient' AND net_total_amount >= CAST($min_amount AS DECIMAL(16,2)) AND event_date BETWEEN $in_force_from AND $in_force_to
),
sums AS (
  SELECT place_id, event_date, net_total_amount, count(*) AS claim_count FROM visits GROUP BY place_id, event_date, net_total_amount
),
days AS (
  SELECT place_id, event_date, sum(claim_count) AS claim_count FROM sums GROUP BY place_id, event_date
),
candidates AS (
  SELECT s.place_id, s.event_date, s.net_total_amount, s.claim_count, d.claim_count AS day_count
  FROM sums AS s
  JOIN days AS d ON d.place_id = s.place_id AND d.event_date = s.event_date
  WHERE s.claim_count >= $min_persons AND CAST(s.claim_count AS DOUBLE) > $min_share * d.claim_count
),
other_days AS (
  SELECT k.place_id, k.event_date, k.net_total_amount,
    coalesce(sum(CASE WHEN s.net_total_amount = k.net_total_amount THEN s.claim_count ELSE 0 END), 0) AS same_count, coalesce(sum(s.claim_count), 0) AS other_count
  FROM candidates AS k
  LEFT JOIN sums AS s ON s.place_id = k.place_id AND s.event_date <> k.event_date
  GROUP BY k.place_id, k.event_date, k.net_total_amount
),
odd AS (
  SELECT k.place_id, k.event_date, k.net_total_amount, k.claim_count, k.day_count
  FROM candidates AS k
  JOIN other_days AS o ON o.place_id = k.place_id AND o.event_date = k.event_date AND o.net_total_amount = k.net_total_amount
  WHERE CAST(o.same_count AS DOUBLE) <= $max_usual_share * o.other_count
)
SELECT v.place_id AS subject_id, list_sort(array_agg(DISTINCT v.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT v.claim_id)) AS claim_ids, greatest(sum(v.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount,
  greatest(0.0, least(1.0, round(CAST(0.2 + 0.02 * count(DISTINCT v.patient_id) AS DOUBLE), 6))) AS strength,
  {'day': CAST(v.event_date AS VARCHAR), 'person_count': count(DISTINCT v.patient_id), 'each': CAST(v.net_total_amount AS DOUBLE), 'share': round(CAST(min(o.claim_count) AS DOUBLE) / CAST(min(o.day_count) AS DOUBLE), 3)} AS facts
FROM odd AS o
JOIN visits AS v ON v.place_id = o.place_id AND v.event_date = o.event_date AND v.net_total_amount = o.net_total_amount
GROUP BY v.place_id, v.event_date, v.net_total_amount
HAVING count(DISTINCT v.patient_id) >= $min_persons

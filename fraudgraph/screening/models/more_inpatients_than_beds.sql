/*---
id = "M028"
name = "more_inpatients_than_beds"
version = 1
family = "inpatient"
title = "more inpatients than beds"
title_zh = "超床位住院"
level = "institution"
result = "suspicious"
scheme = "fictitious_stay"
basis = "《医疗保障基金使用监督管理条例》第38条第（一）项 / Regulation (Order 735) art. 38(1); 《医疗保障基金使用监督管理条例》第40条第（三）项 / Regulation (Order 735) art. 40(3)"
basis_from = 2021-05-01
subject = "facility"
members = "patient"
question = "Were more people in hospital at once than the institution has beds, for days on end?"
question_zh = "同时在院人数是否连续多日超过批准床位？"
look_alike = "The day of discharge; day surgery; a newly opened ward."
look_alike_zh = "出院当日；日间手术；新增病区。"
exclusions = ["day of discharge", "day surgery", "newly opened ward", "refunded claims"]
reason_zh = "{subject_id} 批准床位 {beds} 张，有 {day_count} 天同时在院超过限度，最多 {top_count} 人，基金支付 {amount} 元。"
reason_en = "{subject_id} has {beds} approved beds and was over the limit on {day_count} days, with up to {top_count} people in hospital; the fund paid {amount} yuan."
severity = 4
money_rule = "net fund amount of the stays that began on over-full days"
columns = ["claims.claim_id", "claims.patient_id", "claims.facility_id", "claims.claim_type", "claims.started_at", "claims.ended_at", "claims.event_date", "claims.net_fund_amount", "claims.counted", "facilities.facility_id", "facilities.beds"]
optional = ["place_events.place_id", "place_events.kind"]
[parameters.max_share]
default = 1.1
origin = "catalogue M028: above 110 per cent"
[parameters.min_days]
default = 3
origin = "catalogue M028: three days"
---*/
WITH stays AS (
  SELECT c.facility_id, c.claim_id, c.patient_id, c.net_fund_amount, CAST(c.started_at AS DATE) AS stay_from,
    CAST(c.ended_at AS DATE) AS stay_to, f.beds
  FROM claims AS c
  JOIN facilities AS f ON f.facility_id = c.facility_id
  WHERE c.claim_type = 'inpatient' AND c.counted AND f.beds > 0 AND CAST(c.ended_at AS DATE) > CAST(c.started_at AS DATE)
    AND c.event_date BETWEEN $in_force_from AND $in_force_to
    AND c.facility_id NOT IN (SELECT place_id FROM place_events WHERE kind = 'expanded' AND place_id IS NOT NULL)
),
steps AS (
  SELECT facility_id, beds, step_day, sum(step) AS step
  FROM (
    SELECT facility_id, beds, stay_from AS step_day, 1 AS step FROM stays
    UNION ALL
    SELECT facility_id, beds, stay_to AS step_day, -1 AS step FROM stays
  ) AS moves
  GROUP BY facility_id, beds, step_day
),
levels AS (
  SELECT facility_id, beds, step_day,
    sum(step) OVER (PARTITION BY facility_id ORDER BY step_day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS present_count,
    lead(step_day) OVER (PARTITION BY facility_id ORDER BY step_day) AS next_day
  FROM steps
),
full_times AS (
  SELECT facility_id, beds, step_day, next_day, present_count
  FROM levels
  WHERE next_day IS NOT NULL AND present_count > $max_share * beds
),
full_places AS (
  SELECT facility_id, sum(date_diff('day', step_day, next_day)) AS day_count, max(present_count) AS top_count
  FROM full_times
  GROUP BY facility_id
  HAVING sum(date_diff('day', step_day, next_day)) >= $min_days
),
stays_then AS (
  SELECT DISTINCT s.facility_id, s.beds, s.claim_id, s.patient_id, s.net_fund_amount
  FROM stays AS s
  JOIN full_times AS t ON t.facility_id = s.facility_id AND s.stay_from >= t.step_day AND s.stay_from < t.next_day
)
SELECT s.facility_id AS subject_id, list_sort(array_agg(DISTINCT s.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT s.claim_id)) AS claim_ids,
  greatest(sum(s.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(CAST(min(p.top_count) AS DOUBLE) / min(s.beds) - 0.9 AS DOUBLE), 6))) AS strength,
  {'beds': min(s.beds), 'day_count': CAST(min(p.day_count) AS BIGINT), 'top_count': CAST(min(p.top_count) AS BIGINT)} AS facts
FROM full_places AS p
JOIN stays_then AS s ON s.facility_id = p.facility_id
GROUP BY s.facility_id

/*---
id = "M005"
name = "distant_visits"
version = 1
family = "identity"
title = "visits too far apart on one day"
title_zh = "同日异地就诊"
level = "person"
result = "suspicious"
scheme = "card_lending"
basis = "《医疗保障基金使用监督管理条例》第41条第（一）项 / Regulation (Order 735) art. 41(1)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Was the person at two places that can't be reached in the time between?"
question_zh = "同一参保人一日内先后就诊的两地，在间隔时间内能否到达？"
look_alike = "Places near each other; times without a clock or posted at midnight; a fast train given enough time."
look_alike_zh = "两地相近；无时刻或零点批量上传；间隔时间足够。"
exclusions = ["neighbouring places", "batch upload at midnight", "enough time to travel", "refunded claims"]
reason_zh = "参保人 {subject_id} 在 {day} 先后于相距 {distance_km} 公里的两处就诊，间隔仅 {minutes} 分钟，共 {jump_count} 次，基金支付 {amount} 元。"
reason_en = "On {day} insured person {subject_id} was at two places {distance_km} km apart within {minutes} minutes ({jump_count} such times); the fund paid {amount} yuan."
severity = 4
money_rule = "net fund amount of the later claim of each pair"
columns = ["claims.claim_id", "claims.patient_id", "claims.claim_type", "claims.place_id", "claims.event_date", "claims.event_at", "claims.net_fund_amount", "claims.counted", "facilities.facility_id", "facilities.longitude", "facilities.latitude", "pharmacies.pharmacy_id", "pharmacies.longitude", "pharmacies.latitude"]
[parameters.max_speed_kmh]
default = 120.0
origin = "catalogue M005: above 120 km/h"
[parameters.min_distance_km]
default = 30.0
origin = "own choice: below this a clock error explains it"
---*/
WITH places AS (
  SELECT facility_id AS place_id, longitude, latitude FROM facilities WHERE longitude IS NOT NULL AND latitude IS NOT NULL
  UNION ALL
  SELECT pharmacy_id AS place_id, longitude, latitude FROM pharmacies WHERE longitude IS NOT NULL AND latitude IS NOT NULL
),
moving_days AS (
  SELECT patient_id, event_date
  FROM claims
  WHERE counted AND claim_type <> 'inpatient' AND event_at IS NOT NULL AND event_date BETWEEN $in_force_from AND $in_force_to
  GROUP BY patient_id, event_date
  HAVING min(place_id) <> max(place_id)
),
moves AS (
  SELECT c.patient_id, c.event_date, c.claim_id, c.net_fund_amount, c.event_at, c.place_id,
    lag(c.claim_id) OVER visit_order AS earlier_id, lag(c.place_id) OVER visit_order AS earlier_place,
    lag(c.event_at) OVER visit_order AS earlier_at
  FROM claims AS c
  JOIN moving_days AS d ON d.patient_id = c.patient_id AND d.event_date = c.event_date
  WHERE c.counted AND c.claim_type <> 'inpatient' AND c.event_at IS NOT NULL
    AND c.event_at <> CAST(c.event_date AS TIMESTAMP)
  WINDOW visit_order AS (PARTITION BY c.patient_id, c.event_date ORDER BY c.event_at, c.claim_id)
),
jumps AS (
  SELECT m.patient_id, m.event_date, m.claim_id, m.earlier_id, m.net_fund_amount,
    (epoch(m.event_at) - epoch(m.earlier_at)) / 60.0 AS minutes,
    111.32 * sqrt(power(b.latitude - a.latitude, 2) + power((b.longitude - a.longitude) * cos(radians(a.latitude)), 2)) AS distance_km
  FROM moves AS m
  JOIN places AS a ON a.place_id = m.earlier_place
  JOIN places AS b ON b.place_id = m.place_id
  WHERE m.earlier_place <> m.place_id
)
SELECT patient_id AS subject_id, list_sort(array_agg(DISTINCT patient_id)) AS member_ids, list_sort(list_distinct(list_concat(array_agg(claim_id), array_agg(earlier_id)))) AS claim_ids,
  greatest(sum(net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.4 + 0.2 * count(*) AS DOUBLE), 6))) AS strength,
  {'day': CAST(min(event_date) AS VARCHAR), 'distance_km': round(max(distance_km), 0), 'minutes': CAST(round(min(minutes), 0) AS DOUBLE), 'jump_count': count(*)} AS facts
FROM jumps
WHERE distance_km >= $min_distance_km AND distance_km > $max_speed_kmh * minutes / 60.0
GROUP BY patient_id

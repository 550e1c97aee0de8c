/*---
id = "M041"
name = "rotating_stays"
version = 1
family = "inpatient"
title = "the same people rotate among hospitals"
title_zh = "轮转住院"
level = "group"
result = "suspicious"
scheme = "rotation"
basis = "《医疗保障基金使用监督管理条例》第38条第（一）项 / Regulation (Order 735) art. 38(1); 《医疗保障基金使用监督管理条例》第40条第（一）项 / Regulation (Order 735) art. 40(1)"
basis_from = 2021-05-01
subject = "patient"
members = "patient"
question = "Do several people pass through the same set of hospitals with short gaps?"
question_zh = "多人是否在同一组医院间短间隔轮转住院？"
look_alike = "Cancer, dialysis, psychiatry; transfers upward; one person alone."
look_alike_zh = "肿瘤、透析、精神科；逐级转院；仅一人。"
exclusions = ["treatment cycles", "transfer", "few persons", "long gaps", "refunded claims"]
reason_zh = "{member_count} 名参保人在同一组 {place_count} 家医院间轮转住院 {stay_count} 次，基金支付 {amount} 元。"
reason_en = "{member_count} people rotated through the same {place_count} hospitals in {stay_count} stays; the fund paid {amount} yuan."
severity = 4
money_rule = "net fund amount of the stays"
columns = ["claims.claim_id", "claims.patient_id", "claims.facility_id", "claims.claim_type", "claims.started_at", "claims.ended_at", "claims.event_date", "claims.net_fund_amount", "claims.counted"]
optional = ["claims.diagnosis_code", "claims.admission_way"]
[parameters.min_places]
default = 3
origin = "catalogue M041: three hospitals"
[parameters.min_stays]
default = 4
origin = "catalogue M041: four stays"
[parameters.min_persons]
default = 5
origin = "catalogue M041: five persons"
[parameters.max_gap_days]
default = 30
origin = "own choice: gaps just above the split-stay rule"
---*/
WITH stays AS (
  SELECT patient_id, facility_id, claim_id, net_fund_amount, CAST(started_at AS DATE) AS stay_from,
    lag(CAST(ended_at AS DATE)) OVER (PARTITION BY patient_id ORDER BY started_at, claim_id) AS previous_to
  FROM claims
  WHERE claim_type = 'inpatient' AND counted AND facility_id IS NOT NULL AND ended_at IS NOT NULL AND event_date BETWEEN $in_force_from AND $in_force_to
    AND coalesce(admission_way, '') <> '3'
    AND coalesce(diagnosis_code, '') NOT LIKE 'C%' AND coalesce(diagnosis_code, '') NOT LIKE 'F%'
    AND substring(coalesce(diagnosis_code, ''), 1, 3) NOT IN ('Z51', 'Z49', 'N18')
),
rotators AS (
  SELECT patient_id, list_sort(array_agg(DISTINCT facility_id)) AS places, count(DISTINCT facility_id) AS place_count, count(*) AS stay_count
  FROM stays
  GROUP BY patient_id
  HAVING count(DISTINCT facility_id) >= $min_places AND count(*) >= $min_stays
    AND count(*) FILTER (WHERE previous_to IS NOT NULL AND date_diff('day', previous_to, stay_from) > $max_gap_days) = 0
),
circuits AS (
  SELECT places, min(patient_id) AS subject_id, count(*) AS person_count, min(place_count) AS place_count, sum(stay_count) AS stay_count
  FROM rotators
  GROUP BY places
  HAVING count(*) >= $min_persons
)
SELECT c.subject_id, list_sort(array_agg(DISTINCT s.patient_id)) AS member_ids, list_sort(array_agg(DISTINCT s.claim_id)) AS claim_ids,
  greatest(sum(s.net_fund_amount), CAST(0 AS DECIMAL(16,2))) AS amount, greatest(0.0, least(1.0, round(CAST(0.4 + 0.05 * min(c.person_count) AS DOUBLE), 6))) AS strength,
  {'place_count': min(c.place_count), 'stay_count': CAST(min(c.stay_count) AS BIGINT)} AS facts
FROM circuits AS c
JOIN rotators AS r ON r.places = c.places
JOIN stays AS s ON s.patient_id = r.patient_id
GROUP BY c.subject_id

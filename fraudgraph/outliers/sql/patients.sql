/*---
title = "Insured persons among their peers"
title_zh = "参保人的同类比较"

[[features]]
name = "place_count"
title = "places visited"
title_zh = "就诊机构及药店数"
scale = "ratio"
side = "high"
needs = "patient_id"

[[features]]
name = "busiest_week_visits"
title = "visits in the busiest week"
title_zh = "最密集一周的就诊次数"
scale = "ratio"
side = "high"
needs = "event_date"

[[features]]
name = "doctor_count"
title = "doctors seen"
title_zh = "接诊医师数"
scale = "ratio"
side = "high"
needs = "doctor_id"

[[features]]
name = "many_places_day_share"
title = "share of days with two or more places"
title_zh = "同日去两处及以上的天数占比"
scale = "share"
side = "high"
needs = "event_date"

[[features]]
name = "amount_per_visit"
title = "amount per visit, yuan"
title_zh = "次均费用(元)"
scale = "ratio"
side = "high"
needs = "total_amount"

[[features]]
name = "pharmacy_share"
title = "share of visits that are to pharmacies"
title_zh = "购药次数占比"
scale = "share"
side = "high"
needs = "pharmacy_id"

[[features]]
name = "days_between_visits"
title = "mean days between one day with visits and the next"
title_zh = "相邻就诊日平均间隔(天)"
scale = "ratio"
side = "low"
needs = "event_date"
---*/
/* One row per person with enough visits to compare. Peers: age on the last day of the data. */
WITH days AS (
  SELECT v.patient, v.day,
    count(*) AS visit_count,
    sum(v.total_fen) AS total_fen,
    sum(CASE WHEN l.place_type = 'pharmacy' THEN 1 ELSE 0 END) AS pharmacy_count
  FROM visits AS v JOIN place_codes AS l ON l.place = v.place
  GROUP BY v.patient, v.day
),
volumes AS (
  SELECT patient,
    sum(visit_count) AS visit_count,
    sum(total_fen) AS total_fen,
    sum(pharmacy_count) AS pharmacy_count,
    count(*) AS day_count,
    sum(CASE WHEN visit_count > 1 THEN 1 ELSE 0 END) AS many_places_count,
    max(day) - min(day) AS span_days
  FROM days
  GROUP BY patient
  HAVING sum(visit_count) >= $least_visits
),
weeks AS (
  SELECT patient, max(visit_count) AS busiest_count
  FROM (SELECT patient, (day + 3) // 7 AS week, sum(visit_count) AS visit_count FROM days GROUP BY patient, (day + 3) // 7) AS w
  GROUP BY patient
),
places AS (
  SELECT patient, count(DISTINCT place) AS place_count FROM visits GROUP BY patient
),
doctors_seen AS (
  SELECT patient, count(DISTINCT doctor) AS doctor_count FROM visits WHERE doctor IS NOT NULL GROUP BY patient
),
ends AS (
  SELECT DATE '1970-01-01' + max(day) AS last_date FROM visits
),
births AS (
  SELECT c.patient, min(p.birth_date) AS birth_date
  FROM patient_codes AS c JOIN patients AS p ON p.patient_id = c.patient_id
  GROUP BY c.patient
),
ages AS (
  SELECT b.patient, date_diff('day', b.birth_date, e.last_date) / 365.25 AS age FROM births AS b CROSS JOIN ends AS e
)
SELECT
  c.patient_id AS entity_id,
  CASE
    WHEN a.age IS NULL THEN '' WHEN a.age < 18 THEN '0-17' WHEN a.age < 45 THEN '18-44'
    WHEN a.age < 60 THEN '45-59' WHEN a.age < 75 THEN '60-74' ELSE '75+'
  END AS peer_age,
  CAST(v.visit_count AS BIGINT) AS visit_count,
  CAST(p.place_count AS DOUBLE) AS place_count,
  CAST(w.busiest_count AS DOUBLE) AS busiest_week_visits,
  CAST(d.doctor_count AS DOUBLE) AS doctor_count,
  CAST(v.many_places_count AS DOUBLE) / v.day_count AS many_places_day_share,
  CAST(v.total_fen AS DOUBLE) / 100 / v.visit_count AS amount_per_visit,
  CAST(v.pharmacy_count AS DOUBLE) / v.visit_count AS pharmacy_share,
  CASE WHEN v.day_count > 1 THEN CAST(v.span_days AS DOUBLE) / (v.day_count - 1) END AS days_between_visits
FROM volumes AS v
JOIN patient_codes AS c ON c.patient = v.patient
JOIN weeks AS w ON w.patient = v.patient
JOIN places AS p ON p.patient = v.patient
LEFT JOIN doctors_seen AS d ON d.patient = v.patient
LEFT JOIN ages AS a ON a.patient = v.patient
ORDER BY v.patient

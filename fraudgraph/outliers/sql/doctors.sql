/*---
title = "Doctors among their peers"
title_zh = "医师的同类比较"

[[features]]
name = "visits_per_day"
title = "patients seen per day worked"
title_zh = "每个出诊日接诊人次"
scale = "ratio"
side = "high"
needs = "doctor_id"

[[features]]
name = "returning_patient_share"
title = "share of patients who return on another day"
title_zh = "再次来诊的患者占比"
scale = "share"
side = "high"
needs = "doctor_id"

[[features]]
name = "amount_per_visit"
title = "amount per visit, yuan"
title_zh = "次均费用(元)"
scale = "ratio"
side = "high"
needs = "total_amount"

[[features]]
name = "top_pharmacy_share"
title = "share of filled prescriptions that went to one pharmacy"
title_zh = "外配处方集中于同一药店的比例"
scale = "share"
side = "high"
needs = "doctor_id of pharmacy claims"

[[features]]
name = "same_minute_ratio"
title = "visits in the same minute as another patient, times what the day's number of visits gives by chance"
title_zh = "与他人同一分钟的就诊,为按当日人次随机分布的倍数"
scale = "count"
side = "high"
needs = "event_at"

[[features]]
name = "place_count"
title = "places worked at"
title_zh = "出诊机构数"
scale = "ratio"
side = "high"
needs = "facility_id"
---*/
/* One row per doctor with visits at facilities. A visit is one patient on one day at one place. Peers: specialty, then
   the level of the place where the doctor sees most patients. */
WITH seen AS (
  SELECT doctor, patient, place, day, min(minute) AS minute, sum(total_fen) AS total_fen
  FROM coded_claims
  WHERE doctor IS NOT NULL
  GROUP BY doctor, patient, place, day
),
volumes AS (
  SELECT doctor, count(*) AS visit_count, count(minute) AS clocked_count, sum(total_fen) AS total_fen FROM seen GROUP BY doctor
),
minutes AS (
  SELECT doctor, day, minute, count(*) AS visit_count FROM seen GROUP BY doctor, day, minute
),
each_day AS (
  SELECT doctor, day,
    sum(CASE WHEN minute IS NOT NULL THEN visit_count ELSE 0 END) AS visit_count,
    sum(CASE WHEN minute IS NOT NULL AND visit_count > 1 THEN visit_count ELSE 0 END) AS same_minute_count
  FROM minutes
  GROUP BY doctor, day
),
days AS (
  SELECT doctor, count(*) AS day_count,
    sum(same_minute_count) AS same_minute_count,
    sum(CAST(visit_count * (1 - exp(-(visit_count - 1) / $open_minutes)) AS DECIMAL(18, 6))) AS same_minute_by_chance
  FROM each_day
  GROUP BY doctor
),
people AS (
  SELECT doctor, count(*) AS patient_count, sum(CASE WHEN last_day > first_day THEN 1 ELSE 0 END) AS returning_count
  FROM (SELECT doctor, patient, min(day) AS first_day, max(day) AS last_day FROM seen GROUP BY doctor, patient) AS d
  GROUP BY doctor
),
sites AS (
  SELECT doctor, place, row_number() OVER (PARTITION BY doctor ORDER BY visit_count DESC, place) AS site_rank,
    count(*) OVER (PARTITION BY doctor) AS place_count
  FROM (SELECT doctor, place, count(*) AS visit_count FROM seen GROUP BY doctor, place) AS d
),
filled AS (
  SELECT doctor_id, max(claim_count) AS top_count, sum(claim_count) AS claim_count
  FROM (
    SELECT doctor_id, place_id, count(*) AS claim_count
    FROM claims
    WHERE counted AND place_type = 'pharmacy' AND doctor_id IS NOT NULL
    GROUP BY doctor_id, place_id
  ) AS d
  GROUP BY doctor_id
  HAVING sum(claim_count) >= $least_count
),
registers AS (
  SELECT facility_id, min(level) AS level FROM facilities GROUP BY facility_id
),
specialties AS (
  SELECT doctor_id, min(specialty) AS specialty FROM doctors GROUP BY doctor_id
)
SELECT
  c.doctor_id AS entity_id,
  coalesce(k.specialty, '') AS peer_specialty,
  coalesce(r.level, '') AS peer_level,
  v.visit_count,
  CAST(v.visit_count AS DOUBLE) / t.day_count AS visits_per_day,
  CAST(p.returning_count AS DOUBLE) / p.patient_count AS returning_patient_share,
  CAST(v.total_fen AS DOUBLE) / 100 / v.visit_count AS amount_per_visit,
  CAST(f.top_count AS DOUBLE) / f.claim_count AS top_pharmacy_share,
  CASE WHEN v.clocked_count > 0
    THEN (t.same_minute_count + $prior_count) / (CAST(t.same_minute_by_chance AS DOUBLE) + $prior_count) END AS same_minute_ratio,
  CAST(s.place_count AS DOUBLE) AS place_count
FROM volumes AS v
JOIN doctor_codes AS c ON c.doctor = v.doctor
JOIN days AS t ON t.doctor = v.doctor
JOIN people AS p ON p.doctor = v.doctor
JOIN sites AS s ON s.doctor = v.doctor AND s.site_rank = 1
JOIN place_codes AS l ON l.place = s.place
LEFT JOIN filled AS f ON f.doctor_id = c.doctor_id
LEFT JOIN registers AS r ON r.facility_id = l.place_id
LEFT JOIN specialties AS k ON k.doctor_id = c.doctor_id
ORDER BY v.doctor

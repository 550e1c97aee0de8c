/*---
title = "Facilities and pharmacies among their peers"
title_zh = "机构与药店的同类比较"

[[features]]
name = "amount_per_visit"
title = "amount per visit, yuan"
title_zh = "次均费用(元)"
scale = "ratio"
side = "high"
needs = "total_amount"

[[features]]
name = "visits_per_patient"
title = "visits per patient"
title_zh = "人均就诊次数"
scale = "ratio"
side = "high"
needs = "patient_id"

[[features]]
name = "off_hours_share"
title = "share of visits before 07:00 or from 21:00"
title_zh = "早7点前或晚9点后就诊占比"
scale = "share"
side = "high"
needs = "event_at"

[[features]]
name = "next_to_another_ratio"
title = "visits within 2 minutes of the one before or after, times what the day's number of visits gives by chance"
title_zh = "与前后一人间隔不超过2分钟的就诊,为按当日人次随机分布的倍数"
scale = "count"
side = "high"
needs = "event_at"

[[features]]
name = "equal_amount_share"
title = "how often two of its claims have the same amount"
title_zh = "任取两笔结算金额相同的比例"
scale = "share"
side = "high"
needs = "total_amount"

[[features]]
name = "top_doctor_share"
title = "share of visits with its busiest doctor"
title_zh = "接诊最多的医师所占就诊比例"
scale = "share"
side = "high"
needs = "doctor_id"
kinds = ["facility"]

[[features]]
name = "fund_share"
title = "share of the total that the fund pays"
title_zh = "基金支付占总费用比例"
scale = "share"
side = "high"
needs = "fund_amount"

[[features]]
name = "seen_nowhere_else_share"
title = "share of its patients seen nowhere else"
title_zh = "只在此处就诊的患者占比"
scale = "share"
side = "high"
needs = "patient_id"

[[features]]
name = "weekend_share"
title = "share of visits at weekends"
title_zh = "周末就诊占比"
scale = "share"
side = "high"
needs = "event_date"

[[features]]
name = "new_patient_share"
title = "share of its patients first seen there in the last third of the period"
title_zh = "后三分之一期间才首次来此的患者占比"
scale = "share"
side = "high"
needs = "event_date"

[[features]]
name = "mean_stay_days"
title = "mean length of stay, days"
title_zh = "平均住院天数"
scale = "ratio"
side = "high"
needs = "ended_at"
kinds = ["facility"]

[[features]]
name = "readmission_share"
title = "share of stays followed by another there within 15 days"
title_zh = "出院15天内再次入院占比"
scale = "share"
side = "high"
needs = "ended_at"
kinds = ["facility"]
---*/
/* One row per place of the kind asked for. What grows with the number of visits by itself (people next to each other)
   is set against that number: by chance a visit has a neighbour with 1 - exp(-rate), rate over an open day. Money is whole fen until the last division, so that the order of the rows
   can't change a digit. Peers: level, then ownership (a pharmacy has neither). */
WITH asked AS (
  SELECT place, place_id FROM place_codes WHERE place_type = $place_type
),
seen AS (
  SELECT v.patient, v.place, v.day, v.minute, v.doctor, v.stratum FROM visits AS v JOIN asked AS a ON a.place = v.place
),
neighbours AS (
  SELECT place, stratum, minute,
    count(minute) OVER (PARTITION BY place, day) AS day_count,
    minute - lag(minute) OVER (PARTITION BY place, day ORDER BY minute, patient) AS gap_before,
    lead(minute) OVER (PARTITION BY place, day ORDER BY minute, patient) - minute AS gap_after
  FROM seen
),
hours AS (
  SELECT place,
    count(*) AS visit_count,
    count(minute) AS clocked_count,
    sum(CASE WHEN minute < $opening_minute OR minute >= $closing_minute THEN 1 ELSE 0 END) AS off_hours_count,
    sum(CASE WHEN gap_before <= $near_minutes OR gap_after <= $near_minutes THEN 1 ELSE 0 END) AS near_count,
    sum(CASE WHEN minute IS NOT NULL
      THEN CAST(1 - exp(-(2 * $near_minutes + 1) * (day_count - 1) / $open_minutes) AS DECIMAL(18, 6)) END) AS near_by_chance,
    sum(CASE WHEN stratum >= 5 THEN 1 ELSE 0 END) AS weekend_count
  FROM neighbours
  GROUP BY place
),
all_pairs AS (
  SELECT patient, place, min(day) AS first_day FROM visits GROUP BY patient, place
),
travels AS (
  SELECT patient, count(*) AS place_count FROM all_pairs GROUP BY patient
),
spans AS (
  SELECT min(day) + 2 * (max(day) - min(day)) / 3.0 AS late_day FROM visits
),
people AS (
  SELECT p.place,
    count(*) AS patient_count,
    sum(CASE WHEN t.place_count = 1 THEN 1 ELSE 0 END) AS only_here_count,
    sum(CASE WHEN p.first_day > s.late_day THEN 1 ELSE 0 END) AS new_count
  FROM all_pairs AS p
  JOIN asked AS a ON a.place = p.place
  JOIN travels AS t ON t.patient = p.patient
  CROSS JOIN spans AS s
  GROUP BY p.place
),
amounts AS (
  SELECT c.place, c.total_fen, count(*) AS claim_count, sum(c.fund_fen) AS fund_fen
  FROM coded_claims AS c JOIN asked AS a ON a.place = c.place
  GROUP BY c.place, c.total_fen
),
money AS (
  SELECT place,
    sum(claim_count) AS claim_count,
    sum(claim_count * (claim_count - 1)) AS equal_count,
    sum(claim_count * total_fen) AS total_fen,
    sum(fund_fen) AS fund_fen
  FROM amounts
  GROUP BY place
),
desks AS (
  SELECT place, max(visit_count) AS top_count, sum(visit_count) AS doctor_visit_count
  FROM (SELECT place, doctor, count(*) AS visit_count FROM seen WHERE doctor IS NOT NULL GROUP BY place, doctor) AS d
  GROUP BY place
),
stays AS (
  SELECT place, discharged - admitted AS stay_days,
    lead(admitted) OVER (PARTITION BY place, patient ORDER BY admitted, discharged) - discharged AS away_days
  FROM coded_stays
),
wards AS (
  SELECT place,
    sum(stay_days) * 1.0 / count(*) AS mean_stay_days,
    sum(CASE WHEN away_days BETWEEN 0 AND $readmission_days THEN 1 ELSE 0 END) * 1.0 / count(*) AS readmission_share
  FROM stays
  GROUP BY place
  HAVING count(*) >= $least_count
),
registers AS (
  SELECT facility_id, min(level) AS level, min(ownership) AS ownership FROM facilities GROUP BY facility_id
)
SELECT
  a.place_id AS entity_id,
  coalesce(r.level, '') AS peer_level,
  coalesce(r.ownership, '') AS peer_ownership,
  h.visit_count,
  CAST(m.total_fen AS DOUBLE) / 100 / h.visit_count AS amount_per_visit,
  CAST(h.visit_count AS DOUBLE) / p.patient_count AS visits_per_patient,
  CASE WHEN h.clocked_count > 0 THEN CAST(h.off_hours_count AS DOUBLE) / h.clocked_count END AS off_hours_share,
  (h.near_count + $prior_count) / (CAST(h.near_by_chance AS DOUBLE) + $prior_count) AS next_to_another_ratio,
  CASE WHEN m.claim_count > 1 THEN CAST(m.equal_count AS DOUBLE) / (m.claim_count * (m.claim_count - 1)) END AS equal_amount_share,
  CAST(d.top_count AS DOUBLE) / d.doctor_visit_count AS top_doctor_share,
  CASE WHEN m.total_fen > 0 THEN CAST(m.fund_fen AS DOUBLE) / m.total_fen END AS fund_share,
  CAST(p.only_here_count AS DOUBLE) / p.patient_count AS seen_nowhere_else_share,
  CAST(h.weekend_count AS DOUBLE) / h.visit_count AS weekend_share,
  CAST(p.new_count AS DOUBLE) / p.patient_count AS new_patient_share,
  CAST(w.mean_stay_days AS DOUBLE) AS mean_stay_days,
  CAST(w.readmission_share AS DOUBLE) AS readmission_share
FROM asked AS a
JOIN hours AS h ON h.place = a.place
JOIN people AS p ON p.place = a.place
JOIN money AS m ON m.place = a.place
LEFT JOIN desks AS d ON d.place = a.place
LEFT JOIN wards AS w ON w.place = a.place
LEFT JOIN registers AS r ON r.facility_id = a.place_id
ORDER BY a.place

/* One row for each doctor, facility or pharmacy (and month, if asked for) with the measures that a profile compares.
   A visit is one person on one day at one place. Refunds and their originals are netted before. */
WITH seen AS (
  SELECT CASE WHEN $kind = 'doctor' THEN doctor_id ELSE place_id END AS entity_id,
    CASE WHEN $by_month THEN strftime(event_date, '%Y-%m') ELSE 'all' END AS month,
    patient_id, place_id, doctor_id, event_date, event_at, net_total_amount, net_fund_amount
  FROM claims
  WHERE counted AND ((place_type = $kind) OR ($kind = 'doctor' AND place_type = 'facility' AND doctor_id IS NOT NULL))
),
visits AS (
  SELECT entity_id, month, patient_id, place_id, event_date, min(doctor_id) AS doctor_id, min(event_at) AS event_at,
    sum(net_total_amount) AS total_amount, sum(net_fund_amount) AS fund_amount
  FROM seen
  GROUP BY entity_id, month, patient_id, place_id, event_date
),
busiest AS (
  SELECT entity_id, month, max(visit_count) AS visit_count
  FROM (SELECT entity_id, month, doctor_id, count(*) AS visit_count FROM visits WHERE doctor_id IS NOT NULL
    GROUP BY entity_id, month, doctor_id) AS each_doctor
  GROUP BY entity_id, month
),
totals AS (
  SELECT entity_id, month, count(*) AS visit_count, count(DISTINCT patient_id) AS patient_count,
    count(DISTINCT event_date) AS day_count, count(DISTINCT place_id) AS place_count, count(event_at) AS clocked_count,
    sum(CASE WHEN event_at IS NOT NULL AND (hour(event_at) < 7 OR hour(event_at) >= 21) THEN 1 ELSE 0 END) AS off_hours_count,
    sum(total_amount) AS total_amount, sum(fund_amount) AS fund_amount
  FROM visits
  GROUP BY entity_id, month
)
SELECT t.entity_id, t.month,
  CAST(t.visit_count AS DOUBLE) AS visit_count,
  CAST(t.visit_count AS DOUBLE) / t.day_count AS visits_per_day,
  CAST(t.visit_count AS DOUBLE) / t.patient_count AS visits_per_patient,
  CAST(t.total_amount AS DOUBLE) / t.visit_count AS amount_per_visit,
  CASE WHEN t.total_amount > 0 THEN CAST(t.fund_amount AS DOUBLE) / CAST(t.total_amount AS DOUBLE) END AS fund_share,
  CASE WHEN t.clocked_count > 0 THEN CAST(t.off_hours_count AS DOUBLE) / t.clocked_count END AS off_hours_share,
  CASE WHEN $kind = 'facility' THEN CAST(b.visit_count AS DOUBLE) / t.visit_count END AS top_doctor_share,
  CASE WHEN $kind = 'doctor' THEN CAST(t.place_count AS DOUBLE) END AS place_count
FROM totals AS t
LEFT JOIN busiest AS b ON b.entity_id = t.entity_id AND b.month = t.month
ORDER BY t.entity_id, t.month

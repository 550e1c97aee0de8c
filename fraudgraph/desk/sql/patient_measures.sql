/* One row for each patient with claims between two days: how much, where, when, and how often somebody else's card came within
   minutes at the same place, and the same somebody again. Refunds and their originals are netted before. */
WITH seen AS (
  SELECT claim_id, patient_id, place_id, place_type, doctor_id, claim_type, event_date, event_at, net_total_amount, net_fund_amount
  FROM claims
  WHERE counted AND event_date BETWEEN CAST($first AS DATE) AND CAST($last AS DATE)
),
totals AS (
  SELECT patient_id, count(*) AS claim_count, count(DISTINCT event_date) AS day_count, count(DISTINCT place_id) AS place_count,
    count(DISTINCT doctor_id) AS doctor_count, sum(net_fund_amount) AS fund_amount, sum(net_total_amount) AS total_amount,
    sum(CASE WHEN claim_type = 'pharmacy' THEN 1 ELSE 0 END) AS pharmacy_count,
    sum(CASE WHEN claim_type = 'inpatient' THEN 1 ELSE 0 END) AS stay_count,
    count(event_at) AS clocked_count,
    sum(CASE WHEN event_at IS NOT NULL AND (hour(event_at) < 7 OR hour(event_at) >= 21) THEN 1 ELSE 0 END) AS off_hours_count
  FROM seen GROUP BY patient_id
),
usual_place AS (
  SELECT patient_id, max(claim_count) AS claim_count
  FROM (SELECT patient_id, place_id, count(*) AS claim_count FROM seen GROUP BY patient_id, place_id) AS each_place
  GROUP BY patient_id
),
queued AS (
  SELECT patient_id, event_date, event_at, lag(patient_id) OVER in_line AS before_id, lag(event_at) OVER in_line AS before_at
  FROM seen WHERE event_at IS NOT NULL
  WINDOW in_line AS (PARTITION BY place_id ORDER BY event_at, claim_id)
),
close AS (
  SELECT patient_id, before_id, event_date FROM queued
  WHERE before_id <> patient_id AND date_diff('second', before_at, event_at) BETWEEN 0 AND 600
),
pairs AS (
  SELECT patient_id, other_id, count(DISTINCT event_date) AS day_count
  FROM (
    SELECT patient_id, before_id AS other_id, event_date FROM close
    UNION ALL
    SELECT before_id AS patient_id, patient_id AS other_id, event_date FROM close
  ) AS both_ways
  GROUP BY patient_id, other_id
),
company AS (
  SELECT patient_id, max(day_count) AS most_days_with_one, sum(CASE WHEN day_count >= 2 THEN 1 ELSE 0 END) AS repeated_count
  FROM pairs GROUP BY patient_id
)
SELECT t.patient_id AS entity_id,
  CAST(t.claim_count AS DOUBLE) AS claim_count,
  CAST(t.claim_count AS DOUBLE) / t.day_count AS claims_per_day,
  CAST(t.place_count AS DOUBLE) AS place_count,
  CAST(t.doctor_count AS DOUBLE) AS doctor_count,
  CAST(t.fund_amount AS DOUBLE) AS fund_amount,
  CAST(t.total_amount AS DOUBLE) / t.claim_count AS amount_per_claim,
  CAST(t.pharmacy_count AS DOUBLE) / t.claim_count AS pharmacy_share,
  CAST(t.stay_count AS DOUBLE) / t.claim_count AS stay_share,
  CASE WHEN t.clocked_count > 0 THEN CAST(t.off_hours_count AS DOUBLE) / t.clocked_count END AS off_hours_share,
  CAST(u.claim_count AS DOUBLE) / t.claim_count AS usual_place_share,
  CAST(coalesce(c.most_days_with_one, 0) AS DOUBLE) AS most_days_with_one,
  CAST(coalesce(c.repeated_count, 0) AS DOUBLE) AS repeated_count,
  CAST(date_diff('day', p.birth_date, CAST($last AS DATE)) AS DOUBLE) / 365.25 AS age_years
FROM totals AS t
JOIN usual_place AS u ON u.patient_id = t.patient_id
LEFT JOIN company AS c ON c.patient_id = t.patient_id
LEFT JOIN patients AS p ON p.patient_id = t.patient_id
ORDER BY t.patient_id

/* Stays are coded by themselves (25_stays). One row per person, place and day: the first minute seen there, the doctor of that minute, the money of the day in fen.
   day counts from 1970-01-01, minute from midnight; both are what the clock on the counter showed. */
CREATE OR REPLACE TABLE coded_claims AS
SELECT
  p.patient,
  l.place,
  CASE WHEN c.place_type = 'facility' THEN d.doctor END AS doctor,
  CAST(date_diff('day', DATE '1970-01-01', c.event_date) AS INTEGER) AS day,
  CAST(hour(c.event_at) * 60 + minute(c.event_at) AS INTEGER) AS minute,
  CAST(c.net_total_amount * 100 AS BIGINT) AS total_fen,
  CAST(c.net_fund_amount * 100 AS BIGINT) AS fund_fen
FROM claims AS c
JOIN patient_codes AS p ON p.patient_id = c.patient_id
JOIN place_codes AS l ON l.place_id = c.place_id
LEFT JOIN doctor_codes AS d ON d.doctor_id = c.doctor_id
WHERE c.counted AND c.event_date IS NOT NULL AND c.claim_type <> 'inpatient';

CREATE OR REPLACE TABLE visits AS
WITH firsts AS (
  SELECT patient, place, day,
    min(minute) AS minute,
    min(doctor) AS doctor,
    CAST(sum(total_fen) AS BIGINT) AS total_fen
  FROM coded_claims
  GROUP BY patient, place, day
)
SELECT
  CAST(row_number() OVER (ORDER BY place, day, minute, patient) AS INTEGER) AS visit,
  patient, place, day, minute, doctor, total_fen,
  CAST(
    CASE WHEN minute IS NULL THEN 0 WHEN minute < 600 THEN 1 WHEN minute < 780 THEN 2 WHEN minute < 1020 THEN 3 ELSE 4 END
    + CASE WHEN (day + 3) % 7 >= 5 THEN 5 ELSE 0 END AS INTEGER) AS stratum
FROM firsts
ORDER BY visit;

/* Who comes to a place least, down to half of its visits: they show the place's rhythm without the people who keep
   coming together there. */
CREATE OR REPLACE TABLE rare_visitors AS
WITH counts AS (
  SELECT place, patient, count(*) AS visit_count FROM visits GROUP BY place, patient
),
steps AS (
  SELECT place, visit_count, sum(visit_count) AS step_count FROM counts GROUP BY place, visit_count
),
ladders AS (
  SELECT place, visit_count,
    sum(step_count) OVER (PARTITION BY place ORDER BY visit_count) AS visits_so_far,
    sum(step_count) OVER (PARTITION BY place) AS visits_in_all
  FROM steps
),
limits AS (
  SELECT place, greatest(min(visit_count), 2) AS most_visits FROM ladders WHERE visits_so_far * 2 >= visits_in_all GROUP BY place
)
SELECT c.place, c.patient
FROM counts AS c JOIN limits AS l ON l.place = c.place
WHERE c.visit_count <= l.most_visits;

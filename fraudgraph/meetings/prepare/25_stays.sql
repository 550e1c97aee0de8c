/* Inpatient stays, coded. */
CREATE OR REPLACE TABLE coded_stays AS
SELECT DISTINCT p.patient, l.place,
  CAST(date_diff('day', DATE '1970-01-01', CAST(c.started_at AS DATE)) AS INTEGER) AS admitted,
  CAST(date_diff('day', DATE '1970-01-01', CAST(c.ended_at AS DATE)) AS INTEGER) AS discharged
FROM claims AS c
JOIN patient_codes AS p ON p.patient_id = c.patient_id
JOIN place_codes AS l ON l.place_id = c.place_id
WHERE c.counted AND c.claim_type = 'inpatient' AND c.ended_at IS NOT NULL;

CREATE OR REPLACE TABLE stay_places AS
SELECT place, CAST(count(*) AS INTEGER) AS stay_count, min(admitted) AS first_day, max(admitted) AS last_day
FROM coded_stays
GROUP BY place;

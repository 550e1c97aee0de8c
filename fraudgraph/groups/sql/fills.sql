/* Who filled whose prescriptions where. At a pharmacy the doctor named counts; where none is named, the only doctor whom the
   person saw that day or the day before. group_fills: per person, place and doctor; group_purchases: all of a person's purchases. */
CREATE OR REPLACE TABLE group_fills AS
WITH bought AS (
  SELECT p.patient, l.place, CAST(date_diff('day', DATE '1970-01-01', c.event_date) AS INTEGER) AS day, c.claim_id, d.doctor
  FROM claims AS c
  JOIN patient_codes AS p ON p.patient_id = c.patient_id
  JOIN place_codes AS l ON l.place_id = c.place_id
  LEFT JOIN doctor_codes AS d ON d.doctor_id = c.doctor_id
  WHERE c.counted AND c.claim_type = 'pharmacy' AND c.event_date IS NOT NULL
),
seen AS (
  SELECT DISTINCT patient, doctor, day FROM coded_claims WHERE doctor IS NOT NULL
),
same_day AS (
  SELECT b.patient, b.place, b.claim_id, max(s.doctor) AS doctor
  FROM bought AS b JOIN seen AS s ON s.patient = b.patient AND s.day BETWEEN b.day - 1 AND b.day
  WHERE b.doctor IS NULL
  GROUP BY b.patient, b.place, b.claim_id
  HAVING count(DISTINCT s.doctor) = 1
)
SELECT patient, place, doctor, count(DISTINCT claim_id) AS fill_count FROM (
  SELECT patient, place, claim_id, doctor FROM bought WHERE doctor IS NOT NULL
  UNION ALL
  SELECT patient, place, claim_id, doctor FROM same_day
)
GROUP BY patient, place, doctor;

CREATE OR REPLACE TABLE group_purchases AS
SELECT p.patient, l.place, count(*) AS purchase_count
FROM claims AS c
JOIN patient_codes AS p ON p.patient_id = c.patient_id
JOIN place_codes AS l ON l.place_id = c.place_id
WHERE c.counted AND c.claim_type = 'pharmacy'
GROUP BY p.patient, l.place;

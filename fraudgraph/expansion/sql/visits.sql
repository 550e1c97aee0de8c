/* Who was where: one row per person, place and day, at the first minute seen there and with the doctor seen there, and one per admission. Ids
   are numbered in their own order, from 0. Stays stand apart from visits; part_of_day is 0 without a clock, weekends
   apart (1970-01-01 was a Thursday). Visits by a schedule of treatment (dialysis, chemotherapy) are left out: people who
   are treated on the same days meet without knowing one another. */
WITH people AS (
  SELECT patient_id, row_number() OVER (ORDER BY patient_id) - 1 AS patient
  FROM (SELECT DISTINCT patient_id FROM claims WHERE counted)
),
places AS (
  SELECT place_id, row_number() OVER (ORDER BY place_id) - 1 AS place
  FROM (SELECT DISTINCT place_id FROM claims WHERE counted AND place_id IS NOT NULL)
),
doctors AS (
  SELECT doctor_id, row_number() OVER (ORDER BY doctor_id) - 1 AS doctor
  FROM (SELECT DISTINCT doctor_id FROM claims WHERE counted AND doctor_id IS NOT NULL)
),
firsts AS (
  SELECT patient_id, place_id, claim_type = 'inpatient' AS is_stay,
    CASE WHEN claim_type = 'inpatient' THEN CAST(started_at AS DATE) ELSE event_date END AS day,
    min(CASE WHEN claim_type <> 'inpatient' THEN hour(event_at) * 60 + minute(event_at) END) AS minute,
    min(doctor_id) AS doctor_id
  FROM claims
  WHERE counted AND place_id IS NOT NULL AND event_date IS NOT NULL
    AND coalesce(left(diagnosis_code, 1) <> 'C' AND left(diagnosis_code, 3) NOT IN ('N18', 'Z49', 'Z51'), TRUE)
  GROUP BY patient_id, place_id, claim_type = 'inpatient', CASE WHEN claim_type = 'inpatient' THEN CAST(started_at AS DATE) ELSE event_date END
),
dated AS (
  SELECT p.patient, l.place, f.is_stay, date_diff('day', DATE '1970-01-01', f.day) AS day, f.minute, d.doctor
  FROM firsts AS f
  JOIN people AS p ON p.patient_id = f.patient_id
  JOIN places AS l ON l.place_id = f.place_id
  LEFT JOIN doctors AS d ON d.doctor_id = f.doctor_id
)
SELECT CAST(patient AS INTEGER) AS patient, CAST(place AS INTEGER) AS place, is_stay, CAST(day AS INTEGER) AS day,
  CAST(minute AS INTEGER) AS minute, CAST(doctor AS INTEGER) AS doctor,
  CAST(
    CASE WHEN minute IS NULL THEN 0 WHEN minute < 600 THEN 1 WHEN minute < 780 THEN 2 WHEN minute < 1020 THEN 3 ELSE 4 END
    + CASE WHEN (day + 3) % 7 >= 5 THEN 5 ELSE 0 END AS INTEGER) AS part_of_day
FROM dated
ORDER BY place, is_stay, day, minute, patient

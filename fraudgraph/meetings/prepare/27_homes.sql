/* Where each person comes from: the residence code, or, where none was delivered, the facility that the person uses most
   (people who mainly use the same place mostly live near one another). */
CREATE OR REPLACE TABLE person_homes AS
WITH used AS (
  SELECT p.patient, l.place, count(*) AS claim_count
  FROM claims AS c
  JOIN patient_codes AS p ON p.patient_id = c.patient_id
  JOIN place_codes AS l ON l.place_id = c.place_id
  WHERE c.counted AND c.place_type = 'facility'
  GROUP BY p.patient, l.place
),
main AS (
  SELECT patient, place FROM (
    SELECT patient, place, row_number() OVER (PARTITION BY patient ORDER BY claim_count DESC, place) AS place_in_line FROM used
  ) WHERE place_in_line = 1
),
known AS (
  SELECT c.patient, min(p.residence_code) AS residence_code
  FROM patients AS p JOIN patient_codes AS c ON c.patient_id = p.patient_id
  WHERE p.residence_code IS NOT NULL
  GROUP BY c.patient
)
SELECT c.patient, CASE WHEN k.residence_code IS NOT NULL THEN concat('residence ', k.residence_code) ELSE concat('place ', CAST(m.place AS VARCHAR)) END AS home
FROM patient_codes AS c
LEFT JOIN known AS k ON k.patient = c.patient
LEFT JOIN main AS m ON m.patient = c.patient
WHERE k.residence_code IS NOT NULL OR m.place IS NOT NULL
ORDER BY c.patient;

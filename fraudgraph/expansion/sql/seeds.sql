/* Which of the ids asked about occur in the claims, and as what. */
WITH asked AS (
  SELECT unnest($asked) AS entity_id
)
SELECT 'patient' AS entity_type, patient_id AS entity_id FROM claims WHERE counted AND patient_id IN (SELECT entity_id FROM asked)
UNION
SELECT 'doctor' AS entity_type, doctor_id AS entity_id FROM claims WHERE counted AND doctor_id IN (SELECT entity_id FROM asked)
UNION
SELECT place_type AS entity_type, place_id AS entity_id FROM claims WHERE counted AND place_id IN (SELECT entity_id FROM asked)
UNION
SELECT 'operator' AS entity_type, operator_id AS entity_id FROM claims WHERE counted AND operator_id IN (SELECT entity_id FROM asked)
ORDER BY 1, 2

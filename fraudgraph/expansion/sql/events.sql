/* The days on which people were at the doctors and places named: where cards that keep company are looked for. */
SELECT DISTINCT patient_id, place_id,
  date_diff('day', DATE '1970-01-01', CASE WHEN claim_type = 'inpatient' THEN CAST(started_at AS DATE) ELSE event_date END) AS day,
  claim_type = 'inpatient' AS is_stay
FROM claims
WHERE counted AND place_id IS NOT NULL AND event_date IS NOT NULL
  AND (doctor_id IN (SELECT unnest($doctors)) OR place_id IN (SELECT unnest($places)) OR operator_id IN (SELECT unnest($operators)))
ORDER BY place_id, day, patient_id

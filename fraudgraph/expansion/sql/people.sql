/* What tells a home, a dormitory or a firm among the people of a group: age, address and employer, with how many hold them. */
WITH asked AS (
  SELECT unnest($people) AS patient_id
),
known AS (
  SELECT a.patient_id, p.birth_date, p.address, p.employer FROM asked AS a JOIN patients AS p ON p.patient_id = a.patient_id
),
homes AS (
  SELECT address, count(*) AS holder_count FROM patients WHERE address IN (SELECT address FROM known) GROUP BY address
),
last_day AS (
  SELECT max(event_date) AS day FROM claims WHERE counted
)
SELECT k.patient_id, date_diff('day', k.birth_date, l.day) / 365.25 AS age,
  CASE WHEN h.holder_count > 8 THEN k.address END AS large_home, k.employer
FROM known AS k CROSS JOIN last_day AS l LEFT JOIN homes AS h ON h.address = k.address
ORDER BY k.patient_id

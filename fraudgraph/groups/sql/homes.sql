/* One number a home: the household where it is known, else an address of at most $most people, else the person alone. */
WITH known AS (
  SELECT c.patient, min(p.household_id) AS household_id, min(p.address) AS address
  FROM patient_codes AS c LEFT JOIN patients AS p ON p.patient_id = c.patient_id
  GROUP BY c.patient
),
small AS (
  SELECT address FROM known WHERE address IS NOT NULL GROUP BY address HAVING count(*) <= $most
)
SELECT k.patient,
  min(k.patient) OVER (PARTITION BY coalesce('household ' || k.household_id, 'address ' || s.address, 'person ' || k.patient)) AS home
FROM known AS k LEFT JOIN small AS s ON s.address = k.address
ORDER BY k.patient

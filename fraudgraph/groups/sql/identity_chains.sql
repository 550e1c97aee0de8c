/* Chains of shared identifiers that no home, firm or village accounts for, with their people. */
WITH known AS (
  SELECT i.chain_no, i.patient, coalesce(p.household_id, p.patient_id) AS household, p.address, p.residence_code
  FROM identity_chains AS i
  JOIN patient_codes AS c ON c.patient = i.patient
  JOIN patients AS p ON p.patient_id = c.patient_id
),
sizes AS (
  SELECT chain_no, count(DISTINCT patient) AS people, count(DISTINCT household) AS households
  FROM known GROUP BY chain_no
),
addresses AS (
  SELECT chain_no, max(people) AS people FROM (
    SELECT chain_no, address, count(DISTINCT patient) AS people FROM known WHERE address IS NOT NULL GROUP BY chain_no, address
  ) GROUP BY chain_no
),
villages AS (
  SELECT chain_no, max(people) AS people FROM (
    SELECT chain_no, residence_code, count(DISTINCT patient) AS people FROM known
    WHERE residence_code IS NOT NULL GROUP BY chain_no, residence_code
  ) GROUP BY chain_no
)
SELECT DISTINCT k.chain_no, k.patient
FROM known AS k
JOIN sizes AS s ON s.chain_no = k.chain_no
LEFT JOIN addresses AS a ON a.chain_no = k.chain_no
LEFT JOIN villages AS v ON v.chain_no = k.chain_no
WHERE s.people BETWEEN $least AND $most AND s.households >= $households
  AND coalesce(a.people, 0) < $address * s.people AND coalesce(v.people, 0) < $village * s.people
ORDER BY k.chain_no, k.patient

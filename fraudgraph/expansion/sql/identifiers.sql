/* Phones, accounts and agents that 2 to 60 people share (more are placeholders), with the household and the address of each holder. People are
   numbered in the order of their ids, from 0, as in visits.sql. */
WITH people AS (
  SELECT patient_id, row_number() OVER (ORDER BY patient_id) - 1 AS patient
  FROM (SELECT DISTINCT patient_id FROM claims WHERE counted)
),
known AS (
  SELECT c.patient, p.household_id AS household, p.address, p.phone, p.bank_account, p.agent_id
  FROM patients AS p JOIN people AS c ON c.patient_id = p.patient_id
),
identifiers AS (
  SELECT patient, household, address, 'phone' AS kind, phone AS value FROM known WHERE phone IS NOT NULL
  UNION ALL
  SELECT patient, household, address, 'account' AS kind, bank_account AS value FROM known WHERE bank_account IS NOT NULL
  UNION ALL
  SELECT patient, household, address, 'agent' AS kind, agent_id AS value FROM known WHERE agent_id IS NOT NULL
),
shared AS (
  SELECT kind, value, row_number() OVER (ORDER BY kind, value) - 1 AS number
  FROM identifiers GROUP BY kind, value HAVING count(*) BETWEEN 2 AND 60
)
SELECT CAST(i.patient AS INTEGER) AS patient, CAST(s.number AS INTEGER) AS number, s.kind,
  CAST(CASE WHEN i.household IS NULL THEN -1 - i.patient ELSE dense_rank() OVER (ORDER BY i.household) END AS BIGINT) AS household,
  CAST(CASE WHEN i.address IS NULL THEN -1 - i.patient ELSE dense_rank() OVER (ORDER BY i.address) END AS BIGINT) AS address
FROM identifiers AS i JOIN shared AS s ON s.kind = i.kind AND s.value = i.value
ORDER BY number, patient

/* People who share a phone, an account or an agent that at most $most people have, both ways. */
WITH known AS (
  SELECT c.patient, p.phone, p.bank_account, p.agent_id
  FROM patient_codes AS c JOIN patients AS p ON p.patient_id = c.patient_id
),
identifiers AS (
  SELECT patient, 'phone' AS kind, phone AS value FROM known WHERE phone IS NOT NULL
  UNION ALL
  SELECT patient, 'account' AS kind, bank_account AS value FROM known WHERE bank_account IS NOT NULL
  UNION ALL
  SELECT patient, 'agent' AS kind, agent_id AS value FROM known WHERE agent_id IS NOT NULL
),
shared AS (
  SELECT kind, value FROM identifiers GROUP BY kind, value HAVING count(*) BETWEEN 2 AND $most
),
held AS (
  SELECT i.* FROM identifiers AS i JOIN shared AS s ON s.kind = i.kind AND s.value = i.value
)
SELECT DISTINCT x.patient AS a, y.patient AS b
FROM held AS x JOIN held AS y ON y.kind = x.kind AND y.value = x.value AND y.patient <> x.patient
ORDER BY a, b

/*---
view = "identity"
title = "a phone, account or agent shared outside the household"
title_zh = "家庭之外共用电话、账户或代办人"
needs = ["patients"]
a_type = "patient"
b_type = "patient"
null = "how common it is in these data that a person shares such a value with somebody outside the household, spread over the people who could have been the other"
---*/
WITH known AS (
  SELECT c.patient, p.household_id, p.address, p.phone, p.bank_account, p.agent_id
  FROM patients AS p JOIN patient_codes AS c ON c.patient_id = p.patient_id
),
identifiers AS (
  SELECT patient, household_id, address, 'phone' AS kind, phone AS value FROM known WHERE phone IS NOT NULL
  UNION ALL
  SELECT patient, household_id, address, 'account' AS kind, bank_account AS value FROM known WHERE bank_account IS NOT NULL
  UNION ALL
  SELECT patient, household_id, address, 'agent' AS kind, agent_id AS value FROM known WHERE agent_id IS NOT NULL
),
shared AS (
  SELECT kind, value, count(*) AS holder_count
  FROM identifiers GROUP BY kind, value
  HAVING count(*) BETWEEN 2 AND 60
),
pairs AS (
  SELECT DISTINCT x.patient AS a, y.patient AS b, s.kind, s.value, s.holder_count
  FROM shared AS s
  JOIN identifiers AS x ON x.kind = s.kind AND x.value = s.value
  JOIN identifiers AS y ON y.kind = s.kind AND y.value = s.value AND y.patient > x.patient
  WHERE coalesce(x.household_id <> y.household_id, TRUE) AND coalesce(x.address <> y.address, TRUE)
),
totals AS (
  SELECT kind, count(*) AS holder_total FROM identifiers GROUP BY kind
),
common AS (
  SELECT p.kind, p.holder_count, count(*) AS pair_count, max(t.holder_total) AS holder_total
  FROM pairs AS p JOIN totals AS t ON t.kind = p.kind
  GROUP BY p.kind, p.holder_count
)
SELECT p.a, p.b,
  count(*) AS observed,
  round(greatest(sum(2.0 * m.pair_count / m.holder_total), 0.00001), 9) AS expected
FROM pairs AS p JOIN common AS m ON m.kind = p.kind AND m.holder_count = p.holder_count
GROUP BY p.a, p.b
ORDER BY p.a, p.b

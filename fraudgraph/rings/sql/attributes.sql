/* What the people of each group have in common, against how common it is among all patients. */
CREATE OR REPLACE TABLE group_attributes AS
WITH facts AS (
  SELECT c.patient, p.patient_id,
    p.household_id, p.address, p.phone, p.bank_account, p.agent_id, p.employer, p.residence_code
  FROM patients AS p JOIN patient_codes AS c ON c.patient_id = p.patient_id
),
long AS (
  SELECT patient, 'household' AS attribute, household_id AS value FROM facts WHERE household_id IS NOT NULL
  UNION ALL SELECT patient, 'address' AS attribute, address AS value FROM facts WHERE address IS NOT NULL
  UNION ALL SELECT patient, 'phone' AS attribute, phone AS value FROM facts WHERE phone IS NOT NULL
  UNION ALL SELECT patient, 'account' AS attribute, bank_account AS value FROM facts WHERE bank_account IS NOT NULL
  UNION ALL SELECT patient, 'agent' AS attribute, agent_id AS value FROM facts WHERE agent_id IS NOT NULL
  UNION ALL SELECT patient, 'employer' AS attribute, employer AS value FROM facts WHERE employer IS NOT NULL
  UNION ALL SELECT patient, 'residence' AS attribute, residence_code AS value FROM facts WHERE residence_code IS NOT NULL
),
mine AS (
  SELECT m.group_no, l.attribute, l.value, count(*) AS member_count
  FROM group_members AS m JOIN long AS l ON l.patient = m.patient
  GROUP BY m.group_no, l.attribute, l.value
  HAVING count(*) >= 2
),
everyone AS (
  SELECT l.attribute, l.value, count(*) AS holder_count
  FROM long AS l JOIN (SELECT DISTINCT attribute, value FROM mine) AS k ON k.attribute = l.attribute AND k.value = l.value
  GROUP BY l.attribute, l.value
)
SELECT m.group_no, m.attribute, m.value, CAST(m.member_count AS INTEGER) AS member_count,
  CAST(e.holder_count AS INTEGER) AS holder_count,
  CAST(row_number() OVER (PARTITION BY m.group_no, m.attribute ORDER BY m.member_count DESC, m.value) AS INTEGER) AS place_in_line
FROM mine AS m JOIN everyone AS e ON e.attribute = m.attribute AND e.value = m.value;

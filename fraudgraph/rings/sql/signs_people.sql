/* What the people of each group have in common: age, residence, and the value most of them share, with how many have one at all. */
WITH last_day AS (
  SELECT DATE '1970-01-01' + max(day) AS day FROM visits
),
people AS (
  SELECT m.group_no, m.patient, date_diff('day', p.birth_date, l.day) / 365.25 AS age, p.address, p.phone, p.bank_account, p.agent_id, p.employer, h.home
  FROM group_members AS m
  JOIN patient_codes AS c ON c.patient = m.patient
  LEFT JOIN (SELECT patient_id, min(birth_date) AS birth_date, min(address) AS address, min(phone) AS phone, min(bank_account) AS bank_account,
      min(agent_id) AS agent_id, min(employer) AS employer FROM patients GROUP BY patient_id) AS p ON p.patient_id = c.patient_id
  LEFT JOIN person_homes AS h ON h.patient = m.patient
  CROSS JOIN last_day AS l
),
named AS (
  SELECT group_no, patient, 'address' AS kind, address AS value FROM people WHERE address IS NOT NULL
  UNION ALL
  SELECT group_no, patient, 'phone' AS kind, phone AS value FROM people WHERE phone IS NOT NULL
  UNION ALL
  SELECT group_no, patient, 'account' AS kind, bank_account AS value FROM people WHERE bank_account IS NOT NULL
  UNION ALL
  SELECT group_no, patient, 'agent' AS kind, agent_id AS value FROM people WHERE agent_id IS NOT NULL
  UNION ALL
  SELECT group_no, patient, 'employer' AS kind, employer AS value FROM people WHERE employer IS NOT NULL
  UNION ALL
  SELECT group_no, patient, 'residence' AS kind, home AS value FROM people WHERE home LIKE 'residence %'
),
counts AS (
  SELECT group_no, kind, value, count(*) AS n FROM named GROUP BY group_no, kind, value
),
holders AS (
  SELECT 'phone' AS kind, phone AS value FROM patients WHERE phone IS NOT NULL GROUP BY phone HAVING count(*) > $most
  UNION ALL
  SELECT 'account' AS kind, bank_account AS value FROM patients WHERE bank_account IS NOT NULL GROUP BY bank_account HAVING count(*) > $most
  UNION ALL
  SELECT 'agent' AS kind, agent_id AS value FROM patients WHERE agent_id IS NOT NULL GROUP BY agent_id HAVING count(*) > $most
),
usable AS (
  SELECT c.* FROM counts AS c LEFT JOIN holders AS h ON h.kind = c.kind AND h.value = c.value WHERE h.kind IS NULL
),
shares AS (
  SELECT group_no, kind, max(CASE WHEN n >= 2 THEN n ELSE 0 END) AS top, sum(CASE WHEN n >= 2 THEN n ELSE 0 END) AS inside, sum(n) AS known
  FROM usable GROUP BY group_no, kind
),
sizes AS (
  SELECT group_no, count(*) AS people, count(age) AS age_known, avg(CAST(age AS DECIMAL(9,3))) AS age_mean,
    sqrt(greatest(avg(CAST(age * age AS DECIMAL(12,3))) - avg(CAST(age AS DECIMAL(9,3))) * avg(CAST(age AS DECIMAL(9,3))), 0)) AS age_spread,
    count(CASE WHEN age >= 70 THEN 1 END) AS old, count(CASE WHEN age < 19 THEN 1 END) AS young, count(CASE WHEN age >= 20 AND age < 60 THEN 1 END) AS working
  FROM people GROUP BY group_no
)
SELECT z.group_no, z.people,
  CASE WHEN z.age_known > 2 THEN round(z.age_mean, 3) END AS age_years,
  CASE WHEN z.age_known > 2 THEN round(z.age_spread, 3) END AS age_spread_years,
  CASE WHEN z.age_known > 2 THEN z.old / (1.0 * z.age_known) END AS old_share,
  CASE WHEN z.age_known > 2 THEN z.young / (1.0 * z.age_known) END AS young_share,
  CASE WHEN z.age_known > 2 THEN z.working / (1.0 * z.age_known) END AS working_age_share,
  max(CASE WHEN s.kind = 'residence' AND s.known > 2 THEN greatest(s.top, 1) / (1.0 * s.known) END) AS top_residence_share,
  max(CASE WHEN s.kind = 'address' AND s.known > 1 THEN s.top / (1.0 * z.people) END) AS top_address_share,
  max(CASE WHEN s.kind = 'address' AND s.known > 1 THEN s.inside / (1.0 * z.people) END) AS shared_address_share,
  max(CASE WHEN s.kind = 'employer' AND s.known > 1 THEN s.top / (1.0 * z.people) END) AS top_employer_share,
  max(CASE WHEN s.kind = 'employer' AND s.known > 1 THEN s.inside / (1.0 * z.people) END) AS shared_employer_share,
  max(CASE WHEN s.kind = 'phone' AND s.known > 1 THEN s.top / (1.0 * z.people) END) AS top_phone_share,
  max(CASE WHEN s.kind = 'account' AND s.known > 1 THEN s.top / (1.0 * z.people) END) AS top_account_share,
  max(CASE WHEN s.kind = 'agent' AND s.known > 1 THEN s.top / (1.0 * z.people) END) AS top_agent_share
FROM sizes AS z LEFT JOIN shares AS s ON s.group_no = z.group_no
GROUP BY z.group_no, z.people, z.age_known, z.age_mean, z.age_spread, z.old, z.young, z.working
ORDER BY z.group_no

/* Whether a group's people live in twos and threes and come so: one row a group. */
WITH homes AS ( -- as in people.sql: who has no household code belongs to the only household that is known at a small address
  SELECT address, CASE WHEN count(DISTINCT household_id) = 1 THEN min(household_id) ELSE address END AS home
  FROM patients WHERE address IS NOT NULL GROUP BY address HAVING count(*) <= $small_address
),
lived AS (
  SELECT m.group_no, m.patient, coalesce(p.household_id, h.home) AS home
  FROM group_members AS m
  JOIN patient_codes AS c ON c.patient = m.patient
  LEFT JOIN patients AS p ON p.patient_id = c.patient_id
  LEFT JOIN homes AS h ON h.address = p.address
),
shared AS (
  SELECT group_no, home, count(*) AS people FROM lived WHERE home IS NOT NULL GROUP BY group_no, home HAVING count(*) >= 2
),
paired AS (
  SELECT l.group_no, l.patient, l.home FROM lived AS l JOIN shared AS s ON s.group_no = l.group_no AND s.home = l.home
),
seats AS (
  SELECT DISTINCT m.group_no, m.session_no, m.patient, p.home
  FROM member_claims AS m JOIN paired AS p ON p.group_no = m.group_no AND p.patient = m.patient
  WHERE m.session_no IS NOT NULL
),
present AS (
  SELECT group_no, session_no, home, count(*) AS there FROM seats GROUP BY group_no, session_no, home
),
together AS (
  SELECT group_no, sum(CASE WHEN there >= 2 THEN there ELSE 0 END) / (1.0 * sum(there)) AS with_housemate_share FROM present GROUP BY group_no
),
sizes AS (
  SELECT l.group_no, count(*) AS people, count(l.home) AS known, count(p.patient) AS paired
  FROM lived AS l LEFT JOIN paired AS p ON p.group_no = l.group_no AND p.patient = l.patient
  GROUP BY l.group_no
)
SELECT z.group_no, CASE WHEN z.known > 0 THEN z.paired / (1.0 * z.people) END AS paired_share, t.with_housemate_share
FROM sizes AS z LEFT JOIN together AS t ON t.group_no = z.group_no
ORDER BY z.group_no

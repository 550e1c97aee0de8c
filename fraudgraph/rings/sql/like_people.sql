/* Whom a ring's people are compared with: others who go to the same places and stand in no group. Where a place has very
   many of them every n-th is taken (at most about 5,000 a group), so that a comparison never costs more than a ring is worth. */
CREATE OR REPLACE TABLE group_places AS
WITH ranked AS (
  SELECT group_no, entity_id, sessions, session_count,
    row_number() OVER (PARTITION BY group_no ORDER BY sessions DESC, entity_id) AS place_in_line
  FROM group_entities WHERE entity_type IN ('facility', 'pharmacy')
)
SELECT group_no, entity_id AS place_id
FROM ranked
WHERE place_in_line = 1 OR (sessions >= 2 AND sessions >= 0.12 * session_count);

CREATE OR REPLACE TABLE patient_totals AS
SELECT p.patient, p.patient_id, t.claim_count, t.fund_amount, t.stay_amount
FROM (
  SELECT patient_id, count(*) AS claim_count, CAST(sum(net_fund_amount) AS DECIMAL(16,2)) AS fund_amount,
    CAST(sum(CASE WHEN claim_type = 'inpatient' THEN net_fund_amount ELSE 0 END) AS DECIMAL(16,2)) AS stay_amount
  FROM claims WHERE counted GROUP BY patient_id
) AS t
JOIN patient_codes AS p ON p.patient_id = t.patient_id;

CREATE OR REPLACE TABLE at_places AS
SELECT t.place_id, p.patient, t.claim_count
FROM (
  SELECT place_id, patient_id, count(*) AS claim_count
  FROM claims WHERE counted AND place_id IN (SELECT place_id FROM group_places)
  GROUP BY place_id, patient_id
) AS t
JOIN patient_codes AS p ON p.patient_id = t.patient_id;

CREATE OR REPLACE TABLE group_peers AS
WITH sizes AS (
  SELECT place_id, count(*) AS patient_count FROM at_places GROUP BY place_id
),
steps AS (
  SELECT g.group_no, CAST(ceil(sum(s.patient_count) / 5000.0) AS INTEGER) AS step
  FROM group_places AS g JOIN sizes AS s ON s.place_id = g.place_id
  GROUP BY g.group_no
),
grouped AS (
  SELECT DISTINCT patient FROM group_members
),
own AS (
  SELECT g.group_no, a.patient, sum(a.claim_count) AS claim_count, 1 AS is_member
  FROM group_members AS m
  JOIN group_places AS g ON g.group_no = m.group_no
  JOIN at_places AS a ON a.place_id = g.place_id AND a.patient = m.patient
  GROUP BY g.group_no, a.patient
),
others AS (
  SELECT g.group_no, a.patient, sum(a.claim_count) AS claim_count, 0 AS is_member
  FROM group_places AS g
  JOIN steps AS s ON s.group_no = g.group_no
  JOIN at_places AS a ON a.place_id = g.place_id
  LEFT JOIN grouped AS o ON o.patient = a.patient
  WHERE a.patient % s.step = 0 AND o.patient IS NULL
  GROUP BY g.group_no, a.patient
),
everyone AS (
  SELECT * FROM own UNION ALL SELECT * FROM others
),
last_day AS (
  SELECT max(event_date) AS day FROM claims WHERE counted
)
SELECT t.group_no, t.patient, t.claim_count, t.is_member,
  coalesce(CAST(floor(date_diff('day', p.birth_date, l.day) / 7305.0) AS INTEGER), -1) AS age_band
FROM everyone AS t
JOIN patient_totals AS z ON z.patient = t.patient
CROSS JOIN last_day AS l
LEFT JOIN patients AS p ON p.patient_id = z.patient_id;

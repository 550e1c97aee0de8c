/* Places, doctors and operators at the sittings of each group, against their share of the claims at the same places. */
CREATE OR REPLACE TABLE group_entities AS
WITH seats AS (
  SELECT DISTINCT group_no, session_no, patient, place_id, place_type, doctor_id, operator_id, claim_id, fund_amount
  FROM member_claims WHERE session_no IS NOT NULL
),
sessions AS (
  SELECT group_no, count(DISTINCT session_no) AS session_count, count(*) AS claim_count FROM seats GROUP BY group_no
),
their_places AS (
  SELECT DISTINCT place_id FROM seats
),
place_totals AS (
  SELECT c.place_id, count(*) AS claim_count FROM claims AS c
  WHERE c.counted AND c.place_id IN (SELECT place_id FROM their_places)
  GROUP BY c.place_id
),
doctor_totals AS (
  SELECT c.place_id, c.doctor_id, count(*) AS claim_count FROM claims AS c
  WHERE c.counted AND c.doctor_id IS NOT NULL AND c.place_id IN (SELECT place_id FROM their_places)
  GROUP BY c.place_id, c.doctor_id
),
operator_totals AS (
  SELECT c.place_id, c.operator_id, count(*) AS claim_count FROM claims AS c
  WHERE c.counted AND c.operator_id IS NOT NULL AND c.place_id IN (SELECT place_id FROM their_places)
  GROUP BY c.place_id, c.operator_id
),
seats_at AS (
  SELECT group_no, place_id, count(*) AS claim_count FROM seats GROUP BY group_no, place_id
),
doctors AS (
  SELECT s.group_no, s.doctor_id AS entity_id, count(*) AS observed, count(DISTINCT s.session_no) AS sessions,
    count(DISTINCT s.patient) AS patients, sum(1.0 * t.claim_count / p.claim_count) AS expected,
    CAST(sum(s.fund_amount) AS DECIMAL(16,2)) AS fund_amount
  FROM seats AS s
  JOIN doctor_totals AS t ON t.place_id = s.place_id AND t.doctor_id = s.doctor_id
  JOIN place_totals AS p ON p.place_id = s.place_id
  WHERE s.doctor_id IS NOT NULL
  GROUP BY s.group_no, s.doctor_id
),
operators AS (
  SELECT s.group_no, s.operator_id AS entity_id, count(*) AS observed, count(DISTINCT s.session_no) AS sessions,
    count(DISTINCT s.patient) AS patients, sum(1.0 * t.claim_count / p.claim_count) AS expected,
    CAST(sum(s.fund_amount) AS DECIMAL(16,2)) AS fund_amount
  FROM seats AS s
  JOIN operator_totals AS t ON t.place_id = s.place_id AND t.operator_id = s.operator_id
  JOIN place_totals AS p ON p.place_id = s.place_id
  WHERE s.operator_id IS NOT NULL
  GROUP BY s.group_no, s.operator_id
),
spots AS (
  SELECT group_no, place_id AS entity_id, min(place_type) AS place_type, count(*) AS observed,
    count(DISTINCT session_no) AS sessions, count(DISTINCT patient) AS patients,
    CAST(sum(fund_amount) AS DECIMAL(16,2)) AS fund_amount
  FROM seats GROUP BY group_no, place_id
)
SELECT s.group_no, s.place_type AS entity_type, s.entity_id, s.observed, s.sessions, s.patients,
  CAST(NULL AS DOUBLE) AS expected, s.fund_amount, t.session_count, t.claim_count
FROM spots AS s JOIN sessions AS t ON t.group_no = s.group_no
UNION ALL
SELECT d.group_no, 'doctor' AS entity_type, d.entity_id, d.observed, d.sessions, d.patients,
  CAST(round(d.expected, 6) AS DOUBLE) AS expected, d.fund_amount, t.session_count, t.claim_count
FROM doctors AS d JOIN sessions AS t ON t.group_no = d.group_no
UNION ALL
SELECT o.group_no, 'operator' AS entity_type, o.entity_id, o.observed, o.sessions, o.patients,
  CAST(round(o.expected, 6) AS DOUBLE) AS expected, o.fund_amount, t.session_count, t.claim_count
FROM operators AS o JOIN sessions AS t ON t.group_no = o.group_no;

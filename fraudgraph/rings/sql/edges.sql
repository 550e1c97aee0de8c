/* The lines of the rings' drawings: who met whom, and who came to which place, doctor or operator at the sittings. */
CREATE OR REPLACE TABLE group_edges AS
WITH named AS (
  SELECT g.group_no, g.patient, c.patient_id FROM group_members AS g JOIN patient_codes AS c ON c.patient = g.patient
),
met AS (
  SELECT x.group_no, x.patient_id AS source_id, y.patient_id AS target_id, m.view AS kind, m.observed, m.expected,
    round(least(-log10(m.p), 12.0), 4) AS weight
  FROM pair_meetings AS m
  JOIN named AS x ON x.patient = m.a
  JOIN named AS y ON y.patient = m.b AND y.group_no = x.group_no
),
seats AS (
  SELECT DISTINCT group_no, patient_id, session_no, place_id, place_type, doctor_id, operator_id
  FROM member_claims WHERE session_no IS NOT NULL
),
visited AS (
  SELECT group_no, patient_id AS source_id, place_type AS target_type, place_id AS target_id, count(DISTINCT session_no) AS observed
  FROM seats GROUP BY group_no, patient_id, place_type, place_id
  UNION ALL
  SELECT group_no, patient_id AS source_id, 'doctor' AS target_type, doctor_id AS target_id, count(DISTINCT session_no) AS observed
  FROM seats WHERE doctor_id IS NOT NULL GROUP BY group_no, patient_id, doctor_id
)
SELECT group_no, 'patient' AS source_type, source_id, 'patient' AS target_type, target_id, kind,
  CAST(observed AS DOUBLE) AS observed, expected, weight
FROM met
UNION ALL
SELECT group_no, place_type AS source_type, place_id AS source_id, 'operator' AS target_type, operator_id AS target_id, 'visited' AS kind,
  CAST(count(DISTINCT session_no) AS DOUBLE) AS observed, CAST(NULL AS DOUBLE) AS expected,
  CAST(count(DISTINCT session_no) AS DOUBLE) AS weight
FROM seats WHERE operator_id IS NOT NULL GROUP BY group_no, place_type, place_id, operator_id
UNION ALL
SELECT group_no, 'patient' AS source_type, source_id, target_type, target_id, 'visited' AS kind,
  CAST(observed AS DOUBLE) AS observed, CAST(NULL AS DOUBLE) AS expected, CAST(observed AS DOUBLE) AS weight
FROM visited;

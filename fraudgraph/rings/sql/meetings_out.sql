/* The meetings behind the rings, with ids and the claims of the sittings both took part in. What two people have in common is
   looked up once, however many views they meet in. */
WITH named AS (
  SELECT g.group_no, g.patient, n.ring_id, c.patient_id
  FROM group_members AS g
  JOIN ring_names AS n ON n.group_no = g.group_no
  JOIN patient_codes AS c ON c.patient = g.patient
),
pairs AS (
  SELECT DISTINCT m.view, x.group_no, x.patient AS a, y.patient AS b, x.patient_id AS a_id, y.patient_id AS b_id,
    m.observed, m.expected, m.p
  FROM pair_meetings AS m
  JOIN named AS x ON x.patient = m.a
  JOIN named AS y ON y.patient = m.b AND y.group_no = x.group_no
),
seats AS (
  SELECT DISTINCT group_no, session_no, patient, claim_id FROM member_claims WHERE session_no IS NOT NULL
),
attended AS (
  SELECT DISTINCT group_no, session_no, patient FROM seats
),
both_there AS (
  SELECT p.group_no, p.a, p.b, q.session_no
  FROM (SELECT DISTINCT group_no, a, b FROM pairs) AS p
  JOIN attended AS q ON q.group_no = p.group_no AND q.patient = p.a
  JOIN attended AS r ON r.group_no = p.group_no AND r.patient = p.b AND r.session_no = q.session_no
),
in_common AS (
  SELECT t.a, t.b, s.claim_id FROM both_there AS t JOIN seats AS s ON s.group_no = t.group_no AND s.session_no = t.session_no AND s.patient = t.a
  UNION
  SELECT t.a, t.b, s.claim_id FROM both_there AS t JOIN seats AS s ON s.group_no = t.group_no AND s.session_no = t.session_no AND s.patient = t.b
),
claim_lists AS (
  SELECT a, b, list(claim_id ORDER BY claim_id) AS claim_ids FROM in_common GROUP BY a, b
)
SELECT p.view, 'patient' AS a_type, p.a_id AS a, 'patient' AS b_type, p.b_id AS b, p.observed, p.expected, p.p,
  CAST(p.observed AS BIGINT) AS event_count, coalesce(l.claim_ids, []) AS claim_ids
FROM (SELECT DISTINCT view, a, b, a_id, b_id, observed, expected, p FROM pairs) AS p
LEFT JOIN claim_lists AS l ON l.a = p.a AND l.b = p.b
UNION ALL
SELECT m.view, m.a_type, m.a, m.b_type, m.b, m.observed, m.expected, m.p, CAST(m.observed AS BIGINT) AS event_count,
  CAST([] AS VARCHAR[]) AS claim_ids
FROM place_meetings AS m
ORDER BY 1, 3, 5

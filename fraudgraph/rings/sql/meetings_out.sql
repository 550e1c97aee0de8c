/* The meetings behind the rings, with ids and the claims of the sittings both took part in. */
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
both_there AS (
  SELECT p.view, p.a_id, p.b_id, s.claim_id
  FROM pairs AS p
  JOIN member_claims AS q ON q.group_no = p.group_no AND q.patient = p.a AND q.session_no IS NOT NULL
  JOIN member_claims AS r ON r.group_no = p.group_no AND r.patient = p.b AND r.session_no = q.session_no
  CROSS JOIN LATERAL (SELECT unnest([q.claim_id, r.claim_id]) AS claim_id) AS s
),
claim_lists AS (
  SELECT view, a_id, b_id, list(DISTINCT claim_id ORDER BY claim_id) AS claim_ids FROM both_there GROUP BY view, a_id, b_id
)
SELECT DISTINCT p.view, 'patient' AS a_type, p.a_id AS a, 'patient' AS b_type, p.b_id AS b, p.observed, p.expected, p.p,
  CAST(p.observed AS BIGINT) AS event_count, coalesce(l.claim_ids, []) AS claim_ids
FROM pairs AS p LEFT JOIN claim_lists AS l ON l.view = p.view AND l.a_id = p.a_id AND l.b_id = p.b_id
UNION ALL
SELECT m.view, m.a_type, m.a, m.b_type, m.b, m.observed, m.expected, m.p, CAST(m.observed AS BIGINT) AS event_count,
  CAST([] AS VARCHAR[]) AS claim_ids
FROM place_meetings AS m
ORDER BY 1, 3, 5

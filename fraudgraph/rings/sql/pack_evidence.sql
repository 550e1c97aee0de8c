/* Groups whose members met in the view trace_code: how many packs stand on the claims of two of them, the most striking two, and the claims. */
WITH met AS (
  SELECT x.group_no, m.a, m.b, m.observed, m.expected, m.p,
    row_number() OVER (PARTITION BY x.group_no ORDER BY m.p, m.a, m.b) AS line
  FROM pair_meetings AS m
  JOIN group_members AS x ON x.patient = m.a
  JOIN group_members AS y ON y.patient = m.b AND y.group_no = x.group_no
  WHERE m.view = 'trace_code'
),
people AS (
  SELECT group_no, a AS patient FROM met UNION SELECT group_no, b AS patient FROM met
),
packs AS (
  SELECT DISTINCT c.group_no, c.patient, c.claim_id, i.trace_code
  FROM member_claims AS c
  JOIN people AS p ON p.group_no = c.group_no AND p.patient = c.patient
  JOIN claim_items AS i ON i.claim_id = c.claim_id
  WHERE length(i.trace_code) >= 12 AND i.quantity > 0 AND NOT coalesce(i.split_pack, FALSE)
),
again AS (
  SELECT m.group_no, x.trace_code, x.claim_id AS one, y.claim_id AS other
  FROM met AS m
  JOIN packs AS x ON x.group_no = m.group_no AND x.patient = m.a
  JOIN packs AS y ON y.group_no = m.group_no AND y.patient = m.b AND y.trace_code = x.trace_code
),
told AS (
  SELECT group_no, trace_code, one AS claim_id FROM again UNION ALL SELECT group_no, trace_code, other AS claim_id FROM again
),
claim_lists AS (
  SELECT group_no, count(DISTINCT trace_code) AS code_count, list(DISTINCT claim_id ORDER BY claim_id) AS claim_ids
  FROM told GROUP BY group_no
),
sizes AS (
  SELECT group_no, count(*) AS member_count FROM people GROUP BY group_no
)
SELECT m.group_no, s.member_count, l.code_count, m.observed, m.expected, l.claim_ids
FROM met AS m
JOIN sizes AS s ON s.group_no = m.group_no
JOIN claim_lists AS l ON l.group_no = m.group_no
WHERE m.line = 1
ORDER BY m.group_no

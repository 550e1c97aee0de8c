/* How much of each group's surprise the claims that speak for an explanation carry: a sitting counts in so far as its
   claims are among them. */
WITH seats AS (
  SELECT group_no, session_no, count(DISTINCT claim_id) AS claim_count
  FROM member_claims WHERE session_no IS NOT NULL GROUP BY group_no, session_no
),
weights AS (
  SELECT s.group_no, s.session_no, s.claim_count, CAST(least(-log10(j.p), 12.0) AS DECIMAL(12,6)) AS weight
  FROM seats AS s JOIN session_chances AS j ON j.session_no = s.session_no
),
totals AS (
  SELECT group_no, sum(weight) AS weight FROM weights GROUP BY group_no
),
hits AS (
  SELECT group_no, name, session_no, count(DISTINCT claim_id) AS claim_count FROM lawful_claims GROUP BY group_no, name, session_no
),
carried AS (
  SELECT h.group_no, h.name, sum(CAST(w.weight * h.claim_count / w.claim_count AS DECIMAL(18,6))) AS weight
  FROM hits AS h JOIN weights AS w ON w.group_no = h.group_no AND w.session_no = h.session_no
  GROUP BY h.group_no, h.name
),
lists AS (
  SELECT group_no, name, count(DISTINCT patient) AS patient_count, list(DISTINCT claim_id ORDER BY claim_id) AS claim_ids
  FROM lawful_claims GROUP BY group_no, name
)
SELECT l.group_no, l.name, l.patient_count, l.claim_ids, round(least(c.weight / greatest(t.weight, 0.000001), 1.0), 4) AS claim_share
FROM lists AS l JOIN carried AS c ON c.group_no = l.group_no AND c.name = l.name JOIN totals AS t ON t.group_no = l.group_no
ORDER BY l.group_no, l.name

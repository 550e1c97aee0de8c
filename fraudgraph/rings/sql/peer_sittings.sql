/* Who came to a group's sittings: its people, and others who go to the same places at least half as often
   as its middle member. */
WITH usual AS (
  SELECT group_no, 0.5 * fg_quantile(claim_count, 0.5) AS claim_count FROM group_peers WHERE is_member = 1 GROUP BY group_no
),
alike AS (
  SELECT p.group_no, p.patient, p.is_member, u.claim_count
  FROM group_peers AS p JOIN usual AS u ON u.group_no = p.group_no
  WHERE p.is_member = 1 OR p.claim_count >= u.claim_count
),
good AS (
  SELECT s.* FROM group_sessions AS s JOIN session_chances AS j ON j.session_no = s.session_no WHERE j.good
),
present AS (
  SELECT DISTINCT a.group_no, a.patient, g.session_no
  FROM good AS g
  JOIN visits AS v ON v.place = g.place AND v.day = g.day
  JOIN alike AS a ON a.group_no = g.group_no AND a.patient = v.patient
  WHERE g.kind = 'visit' AND (v.minute IS NULL OR g.from_minute IS NULL OR v.minute BETWEEN g.from_minute AND g.to_minute)
  UNION ALL
  SELECT DISTINCT a.group_no, a.patient, g.session_no
  FROM good AS g
  JOIN coded_stays AS s ON s.place = g.place AND s.admitted BETWEEN g.day AND g.to_day
  JOIN alike AS a ON a.group_no = g.group_no AND a.patient = s.patient
  WHERE g.kind = 'stay'
),
counts AS (
  SELECT a.group_no, a.patient, a.is_member, a.claim_count, count(p.session_no) AS attended
  FROM alike AS a LEFT JOIN present AS p ON p.group_no = a.group_no AND p.patient = a.patient
  GROUP BY a.group_no, a.patient, a.is_member, a.claim_count
)
SELECT group_no, max(claim_count) AS least_claims,
  sum(is_member) AS member_count, sum(1 - is_member) AS peer_count,
  sum(CASE WHEN is_member = 1 THEN attended ELSE 0 END) AS member_attended,
  sum(CASE WHEN is_member = 0 THEN attended ELSE 0 END) AS peer_attended,
  max(CASE WHEN is_member = 0 THEN attended ELSE 0 END) AS peer_most
FROM counts
GROUP BY group_no
HAVING sum(is_member) > 0 AND sum(1 - is_member) >= 5
ORDER BY group_no

/* On how many days a month a group's sittings are for chronic disease: one row a group that has such a sitting. */
WITH sat AS (
  SELECT s.group_no, s.day, CASE WHEN s.kind = 'block' THEN s.to_day ELSE s.day END AS last_day
  FROM group_sessions AS s JOIN session_chances AS j ON j.session_no = s.session_no WHERE j.good
),
spans AS (
  SELECT group_no, greatest(1.0, (max(last_day) - min(day) + 1) / 30.4) AS months FROM sat GROUP BY group_no
),
refill_sittings AS ( -- at least half of the visits are for chronic disease; what is bought at a shop is no visit
  SELECT group_no, session_no, min(day) AS day
  FROM member_claims WHERE session_no IS NOT NULL AND claim_type <> 'pharmacy'
  GROUP BY group_no, session_no
  HAVING 2 * count(DISTINCT CASE WHEN claim_type = 'chronic' THEN claim_id END) >= count(DISTINCT claim_id)
)
SELECT r.group_no, count(DISTINCT r.day) / max(s.months) AS refill_days_each_month
FROM refill_sittings AS r JOIN spans AS s ON s.group_no = r.group_no
GROUP BY r.group_no
ORDER BY r.group_no

/* One row a group: how many people, sittings and places it has, over which days, and how surprising its sittings and blocks are. */
CREATE OR REPLACE TABLE group_features AS
WITH sizes AS (
  SELECT group_no, count(*) AS patient_count FROM group_members GROUP BY group_no
),
sat AS (
  SELECT s.group_no, s.kind, s.place, s.day, CASE WHEN s.kind = 'block' THEN s.to_day ELSE s.day END AS last_day, s.present_count, j.p
  FROM group_sessions AS s JOIN session_chances AS j ON j.session_no = s.session_no
  WHERE j.good
),
sitting_facts AS (
  SELECT group_no, count(*) AS session_count, count(DISTINCT place) AS place_count, min(day) AS first_day, max(last_day) AS last_day,
    round(sum(CASE WHEN kind = 'block' THEN 0 ELSE CAST(least(-log10(p), greatest(12.0, 1.5 * present_count)) * CASE WHEN present_count >= 3 THEN 1.0 ELSE 0.3 END AS DECIMAL(12,6)) END), 6) AS surprise,
    round(max(CASE WHEN kind = 'block' THEN -log10(p) ELSE 0 END), 6) AS block_surprise
  FROM sat GROUP BY group_no
),
days_known AS (
  SELECT group_no, min(day) AS first_day, max(day) AS last_day FROM member_claims GROUP BY group_no
),
claims_at AS (
  SELECT group_no, sum(CASE WHEN claim_type = 'inpatient' THEN 1 ELSE 0 END) / (1.0 * count(*)) AS share_inpatient
  FROM member_claims WHERE session_no IS NOT NULL GROUP BY group_no
)
SELECT z.group_no, z.patient_count, coalesce(f.session_count, 0) AS session_count, coalesce(f.place_count, 0) AS place_count,
  coalesce(f.first_day, n.first_day) AS first_day, coalesce(f.last_day, n.last_day) AS last_day,
  coalesce(f.surprise, 0) AS surprise, coalesce(f.block_surprise, 0) AS block_surprise, coalesce(c.share_inpatient, 0) AS share_inpatient
FROM sizes AS z
LEFT JOIN sitting_facts AS f ON f.group_no = z.group_no
LEFT JOIN days_known AS n ON n.group_no = z.group_no
LEFT JOIN claims_at AS c ON c.group_no = z.group_no
ORDER BY z.group_no;

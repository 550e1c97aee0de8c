/* How a group comes together: one row a group. */
WITH sat AS (
  SELECT s.group_no, s.place, s.day, s.present_count, CASE WHEN s.kind = 'block' THEN s.to_day ELSE s.day END AS last_day,
    (s.to_minute - s.from_minute) / (1.0 * (s.present_count - 1)) AS step_minutes
  FROM group_sessions AS s JOIN session_chances AS j ON j.session_no = s.session_no
  WHERE j.good
),
sizes AS (
  SELECT group_no, count(*) AS people FROM group_members GROUP BY group_no
),
sums AS (
  SELECT group_no, count(*) AS sittings, count(DISTINCT day) AS sitting_days, min(day) AS first_day, max(last_day) AS last_day,
    sum(present_count) AS seat_count, fg_quantile(step_minutes, 0.5) AS step_minutes
  FROM sat GROUP BY group_no
),
tops AS (
  SELECT group_no, max(n) AS top_place FROM (SELECT group_no, place, count(*) AS n FROM sat GROUP BY group_no, place) GROUP BY group_no
),
lives AS (
  SELECT group_no, min(day) AS first_day, max(day) AS last_day FROM member_claims GROUP BY group_no
),
spans AS (
  SELECT z.group_no, z.people, coalesce(s.sittings, 0) AS sittings, s.sitting_days, s.seat_count, s.step_minutes,
    greatest(1.0, (coalesce(s.last_day, l.last_day) - coalesce(s.first_day, l.first_day) + 1) / 30.4) AS months
  FROM sizes AS z LEFT JOIN sums AS s ON s.group_no = z.group_no LEFT JOIN lives AS l ON l.group_no = z.group_no
)
SELECT s.group_no, s.people, s.sittings, s.sitting_days, s.months, s.step_minutes,
  s.sitting_days / s.months AS sitting_days_each_month,
  greatest(s.sittings - 4, 0) / s.months AS further_sittings_each_month,
  t.top_place / (1.0 * s.sittings) AS main_place_share,
  s.seat_count / (1.0 * s.sittings * s.people) AS attendance,
  CASE WHEN p.parent_no IS NULL THEN 0 ELSE 1 END AS part_of_larger
FROM spans AS s
LEFT JOIN tops AS t ON t.group_no = s.group_no
LEFT JOIN group_parents AS p ON p.group_no = s.group_no
ORDER BY s.group_no

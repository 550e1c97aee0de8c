/* Each place of a block as one long sitting: from the first to the last day its people came, how many of them did, and how
   many would have by the place's share of all people. */
WITH theirs AS (
  SELECT b.group_no, v.place, v.patient, v.day
  FROM group_blocks AS b
  JOIN group_members AS m ON m.group_no = b.group_no
  JOIN visits AS v ON v.patient = m.patient AND v.place = b.place
),
used AS (
  SELECT place, count(DISTINCT patient) AS people FROM visits WHERE place IN (SELECT place FROM group_blocks) GROUP BY place
),
everyone AS (
  SELECT count(*) AS people FROM patient_codes
),
sizes AS (
  SELECT group_no, count(*) AS people FROM group_members GROUP BY group_no
)
SELECT
  CAST((SELECT coalesce(max(session_no), 0) FROM group_sessions) + row_number() OVER (ORDER BY t.group_no, t.place) AS INTEGER) AS session_no,
  t.group_no, 'block' AS kind, t.place, min(t.day) AS day, max(t.day) AS to_day, CAST(-2 AS INTEGER) AS stratum,
  CAST(NULL AS INTEGER) AS from_minute, CAST(NULL AS INTEGER) AS to_minute,
  CAST(count(DISTINCT t.patient) AS INTEGER) AS present_count,
  CAST(max(u.people) - count(DISTINCT t.patient) AS INTEGER) AS others_count,
  CAST(NULL AS DOUBLE) AS window_share,
  round(max(z.people) * max(u.people) / (1.0 * max(e.people)), 6) AS expected_count
FROM theirs AS t
JOIN used AS u ON u.place = t.place
JOIN sizes AS z ON z.group_no = t.group_no
CROSS JOIN everyone AS e
GROUP BY t.group_no, t.place
HAVING count(DISTINCT t.patient) >= 2
ORDER BY t.group_no, t.place

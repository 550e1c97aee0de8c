/* How many of a group's sittings at each of its places each of its people came to. */
WITH good AS (
  SELECT s.* FROM group_sessions AS s JOIN session_chances AS j ON j.session_no = s.session_no
  WHERE j.good
),
large AS (
  SELECT group_no FROM group_members GROUP BY group_no HAVING count(*) >= 2 * $least
),
present AS (
  SELECT DISTINCT g.group_no, g.place, m.patient, g.session_no
  FROM good AS g
  JOIN large AS l ON l.group_no = g.group_no
  JOIN group_members AS m ON m.group_no = g.group_no
  JOIN visits AS v ON v.patient = m.patient AND v.place = g.place AND v.day = g.day
  WHERE g.kind = 'visit' AND (v.minute IS NULL OR g.from_minute IS NULL OR v.minute BETWEEN g.from_minute AND g.to_minute)
  UNION ALL
  SELECT DISTINCT g.group_no, g.place, m.patient, g.session_no
  FROM good AS g
  JOIN large AS l ON l.group_no = g.group_no
  JOIN group_members AS m ON m.group_no = g.group_no
  JOIN coded_stays AS s ON s.patient = m.patient AND s.place = g.place AND s.admitted BETWEEN g.day AND g.to_day
  WHERE g.kind = 'stay'
),
held AS (
  SELECT group_no, place, count(*) AS session_count FROM good GROUP BY group_no, place
)
SELECT p.group_no, p.place, p.patient, count(*) AS attended, h.session_count
FROM present AS p JOIN held AS h ON h.group_no = p.group_no AND h.place = p.place
GROUP BY p.group_no, p.place, p.patient, h.session_count
ORDER BY p.group_no, p.place, p.patient

/* Pairs of groups that are one: they share most of the smaller one's people, or most of their sittings are the same
   sittings (same place, same hours). */
WITH sizes AS (
  SELECT group_no, count(*) AS member_count FROM group_members GROUP BY group_no
),
people AS (
  SELECT x.group_no AS a, y.group_no AS b
  FROM group_members AS x
  JOIN group_members AS y ON y.patient = x.patient AND y.group_no > x.group_no
  JOIN sizes AS s ON s.group_no = x.group_no
  JOIN sizes AS t ON t.group_no = y.group_no
  GROUP BY x.group_no, y.group_no, s.member_count, t.member_count
  HAVING count(*) >= $people_share * least(s.member_count, t.member_count)
),
good AS (
  SELECT s.* FROM group_sessions AS s JOIN session_chances AS j ON j.session_no = s.session_no WHERE j.good
),
counts AS (
  SELECT group_no, count(*) AS session_count FROM good GROUP BY group_no
),
meetings AS (
  SELECT x.group_no AS a, y.group_no AS b, count(DISTINCT x.session_no) AS a_count, count(DISTINCT y.session_no) AS b_count
  FROM good AS x
  JOIN good AS y
    ON y.place = x.place AND y.kind = x.kind AND y.group_no > x.group_no AND y.day <= x.to_day AND y.to_day >= x.day
  WHERE x.from_minute IS NULL OR (y.from_minute <= x.to_minute + $slack AND y.to_minute >= x.from_minute - $slack)
  GROUP BY x.group_no, y.group_no
),
sittings AS (
  SELECT m.a, m.b
  FROM meetings AS m JOIN counts AS c ON c.group_no = m.a JOIN counts AS d ON d.group_no = m.b
  WHERE least(m.a_count, m.b_count) >= 5
    AND least(m.a_count, m.b_count) >= $sitting_share * least(c.session_count, d.session_count)
)
SELECT a, b FROM people UNION SELECT a, b FROM sittings ORDER BY a, b

/* Parts of a group that come to one pharmacy without the rest of it: candidates for a ring inside a lawful group (some
   cards of a care home swept at a shop where the home does not go). At least three sittings there, on days on which the
   whole group has no sitting elsewhere, not at the group's own usual place, by at most $part of its people. */
WITH good AS (
  SELECT s.* FROM group_sessions AS s JOIN session_chances AS j ON j.session_no = s.session_no WHERE j.good
),
sizes AS (
  SELECT group_no, count(*) AS member_count FROM group_members GROUP BY group_no
),
usual AS (
  SELECT group_no, place, row_number() OVER (PARTITION BY group_no ORDER BY count(*) DESC, place) AS place_in_line
  FROM good GROUP BY group_no, place
),
alone AS (
  SELECT g.*
  FROM good AS g JOIN usual AS u ON u.group_no = g.group_no AND u.place = g.place
  JOIN place_codes AS c ON c.place = g.place
  WHERE u.place_in_line > 1 AND c.place_type = 'pharmacy' AND NOT EXISTS (
    SELECT 1 FROM good AS o WHERE o.group_no = g.group_no AND o.day = g.day AND o.place <> g.place
  )
),
counts AS (
  SELECT group_no, place, count(*) AS alone_count FROM alone GROUP BY group_no, place HAVING count(*) >= 3
),
present AS (
  SELECT DISTINCT a.group_no, a.place, a.session_no, m.patient
  FROM alone AS a
  JOIN counts AS c ON c.group_no = a.group_no AND c.place = a.place
  JOIN group_members AS m ON m.group_no = a.group_no
  JOIN visits AS v ON v.patient = m.patient AND v.place = a.place AND v.day = a.day
  WHERE a.kind = 'visit' AND (v.minute IS NULL OR v.minute BETWEEN a.from_minute AND a.to_minute)
),
regulars AS (
  SELECT group_no, place, patient FROM present GROUP BY group_no, place, patient HAVING count(*) >= 2
),
parts AS (
  SELECT r.group_no, r.place, count(*) AS member_count, max(z.member_count) AS all_count
  FROM regulars AS r JOIN sizes AS z ON z.group_no = r.group_no
  GROUP BY r.group_no, r.place
),
small AS (
  SELECT group_no, place, member_count FROM parts WHERE member_count >= $least AND member_count <= $part * all_count
),
shadowed AS (
  SELECT DISTINCT x.group_no, x.place
  FROM small AS x
  JOIN small AS y ON y.group_no = x.group_no AND y.place <> x.place
  WHERE (y.member_count > x.member_count OR (y.member_count = x.member_count AND y.place < x.place))
    AND (
      SELECT count(*) FROM regulars AS r JOIN regulars AS q ON q.group_no = r.group_no AND q.patient = r.patient
      WHERE r.group_no = x.group_no AND r.place = x.place AND q.place = y.place
    ) >= 0.5 * x.member_count
),
named AS (
  SELECT group_no AS parent_no, place,
    CAST((SELECT coalesce(max(group_no), 0) FROM group_members) + row_number() OVER (ORDER BY group_no, place) AS INTEGER) AS group_no
  FROM small AS s
  WHERE NOT EXISTS (SELECT 1 FROM shadowed AS h WHERE h.group_no = s.group_no AND h.place = s.place)
)
SELECT n.group_no, n.parent_no, n.place, r.patient
FROM named AS n JOIN regulars AS r ON r.group_no = n.parent_no AND r.place = n.place
ORDER BY n.group_no, r.patient

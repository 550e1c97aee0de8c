/* Pairs of groups worked by one hand: different cards, but the same three places or more (two sittings or more at each),
   and most sittings of both are at those places. An organiser who takes one part of the cards at a time leaves such pieces;
   neighbours, homes and villages have one or two places in common, not three. Where there are few places in all, three in
   common say nothing. */
WITH good AS (
  SELECT s.group_no, s.place FROM group_sessions AS s JOIN session_chances AS j ON j.session_no = s.session_no WHERE j.good
),
counts AS (
  SELECT group_no, place, count(*) AS session_count FROM good GROUP BY group_no, place
),
totals AS (
  SELECT group_no, sum(session_count) AS session_count FROM counts GROUP BY group_no
),
common AS (
  SELECT x.group_no AS a, y.group_no AS b, sum(x.session_count) AS a_count, sum(y.session_count) AS b_count
  FROM counts AS x JOIN counts AS y ON y.place = x.place AND y.group_no > x.group_no
  WHERE x.session_count >= 2 AND y.session_count >= 2
  GROUP BY x.group_no, y.group_no
  HAVING count(*) >= $places AND 10 * count(*) <= (SELECT count(*) FROM place_codes)
)
SELECT c.a, c.b
FROM common AS c JOIN totals AS s ON s.group_no = c.a JOIN totals AS t ON t.group_no = c.b
WHERE c.a_count >= $share * s.session_count AND c.b_count >= $share * t.session_count
ORDER BY c.a, c.b

/* What each kind of meeting brings to a group's surprise, in decades. Pairs: neighbours by the clock and by the day are one
   kind, the better of the two counting. Linked places: what the sittings carry at places that an owner, a takeover or packs
   link to another place of the group; `places` what all sittings carry. */
WITH pairs AS (
  SELECT x.group_no, m.a, m.b, CASE WHEN m.view IN ('burst', 'same_day') THEN 'together' ELSE m.view END AS pattern,
    max(least(-log10(m.p), 12.0)) AS decades
  FROM pair_meetings AS m
  JOIN group_members AS x ON x.patient = m.a
  JOIN group_members AS y ON y.patient = m.b AND y.group_no = x.group_no
  GROUP BY x.group_no, m.a, m.b, CASE WHEN m.view IN ('burst', 'same_day') THEN 'together' ELSE m.view END
),
sat AS (
  SELECT s.group_no, c.place_id, sum(CAST(least(-log10(j.p), 12.0) AS DECIMAL(12,6))) AS decades
  FROM group_sessions AS s JOIN session_chances AS j ON j.session_no = s.session_no JOIN place_codes AS c ON c.place = s.place
  WHERE j.good AND s.kind <> 'block'
  GROUP BY s.group_no, c.place_id
),
links AS (
  SELECT DISTINCT CASE WHEN view = 'trace_code' THEN 'linked_packs' ELSE 'linked_places' END AS pattern, a, b
  FROM place_meetings WHERE view IN ('ownership', 'successor', 'trace_code')
),
linked AS (
  SELECT l.pattern, s.group_no, s.place_id, max(s.decades) AS decades
  FROM links AS l
  JOIN sat AS s ON s.place_id = l.a OR s.place_id = l.b
  JOIN sat AS o ON o.group_no = s.group_no AND o.place_id <> s.place_id AND (o.place_id = l.a OR o.place_id = l.b)
  GROUP BY l.pattern, s.group_no, s.place_id
)
SELECT group_no, pattern, CAST(sum(CAST(decades AS DECIMAL(12,6))) AS DOUBLE) AS decades FROM pairs GROUP BY group_no, pattern
UNION ALL
SELECT group_no, pattern, CAST(sum(decades) AS DOUBLE) AS decades FROM linked GROUP BY group_no, pattern
UNION ALL
SELECT group_no, 'places' AS pattern, CAST(sum(decades) AS DOUBLE) AS decades FROM sat GROUP BY group_no
ORDER BY group_no, pattern

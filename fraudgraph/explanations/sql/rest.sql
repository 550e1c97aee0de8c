/* What is left of each group without the people whom an explanation is about: the sittings of the others among themselves.
   expected_count shrinks with the number of others who could have been there. */
WITH explained AS (
  SELECT DISTINCT group_no, name, patient FROM lawful_claims
  WHERE name IN (SELECT name FROM explanation_marks WHERE about_people)
),
tried AS (
  SELECT DISTINCT group_no, name FROM explained
),
sizes AS (
  SELECT group_no, count(*) AS member_count FROM group_members GROUP BY group_no
),
rest AS (
  SELECT t.group_no, t.name, g.patient
  FROM tried AS t JOIN group_members AS g ON g.group_no = t.group_no
  LEFT JOIN explained AS e ON e.group_no = t.group_no AND e.name = t.name AND e.patient = g.patient
  WHERE e.patient IS NULL
),
rest_sizes AS (
  SELECT group_no, name, count(*) AS rest_count FROM rest GROUP BY group_no, name HAVING count(*) >= $least
),
present AS (
  SELECT r.group_no, r.name, m.session_no, count(DISTINCT r.patient) AS present_count
  FROM rest AS r JOIN member_claims AS m ON m.group_no = r.group_no AND m.patient = r.patient
  WHERE m.session_no IS NOT NULL
  GROUP BY r.group_no, r.name, m.session_no
  HAVING count(DISTINCT r.patient) >= 2
)
SELECT p.group_no, p.name, z.rest_count, p.session_no, p.present_count,
  round(s.expected_count * (z.rest_count - 1.0) / greatest(n.member_count - 1, 1), 9) AS expected_count
FROM present AS p
JOIN rest_sizes AS z ON z.group_no = p.group_no AND z.name = p.name
JOIN sizes AS n ON n.group_no = p.group_no
JOIN group_sessions AS s ON s.session_no = p.session_no
ORDER BY p.group_no, p.name, p.session_no

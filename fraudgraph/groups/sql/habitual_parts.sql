/* Parts of groups whose people also come to the part's place one by one: it is simply where they go, and meeting there is
   habit. Where cards are used by one hand, nearly all visits there are visits together ($together of them at least). */
WITH places AS (
  SELECT DISTINCT group_no, place FROM group_parts
),
joined AS (
  SELECT s.group_no, sum(s.present_count) AS visit_count
  FROM group_sessions AS s
  JOIN session_chances AS j ON j.session_no = s.session_no
  JOIN places AS p ON p.group_no = s.group_no AND p.place = s.place
  WHERE j.good
  GROUP BY s.group_no
),
came AS (
  SELECT p.group_no, count(DISTINCT (v.patient, v.day)) AS visit_count
  FROM group_parts AS p JOIN visits AS v ON v.patient = p.patient AND v.place = p.place
  GROUP BY p.group_no
)
SELECT c.group_no FROM came AS c LEFT JOIN joined AS j ON j.group_no = c.group_no
WHERE coalesce(j.visit_count, 0) < $together * c.visit_count
ORDER BY c.group_no

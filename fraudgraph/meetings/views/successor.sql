/*---
view = "successor"
title = "a new place takes over the people of one that stopped"
title_zh = "新机构承接停止结算机构的人员"
needs = ["place_id"]
a_type = "facility or pharmacy"
b_type = "facility or pharmacy"
null = "people of the same residence use the two places independently, but as much more as each of the two shares people with its closest neighbours"
---*/
/* `a` settled nothing in the last 45 days; `b` settled nothing in the first 45 and began between a month before and half
   a year after `a` stopped. Neighbours: the nine tenths mark of shared over expected, among places with three people
   expected. A neighbour that closes sends its people to all who are near; a place that comes back under another name takes them along. */
WITH lives AS (
  SELECT place_id, min(place_type) AS place_type, min(event_date) AS first_day, max(event_date) AS last_day
  FROM claims WHERE counted AND place_id IS NOT NULL AND event_date IS NOT NULL
  GROUP BY place_id
),
period AS (
  SELECT min(first_day) AS first_day, max(last_day) AS last_day FROM lives
),
links AS (
  SELECT x.place_type AS a_type, x.place_id AS a, y.place_type AS b_type, y.place_id AS b
  FROM lives AS x
  JOIN lives AS y ON y.place_type = x.place_type AND y.place_id <> x.place_id
  CROSS JOIN period AS p
  WHERE date_diff('day', x.last_day, p.last_day) >= 45 AND date_diff('day', p.first_day, y.first_day) >= 45
    AND date_diff('day', x.last_day, y.first_day) BETWEEN -30 AND 180
),
pairs AS ( -- places by number, as in place_codes: the long steps below are about numbers
  SELECT l.a AS a_id, l.b AS b_id, x.place AS a, y.place AS b
  FROM links AS l JOIN place_codes AS x ON x.place_id = l.a JOIN place_codes AS y ON y.place_id = l.b
),
linked AS (
  SELECT a AS place FROM pairs UNION SELECT b AS place FROM pairs
),
used AS (
  SELECT DISTINCT p.patient, l.place
  FROM claims AS c
  JOIN patient_codes AS p ON p.patient_id = c.patient_id
  JOIN place_codes AS l ON l.place_id = c.place_id
  WHERE c.counted
),
residences AS (
  SELECT c.patient, coalesce(min(p.residence_code), '') AS residence
  FROM (SELECT DISTINCT patient FROM used) AS u
  JOIN patient_codes AS c ON c.patient = u.patient
  LEFT JOIN patients AS p ON p.patient_id = c.patient_id
  GROUP BY c.patient
),
home_sizes AS (
  SELECT residence, count(*) AS people, row_number() OVER (ORDER BY residence) AS home FROM residences GROUP BY residence
),
homes AS (
  SELECT r.patient, z.home FROM residences AS r JOIN home_sizes AS z ON z.residence = r.residence
),
customs AS (
  SELECT u.place, h.home, count(*) AS people FROM used AS u JOIN homes AS h ON h.patient = u.patient GROUP BY u.place, h.home
),
/* First whose places they are, as a grouping: joined at once, every home's places would be multiplied with one another. */
users AS (
  SELECT u.patient, u.place FROM used AS u JOIN linked AS l ON l.place = u.place GROUP BY u.patient, u.place
),
seen AS (
  SELECT x.place AS a, y.place AS b, count(*) AS people
  FROM users AS x JOIN used AS y ON y.patient = x.patient AND y.place <> x.place
  GROUP BY x.place, y.place
),
clienteles AS (
  SELECT c.place, c.home, max(c.people) AS people, max(z.people) AS home_people
  FROM customs AS c JOIN linked AS l ON l.place = c.place JOIN home_sizes AS z ON z.home = c.home
  GROUP BY c.place, c.home
),
alone AS (
  SELECT x.place AS a, y.place AS b, sum(x.people * y.people / (1.0 * x.home_people)) AS people
  FROM clienteles AS x JOIN customs AS y ON y.home = x.home AND y.place <> x.place
  GROUP BY x.place, y.place
),
mixing AS (
  SELECT i.a, greatest(
      sum(coalesce(s.people, 0)) / sum(i.people),
      coalesce(fg_quantile(CASE WHEN i.people >= 3 THEN coalesce(s.people, 0) / i.people END, 0.9), 1.0), 1.0) AS factor
  FROM alone AS i
  LEFT JOIN seen AS s ON s.a = i.a AND s.b = i.b
  LEFT JOIN pairs AS l ON l.a = i.a AND l.b = i.b
  LEFT JOIN pairs AS k ON k.a = i.b AND k.b = i.a
  WHERE l.a IS NULL AND k.a IS NULL
  GROUP BY i.a
)
SELECT l.a_type, l.a, l.b_type, l.b, s.people AS observed,
  round(i.people * greatest(coalesce(m.factor, 1.0), coalesce(n.factor, 1.0)), 9) AS expected
FROM links AS l
JOIN pairs AS k ON k.a_id = l.a AND k.b_id = l.b
JOIN seen AS s ON s.a = k.a AND s.b = k.b
JOIN alone AS i ON i.a = k.a AND i.b = k.b
LEFT JOIN mixing AS m ON m.a = k.a
LEFT JOIN mixing AS n ON n.a = k.b
ORDER BY l.a, l.b

/*---
view = "shared_places"
title = "the same people at a rare set of places"
title_zh = "同一批人使用同一组少见机构"
needs = ["facility_id"]
a_type = "facility"
b_type = "facility"
null = "people use places independently of one another, each as often as others of the same residence do, and see a place's doctors as often as its other patients do"
---*/
/* Two facilities, or two doctors, or one of each, with more people in common than the habits of each residence bring. No two of these
   people need ever meet: this is how a closed set of doctors and patients on scattered days shows. Only uses that are unusual for the
   person count (at most $share of the others would). Pairs are seeds: blocks grow from them and are judged as a whole. Columns are
   place codes, then doctors' seats (numbered after the places; a doctor at two places has two). `expected` is the larger of two
   counts: residence by residence, and by everybody's shares; for two doctors of one place, by their shares of its unusual people. */
WITH last_place AS (
  SELECT max(place) AS place FROM place_codes
),
unusual AS (
  SELECT patient, home, place AS col, place FROM place_uses WHERE chance <= $share
  UNION ALL
  SELECT d.patient, u.home, l.place + d.seat AS col, d.place
  FROM doctor_uses AS d
  JOIN place_uses AS u ON u.patient = d.patient AND u.place = d.place
  CROSS JOIN last_place AS l
  WHERE u.chance * d.chance <= $share
),
few AS ( -- a person of very many places would make pairs of all of them
  SELECT patient FROM unusual GROUP BY patient HAVING count(*) BETWEEN 2 AND $most
),
homes AS (
  SELECT home, count(*) AS people FROM person_homes GROUP BY home
),
customs AS (
  SELECT home, col, count(*) AS users FROM unusual GROUP BY home, col
),
known AS (
  SELECT u.patient, u.home, u.col, u.place, c.users, h.people
  FROM unusual AS u
  JOIN customs AS c ON c.home = u.home AND c.col = u.col
  JOIN homes AS h ON h.home = u.home
  WHERE u.patient IN (SELECT patient FROM few)
),
by_home AS ( -- residences where nobody uses both bring next to nothing
  SELECT x.col AS a, y.col AS b, x.place AS a_place, y.place AS b_place, x.home, count(*) AS observed,
    CAST(max(x.users * y.users / (1.0 * x.people)) AS DECIMAL(18,6)) AS expected
  FROM known AS x
  JOIN known AS y ON y.patient = x.patient AND y.col > x.col
  WHERE x.place <> y.place OR x.col > (SELECT place FROM last_place)
  GROUP BY x.col, y.col, x.place, y.place, x.home
),
pairs AS (
  SELECT a, b, a_place, b_place, sum(observed) AS observed, sum(expected) AS expected
  FROM by_home GROUP BY a, b, a_place, b_place
  HAVING sum(observed) >= 3
),
totals AS (
  SELECT col, sum(users) AS users FROM customs GROUP BY col
),
at_place AS (
  SELECT place, count(DISTINCT patient) AS people FROM unusual WHERE col > (SELECT place FROM last_place) GROUP BY place
)
SELECT p.a, p.b, p.observed,
  round(CASE WHEN p.a_place = p.b_place THEN s.users * t.users / (1.0 * r.people)
    ELSE greatest(CAST(p.expected AS DOUBLE), s.users * t.users / (1.0 * (SELECT count(*) FROM person_homes))) END, 6) AS expected
FROM pairs AS p
JOIN totals AS s ON s.col = p.a
JOIN totals AS t ON t.col = p.b
LEFT JOIN at_place AS r ON r.place = p.a_place
ORDER BY p.a, p.b

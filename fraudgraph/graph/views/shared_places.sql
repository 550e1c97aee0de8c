/*---
view = "shared_places"
title = "the same people at a rare set of places"
title_zh = "同一批人使用同一组少见机构"
needs = ["facility_id"]
a_type = "facility"
b_type = "facility"
null = "people use places independently of one another, each as often as others of the same residence do; and as often as the places are used two by two"
---*/
/* Three facilities that many of the same people use, although people who live where they live do not. No two of them need
   ever meet: this is how a closed set of doctors and patients on scattered days shows. Asked twice: with all uses, and with
   those uses alone that are unusual for the person's residence (used by at most $share of the others there). `expected` is
   the larger of two counts: by residence (where none was delivered, people who mainly use the same facility stand for one),
   and by how often the three are used two by two, which is what people who travel the same way bring. There the set's own
   people are left out; among unusual uses also the pairs that are part of another set, or a block of many places would be
   its own custom. */
WITH used AS (
  SELECT DISTINCT p.patient, l.place
  FROM claims AS c
  JOIN patient_codes AS p ON p.patient_id = c.patient_id
  JOIN place_codes AS l ON l.place_id = c.place_id
  WHERE c.counted AND c.place_type = 'facility'
),
home_sizes AS (
  SELECT home, count(*) AS people FROM person_homes GROUP BY home
),
customs AS (
  SELECT h.home, u.place, count(*) AS users, max(z.people) AS people
  FROM used AS u JOIN person_homes AS h ON h.patient = u.patient JOIN home_sizes AS z ON z.home = h.home
  GROUP BY h.home, u.place
),
several AS (
  SELECT patient FROM used GROUP BY patient HAVING count(*) BETWEEN 3 AND $most
),
mine AS (
  SELECT u.patient, u.place
  FROM used AS u
  JOIN person_homes AS h ON h.patient = u.patient
  JOIN customs AS c ON c.home = h.home AND c.place = u.place
  WHERE u.patient IN (SELECT patient FROM several) AND ($share >= 1 OR (c.people > 1 AND c.users - 1 <= $share * (c.people - 1)))
),
threes AS (
  SELECT x.patient, x.place AS a, y.place AS b, z.place AS c
  FROM mine AS x
  JOIN mine AS y ON y.patient = x.patient AND y.place > x.place
  JOIN mine AS z ON z.patient = x.patient AND z.place > y.place
),
sets AS (
  SELECT a, b, c, count(*) AS observed FROM threes GROUP BY a, b, c HAVING count(*) >= $least
),
/* Who uses two of a set's places as part of it, pair by pair. */
in_sets AS (
  SELECT t.patient, t.a, t.b, t.c
  FROM threes AS t JOIN sets AS s ON s.a = t.a AND s.b = t.b AND s.c = t.c
  WHERE $share < 1
),
own AS (
  SELECT a, b, count(DISTINCT patient) AS people FROM (
    SELECT patient, a, b FROM in_sets UNION ALL SELECT patient, a, c AS b FROM in_sets UNION ALL SELECT patient, b AS a, c AS b FROM in_sets
  ) GROUP BY a, b
),
counted AS ( -- all uses also of people with too few or too many places for a set
  SELECT patient, place FROM used WHERE $share >= 1
  UNION ALL
  SELECT patient, place FROM mine WHERE $share < 1
),
twos AS (
  SELECT x.place AS a, y.place AS b, count(*) AS people
  FROM counted AS x JOIN counted AS y ON y.patient = x.patient AND y.place > x.place
  GROUP BY x.place, y.place
),
pairs AS (
  SELECT t.a, t.b, t.people, coalesce(o.people, 0) AS in_sets
  FROM twos AS t LEFT JOIN own AS o ON o.a = t.a AND o.b = t.b
),
ones AS (
  SELECT place, count(*) AS people FROM counted GROUP BY place
),
everyone AS (
  SELECT count(DISTINCT patient) AS people FROM counted
),
alone AS ( -- how many use two of the three without belonging to the set
  SELECT s.a, s.b, s.c, s.observed,
    ab.people - CASE WHEN $share >= 1 THEN s.observed ELSE ab.in_sets END AS ab,
    ac.people - CASE WHEN $share >= 1 THEN s.observed ELSE ac.in_sets END AS ac,
    bc.people - CASE WHEN $share >= 1 THEN s.observed ELSE bc.in_sets END AS bc
  FROM sets AS s
  JOIN pairs AS ab ON ab.a = s.a AND ab.b = s.b
  JOIN pairs AS ac ON ac.a = s.a AND ac.b = s.c
  JOIN pairs AS bc ON bc.a = s.b AND bc.b = s.c
),
by_twos AS (
  SELECT s.a, s.b, s.c, s.observed,
    greatest(s.ab, 0.5) * greatest(s.ac, 0.5) * greatest(s.bc, 0.5) * e.people / (1.0 * a.people * b.people * c.people) AS expected
  FROM alone AS s
  JOIN ones AS a ON a.place = s.a
  JOIN ones AS b ON b.place = s.b
  JOIN ones AS c ON c.place = s.c
  CROSS JOIN everyone AS e
),
rare AS (
  SELECT * FROM by_twos
  WHERE observed >= $fold * expected AND observed * ln(observed / expected) - observed + expected >= 15
),
rare_places AS (
  SELECT a AS place FROM rare UNION SELECT b AS place FROM rare UNION SELECT c AS place FROM rare
),
shares AS (
  SELECT home, place, CAST(people AS DOUBLE) AS people, least(users / (1.0 * people), $share) AS share
  FROM customs WHERE place IN (SELECT place FROM rare_places)
),
/* Place by place, each step a grouping: joined at once, every home's places would be multiplied with one another. */
by_first AS (
  SELECT r.a, r.b, r.c, x.home, max(x.people * x.share) AS people
  FROM rare AS r JOIN shares AS x ON x.place = r.a
  GROUP BY r.a, r.b, r.c, x.home
),
by_second AS (
  SELECT f.a, f.b, f.c, f.home, max(f.people * y.share) AS people
  FROM by_first AS f JOIN shares AS y ON y.place = f.b AND y.home = f.home
  GROUP BY f.a, f.b, f.c, f.home
),
by_home AS (
  SELECT s.a, s.b, s.c, sum(s.people * z.share) AS expected
  FROM by_second AS s JOIN shares AS z ON z.place = s.c AND z.home = s.home
  GROUP BY s.a, s.b, s.c
)
SELECT r.a, r.b, r.c, r.observed, round(greatest(r.expected, coalesce(h.expected, 0)), 6) AS expected
FROM rare AS r LEFT JOIN by_home AS h ON h.a = r.a AND h.b = r.b AND h.c = r.c
ORDER BY r.a, r.b, r.c

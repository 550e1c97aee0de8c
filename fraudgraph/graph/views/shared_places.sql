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
   ever meet: this is how a closed set of doctors and patients on scattered days shows. Sets are counted twice: with all
   uses (eight people at least), and with those uses alone that are unusual for the person's residence (5 % of the others
   there at most; five people). `expected` is the larger of two counts: by residence (where none was delivered, people who
   mainly use the same facility stand for one), and by how often the three are used two by two, which is what people who
   travel the same way bring. There the set's own people are left out; among unusual uses also the pairs that are part of
   another set, or a block of many places would be its own custom. */
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
mine AS (
  SELECT 'all' AS counted_by, patient, place FROM used
  WHERE patient IN (SELECT patient FROM used GROUP BY patient HAVING count(*) BETWEEN 3 AND 12)
  UNION ALL
  SELECT 'unusual' AS counted_by, u.patient, u.place
  FROM used AS u
  JOIN person_homes AS h ON h.patient = u.patient
  JOIN customs AS c ON c.home = h.home AND c.place = u.place
  WHERE c.users - 1 <= 0.05 * (c.people - 1) AND c.people > 1
    AND u.patient IN (SELECT patient FROM used GROUP BY patient HAVING count(*) BETWEEN 3 AND 24)
),
sets AS (
  SELECT x.counted_by, x.place AS a, y.place AS b, z.place AS c, count(*) AS observed
  FROM mine AS x
  JOIN mine AS y ON y.counted_by = x.counted_by AND y.patient = x.patient AND y.place > x.place
  JOIN mine AS z ON z.counted_by = x.counted_by AND z.patient = x.patient AND z.place > y.place
  GROUP BY x.counted_by, x.place, y.place, z.place
  HAVING count(*) >= CASE WHEN x.counted_by = 'all' THEN 8 ELSE $least END
),
twos AS (
  SELECT x.place AS a, y.place AS b, count(*) AS people
  FROM used AS x JOIN used AS y ON y.patient = x.patient AND y.place > x.place
  GROUP BY x.place, y.place
),
/* People whose pair of unusual places is part of a set. */
in_sets AS (
  SELECT x.patient, s.a, s.b, s.c
  FROM sets AS s
  JOIN mine AS x ON x.counted_by = 'unusual' AND x.place = s.a
  JOIN mine AS y ON y.counted_by = 'unusual' AND y.place = s.b AND y.patient = x.patient
  JOIN mine AS z ON z.counted_by = 'unusual' AND z.place = s.c AND z.patient = x.patient
  WHERE s.counted_by = 'unusual'
),
own AS (
  SELECT a, b, count(DISTINCT patient) AS people FROM (
    SELECT patient, a, b FROM in_sets UNION ALL SELECT patient, a, c AS b FROM in_sets UNION ALL SELECT patient, b AS a, c AS b FROM in_sets
  ) GROUP BY a, b
),
unusual_twos AS (
  SELECT x.place AS a, y.place AS b, count(*) AS people
  FROM mine AS x JOIN mine AS y ON y.patient = x.patient AND y.counted_by = x.counted_by AND y.place > x.place
  WHERE x.counted_by = 'unusual'
  GROUP BY x.place, y.place
),
pairs AS (
  SELECT 'all' AS counted_by, a, b, people, 0 AS in_sets FROM twos
  UNION ALL
  SELECT 'unusual' AS counted_by, t.a, t.b, t.people, coalesce(o.people, 0) AS in_sets
  FROM unusual_twos AS t LEFT JOIN own AS o ON o.a = t.a AND o.b = t.b
),
ones AS (
  SELECT 'all' AS counted_by, place, count(*) AS people FROM used GROUP BY place
  UNION ALL
  SELECT 'unusual' AS counted_by, place, count(*) AS people FROM mine WHERE counted_by = 'unusual' GROUP BY place
),
everyone AS (
  SELECT 'all' AS counted_by, count(DISTINCT patient) AS people FROM used
  UNION ALL
  SELECT 'unusual' AS counted_by, count(DISTINCT patient) AS people FROM mine WHERE counted_by = 'unusual'
),
alone AS ( -- how many use two of the three without belonging to the set
  SELECT s.counted_by, s.a, s.b, s.c, s.observed,
    CASE WHEN s.counted_by = 'all' THEN ab.people - s.observed ELSE ab.people - ab.in_sets END AS ab,
    CASE WHEN s.counted_by = 'all' THEN ac.people - s.observed ELSE ac.people - ac.in_sets END AS ac,
    CASE WHEN s.counted_by = 'all' THEN bc.people - s.observed ELSE bc.people - bc.in_sets END AS bc
  FROM sets AS s
  JOIN pairs AS ab ON ab.counted_by = s.counted_by AND ab.a = s.a AND ab.b = s.b
  JOIN pairs AS ac ON ac.counted_by = s.counted_by AND ac.a = s.a AND ac.b = s.c
  JOIN pairs AS bc ON bc.counted_by = s.counted_by AND bc.a = s.b AND bc.b = s.c
),
by_twos AS (
  SELECT s.counted_by, s.a, s.b, s.c, s.observed,
    greatest(s.ab, 0.5) * greatest(s.ac, 0.5) * greatest(s.bc, 0.5) * e.people / (1.0 * a.people * b.people * c.people) AS expected
  FROM alone AS s
  JOIN ones AS a ON a.counted_by = s.counted_by AND a.place = s.a
  JOIN ones AS b ON b.counted_by = s.counted_by AND b.place = s.b
  JOIN ones AS c ON c.counted_by = s.counted_by AND c.place = s.c
  JOIN everyone AS e ON e.counted_by = s.counted_by
),
rare AS (
  SELECT * FROM by_twos
  WHERE observed >= $fold * expected AND observed * ln(observed / expected) - observed + expected >= 15
),
rare_places AS (
  SELECT a AS place FROM rare UNION SELECT b AS place FROM rare UNION SELECT c AS place FROM rare
),
shares AS (
  SELECT k.counted_by, c.home, c.place, CAST(c.people AS DOUBLE) AS people,
    CASE WHEN k.counted_by = 'all' THEN c.users / (1.0 * c.people) ELSE least(c.users / (1.0 * c.people), 0.05) END AS share
  FROM customs AS c CROSS JOIN everyone AS k
  WHERE c.place IN (SELECT place FROM rare_places)
),
/* Place by place, each step a grouping: joined at once, every home's places would be multiplied with one another. */
by_first AS (
  SELECT r.counted_by, r.a, r.b, r.c, x.home, max(x.people * x.share) AS people
  FROM rare AS r JOIN shares AS x ON x.counted_by = r.counted_by AND x.place = r.a
  GROUP BY r.counted_by, r.a, r.b, r.c, x.home
),
by_second AS (
  SELECT f.counted_by, f.a, f.b, f.c, f.home, max(f.people * y.share) AS people
  FROM by_first AS f JOIN shares AS y ON y.counted_by = f.counted_by AND y.place = f.b AND y.home = f.home
  GROUP BY f.counted_by, f.a, f.b, f.c, f.home
),
by_home AS (
  SELECT s.counted_by, s.a, s.b, s.c, sum(s.people * z.share) AS expected
  FROM by_second AS s JOIN shares AS z ON z.counted_by = s.counted_by AND z.place = s.c AND z.home = s.home
  GROUP BY s.counted_by, s.a, s.b, s.c
)
SELECT r.a, r.b, r.c, r.observed, round(greatest(r.expected, coalesce(h.expected, 0)), 6) AS expected
FROM rare AS r LEFT JOIN by_home AS h ON h.counted_by = r.counted_by AND h.a = r.a AND h.b = r.b AND h.c = r.c
ORDER BY r.a, r.b, r.c, r.counted_by

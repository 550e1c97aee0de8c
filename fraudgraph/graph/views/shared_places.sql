/*---
view = "shared_places"
title = "the same people at a rare set of places"
title_zh = "同一批人使用同一组少见机构"
needs = ["facility_id", "patients.residence_code"]
a_type = "facility"
b_type = "facility"
null = "people use places independently of one another, each as often as others of the same residence do; and as often as the places are used two by two"
---*/
/* Three facilities that many of the same people use, although people who live where they live do not. No two of them need
   ever meet: this is how a closed set of doctors and patients on scattered days shows. `expected` is the larger of two
   counts: by residence, and by how often the three are used two by two (the three's own people left out). Sets that are far from the p that decides by the
   second count alone are left out early. */
WITH used AS (
  SELECT DISTINCT p.patient, l.place
  FROM claims AS c
  JOIN patient_codes AS p ON p.patient_id = c.patient_id
  JOIN place_codes AS l ON l.place_id = c.place_id
  WHERE c.counted AND c.place_type = 'facility'
),
mine AS (
  SELECT patient, place FROM used
  WHERE patient IN (SELECT patient FROM used GROUP BY patient HAVING count(*) BETWEEN 3 AND 12)
),
sets AS (
  SELECT x.place AS a, y.place AS b, z.place AS c, count(*) AS observed
  FROM mine AS x
  JOIN mine AS y ON y.patient = x.patient AND y.place > x.place
  JOIN mine AS z ON z.patient = x.patient AND z.place > y.place
  GROUP BY x.place, y.place, z.place
  HAVING count(*) >= 8
),
twos AS (
  SELECT x.place AS a, y.place AS b, count(*) AS pair_count
  FROM used AS x JOIN used AS y ON y.patient = x.patient AND y.place > x.place
  GROUP BY x.place, y.place
),
ones AS (
  SELECT place, count(*) AS people FROM used GROUP BY place
),
everyone AS (
  SELECT count(DISTINCT patient) AS people FROM used
),
by_twos AS (
  SELECT s.a, s.b, s.c, s.observed,
    greatest(ab.pair_count - s.observed, 0.5) * greatest(ac.pair_count - s.observed, 0.5) * greatest(bc.pair_count - s.observed, 0.5)
      * e.people / (1.0 * a.people * b.people * c.people) AS expected
  FROM sets AS s
  JOIN twos AS ab ON ab.a = s.a AND ab.b = s.b
  JOIN twos AS ac ON ac.a = s.a AND ac.b = s.c
  JOIN twos AS bc ON bc.a = s.b AND bc.b = s.c
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
homes AS (
  SELECT c.patient, p.residence_code AS home
  FROM patients AS p JOIN patient_codes AS c ON c.patient_id = p.patient_id
  WHERE p.residence_code IS NOT NULL
),
home_sizes AS (
  SELECT home, count(*) AS people FROM homes GROUP BY home
),
customs AS (
  SELECT h.home, m.place, count(*) / (1.0 * max(z.people)) AS share, max(z.people) AS people
  FROM used AS m JOIN homes AS h ON h.patient = m.patient JOIN home_sizes AS z ON z.home = h.home
  WHERE m.place IN (SELECT place FROM rare_places)
  GROUP BY h.home, m.place
),
/* Place by place, each step a grouping: joined at once, every home's places would be multiplied with one another. */
by_first AS (
  SELECT r.a, r.b, r.c, x.home, max(x.people * x.share) AS people
  FROM rare AS r JOIN customs AS x ON x.place = r.a
  GROUP BY r.a, r.b, r.c, x.home
),
by_second AS (
  SELECT f.a, f.b, f.c, f.home, max(f.people * y.share) AS people
  FROM by_first AS f JOIN customs AS y ON y.place = f.b AND y.home = f.home
  GROUP BY f.a, f.b, f.c, f.home
),
by_home AS (
  SELECT s.a, s.b, s.c, sum(s.people * z.share) AS expected
  FROM by_second AS s JOIN customs AS z ON z.place = s.c AND z.home = s.home
  GROUP BY s.a, s.b, s.c
)
SELECT r.a, r.b, r.c, r.observed, round(greatest(r.expected, coalesce(h.expected, 0)), 6) AS expected
FROM rare AS r LEFT JOIN by_home AS h ON h.a = r.a AND h.b = r.b AND h.c = r.c
ORDER BY r.a, r.b, r.c

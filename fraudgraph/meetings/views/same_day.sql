/*---
view = "same_day"
title = "the same people at one place on the same days"
title_zh = "同日同机构"
needs = ["place_id"]
a_type = "patient"
b_type = "patient"
null = "people's visits dealt out anew among the visits of the same place and part of the day, weekdays and weekends apart"
---*/
/* Needs no clock: pairs who were next to each other in a place's day (up to twelve people on), on two days or more. */
WITH pairs AS (
  SELECT a, b, count(DISTINCT day) AS observed FROM place_pairs GROUP BY a, b HAVING count(DISTINCT day) >= 2
),
chance AS (
  SELECT p.a, p.b, sum(x.visit_count * y.visit_count * r.rate_day) AS expected
  FROM pairs AS p
  JOIN person_strata AS x ON x.patient = p.a
  JOIN person_strata AS y ON y.patient = p.b AND y.place = x.place
  JOIN place_rates AS r ON r.place = x.place AND r.stratum = x.stratum AND r.other = y.stratum
  GROUP BY p.a, p.b
)
SELECT p.a, p.b, p.observed, round(c.expected, 9) AS expected
FROM pairs AS p JOIN chance AS c ON c.a = p.a AND c.b = p.b
ORDER BY p.a, p.b

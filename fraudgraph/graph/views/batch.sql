/*---
view = "batch"
title = "admitted and discharged together"
title_zh = "同批入出院"
needs = ["place_id", "ended_at"]
a_type = "patient"
b_type = "patient"
null = "people's stays dealt out anew among the stays of the same facility"
---*/
WITH stays AS (
  SELECT DISTINCT patient, place, admitted, discharged FROM coded_stays
),
near AS (
  SELECT x.patient AS a, y.patient AS b, x.place, x.admitted, x.discharged
  FROM stays AS x
  JOIN stays AS y
    ON y.place = x.place AND y.admitted BETWEEN x.admitted - 1 AND x.admitted + 1 AND y.patient <> x.patient
  WHERE y.discharged BETWEEN x.discharged - 1 AND x.discharged + 1
),
crowd AS (
  SELECT a AS patient, place, admitted, discharged, count(DISTINCT b) AS near_count
  FROM near GROUP BY a, place, admitted, discharged
),
sizes AS (
  SELECT place, count(*) AS stay_count FROM stays GROUP BY place
),
person_stays AS (
  SELECT s.patient, s.place, count(*) AS stay_count,
    sum(coalesce(c.near_count, 0)) / (1.0 * max(z.stay_count)) AS near_share
  FROM stays AS s
  JOIN sizes AS z ON z.place = s.place
  LEFT JOIN crowd AS c
    ON c.patient = s.patient AND c.place = s.place AND c.admitted = s.admitted AND c.discharged = s.discharged
  GROUP BY s.patient, s.place
),
pairs AS (
  SELECT a, b, count(DISTINCT admitted) AS observed FROM near WHERE a < b GROUP BY a, b
),
chance AS (
  SELECT p.a, p.b, sum(x.near_share * y.stay_count + y.near_share * x.stay_count) / 2 AS expected
  FROM pairs AS p
  JOIN person_stays AS x ON x.patient = p.a
  JOIN person_stays AS y ON y.patient = p.b AND y.place = x.place
  GROUP BY p.a, p.b
)
SELECT p.a, p.b, p.observed, round(c.expected, 9) AS expected
FROM pairs AS p JOIN chance AS c ON c.a = p.a AND c.b = p.b
ORDER BY p.a, p.b

/*---
view = "batch"
title = "admitted and discharged together"
title_zh = "同批入出院"
needs = ["place_id", "ended_at"]
a_type = "patient"
b_type = "patient"
null = "people's stays dealt out anew among the stays of the same facility"
---*/
WITH near AS (
  SELECT x.patient AS a, y.patient AS b, x.place, x.admitted
  FROM coded_stays AS x
  JOIN coded_stays AS y
    ON y.place = x.place AND y.admitted BETWEEN x.admitted - 3 AND x.admitted + 3 AND y.patient <> x.patient
  WHERE y.discharged BETWEEN x.discharged - 4 AND x.discharged + 4
),
rates AS (
  SELECT p.place, count(*) / (1.0 * max(p.stay_count) * max(p.stay_count)) AS rate
  FROM near AS n JOIN stay_places AS p ON p.place = n.place
  GROUP BY p.place
),
person_stays AS (
  SELECT patient, place, count(*) AS stay_count FROM coded_stays GROUP BY patient, place
),
pairs AS (
  SELECT a, b, count(DISTINCT admitted) AS observed FROM near WHERE a < b GROUP BY a, b
),
chance AS (
  SELECT p.a, p.b, sum(x.stay_count * y.stay_count * r.rate) AS expected
  FROM pairs AS p
  JOIN person_stays AS x ON x.patient = p.a
  JOIN person_stays AS y ON y.patient = p.b AND y.place = x.place
  JOIN rates AS r ON r.place = x.place
  GROUP BY p.a, p.b
)
SELECT p.a, p.b, p.observed, round(c.expected, 9) AS expected
FROM pairs AS p JOIN chance AS c ON c.a = p.a AND c.b = p.b
ORDER BY p.a, p.b

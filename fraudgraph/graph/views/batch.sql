/*---
view = "batch"
title = "admitted and discharged together"
title_zh = "同批入出院"
needs = ["place_id", "ended_at"]
a_type = "patient"
b_type = "patient"
null = "people's stays dealt out anew among the stays of the same facility"
---*/
/* A facility that lives on a few people (ten make 30 % of its stays) has no rhythm beside theirs: there the rate is at most
   one and a half times that of stays spread evenly over its days. */
WITH near AS (
  SELECT x.patient AS a, y.patient AS b, x.place, x.admitted
  FROM coded_stays AS x
  JOIN coded_stays AS y
    ON y.place = x.place AND y.admitted BETWEEN x.admitted - 3 AND x.admitted + 3 AND y.patient <> x.patient
  WHERE y.discharged BETWEEN x.discharged - 4 AND x.discharged + 4
),
person_stays AS (
  SELECT patient, place, count(*) AS stay_count,
    row_number() OVER (PARTITION BY place ORDER BY count(*) DESC, patient) AS place_in_line
  FROM coded_stays GROUP BY patient, place
),
few AS (
  SELECT place, sum(CASE WHEN place_in_line <= 10 THEN stay_count ELSE 0 END) / (1.0 * sum(stay_count)) AS top_share
  FROM person_stays GROUP BY place
),
rates AS (
  SELECT p.place,
    least(
      count(*) / (1.0 * max(p.stay_count) * max(p.stay_count)),
      CASE WHEN max(f.top_share) >= 0.3 THEN 1.5 * 7 / greatest(max(p.last_day) - min(p.first_day) + 1, 30) ELSE 1.0 END
    ) AS rate
  FROM near AS n JOIN stay_places AS p ON p.place = n.place JOIN few AS f ON f.place = n.place
  GROUP BY p.place
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

/*---
view = "batch"
title = "admitted and discharged together"
title_zh = "同批入出院"
needs = ["place_id", "ended_at"]
a_type = "patient"
b_type = "patient"
null = "people's stays dealt out anew among the stays of the same facility"
---*/
/* Counted at two scales: admitted within one day and discharged within one day of each other, and within three and four. People who
   keep coming together would set the facility's rhythm themselves: so each rate is scaled down to what the stays of people with one
   stay there show (three pairs of credit); never up. */
WITH person_stays AS (
  SELECT patient, place, count(*) AS stay_count FROM coded_stays GROUP BY patient, place
),
within_three AS (
  SELECT x.patient AS a, y.patient AS b, x.place, x.admitted,
    CASE WHEN abs(y.admitted - x.admitted) <= 1 AND abs(y.discharged - x.discharged) <= 1 THEN 1 ELSE 3 END AS days
  FROM coded_stays AS x
  JOIN coded_stays AS y
    ON y.place = x.place AND y.admitted BETWEEN x.admitted - 3 AND x.admitted + 3 AND y.patient <> x.patient
  WHERE y.discharged BETWEEN x.discharged - 4 AND x.discharged + 4
),
near AS (
  SELECT a, b, place, admitted, 3 AS scale FROM within_three
  UNION ALL
  SELECT a, b, place, admitted, 1 AS scale FROM within_three WHERE days = 1
),
sizes AS (
  SELECT place, sum(stay_count) AS stay_count, count(CASE WHEN stay_count = 1 THEN 1 END) AS once_count
  FROM person_stays GROUP BY place
),
counts AS (
  SELECT n.scale, n.place, count(*) AS near_count,
    count(CASE WHEN p.stay_count = 1 AND q.stay_count = 1 THEN 1 END) AS once_near_count
  FROM near AS n
  JOIN person_stays AS p ON p.patient = n.a AND p.place = n.place
  JOIN person_stays AS q ON q.patient = n.b AND q.place = n.place
  GROUP BY n.scale, n.place
),
rates AS (
  SELECT c.scale, c.place,
    c.near_count / (1.0 * z.stay_count * z.stay_count)
    * least((c.once_near_count + 3) / (c.near_count * (1.0 * z.once_count * z.once_count) / (1.0 * z.stay_count * z.stay_count) + 3), 1.0) AS rate
  FROM counts AS c JOIN sizes AS z ON z.place = c.place
),
pairs AS (
  SELECT scale, a, b, count(DISTINCT admitted) AS observed FROM near WHERE a < b GROUP BY scale, a, b
),
chance AS (
  SELECT p.scale, p.a, p.b, sum(CAST(x.stay_count * y.stay_count * r.rate AS DECIMAL(18,12))) AS expected
  FROM pairs AS p
  JOIN person_stays AS x ON x.patient = p.a
  JOIN person_stays AS y ON y.patient = p.b AND y.place = x.place
  JOIN rates AS r ON r.place = x.place AND r.scale = p.scale
  GROUP BY p.scale, p.a, p.b
)
SELECT p.a, p.b,
  max(CASE WHEN p.scale = 1 THEN p.observed ELSE 0 END) AS observed_1, CAST(max(CASE WHEN p.scale = 1 THEN c.expected ELSE 0 END) AS DOUBLE) AS expected_1,
  max(CASE WHEN p.scale = 3 THEN p.observed ELSE 0 END) AS observed_3, CAST(max(CASE WHEN p.scale = 3 THEN c.expected ELSE 0 END) AS DOUBLE) AS expected_3
FROM pairs AS p JOIN chance AS c ON c.scale = p.scale AND c.a = p.a AND c.b = p.b
GROUP BY p.a, p.b
ORDER BY p.a, p.b

/*---
view = "journey"
title = "the same people at two or more places on one day"
title_zh = "同日同行多机构"
needs = ["place_id"]
a_type = "patient"
b_type = "patient"
null = "each person's visits to a place fall on that place's days by their volume; who is there goes on to the second place as often as all its visitors do"
---*/
WITH busy AS (
  SELECT day, place_a, place_b, count(*) AS trip_count
  FROM trips GROUP BY day, place_a, place_b
  HAVING count(*) BETWEEN 2 AND 60
),
together AS (
  SELECT DISTINCT x.patient AS a, y.patient AS b, x.day, x.place_a, x.place_b
  FROM busy AS t
  JOIN trips AS x ON x.day = t.day AND x.place_a = t.place_a AND x.place_b = t.place_b
  JOIN trips AS y ON y.day = t.day AND y.place_a = t.place_a AND y.place_b = t.place_b AND y.patient > x.patient
),
volumes AS (
  SELECT place, count(*) AS visit_count, count(DISTINCT patient) AS patient_count FROM visits GROUP BY place
),
onward AS (
  SELECT place_a, place_b, count(*) AS trip_count FROM trips GROUP BY place_a, place_b
),
regulars AS (
  SELECT patient, place, count(*) AS visit_count FROM visits GROUP BY patient, place
),
chances AS (
  SELECT t.a, t.b, t.day,
    greatest(
      r.visit_count * (d.visit_count - 1) / (1.0 * v.visit_count) * o.trip_count / (1.0 * v.visit_count),
      s.visit_count * (e.visit_count - 1) / (1.0 * w.visit_count) * o.trip_count / (1.0 * w.visit_count)
    ) AS chance
  FROM together AS t
  JOIN onward AS o ON o.place_a = t.place_a AND o.place_b = t.place_b
  JOIN place_days AS d ON d.place = t.place_a AND d.day = t.day
  JOIN place_days AS e ON e.place = t.place_b AND e.day = t.day
  JOIN volumes AS v ON v.place = t.place_a
  JOIN volumes AS w ON w.place = t.place_b
  JOIN regulars AS r ON r.patient = t.b AND r.place = t.place_a
  JOIN regulars AS s ON s.patient = t.b AND s.place = t.place_b
)
SELECT a, b,
  count(DISTINCT day) AS observed,
  round(greatest(sum(chance), 0.00001), 9) AS expected
FROM chances
GROUP BY a, b
ORDER BY a, b

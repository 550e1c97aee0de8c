/*---
view = "burst"
title = "cards swiped one after another at one terminal"
title_zh = "同一终端相继刷卡"
needs = ["event_at", "place_id"]
a_type = "patient"
b_type = "patient"
null = "people's visits dealt out anew among the visits of the same place and part of the day, weekdays and weekends apart"
---*/
/* Pairs who stood next to each other on at least two days, at three scales of minutes, with what the place's own
   crowding would bring about. */
WITH together AS (
  SELECT a, b, day, min(gap_minutes) AS gap_minutes
  FROM place_pairs
  GROUP BY a, b, day
),
pairs AS (
  SELECT a, b,
    count(CASE WHEN gap_minutes <= 10 THEN 1 END) AS observed_10,
    count(CASE WHEN gap_minutes <= 45 THEN 1 END) AS observed_45,
    count(*) AS observed_180
  FROM together
  WHERE gap_minutes <= 180
  GROUP BY a, b
  HAVING count(*) >= 2
),
chance AS (
  SELECT p.a, p.b,
    sum(x.visit_count * y.visit_count * r.rate_10) AS expected_10,
    sum(x.visit_count * y.visit_count * r.rate_45) AS expected_45,
    sum(x.visit_count * y.visit_count * r.rate_180) AS expected_180
  FROM pairs AS p
  JOIN person_strata AS x ON x.patient = p.a
  JOIN person_strata AS y ON y.patient = p.b AND y.place = x.place
  JOIN place_rates AS r ON r.place = x.place AND r.stratum = x.stratum AND r.other = y.stratum
  GROUP BY p.a, p.b
)
SELECT p.a, p.b,
  p.observed_10, p.observed_45, p.observed_180,
  round(c.expected_10, 9) AS expected_10,
  round(c.expected_45, 9) AS expected_45,
  round(c.expected_180, 9) AS expected_180
FROM pairs AS p JOIN chance AS c ON c.a = p.a AND c.b = p.b
ORDER BY p.a, p.b

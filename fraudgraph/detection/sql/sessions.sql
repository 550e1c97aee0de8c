/* The sittings of each group: its people at one place on one day, no more than $gap minutes after one another,
   with how many other people were there meanwhile and what share of the place's other visits that is. */
CREATE OR REPLACE TABLE group_sessions AS
WITH present AS (
  SELECT m.group_no, v.place, v.day, v.minute, v.patient, v.visit, v.stratum
  FROM group_members AS m JOIN visits AS v ON v.patient = m.patient
),
gaps AS (
  SELECT *, minute - lag(minute) OVER (PARTITION BY group_no, place, day ORDER BY minute, patient) AS gap FROM present
),
chains AS (
  SELECT *, sum(CASE WHEN gap > $gap THEN 1 ELSE 0 END) OVER (
    PARTITION BY group_no, place, day ORDER BY minute, patient ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS chain
  FROM gaps
),
sittings AS (
  SELECT group_no, place, day, CAST(chain AS INTEGER) AS chain, min(stratum) AS stratum,
    min(minute) AS from_minute, max(minute) AS to_minute,
    count(DISTINCT patient) AS present_count,
    max(visit) - min(visit) + 1 AS crowd_count
  FROM chains
  GROUP BY group_no, place, day, chain
  HAVING count(DISTINCT patient) >= 2
),
own AS (
  SELECT m.group_no, s.place, s.stratum, sum(s.visit_count) AS visit_count
  FROM group_members AS m JOIN person_strata AS s ON s.patient = m.patient
  GROUP BY m.group_no, s.place, s.stratum
),
crowded AS (
  SELECT t.*, o.visit_count AS own_count,
    CASE WHEN t.from_minute IS NULL THEN d.visit_count ELSE t.crowd_count END - t.present_count AS others_count,
    r.visit_count - o.visit_count AS others_total,
    CASE WHEN t.from_minute IS NULL THEN 1.0 ELSE (t.to_minute - t.from_minute + 20) / 240.0 END AS hours_share
  FROM sittings AS t
  JOIN own AS o ON o.group_no = t.group_no AND o.place = t.place AND o.stratum = t.stratum
  JOIN place_strata AS r ON r.place = t.place AND r.stratum = t.stratum
  JOIN place_days AS d ON d.place = t.place AND d.day = t.day
),
spans AS (
  SELECT 1.0 * (max(day) - min(day) + 1) AS day_count FROM place_days
)
SELECT
  CAST(row_number() OVER (ORDER BY c.group_no, c.day, c.place, c.chain) AS INTEGER) AS session_no,
  c.group_no, c.place, c.day, c.stratum, c.from_minute, c.to_minute,
  CAST(c.present_count AS INTEGER) AS present_count,
  CAST(c.others_count AS INTEGER) AS others_count,
  (c.others_count + $prior * least(c.hours_share, 1.0) / s.day_count) / (c.others_total + $prior) AS window_share,
  (c.own_count - 1) * (c.others_count + $prior * least(c.hours_share, 1.0) / s.day_count) / (c.others_total + $prior) AS expected_count
FROM crowded AS c CROSS JOIN spans AS s;

/* The sittings of each group. Visits: its people at one place on one day, no more than $gap minutes after one another.
   Stays: admitted to one facility no more than two days after one another. Beside each: how many other people were there
   meanwhile, what share of the place's other visits (or stays) that is, and how many others of the group were to be
   expected. The group's own visits are left out of the place's rhythm. */
CREATE OR REPLACE TABLE group_sessions AS
WITH spans AS (
  SELECT 1.0 * (max(day) - min(day) + 1) AS day_count FROM place_days
),
present AS (
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
visit_sittings AS (
  SELECT t.group_no, 'visit' AS kind, t.place, t.day, t.day AS to_day, t.stratum, t.from_minute, t.to_minute, t.present_count, t.chain,
    o.visit_count AS own_count,
    greatest(CASE WHEN t.from_minute IS NULL THEN d.visit_count ELSE t.crowd_count END - t.present_count, 0) AS others_count,
    greatest(r.visit_count - o.visit_count, 0) AS others_total,
    CASE WHEN t.from_minute IS NULL THEN 1.0 ELSE least((t.to_minute - t.from_minute + 20) / 240.0, 1.0) END / s.day_count AS time_share
  FROM sittings AS t
  JOIN own AS o ON o.group_no = t.group_no AND o.place = t.place AND o.stratum = t.stratum
  JOIN place_strata AS r ON r.place = t.place AND r.stratum = t.stratum
  JOIN place_days AS d ON d.place = t.place AND d.day = t.day
  CROSS JOIN spans AS s
),
admissions AS (
  SELECT m.group_no, s.place, s.admitted, s.patient,
    s.admitted - lag(s.admitted) OVER (PARTITION BY m.group_no, s.place ORDER BY s.admitted, s.patient) AS gap
  FROM group_members AS m JOIN coded_stays AS s ON s.patient = m.patient
),
waves AS (
  SELECT *, sum(CASE WHEN gap > 2 THEN 1 ELSE 0 END) OVER (
    PARTITION BY group_no, place ORDER BY admitted, patient ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS chain
  FROM admissions
),
batches AS (
  SELECT group_no, place, CAST(chain AS INTEGER) AS chain, min(admitted) AS day, max(admitted) AS to_day,
    count(DISTINCT patient) AS present_count
  FROM waves
  GROUP BY group_no, place, chain
  HAVING count(DISTINCT patient) >= 2
),
own_stays AS (
  SELECT group_no, place, count(*) AS stay_count FROM admissions GROUP BY group_no, place
),
batch_crowds AS (
  SELECT b.group_no, b.place, b.chain, count(*) AS stay_count
  FROM batches AS b JOIN coded_stays AS s ON s.place = b.place AND s.admitted BETWEEN b.day AND b.to_day
  GROUP BY b.group_no, b.place, b.chain
),
stay_sittings AS (
  SELECT b.group_no, 'stay' AS kind, b.place, b.day, b.to_day, CAST(-1 AS INTEGER) AS stratum,
    CAST(NULL AS INTEGER) AS from_minute, CAST(NULL AS INTEGER) AS to_minute, b.present_count, b.chain,
    o.stay_count AS own_count,
    greatest(c.stay_count - b.present_count, 0) AS others_count,
    greatest(p.stay_count - o.stay_count, 0) AS others_total,
    (b.to_day - b.day + 1) / s.day_count AS time_share
  FROM batches AS b
  JOIN own_stays AS o ON o.group_no = b.group_no AND o.place = b.place
  JOIN batch_crowds AS c ON c.group_no = b.group_no AND c.place = b.place AND c.chain = b.chain
  JOIN stay_places AS p ON p.place = b.place
  CROSS JOIN spans AS s
),
every AS (
  SELECT * FROM visit_sittings UNION ALL SELECT * FROM stay_sittings
)
SELECT
  CAST(row_number() OVER (ORDER BY group_no, day, kind, place, chain) AS INTEGER) AS session_no,
  group_no, kind, place, day, to_day, stratum, from_minute, to_minute,
  CAST(present_count AS INTEGER) AS present_count,
  CAST(others_count AS INTEGER) AS others_count,
  (others_count + $prior * time_share) / (others_total + $prior) AS window_share,
  (own_count - 1) * (others_count + $prior * time_share) / (others_total + $prior) AS expected_count
FROM every;

/* Doctors and the pharmacies that more of their patients go to than of their colleagues' patients; the three colleagues with
   most people there are left out (they may be of one ring). The doctor's facility is where most of their claims are. */
CREATE OR REPLACE TABLE group_flows AS
WITH main AS (
  SELECT doctor, place AS facility FROM (
    SELECT doctor, place, row_number() OVER (PARTITION BY doctor ORDER BY count(*) DESC, place) AS line
    FROM coded_claims WHERE doctor IS NOT NULL GROUP BY doctor, place
  ) WHERE line = 1
),
totals AS (
  SELECT f.doctor, coalesce(m.facility, -1) AS facility, count(DISTINCT f.patient) AS all_people
  FROM group_fills AS f LEFT JOIN main AS m ON m.doctor = f.doctor GROUP BY f.doctor, coalesce(m.facility, -1)
),
flows AS (
  SELECT f.doctor, f.place, t.facility, t.all_people, count(DISTINCT f.patient) AS people
  FROM group_fills AS f JOIN totals AS t ON t.doctor = f.doctor GROUP BY f.doctor, f.place, t.facility, t.all_people
),
ranked AS (
  SELECT *, row_number() OVER (PARTITION BY facility, place ORDER BY people DESC, doctor) AS line FROM flows
),
others AS (
  SELECT facility, place, sum(CASE WHEN line > 3 THEN people ELSE 0 END) AS people,
    sum(CASE WHEN line <= 3 THEN all_people ELSE 0 END) AS left_out
  FROM ranked GROUP BY facility, place
),
facilities_all AS (
  SELECT facility, sum(all_people) AS people FROM totals GROUP BY facility
)
SELECT r.doctor, r.place, r.facility, r.people, r.all_people,
  (o.people + 0.5) / (greatest(a.people - o.left_out, 0) + 20.0) AS colleagues
FROM ranked AS r
JOIN others AS o ON o.facility = r.facility AND o.place = r.place
JOIN facilities_all AS a ON a.facility = r.facility
WHERE r.people >= $least;

/* How often each person is at each place in each part of the day (weekdays and weekends apart), and how likely two
   visits drawn there stand next to each other: rate_* is visit pairs next to each other over all pairs, per scale.
   1970-01-01 was a Thursday, so (day + 3) % 7 is 0 on Mondays.
   A place that lives on a few people (ten of them make 30 % of its visits) has no rhythm of its own beside theirs: there
   the rate is at most three times that of visits spread evenly over its days and a working day of 480 minutes. */
CREATE OR REPLACE TABLE place_rates AS
WITH regulars AS (
  SELECT place, patient, count(*) AS visit_count,
    row_number() OVER (PARTITION BY place ORDER BY count(*) DESC, patient) AS place_in_line
  FROM visits GROUP BY place, patient
),
places AS (
  SELECT place,
    sum(CASE WHEN place_in_line <= 10 THEN visit_count ELSE 0 END) / (1.0 * sum(visit_count)) AS top_share
  FROM regulars GROUP BY place
),
spans AS (
  SELECT place, 1.0 * (max(day) - min(day) + 1) AS day_count FROM visits GROUP BY place
),
evenly AS (
  SELECT p.place,
    CASE WHEN p.top_share >= 0.3 THEN 3.0 / greatest(s.day_count, 20.0) ELSE 480.0 END AS most_a_day
  FROM places AS p JOIN spans AS s ON s.place = p.place
),
sizes AS (
  SELECT place, stratum, count(*) AS visit_count FROM visits GROUP BY place, stratum
)
SELECT n.place, n.stratum, n.other,
  least(n.near_10 / (1.0 * a.visit_count * b.visit_count), e.most_a_day * 20 / 480) AS rate_10,
  least(n.near_45 / (1.0 * a.visit_count * b.visit_count), e.most_a_day * 90 / 480) AS rate_45,
  least(n.near_180 / (1.0 * a.visit_count * b.visit_count), e.most_a_day * 360 / 480) AS rate_180,
  least(n.near_day / (1.0 * a.visit_count * b.visit_count), e.most_a_day) AS rate_day
FROM place_density AS n
JOIN sizes AS a ON a.place = n.place AND a.stratum = n.stratum
JOIN sizes AS b ON b.place = n.place AND b.stratum = n.other
JOIN evenly AS e ON e.place = n.place;

CREATE OR REPLACE TABLE place_strata AS
SELECT place, stratum, CAST(count(*) AS INTEGER) AS visit_count
FROM visits
GROUP BY place, stratum;

CREATE OR REPLACE TABLE person_strata AS
SELECT patient, place, stratum, CAST(count(*) AS INTEGER) AS visit_count
FROM visits
GROUP BY patient, place, stratum;

CREATE OR REPLACE TABLE place_days AS
SELECT place, day, CAST(count(*) AS INTEGER) AS visit_count
FROM visits
GROUP BY place, day;

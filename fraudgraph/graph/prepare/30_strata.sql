/* How often each person is at each place in each part of the day (weekdays and weekends apart), and how likely two
   visits drawn there stand next to each other: rate_* is visit pairs next to each other over all pairs, per scale.
   1970-01-01 was a Thursday, so (day + 3) % 7 is 0 on Mondays. */
CREATE OR REPLACE TABLE place_strata AS
SELECT v.place, v.stratum,
  CAST(count(*) AS INTEGER) AS visit_count,
  sum(n.near_10) / (1.0 * count(*) * count(*)) AS rate_10,
  sum(n.near_45) / (1.0 * count(*) * count(*)) AS rate_45,
  sum(n.near_180) / (1.0 * count(*) * count(*)) AS rate_180,
  sum(n.near_day) / (1.0 * count(*) * count(*)) AS rate_day
FROM visits AS v JOIN place_density AS n ON n.visit = v.visit
GROUP BY v.place, v.stratum;

CREATE OR REPLACE TABLE person_strata AS
SELECT patient, place, stratum, CAST(count(*) AS INTEGER) AS visit_count
FROM visits
GROUP BY patient, place, stratum;

CREATE OR REPLACE TABLE place_days AS
SELECT place, day, CAST(count(*) AS INTEGER) AS visit_count
FROM visits
GROUP BY place, day;

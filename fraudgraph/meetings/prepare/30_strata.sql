/* How often each person is at each place in each part of the day (weekdays and weekends apart), and how likely two
   visits drawn there stand next to each other: rate_* is visit pairs next to each other over all pairs, per scale.
   People who keep coming together would set that rhythm themselves: so it is scaled down to what the people who come
   rarely show (ten pairs of credit for places with few of them); never up. */
CREATE OR REPLACE TABLE place_rates AS
WITH sizes AS (
  SELECT v.place, v.stratum, count(*) AS visit_count, count(r.patient) AS rare_count
  FROM visits AS v LEFT JOIN rare_visitors AS r ON r.place = v.place AND r.patient = v.patient
  GROUP BY v.place, v.stratum
),
rates AS (
  SELECT n.place, n.stratum, n.other,
    n.near_10 / (1.0 * a.visit_count * b.visit_count) AS rate_10,
    n.near_45 / (1.0 * a.visit_count * b.visit_count) AS rate_45,
    n.near_180 / (1.0 * a.visit_count * b.visit_count) AS rate_180,
    n.near_day / (1.0 * a.visit_count * b.visit_count) AS rate_day,
    1.0 * a.rare_count * b.rare_count AS rare_pairs,
    n.rare_10, n.rare_45, n.rare_180, n.rare_day
  FROM place_density AS n
  JOIN sizes AS a ON a.place = n.place AND a.stratum = n.stratum
  JOIN sizes AS b ON b.place = n.place AND b.stratum = n.other
),
calm AS (
  SELECT place,
    round(least((sum(rare_10) + 10) / (sum(rare_pairs * rate_10) + 10), 1.0), 6) AS calm_10,
    round(least((sum(rare_45) + 10) / (sum(rare_pairs * rate_45) + 10), 1.0), 6) AS calm_45,
    round(least((sum(rare_180) + 10) / (sum(rare_pairs * rate_180) + 10), 1.0), 6) AS calm_180,
    round(least((sum(rare_day) + 10) / (sum(rare_pairs * rate_day) + 10), 1.0), 6) AS calm_day
  FROM rates GROUP BY place
)
SELECT r.place, r.stratum, r.other,
  r.rate_10 * c.calm_10 AS rate_10,
  r.rate_45 * c.calm_45 AS rate_45,
  r.rate_180 * c.calm_180 AS rate_180,
  r.rate_day * c.calm_day AS rate_day
FROM rates AS r JOIN calm AS c ON c.place = r.place;

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

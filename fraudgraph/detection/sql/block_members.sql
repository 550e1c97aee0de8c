/* Who belongs to each block: people who use two or more of its places although hardly anybody who lives where they live
   does (`expected` = how many of that residence would use so many of the block's places, by each place's share there and the
   number of ways to choose them). */
WITH home_sizes AS (
  SELECT home, count(*) AS people FROM person_homes GROUP BY home
),
used AS (
  SELECT DISTINCT p.patient, b.block_no, b.place
  FROM claims AS c
  JOIN patient_codes AS p ON p.patient_id = c.patient_id
  JOIN place_codes AS l ON l.place_id = c.place_id
  JOIN block_places AS b ON b.place = l.place
  WHERE c.counted
),
customs AS (
  SELECT h.home, u.block_no, u.place, count(*) / (1.0 * max(z.people)) AS share
  FROM used AS u JOIN person_homes AS h ON h.patient = u.patient JOIN home_sizes AS z ON z.home = h.home
  GROUP BY h.home, u.block_no, u.place
),
sizes AS (
  SELECT block_no, count(*) AS places FROM block_places GROUP BY block_no
),
chances AS (
  SELECT u.block_no, u.patient, count(*) AS place_count,
    max(z.people) * exp(sum(CAST(ln(c.share) AS DECIMAL(12,6))))
      * CASE WHEN count(*) = 2 THEN max(s.places) * (max(s.places) - 1) / 2.0
          ELSE max(s.places) * (max(s.places) - 1) * (max(s.places) - 2) / 6.0 END AS expected
  FROM used AS u
  JOIN person_homes AS h ON h.patient = u.patient
  JOIN home_sizes AS z ON z.home = h.home
  JOIN sizes AS s ON s.block_no = u.block_no
  JOIN customs AS c ON c.home = h.home AND c.block_no = u.block_no AND c.place = u.place
  GROUP BY u.block_no, u.patient
)
SELECT block_no, patient, place_count
FROM chances
WHERE (place_count >= 3 AND expected <= $three) OR (place_count = 2 AND expected <= $two)
ORDER BY block_no, patient

/* Who uses which facility and which of its doctors, and how likely each use was.
   place_uses.chance: the share of the others of the person's residence who use the place; small residences lean on everybody's share
   (twenty people's worth; that foretells uses well down to one in two thousand, which is the least). doctor_uses.chance: that one who uses the place sees this doctor, by the doctor's share of the place's
   people, once for the first day there and again for each further day by how often people of that place change their doctor. */
CREATE OR REPLACE TABLE place_uses AS
WITH used AS (
  SELECT p.patient, l.place, count(DISTINCT c.event_date) AS day_count
  FROM claims AS c
  JOIN patient_codes AS p ON p.patient_id = c.patient_id
  JOIN place_codes AS l ON l.place_id = c.place_id
  WHERE c.counted AND c.place_type = 'facility'
  GROUP BY p.patient, l.place
),
homes AS (
  SELECT home, count(*) AS people FROM person_homes GROUP BY home
),
customs AS (
  SELECT h.home, u.place, count(*) AS users
  FROM used AS u JOIN person_homes AS h ON h.patient = u.patient GROUP BY h.home, u.place
),
everybody AS (
  SELECT place, count(*) / (1.0 * (SELECT count(*) FROM person_homes)) AS share FROM used GROUP BY place
)
SELECT u.patient, u.place, h.home, CAST(u.day_count AS INTEGER) AS day_count,
  greatest((c.users - 1 + 20 * e.share) / (z.people - 1 + 20.0), 5e-4) AS chance
FROM used AS u
JOIN person_homes AS h ON h.patient = u.patient
JOIN homes AS z ON z.home = h.home
JOIN customs AS c ON c.home = h.home AND c.place = u.place
JOIN everybody AS e ON e.place = u.place
ORDER BY u.place, u.patient;

CREATE OR REPLACE TABLE doctor_uses AS
WITH seen AS (
  SELECT DISTINCT p.patient, l.place, d.doctor
  FROM claims AS c
  JOIN patient_codes AS p ON p.patient_id = c.patient_id
  JOIN place_codes AS l ON l.place_id = c.place_id
  JOIN doctor_codes AS d ON d.doctor_id = c.doctor_id
  WHERE c.counted AND c.place_type = 'facility'
),
seats AS (
  SELECT place, doctor, count(*) AS people, row_number() OVER (ORDER BY place, doctor) AS seat FROM seen GROUP BY place, doctor
),
desks AS (
  SELECT place, sum(people) AS people FROM seats GROUP BY place
),
persons AS (
  SELECT s.patient, s.place, count(*) AS doctors, max(u.day_count) AS day_count
  FROM seen AS s JOIN place_uses AS u ON u.patient = s.patient AND u.place = s.place GROUP BY s.patient, s.place
),
everybody AS (
  SELECT sum(doctors - 1) / greatest(sum(day_count - 1), 1.0) AS change FROM persons
),
changes AS ( -- a new doctor per further day; small places lean on everybody's rate (ten days' worth)
  SELECT p.place, least((sum(p.doctors - 1) + 10 * max(e.change)) / (sum(p.day_count - 1) + 10.0), 1.0) AS change
  FROM persons AS p CROSS JOIN everybody AS e GROUP BY p.place
),
shares AS (
  SELECT s.place, s.doctor, s.seat, greatest((s.people - 1) / greatest(d.people - 1.0, 1.0), 1e-4) AS share
  FROM seats AS s JOIN desks AS d ON d.place = s.place
)
SELECT s.patient, CAST(h.seat AS INTEGER) AS seat, s.place, s.doctor,
  greatest(1 - (1 - h.share) * power(1 - c.change * h.share, p.day_count - 1), 1e-4) AS chance
FROM seen AS s
JOIN persons AS p ON p.patient = s.patient AND p.place = s.place
JOIN changes AS c ON c.place = s.place
JOIN shares AS h ON h.place = s.place AND h.doctor = s.doctor
ORDER BY h.seat, s.patient;

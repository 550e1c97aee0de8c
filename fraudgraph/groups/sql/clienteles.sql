/* Who comes to one doctor, one place or one hospital's wards how often (different days), and the frequency at which each of these
   has most people beyond what the others of its kind have: observed, expected from the others of the kind, nats after the price of
   having looked at all of them. An id under which more than twenty places have claims is no doctor. group_cells has a row a cell and person. */
CREATE OR REPLACE TABLE group_cells AS
WITH seen AS (
  SELECT p.patient, l.place, l.place_type, d.doctor, c.claim_type = 'inpatient' AS is_stay, c.event_date
  FROM claims AS c
  JOIN patient_codes AS p ON p.patient_id = c.patient_id
  JOIN place_codes AS l ON l.place_id = c.place_id
  LEFT JOIN doctor_codes AS d ON d.doctor_id = c.doctor_id
  WHERE c.counted
),
known AS (
  SELECT doctor FROM seen WHERE doctor IS NOT NULL GROUP BY doctor HAVING count(DISTINCT place) <= 20
)
SELECT 'doctor' AS kind, place_type, place, doctor, patient, count(DISTINCT event_date) AS visits
FROM seen WHERE NOT is_stay AND doctor IN (SELECT doctor FROM known) GROUP BY place_type, place, doctor, patient
UNION ALL
SELECT 'place' AS kind, place_type, place, -1 AS doctor, patient, count(DISTINCT event_date) AS visits
FROM seen WHERE NOT is_stay GROUP BY place_type, place, patient
UNION ALL
SELECT 'ward' AS kind, place_type, place, -1 AS doctor, patient, count(DISTINCT event_date) AS visits
FROM seen WHERE is_stay GROUP BY place_type, place, patient;

CREATE OR REPLACE TABLE group_clienteles AS
WITH steps AS (
  SELECT unnest([2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25]) AS least
),
sizes AS (
  SELECT kind, place_type, place, doctor, count(*) AS people FROM group_cells GROUP BY kind, place_type, place, doctor
),
often AS (
  SELECT c.kind, c.place_type, c.place, c.doctor, s.least, count(*) AS people
  FROM group_cells AS c JOIN steps AS s ON c.visits >= s.least GROUP BY c.kind, c.place_type, c.place, c.doctor, s.least
),
kinds AS (
  SELECT kind, place_type, sum(people) AS people, count(*) AS cells FROM sizes GROUP BY kind, place_type
),
kinds_often AS (
  SELECT kind, place_type, least, sum(people) AS people FROM often GROUP BY kind, place_type, least
),
compared AS (
  SELECT o.*, z.people * (t.people - o.people + 1.0) / (k.people - z.people + 1.0) AS expected,
    ln(k.cells * (SELECT count(*) FROM steps)) AS price
  FROM often AS o
  JOIN sizes AS z ON z.kind = o.kind AND z.place_type = o.place_type AND z.place = o.place AND z.doctor = o.doctor
  JOIN kinds AS k ON k.kind = o.kind AND k.place_type = o.place_type
  JOIN kinds_often AS t ON t.kind = o.kind AND t.place_type = o.place_type AND t.least = o.least
  WHERE o.people BETWEEN $fewest AND $most
),
judged AS (
  SELECT *, round(people * ln(people / expected) - people + expected - price, 6) AS nats
  FROM compared WHERE people >= $times * expected
)
SELECT kind, place_type, place, doctor, least, people, round(expected, 6) AS expected, nats FROM (
  SELECT *, row_number() OVER (PARTITION BY kind, place_type, place, doctor ORDER BY nats DESC, least) AS line FROM judged
)
WHERE line = 1 AND nats >= $nats
ORDER BY nats DESC, kind, place, doctor

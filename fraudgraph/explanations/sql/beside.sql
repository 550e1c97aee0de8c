/* Whether a group's people come to a shop from one hospital, and whether the shop's other customers do: one row a group with a sitting at a shop. */
WITH sat AS (
  SELECT s.group_no, s.place FROM group_sessions AS s JOIN session_chances AS j ON j.session_no = s.session_no
  JOIN place_codes AS c ON c.place = s.place
  WHERE j.good AND c.place_type = 'pharmacy'
),
main AS (
  SELECT group_no, place FROM (
    SELECT group_no, place, row_number() OVER (PARTITION BY group_no ORDER BY count(*) DESC, place) AS place_in_line
    FROM sat GROUP BY group_no, place)
  WHERE place_in_line = 1
),
seen AS ( -- visits to hospitals and clinics of whoever comes to such a shop
  SELECT v.patient, v.place, v.day FROM visits AS v JOIN place_codes AS c ON c.place = v.place
  WHERE c.place_type = 'facility' AND v.patient IN (SELECT patient FROM visits WHERE place IN (SELECT place FROM main))
  GROUP BY v.patient, v.place, v.day
),
bought AS (
  SELECT DISTINCT m.group_no, c.patient, c.day FROM main AS m
  JOIN member_claims AS c ON c.group_no = m.group_no AND c.place = m.place
  WHERE c.session_no IS NOT NULL
),
came_from AS (
  SELECT DISTINCT b.group_no, s.place, b.patient, b.day
  FROM bought AS b JOIN seen AS s ON s.patient = b.patient AND s.day BETWEEN b.day - $errand_days AND b.day
),
hospital AS (
  SELECT group_no, place, n FROM (
    SELECT group_no, place, count(*) AS n, row_number() OVER (PARTITION BY group_no ORDER BY count(*) DESC, place) AS place_in_line
    FROM came_from GROUP BY group_no, place)
  WHERE place_in_line = 1
),
totals AS (
  SELECT group_no, count(*) AS n FROM bought GROUP BY group_no
),
others AS (
  SELECT m.group_no, v.patient, v.day, max(CASE WHEN s.patient IS NULL THEN 0 ELSE 1 END) AS came
  FROM main AS m
  JOIN hospital AS h ON h.group_no = m.group_no
  JOIN visits AS v ON v.place = m.place
  LEFT JOIN group_members AS g ON g.group_no = m.group_no AND g.patient = v.patient
  LEFT JOIN seen AS s ON s.place = h.place AND s.patient = v.patient AND s.day BETWEEN v.day - $errand_days AND v.day
  WHERE g.patient IS NULL
  GROUP BY m.group_no, v.patient, v.day
),
customers AS (
  SELECT group_no, avg(CAST(came AS DECIMAL(9,6))) AS others_from_hospital_share FROM others GROUP BY group_no
)
SELECT t.group_no, coalesce(h.n, 0) / (1.0 * t.n) AS from_hospital_share, c.others_from_hospital_share
FROM totals AS t
LEFT JOIN hospital AS h ON h.group_no = t.group_no
LEFT JOIN customers AS c ON c.group_no = t.group_no
ORDER BY t.group_no

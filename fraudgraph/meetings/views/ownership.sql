/*---
view = "ownership"
title = "places of one owner that share people or doctors"
title_zh = "同一控制人机构共用人员"
needs = ["facilities.legal_representative | facilities.account | facilities.phone | pharmacies.legal_representative | pharmacies.account | pharmacies.phone"]
a_type = "facility or pharmacy"
b_type = "facility or pharmacy"
null = "people of the same residence use the two places independently, but as much more as each of the two shares people with its closest neighbours among the places that are not linked to it; doctors are shared as often as by any two facilities"
---*/
/* Linked are places with the same legal representative, account or phone; a value of more than twenty places is a chain or a placeholder.
   `link_count` is how many links its commonest value makes: of many links one is soon the most surprising (hubs are damped by it).
   Neighbours: the nine tenths mark of shared over expected, among unlinked places with three people expected.
   Doctors who are registered at both places are no surprise. */
WITH places AS (
  SELECT facility_id AS place_id, 'facility' AS place_type, legal_representative, account, phone FROM facilities
  UNION ALL
  SELECT pharmacy_id AS place_id, 'pharmacy' AS place_type, legal_representative, account, phone FROM pharmacies
),
marks AS (
  SELECT place_id, place_type, 'representative' AS kind, trim(legal_representative) AS value FROM places WHERE length(trim(legal_representative)) > 1
  UNION ALL
  SELECT place_id, place_type, 'account' AS kind, trim(account) AS value FROM places WHERE length(trim(account)) > 1
  UNION ALL
  SELECT place_id, place_type, 'phone' AS kind, trim(phone) AS value FROM places WHERE length(trim(phone)) > 1
),
hubs AS (
  SELECT kind, value, count(*) AS place_count FROM marks GROUP BY kind, value HAVING count(*) BETWEEN 2 AND 20
),
links AS (
  SELECT x.place_type AS a_type, x.place_id AS a, y.place_type AS b_type, y.place_id AS b, max(h.place_count * (h.place_count - 1) / 2) AS link_count
  FROM hubs AS h
  JOIN marks AS x ON x.kind = h.kind AND x.value = h.value
  JOIN marks AS y ON y.kind = h.kind AND y.value = h.value AND y.place_id > x.place_id
  GROUP BY x.place_type, x.place_id, y.place_type, y.place_id
),
pairs AS ( -- places by number, as in place_codes: the long steps below are about numbers
  SELECT l.a AS a_id, l.b AS b_id, x.place AS a, y.place AS b
  FROM links AS l JOIN place_codes AS x ON x.place_id = l.a JOIN place_codes AS y ON y.place_id = l.b
),
linked AS (
  SELECT a AS place FROM pairs UNION SELECT b AS place FROM pairs
),
used AS (
  SELECT DISTINCT p.patient, l.place
  FROM claims AS c
  JOIN patient_codes AS p ON p.patient_id = c.patient_id
  JOIN place_codes AS l ON l.place_id = c.place_id
  WHERE c.counted
),
residences AS (
  SELECT c.patient, coalesce(min(p.residence_code), '') AS residence
  FROM (SELECT DISTINCT patient FROM used) AS u
  JOIN patient_codes AS c ON c.patient = u.patient
  LEFT JOIN patients AS p ON p.patient_id = c.patient_id
  GROUP BY c.patient
),
home_sizes AS (
  SELECT residence, count(*) AS people, row_number() OVER (ORDER BY residence) AS home FROM residences GROUP BY residence
),
homes AS (
  SELECT r.patient, z.home FROM residences AS r JOIN home_sizes AS z ON z.residence = r.residence
),
customs AS (
  SELECT u.place, h.home, count(*) AS people FROM used AS u JOIN homes AS h ON h.patient = u.patient GROUP BY u.place, h.home
),
/* First whose places they are, as a grouping: joined at once, every home's places would be multiplied with one another. */
users AS (
  SELECT u.patient, u.place FROM used AS u JOIN linked AS l ON l.place = u.place GROUP BY u.patient, u.place
),
seen AS (
  SELECT x.place AS a, y.place AS b, count(*) AS people
  FROM users AS x JOIN used AS y ON y.patient = x.patient AND y.place <> x.place
  GROUP BY x.place, y.place
),
clienteles AS (
  SELECT c.place, c.home, max(c.people) AS people, max(z.people) AS home_people
  FROM customs AS c JOIN linked AS l ON l.place = c.place JOIN home_sizes AS z ON z.home = c.home
  GROUP BY c.place, c.home
),
alone AS (
  SELECT x.place AS a, y.place AS b, sum(x.people * y.people / (1.0 * x.home_people)) AS people
  FROM clienteles AS x JOIN customs AS y ON y.home = x.home AND y.place <> x.place
  GROUP BY x.place, y.place
),
mixing AS (
  SELECT i.a, greatest(
      sum(coalesce(s.people, 0)) / sum(i.people),
      coalesce(fg_quantile(CASE WHEN i.people >= 3 THEN coalesce(s.people, 0) / i.people END, 0.9), 1.0), 1.0) AS factor
  FROM alone AS i
  LEFT JOIN seen AS s ON s.a = i.a AND s.b = i.b
  LEFT JOIN pairs AS l ON l.a = least(i.a, i.b) AND l.b = greatest(i.a, i.b)
  WHERE l.a IS NULL
  GROUP BY i.a
),
at_work AS (
  SELECT DISTINCT doctor_id, place_id FROM claims WHERE counted AND place_type = 'facility' AND doctor_id IS NOT NULL
),
staff AS (
  SELECT place_id, count(*) AS doctors FROM at_work GROUP BY place_id
),
colleagues AS (
  SELECT x.place_id AS a, y.place_id AS b, count(*) AS doctors
  FROM at_work AS x JOIN at_work AS y ON y.doctor_id = x.doctor_id AND y.place_id > x.place_id
  LEFT JOIN doctor_sites AS s ON s.doctor_id = x.doctor_id AND s.facility_id = x.place_id
  LEFT JOIN doctor_sites AS t ON t.doctor_id = x.doctor_id AND t.facility_id = y.place_id
  WHERE s.doctor_id IS NULL OR t.doctor_id IS NULL
  GROUP BY x.place_id, y.place_id
),
everywhere AS (
  SELECT sum(doctors) AS doctors, sum(doctors * doctors) AS squares FROM staff
),
custom_of_doctors AS (
  SELECT greatest(coalesce((SELECT sum(doctors) FROM colleagues), 0), 1.0) / greatest((e.doctors * e.doctors - e.squares) / 2.0, 1.0) AS rate
  FROM everywhere AS e
)
SELECT l.a_type, l.a, l.b_type, l.b, l.link_count,
  coalesce(s.people, 0) AS people_observed,
  round(coalesce(i.people, 0) * greatest(coalesce(m.factor, 1.0), coalesce(n.factor, 1.0)), 9) AS people_expected,
  coalesce(c.doctors, 0) AS doctors_observed,
  round(coalesce(f.doctors * g.doctors * d.rate, 0), 9) AS doctors_expected
FROM links AS l
LEFT JOIN pairs AS k ON k.a_id = l.a AND k.b_id = l.b
LEFT JOIN seen AS s ON s.a = k.a AND s.b = k.b
LEFT JOIN alone AS i ON i.a = k.a AND i.b = k.b
LEFT JOIN mixing AS m ON m.a = k.a
LEFT JOIN mixing AS n ON n.a = k.b
LEFT JOIN colleagues AS c ON c.a = l.a AND c.b = l.b
LEFT JOIN staff AS f ON f.place_id = l.a
LEFT JOIN staff AS g ON g.place_id = l.b
CROSS JOIN custom_of_doctors AS d
ORDER BY l.a, l.b

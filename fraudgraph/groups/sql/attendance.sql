/* Who came to the sittings of a group, members and others alike: how many sittings, against how many their own
   visits and stays at those places would have hit by chance. */
WITH good AS (
  SELECT s.*, j.p FROM group_sessions AS s JOIN session_chances AS j ON j.session_no = s.session_no
  WHERE j.good
),
present AS (
  SELECT DISTINCT g.group_no, v.patient, g.session_no
  FROM good AS g
  JOIN visits AS v ON v.place = g.place AND v.day = g.day
  WHERE g.kind = 'visit' AND (v.minute IS NULL OR v.minute BETWEEN g.from_minute - $slack AND g.to_minute + $slack)
  UNION ALL
  SELECT DISTINCT g.group_no, s.patient, g.session_no
  FROM good AS g
  JOIN coded_stays AS s ON s.place = g.place AND s.admitted BETWEEN g.day AND g.to_day
  WHERE g.kind = 'stay'
),
counts AS (
  SELECT group_no, patient, count(*) AS attended FROM present GROUP BY group_no, patient HAVING count(*) >= 2
),
windows AS (
  SELECT group_no, place, stratum, sum(least(window_share, 1.0)) AS share FROM good GROUP BY group_no, place, stratum
),
habits AS (
  SELECT patient, place, stratum, visit_count FROM person_strata
  WHERE patient IN (SELECT patient FROM counts)
  UNION ALL
  SELECT patient, place, CAST(-1 AS INTEGER) AS stratum, count(*) AS visit_count FROM coded_stays
  WHERE patient IN (SELECT patient FROM counts)
  GROUP BY patient, place
),
chance AS (
  SELECT c.group_no, c.patient, sum(p.visit_count * w.share) AS expected
  FROM counts AS c
  JOIN habits AS p ON p.patient = c.patient
  JOIN windows AS w ON w.group_no = c.group_no AND w.place = p.place AND w.stratum = p.stratum
  GROUP BY c.group_no, c.patient
),
totals AS (
  SELECT group_no, count(*) AS session_count,
    count(CASE WHEN kind = 'stay' THEN 1 END) / (1.0 * count(*)) AS stay_share
  FROM good GROUP BY group_no
)
SELECT c.group_no, c.patient, c.attended, t.session_count,
  round(h.expected, 9) AS expected, t.stay_share,
  CASE WHEN m.patient IS NULL THEN 0 ELSE 1 END AS is_member
FROM counts AS c
JOIN chance AS h ON h.group_no = c.group_no AND h.patient = c.patient
JOIN totals AS t ON t.group_no = c.group_no
LEFT JOIN group_members AS m ON m.group_no = c.group_no AND m.patient = c.patient
ORDER BY c.group_no, c.patient

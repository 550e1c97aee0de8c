/* The group whose good occasions a person came to most, with how many of them there were. */
WITH own AS (
  SELECT patient FROM patient_codes WHERE patient_id = $id
),
good AS (
  SELECT s.* FROM group_sessions AS s JOIN session_chances AS j ON j.session_no = s.session_no WHERE j.good AND s.kind <> 'block'
),
present AS (
  SELECT g.group_no, g.session_no
  FROM good AS g
  JOIN visits AS v ON v.place = g.place AND v.day = g.day
  JOIN own AS o ON o.patient = v.patient
  WHERE g.kind = 'visit' AND (v.minute IS NULL OR v.minute BETWEEN g.from_minute - $slack AND g.to_minute + $slack)
  UNION
  SELECT g.group_no, g.session_no
  FROM good AS g
  JOIN coded_stays AS v ON v.place = g.place AND v.admitted BETWEEN g.day AND g.to_day
  JOIN own AS o ON o.patient = v.patient
  WHERE g.kind = 'stay'
),
there AS (
  SELECT group_no, count(*) AS attended FROM present GROUP BY group_no
),
sizes AS (
  SELECT group_no, count(*) AS session_count FROM good GROUP BY group_no
)
SELECT n.ring_id, t.group_no, o.patient, t.attended, z.session_count
FROM there AS t
JOIN ring_names AS n ON n.group_no = t.group_no
JOIN sizes AS z ON z.group_no = t.group_no
CROSS JOIN own AS o
ORDER BY t.attended DESC, n.ring_id
LIMIT 1

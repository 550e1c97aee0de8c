/* Whether what a group does at one place is delivered a second time under another place's code: one row a group with a sitting. */
WITH seats AS (
  SELECT DISTINCT group_no, patient, claim_id, place, day, minute FROM member_claims WHERE session_no IS NOT NULL
),
totals AS (
  SELECT group_no, count(DISTINCT claim_id) AS claim_count FROM seats GROUP BY group_no
),
theirs AS (
  SELECT patient, place, day, minute FROM member_claims
  WHERE minute IS NOT NULL AND claim_type <> 'inpatient'
  GROUP BY patient, place, day, minute
),
twins AS (
  SELECT s.group_no, count(DISTINCT s.claim_id) / (1.0 * max(t.claim_count)) AS twin_share
  FROM seats AS s
  JOIN totals AS t ON t.group_no = s.group_no
  JOIN theirs AS o ON o.patient = s.patient AND o.day = s.day AND o.place <> s.place AND o.minute BETWEEN s.minute - 1 AND s.minute + 1
  GROUP BY s.group_no
),
twin_places AS (
  SELECT group_no, place, other_place FROM (
    SELECT s.group_no, s.place, o.place AS other_place,
      row_number() OVER (PARTITION BY s.group_no ORDER BY count(*) DESC, s.place, o.place) AS place_in_line
    FROM seats AS s
    JOIN theirs AS o ON o.patient = s.patient AND o.day = s.day AND o.place <> s.place AND o.minute BETWEEN s.minute - 1 AND s.minute + 1
    GROUP BY s.group_no, s.place, o.place
  ) WHERE place_in_line = 1
),
outsiders AS (
  SELECT w.group_no, count(o.visit) / (1.0 * count(*)) AS others_twin_share
  FROM twin_places AS w
  JOIN visits AS v ON v.place = w.place
  LEFT JOIN group_members AS p ON p.group_no = w.group_no AND p.patient = v.patient
  LEFT JOIN visits AS o ON o.place = w.other_place AND o.patient = v.patient AND o.day = v.day AND o.minute BETWEEN v.minute - 1 AND v.minute + 1
  WHERE p.patient IS NULL
  GROUP BY w.group_no
)
SELECT t.group_no, coalesce(w.twin_share, 0) AS twin_share, coalesce(x.others_twin_share, 0) AS others_twin_share
FROM totals AS t
LEFT JOIN twins AS w ON w.group_no = t.group_no
LEFT JOIN outsiders AS x ON x.group_no = t.group_no
ORDER BY t.group_no

/* The division of each group: where most of its people live; where that was not delivered, where most of its claims were made. */
WITH homes AS (
  SELECT m.group_no, left(p.residence_code, 6) AS district, count(*) AS weight
  FROM group_members AS m
  JOIN patient_codes AS c ON c.patient = m.patient
  JOIN patients AS p ON p.patient_id = c.patient_id
  WHERE p.residence_code IS NOT NULL
  GROUP BY m.group_no, left(p.residence_code, 6)
),
places AS (
  SELECT group_no, regexp_extract(place_id, $place_code, 1) AS district, count(DISTINCT claim_id) AS weight
  FROM member_claims
  WHERE session_no IS NOT NULL AND group_no NOT IN (SELECT group_no FROM homes)
  GROUP BY group_no, regexp_extract(place_id, $place_code, 1)
),
ranked AS (
  SELECT group_no, district, row_number() OVER (PARTITION BY group_no ORDER BY weight DESC, district) AS place_in_line
  FROM (SELECT * FROM homes UNION ALL SELECT * FROM places)
  WHERE district <> ''
)
SELECT group_no, district FROM ranked WHERE place_in_line = 1 ORDER BY group_no

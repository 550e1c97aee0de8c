/* The smallest ring in which most of the known cards stand together, with all its people: of those that the run lists, and of those
   that fell short of the list and have no lawful explanation that holds. */
WITH asked AS (
  SELECT unnest($people) AS patient_id
),
lawful AS (
  SELECT DISTINCT ring_id FROM read_parquet($explanations) WHERE holds
),
open_rings AS (
  SELECT ring_id, listed FROM read_parquet($rings)
  WHERE listed OR ring_id NOT IN (SELECT ring_id FROM lawful)
),
seats AS (
  SELECT n.ring_id, o.listed, m.group_no, c.patient_id
  FROM group_members AS m JOIN patient_codes AS c ON c.patient = m.patient JOIN ring_names AS n ON n.group_no = m.group_no
  JOIN open_rings AS o ON o.ring_id = n.ring_id
),
held AS (
  SELECT s.group_no, max(s.listed) AS listed, count(*) AS member_count, count(a.patient_id) AS known_count
  FROM seats AS s LEFT JOIN asked AS a ON a.patient_id = s.patient_id
  GROUP BY s.group_no
),
chosen AS (
  SELECT group_no FROM held
  WHERE known_count >= 2 AND known_count >= 0.6 * (SELECT count(*) FROM asked)
  ORDER BY known_count DESC, listed DESC, member_count, group_no LIMIT 1
)
SELECT s.patient_id, s.ring_id
FROM seats AS s JOIN chosen AS c ON c.group_no = s.group_no
WHERE s.patient_id NOT IN (SELECT patient_id FROM asked)
ORDER BY s.patient_id

/* The smallest of the listed rings in which most of the known cards stand together, with all its people. */
WITH asked AS (
  SELECT unnest($people) AS patient_id
),
seats AS (
  SELECT n.ring_id, m.group_no, c.patient_id
  FROM group_members AS m JOIN patient_codes AS c ON c.patient = m.patient JOIN ring_names AS n ON n.group_no = m.group_no
  WHERE n.ring_id IN (SELECT unnest($listed))
),
held AS (
  SELECT s.group_no, count(*) AS member_count, count(a.patient_id) AS known_count
  FROM seats AS s LEFT JOIN asked AS a ON a.patient_id = s.patient_id
  GROUP BY s.group_no
),
chosen AS (
  SELECT group_no FROM held
  WHERE known_count >= 2 AND known_count >= 0.6 * (SELECT count(*) FROM asked)
  ORDER BY known_count DESC, member_count, group_no LIMIT 1
)
SELECT s.patient_id, s.ring_id
FROM seats AS s JOIN chosen AS c ON c.group_no = s.group_no
WHERE s.patient_id NOT IN (SELECT patient_id FROM asked)
ORDER BY s.patient_id

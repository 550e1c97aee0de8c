-- On each finding the rings to which its subject and members belong.
CREATE OR REPLACE TABLE findings AS
WITH people AS (
  SELECT finding_no, subject_id AS entity_id FROM findings
  UNION
  SELECT finding_no, unnest(member_ids) AS entity_id FROM findings
),
linked AS (
  SELECT p.finding_no, list_sort(array_agg(DISTINCT m.ring_id)) AS ring_ids
  FROM people AS p
  JOIN linked_members AS m ON m.entity_id = p.entity_id
  GROUP BY p.finding_no
)
SELECT f.finding_no, f.model, f.title_zh, f.title_en, f.result, f.severity, f.subject_type, f.subject_id, f.member_ids, f.claim_ids, f.amount,
  f.strength, f.facts, f.also, coalesce(l.ring_ids, CAST([] AS VARCHAR[])) AS ring_ids
FROM findings AS f
LEFT JOIN linked AS l ON l.finding_no = f.finding_no
ORDER BY f.finding_no

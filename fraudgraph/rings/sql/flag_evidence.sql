/* Findings of screening models on claims that were made at the sittings. */
WITH hits AS (
  SELECT DISTINCT model, unnest(claim_ids) AS claim_id FROM flags
)
SELECT m.group_no, h.model, count(DISTINCT m.patient) AS patient_count,
  list(DISTINCT m.claim_id ORDER BY m.claim_id) AS claim_ids
FROM member_claims AS m JOIN hits AS h ON h.claim_id = m.claim_id
WHERE m.session_no IS NOT NULL
GROUP BY m.group_no, h.model
ORDER BY m.group_no, h.model

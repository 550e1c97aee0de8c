/* Findings of screening models on claims that were made at the sittings, and how many of the other people who go to the
   same places were hit by the same model. */
WITH hits AS (
  SELECT DISTINCT model, unnest(claim_ids) AS claim_id FROM flags
),
hit_people AS (
  SELECT DISTINCT h.model, p.patient
  FROM hits AS h JOIN claims AS c ON c.claim_id = h.claim_id JOIN patient_codes AS p ON p.patient_id = c.patient_id
),
peers AS (
  SELECT group_no, count(*) AS peer_count FROM group_peers WHERE is_member = 0 GROUP BY group_no
),
hit_peers AS (
  SELECT g.group_no, h.model, count(*) AS peer_count
  FROM group_peers AS g JOIN hit_people AS h ON h.patient = g.patient
  WHERE g.is_member = 0
  GROUP BY g.group_no, h.model
),
found AS (
  SELECT m.group_no, h.model, count(DISTINCT m.patient) AS patient_count,
    list(DISTINCT m.claim_id ORDER BY m.claim_id) AS claim_ids
  FROM member_claims AS m JOIN hits AS h ON h.claim_id = m.claim_id
  WHERE m.session_no IS NOT NULL
  GROUP BY m.group_no, h.model
)
SELECT f.group_no, f.model, f.patient_count, f.claim_ids, coalesce(p.peer_count, 0) AS peer_count,
  coalesce(x.peer_count, 0) AS hit_peer_count
FROM found AS f
LEFT JOIN peers AS p ON p.group_no = f.group_no
LEFT JOIN hit_peers AS x ON x.group_no = f.group_no AND x.model = f.model
ORDER BY f.group_no, f.model

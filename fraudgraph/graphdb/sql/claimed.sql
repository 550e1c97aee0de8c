/* Patient CLAIMED Claim */
SELECT who(c.patient_id) AS a, $run || '|' || c.claim_id AS b
FROM claims AS c SEMI JOIN wanted_claims AS w ON w.claim_id = c.claim_id SEMI JOIN entities AS e ON e.entity_type = 'patient' AND e.entity_id = c.patient_id ORDER BY a, b

/* Claim SIGNED_BY Doctor */
SELECT $run || '|' || c.claim_id AS a, who(c.doctor_id) AS b FROM claims AS c
SEMI JOIN wanted_claims AS w ON w.claim_id = c.claim_id SEMI JOIN entities AS e ON e.entity_type = 'doctor' AND e.entity_id = c.doctor_id ORDER BY a

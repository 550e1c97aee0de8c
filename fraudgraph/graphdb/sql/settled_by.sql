/* Claim SETTLED_BY Operator, where the operator belongs to a ring */
SELECT $run || '|' || c.claim_id AS a, who(c.operator_id) AS b FROM claims AS c
SEMI JOIN wanted_claims AS w ON w.claim_id = c.claim_id SEMI JOIN entities AS e ON e.entity_type = 'operator' AND e.entity_id = c.operator_id ORDER BY a

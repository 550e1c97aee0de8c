/* Claim BILLED_BY Facility or Pharmacy */
SELECT $run || '|' || c.claim_id AS a, c.place_id AS b FROM claims AS c
SEMI JOIN wanted_claims AS w ON w.claim_id = c.claim_id SEMI JOIN entities AS e ON e.entity_type = $b_type AND e.entity_id = c.place_id
WHERE c.place_type = $b_type ORDER BY a

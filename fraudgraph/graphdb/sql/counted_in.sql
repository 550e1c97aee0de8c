/* Claim COUNTED_IN Ring: claims of its members at its sittings and places */
SELECT $run || '|' || r.claim_id AS a, $run || '|' || r.ring_id AS b, r.in_meeting
FROM ring_claims AS r SEMI JOIN claims AS c ON c.claim_id = r.claim_id ORDER BY a, b

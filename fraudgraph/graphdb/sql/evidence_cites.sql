/* Evidence CITES Claim */
SELECT $run || '|' || e.evidence_id AS a, $run || '|' || c.claim_id AS b
FROM (SELECT evidence_id, unnest(claim_ids) AS claim_id FROM out_evidence) AS e JOIN claims AS c ON c.claim_id = e.claim_id ORDER BY a, b

/* Flag CITES Claim */
SELECT $run || '|' || f.flag_no AS a, $run || '|' || c.claim_id AS b
FROM (SELECT flag_no, unnest(claim_ids) AS claim_id FROM flag_rows) AS f JOIN claims AS c ON c.claim_id = f.claim_id ORDER BY a, b

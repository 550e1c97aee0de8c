/* Claim CONTAINS Item, for claims of rings */
SELECT $run || '|' || i.claim_id AS a, i.item_code AS b, CAST(sum(i.quantity) AS DOUBLE) AS quantity, CAST(sum(i.amount) AS DOUBLE) AS amount
FROM claim_items AS i SEMI JOIN ring_claims AS r ON r.claim_id = i.claim_id SEMI JOIN claims AS c ON c.claim_id = i.claim_id
GROUP BY i.claim_id, i.item_code ORDER BY a, b

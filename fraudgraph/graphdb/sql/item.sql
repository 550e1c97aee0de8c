/* Item 项目: what was billed on claims of rings */
SELECT i.item_code AS id, min(i.item_name) AS name, min(i.item_type) AS item_type
FROM claim_items AS i SEMI JOIN ring_claims AS r ON r.claim_id = i.claim_id
GROUP BY i.item_code ORDER BY id

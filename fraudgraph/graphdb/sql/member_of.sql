/* MEMBER_OF Ring, with role and the reason for being there */
SELECT who_of(entity_type, entity_id) AS a, $run || '|' || ring_id AS b, role, strength, safe_text(reason_zh) AS reason_zh, safe_text(reason_en) AS reason_en,
  CAST(claim_count AS INTEGER) AS claim_count, CAST(fund_amount AS DOUBLE) AS fund_amount
FROM out_ring_members WHERE entity_type = $a_type ORDER BY a, b

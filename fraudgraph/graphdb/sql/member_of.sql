/* MEMBER_OF Ring, with role and the reason for being there */
SELECT who_of(m.entity_type, m.entity_id) AS a, $run || '|' || m.ring_id AS b, m.role, coalesce(w.word_zh, m.role) AS role_zh, m.strength,
  safe_text(m.reason_zh) AS reason_zh, safe_text(m.reason_en) AS reason_en, CAST(m.claim_count AS INTEGER) AS claim_count,
  CAST(m.fund_amount AS DOUBLE) AS fund_amount
FROM out_ring_members AS m LEFT JOIN out_words AS w ON w.word = m.role
WHERE m.entity_type = $a_type ORDER BY a, b

/* MEMBER_OF Ring of what its people share: agents, phones, payout accounts, employers, devices */
SELECT m.entity_type || ':' || keyed(i.kind, trim(i.value)) AS a, $run || '|' || m.ring_id AS b, m.role, coalesce(w.word_zh, m.role) AS role_zh, m.strength,
  safe_text(m.reason_zh) AS reason_zh, safe_text(m.reason_en) AS reason_en, CAST(m.claim_count AS INTEGER) AS claim_count,
  CAST(m.fund_amount AS DOUBLE) AS fund_amount, m.entity_id AS code
FROM out_ring_members AS m
JOIN shared_identifiers AS i ON i.kind = m.entity_type AND i.code = m.entity_id
LEFT JOIN out_words AS w ON w.word = m.role
WHERE (i.kind, trim(i.value)) IN (SELECT (kind, value) FROM shared_values)
ORDER BY a, b

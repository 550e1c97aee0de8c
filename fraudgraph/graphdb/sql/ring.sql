/* Ring 疑似团伙 */
SELECT $run || '|' || r.ring_id AS key, r.ring_id AS id, r.rank, r.listed, r.score, r.q_value,
  CASE WHEN r.listed AND r.score >= $high_score THEN 'HighRisk' WHEN r.listed THEN 'MediumRisk' ELSE 'LowRisk' END AS tier,
  CAST(r.total_amount AS DOUBLE) AS total_amount, CAST(r.fund_amount AS DOUBLE) AS fund_amount,
  CAST(r.excess_amount AS DOUBLE) AS excess_amount, CAST(r.excess_low AS DOUBLE) AS excess_low_amount, CAST(r.excess_high AS DOUBLE) AS excess_high_amount, r.first_seen, r.last_seen, r.status, coalesce(s.word_zh, r.status) AS status_zh, r.typology,
  coalesce(w.word_zh, r.typology) AS typology_zh,
  r.summary_zh, r.summary_en,
  (SELECT CAST(count(*) AS INTEGER) FROM out_ring_members AS m WHERE m.ring_id = r.ring_id) AS member_count,
  (SELECT CAST(count(*) AS INTEGER) FROM out_ring_members AS m WHERE m.ring_id = r.ring_id AND m.entity_type = 'patient') AS patient_count,
  (SELECT coalesce(list(printf('%+.1f ', p.points) || p.title_zh ORDER BY p.points DESC, p.name), []) FROM out_score_parts AS p
    WHERE p.ring_id = r.ring_id AND p.points <> 0) AS score_parts_zh,
  (SELECT coalesce(list(printf('%+.1f ', p.points) || p.title_en ORDER BY p.points DESC, p.name), []) FROM out_score_parts AS p
    WHERE p.ring_id = r.ring_id AND p.points <> 0) AS score_parts_en,
  regexp_replace(r.ring_id, '-([^-]*)$', ' \1', 'g') AS name
FROM out_rings AS r LEFT JOIN out_words AS w ON w.word = r.typology LEFT JOIN out_words AS s ON s.word = r.status ORDER BY key

/* Evidence 证据: where the sentence names a member by number, the name stands beside it */
WITH called AS (
  SELECT e.evidence_id, list(m.entity_id || chr(31) || m.shown ORDER BY length(m.entity_id) DESC, m.entity_id) AS names
  FROM out_evidence AS e
  JOIN member_names AS m ON m.ring_id = e.ring_id AND (contains(e.sentence_zh, m.entity_id) OR contains(e.sentence_en, m.entity_id))
  GROUP BY e.evidence_id
),
spoken_out AS (
  SELECT e.*, named(e.sentence_zh, c.names) AS said_zh, named(e.sentence_en, c.names) AS said_en
  FROM out_evidence AS e LEFT JOIN called AS c ON c.evidence_id = e.evidence_id
)
SELECT $run || '|' || e.evidence_id AS key, e.evidence_id AS id, e.kind, safe_text(e.said_zh) AS sentence_zh, safe_text(e.said_en) AS sentence_en,
  e.observed, e.expected, CAST(len(e.claim_ids) AS INTEGER) AS claim_count, coalesce(w.word_zh, e.kind) AS name
FROM spoken_out AS e LEFT JOIN out_words AS w ON w.word = e.kind ORDER BY key

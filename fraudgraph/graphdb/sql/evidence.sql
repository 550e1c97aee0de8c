/* Evidence 证据 */
SELECT $run || '|' || e.evidence_id AS key, e.evidence_id AS id, e.kind, safe_text(e.sentence_zh) AS sentence_zh, safe_text(e.sentence_en) AS sentence_en,
  e.observed, e.expected, CAST(len(e.claim_ids) AS INTEGER) AS claim_count, coalesce(w.word_zh, e.kind) AS name
FROM out_evidence AS e LEFT JOIN out_words AS w ON w.word = e.kind ORDER BY key

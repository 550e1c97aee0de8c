/* Evidence 证据 */
SELECT $run || '|' || evidence_id AS key, evidence_id AS id, kind, safe_text(sentence_zh) AS sentence_zh, safe_text(sentence_en) AS sentence_en,
  observed, expected, CAST(len(claim_ids) AS INTEGER) AS claim_count, kind AS name
FROM out_evidence ORDER BY key

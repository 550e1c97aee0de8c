/* Flag 疑点 */
SELECT $run || '|' || f.flag_no AS key, f.model || '-' || f.flag_no AS id, f.model, coalesce(s.title_zh, f.model) AS title_zh,
  coalesce(s.title, f.model) AS title_en, s.result, s.severity, s.basis, f.subject_type, who(f.subject_id) AS subject_id,
  CAST(f.amount AS DOUBLE) AS amount, f.strength, f.facts, CAST(len(f.claim_ids) AS INTEGER) AS claim_count,
  f.model || ' ' || coalesce(s.title_zh, '') AS name
FROM flag_rows AS f LEFT JOIN out_screens AS s ON s.model = f.model ORDER BY key

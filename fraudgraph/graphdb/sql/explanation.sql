/* Explanation 合理解释 */
SELECT $run || '|' || ring_id || '|' || name AS key, name AS id, title_zh, title_en, share, observed, threshold, holds,
  safe_text(sentence_zh) AS sentence_zh, safe_text(sentence_en) AS sentence_en, title_zh AS name
FROM out_explanations ORDER BY key

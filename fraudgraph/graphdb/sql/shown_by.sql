/* Ring SHOWN_BY Evidence */
SELECT $run || '|' || ring_id AS a, $run || '|' || evidence_id AS b FROM out_evidence ORDER BY a, b

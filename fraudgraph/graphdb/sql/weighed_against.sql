/* Ring WEIGHED_AGAINST Explanation 合理解释 */
SELECT $run || '|' || ring_id AS a, $run || '|' || ring_id || '|' || name AS b, share, holds FROM out_explanations ORDER BY a, b

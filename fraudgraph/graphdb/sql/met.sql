/* MET: one line for each pair, with all views under which they met more often than chance allows */
WITH told AS (
  SELECT m.*, coalesce(v.title_zh, m.view) AS title_zh, coalesce(v.title_en, m.view) AS title_en
  FROM out_meetings AS m LEFT JOIN out_views AS v ON v.view = m.view
  WHERE m.a_type = $a_type AND m.b_type = $b_type
)
SELECT who(a) AS a, who(b) AS b, list(view ORDER BY p, view) AS views, max(observed) AS observed,
  arg_min(expected, p) AS expected, min(p) AS p, round(least(300, -log10(greatest(min(p), 1e-300))), 2) AS surprise,
  CAST(max(event_count) AS INTEGER) AS event_count,
  array_to_string(array_agg(title_zh || ' ' || printf('%.0f', observed) || ' 次（预计 ' || printf('%.2f', expected) || '）' ORDER BY p, view), '；') AS reason_zh,
  array_to_string(array_agg(title_en || ': ' || printf('%.0f', observed) || ' (expected ' || printf('%.2f', expected) || ')' ORDER BY p, view), '; ') AS reason_en
FROM told GROUP BY told.a, told.b ORDER BY 1, 2

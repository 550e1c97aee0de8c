/* Ring PART_OF Run */
SELECT $run || '|' || ring_id AS a, $run AS b FROM out_rings ORDER BY a

/* Flag PART_OF Run */
SELECT $run || '|' || flag_no AS a, $run AS b FROM flag_rows ORDER BY a

/* FLAGGED_BY Flag */
SELECT who_of(p.entity_type, p.entity_id) AS a, $run || '|' || p.flag_no AS b, (f.subject_id = p.entity_id) AS is_subject
FROM flag_people AS p JOIN flag_rows AS f ON f.flag_no = p.flag_no WHERE p.entity_type = $a_type ORDER BY a, b

/* STANDS_OUT in the run: who differs from peers of the same kind and similar size, and in what */
SELECT who_of(entity_type, entity_id) AS a, $run AS b, score, peer_group, reasons FROM out_outliers AS o
SEMI JOIN entities AS e ON e.entity_type = o.entity_type AND e.entity_id = o.entity_id
WHERE o.entity_type = $a_type ORDER BY a

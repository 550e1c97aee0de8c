/* SHARES Identifier */
SELECT who_of(entity_type, entity_id) AS a, kind || ':' || code AS b, kind FROM shared_values WHERE entity_type = $a_type ORDER BY a, b

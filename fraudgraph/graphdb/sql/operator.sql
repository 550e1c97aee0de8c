/* Operator 经办人: only those of rings */
SELECT DISTINCT who(entity_id) AS id, who(entity_id) AS name FROM entities WHERE entity_type = 'operator' ORDER BY id
